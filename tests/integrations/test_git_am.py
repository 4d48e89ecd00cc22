"""The hook for ``git am``: which patches a real git takes."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

GOOD = """\
void pool_add(struct page *page)
{
	if (try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}
"""
BAD = GOOD.replace("try_page_mte_tagging", "page_mte_tagged")
OLD_DEFECT = """\
void pool_read(struct page *page, void *tags)
{
	mte_save_page_tags(page_address(page), tags);
}

"""

Git = Callable[..., str]


class Maintainer:
    """A repository with the hook, and a tool to make patches for it."""

    def __init__(self, folder: Path, git: Git, environ: dict[str, str]) -> None:
        self.folder, self._git = folder, git
        self.environ = {**environ, "MTELINT": str(Path(sys.executable).with_name("mtelint"))}

    def git(self, *words: str) -> str:
        return self._git(self.folder, *words)

    def mail(self, text: str) -> Path:
        """The mail of a patch that makes ``pool.c`` into ``text``; the repository is as before."""
        (self.folder / "pool.c").write_text(text)
        self.git("commit", "--quiet", "--all", "--no-verify", "--message", "mm: change the pool")
        mail = self.folder.parent / "patch.eml"
        mail.write_text(self.git("format-patch", "-1", "--stdout"))
        self.git("reset", "--quiet", "--hard", "HEAD^")
        return mail

    def am(self, *words: str, before: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
        command = ["git", *before, "am", *words]
        return subprocess.run(command, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=120)

    def commits(self) -> int:
        return int(self.git("rev-list", "--count", "HEAD"))


@pytest.fixture
def maintainer(tmp_path: Path, git: Git, environ: dict[str, str], root: Path) -> Maintainer:
    folder = tmp_path / "linux"
    folder.mkdir()
    made = Maintainer(folder, git, environ)
    made.git("init", "--quiet")
    (folder / "pool.c").write_text(OLD_DEFECT + GOOD)
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "base")
    shutil.copy(root / "integrations" / "pre-applypatch", folder / ".git" / "hooks")
    return made


def test_a_patch_that_plants_a_defect_is_refused(maintainer: Maintainer) -> None:
    done = maintainer.am(str(maintainer.mail(OLD_DEFECT + BAD)))
    assert done.returncode != 0
    assert "MTE008" in done.stdout + done.stderr
    assert "MTE007" not in done.stdout + done.stderr
    assert maintainer.commits() == 1


def test_a_refused_patch_goes_in_once_it_is_mended(maintainer: Maintainer) -> None:
    maintainer.am(str(maintainer.mail(OLD_DEFECT + BAD)))
    (maintainer.folder / "pool.c").write_text(OLD_DEFECT + GOOD + "\nint pool_size;\n")
    maintainer.git("add", "pool.c")
    done = maintainer.am("--continue")
    assert done.returncode == 0, done.stdout + done.stderr
    assert maintainer.commits() == 2


def test_an_old_defect_on_an_untouched_line_holds_up_nobody(maintainer: Maintainer) -> None:
    done = maintainer.am(str(maintainer.mail(OLD_DEFECT + GOOD + "\nint pool_size;\n")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MTE" not in done.stdout + done.stderr
    assert maintainer.commits() == 2


def test_who_wants_no_hook_has_none(maintainer: Maintainer) -> None:
    mail = maintainer.mail(OLD_DEFECT + BAD)
    assert maintainer.am(str(mail), before=("-c", "core.hooksPath=/dev/null")).returncode == 0


def test_a_checker_that_fails_is_named_and_holds_up_nobody(maintainer: Maintainer) -> None:
    maintainer.environ["MTELINT"] = "/nonexistent/mtelint"
    done = maintainer.am(str(maintainer.mail(OLD_DEFECT + BAD)))
    assert done.returncode == 0
    assert "the patch is not checked" in done.stderr
