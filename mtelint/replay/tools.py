"""The programs that a run needs, found on this machine or named with the Debian package that has them."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from mtelint.errors import UsageError

COMPILER = "aarch64-linux-gnu-gcc"
EMULATOR = "qemu-system-aarch64"
_PACKAGES = {COMPILER: "gcc-aarch64-linux-gnu", EMULATOR: "qemu-system-arm of bookworm-backports (10.0 or later)"}
_LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/aarch64-linux-gnu")


class MissingTool(UsageError):
    """A program that a run needs is not there; the message names its package."""


class Tools(Struct, frozen=True):
    """QEMU, with the environment that lets it find its libraries, and the compiler for the guest's programs."""

    qemu: Path
    compiler: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    data: Path | None = None
    """Where QEMU's firmware is, if not where QEMU was built to look."""


def find_tools(cache: Path, environment: Mapping[str, str]) -> Tools:
    """The tools of this machine: QEMU as ``demonstrations/bring`` unpacked it into ``cache``, else the one of ``PATH``.

    Raises:
        MissingTool: one is not there.
    """
    path = environment.get("PATH")
    compiler = shutil.which(COMPILER, path=path)
    unpacked = cache / "qemu"
    qemu = shutil.which(str(unpacked / "usr/bin" / EMULATOR)) or shutil.which(EMULATOR, path=path)
    for name, found in ((COMPILER, compiler), (EMULATOR, qemu)):
        if found is None:
            raise MissingTool(f"{name} is not there: install {_PACKAGES[name]}")
    assert compiler is not None
    assert qemu is not None
    if not qemu.startswith(str(unpacked)):
        return Tools(Path(qemu), Path(compiler), dict(environment))
    libraries = ":".join(str(unpacked / each) for each in _LIBRARIES if (unpacked / each).is_dir())
    named = {**environment, "LD_LIBRARY_PATH": libraries}
    return Tools(Path(qemu), Path(compiler), named, unpacked / "usr/share/qemu")


def compile_guest(tools: Tools, source: Path, include: Path, target: Path) -> None:
    """Build one static program of a guest.

    Raises:
        UsageError: it does not compile; the message is the compiler's first line.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    flags = ("-O2", "-Wall", "-Wextra", "-D_GNU_SOURCE", "-march=armv8.5-a+memtag", "-static", "-I", str(include))
    done = subprocess.run(
        [str(tools.compiler), *flags, "-o", str(target), str(source)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())
        raise UsageError(f"{source}: does not compile: {said}; is libc6-dev-arm64-cross installed?")
