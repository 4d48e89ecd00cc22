"""``mtelint kbuild`` under a real make: a build of the kernel's kind, and one of Linux itself for arm64."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

MTELINT = Path(sys.executable).with_name("mtelint")
CROSS = "aarch64-linux-gnu-"
CONFIG = """\
CONFIG_ARM64_PAN=y
CONFIG_ARM64_USE_LSE_ATOMICS=y
CONFIG_ARM64_TAGGED_ADDR_ABI=y
CONFIG_ARM64_MTE=y
"""
BAD = """\
struct page;
_Bool page_mte_tagged(struct page *page);
void set_page_mte_tagged(struct page *page);
void mte_clear_page_tags(void *tags);
void *page_address(struct page *page);
void pool_add(struct page *page);
void pool_add(struct page *page)
{
	if (page_mte_tagged(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}
"""
# The shape of cmd_checksrc and rule_cc_o_c in the kernel's scripts/Makefile.build, as its documentation tells it.
MAKEFILE = """\
CHECKFLAGS := -D__linux__ -Dlinux -D__STDC__ -Wbitwise -Wno-return-void
c_flags = -Wp,-MMD,.$(notdir $@).d -nostdinc -include $(src)/kconfig.h -mhard-float --param=ssp-buffer-size=4 \\
	-DKBUILD_MODFILE='"mm/pool"' -DKBUILD_BASENAME='"pool"'
%.o: $(src)/%.c
	@echo '  CC      $@'
	$(CHECK) $(CHECKFLAGS) $(c_flags) $<
	@gcc -c -o $@ $<
"""


def make(folder: Path, *words: str, limit: int = 240) -> "subprocess.CompletedProcess[str]":
    # The outer make's flags would reach the inner one, which has a job server of its own.
    environ = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=limit)


def test_a_build_of_the_kernels_kind_shows_warnings_and_goes_on(tmp_path: Path) -> None:
    source, build = tmp_path / "linux", tmp_path / "build"
    source.mkdir()
    build.mkdir()
    (source / "pool.c").write_text(BAD)
    (source / "kconfig.h").write_text("")
    (build / "Makefile").write_text(MAKEFILE)
    done = make(build, "src=../linux", f"CHECK={MTELINT} kbuild", "pool.o")
    assert done.returncode == 0, done.stderr
    assert (build / "pool.o").is_file()
    assert done.stderr.startswith("../linux/pool.c:9:6: warning: the tags of `page` are written only if ")
    assert "[MTE008 inverted-guard]" in done.stderr


@pytest.fixture(scope="module")
def kernel_build(kernel_61: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an arm64 build of Linux 6.1 with as little as can be beside MTE, configured."""
    missing = [name for name in ("flex", "bison", "bc", f"{CROSS}gcc") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"a kernel build needs {', '.join(missing)}: make test-integrations installs them where it may")
    folder = tmp_path_factory.mktemp("kbuild")
    (folder / "fragment").write_text(CONFIG)
    done = make(kernel_61, *arm64(folder), f"KCONFIG_ALLCONFIG={folder / 'fragment'}", "allnoconfig")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "CONFIG_ARM64_MTE=y" in (folder / ".config").read_text()
    return folder


def arm64(folder: Path) -> tuple[str, ...]:
    return ("--silent", f"O={folder}", "ARCH=arm64", f"CROSS_COMPILE={CROSS}")


def test_a_build_of_linux_for_arm64_is_checked(kernel_61: Path, kernel_build: Path) -> None:
    objects = ("arch/arm64/kernel/mte.o", "arch/arm64/mm/copypage.o")
    done = make(kernel_61, *arm64(kernel_build), "C=2", f"CHECK={MTELINT} kbuild", *objects)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all((kernel_build / name).is_file() for name in objects)
    told = [line for line in done.stderr.splitlines() if "arch/arm64/kernel/mte.c:" in line and " [MTE" in line]
    warned = {line.split(":")[1] for line in told}
    words = [sys.executable, "-m", "mtelint", "check", "--format=json", str(kernel_61 / "arch/arm64/kernel/mte.c")]
    alone = json.loads(subprocess.run(words, capture_output=True, text=True, timeout=120).stdout)
    assert warned
    assert warned == {str(finding["line"]) for finding in alone["findings"]}
