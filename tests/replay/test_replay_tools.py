"""A tool that is missing is named with its package; one that is unpacked in the cache comes before the system's."""

from pathlib import Path

import pytest

from mtelint.errors import UsageError
from mtelint.replay.tools import COMPILER, EMULATOR, MissingTool, Tools, compile_guest, find_tools


def program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_a_missing_compiler_is_named_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(MissingTool, match=r"aarch64-linux-gnu-gcc is not there: install gcc-aarch64-linux-gnu"):
        find_tools(tmp_path, {"PATH": str(tmp_path)})


def test_a_missing_emulator_is_named_with_its_package(tmp_path: Path) -> None:
    program(tmp_path / "bin" / COMPILER)
    with pytest.raises(MissingTool, match="install qemu-system-arm of bookworm-backports"):
        find_tools(tmp_path, {"PATH": str(tmp_path / "bin")})


def test_the_emulator_in_the_cache_comes_first_and_finds_its_libraries(tmp_path: Path) -> None:
    for name in (COMPILER, EMULATOR):
        program(tmp_path / "bin" / name)
    program(tmp_path / "cache/qemu/usr/bin" / EMULATOR)
    (tmp_path / "cache/qemu/usr/lib/x86_64-linux-gnu").mkdir(parents=True)
    tools = find_tools(tmp_path / "cache", {"PATH": str(tmp_path / "bin")})
    assert tools.qemu == tmp_path / "cache/qemu/usr/bin" / EMULATOR
    assert tools.environment["LD_LIBRARY_PATH"] == str(tmp_path / "cache/qemu/usr/lib/x86_64-linux-gnu")


def test_a_program_that_does_not_compile_says_what_the_compiler_said(tmp_path: Path) -> None:
    compiler = program(tmp_path / "cc", "#!/bin/sh\necho x.c:3: error: no such thing >&2\nexit 1\n")
    with pytest.raises(UsageError, match=r"does not compile: x.c:3: error: no such thing"):
        compile_guest(Tools(tmp_path, compiler), tmp_path / "x.c", tmp_path, tmp_path / "out" / "x")
