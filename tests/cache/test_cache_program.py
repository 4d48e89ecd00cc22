"""The program and its parser as a part of every key: other code, other results; and what is no code is no obstacle."""

import os
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import mtelint
from mtelint import cache as caching
from mtelint.cache import key_of, program


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A program of two files."""
    (tmp_path / "package" / "room").mkdir(parents=True)
    (tmp_path / "package" / "one.py").write_text("x = 1\n")
    (tmp_path / "package" / "room" / "two.py").write_text("y = 1\n")
    return tmp_path / "package"


@pytest.mark.parametrize("file", ["one.py", "room/two.py"])
def test_an_edit_of_equal_size_with_the_old_time_is_another_program(file: str, package: Path) -> None:
    before, state = program(package), (package / file).stat()
    (package / file).write_text((package / file).read_text().replace("1", "2"))
    os.utime(package / file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert program(package) != before


def test_the_same_code_in_another_place_at_another_time_is_the_same_program(package: Path) -> None:
    before = program(package)
    os.utime(package / "one.py", (1000, 1000))
    assert program(package.rename(package.parent / "moved")) == before


def test_a_file_that_moves_is_another_program(package: Path) -> None:
    before = program(package)
    (package / "one.py").rename(package / "three.py")
    assert program(package) != before


def test_what_the_interpreter_and_editors_leave_is_no_code(package: Path) -> None:
    before = program(package)
    (package / ".#one.py").symlink_to("somebody@somewhere.4711:1700000000")
    (package / ".saved.py").write_text("x = 2\n")
    (package / "gone.py").symlink_to("nowhere")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "one.cpython-311.pyc").write_bytes(b"compiled")
    assert program(package) == before


def test_a_name_may_be_no_text(package: Path) -> None:
    before = program(package)
    (package / "one.py").rename(package / "\udcff.py")
    assert program(package.rename(package.parent / "\udcff")) != before


def archive(folder: Path, text: str) -> Path:
    with zipfile.ZipFile(folder / "app.pyz", "w") as file:
        file.writestr("mtelint/cache.py", text)
    return folder / "app.pyz" / "mtelint"


def test_of_a_program_in_an_archive_the_archive_counts(tmp_path: Path) -> None:
    inside = archive(tmp_path, "x = 1\n")
    before, state = program(inside), (tmp_path / "app.pyz").stat()
    assert program(inside) == before
    archive(tmp_path, "x = 2\n")
    os.utime(tmp_path / "app.pyz", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert program(inside) != before


@pytest.mark.parametrize("name", ["tree_sitter", "tree_sitter_c"])
def test_another_parser_gives_other_keys(
    name: str, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("raise RuntimeError('the parser was loaded')\n")
    (tmp_path / name / "_binding.so").write_bytes(b"version 1")
    real = program(package)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    before = program(package)
    (tmp_path / name / "_binding.so").write_bytes(b"version 2")
    assert len({real, before, program(package)}) == 3


@pytest.mark.parametrize("loaded", [None, ModuleType("tree_sitter")], ids=["none", "one of unknown origin"])
def test_without_a_parser_on_the_disk_there_is_a_key_all_the_same(
    loaded: ModuleType | None, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = program(package)
    monkeypatch.setitem(sys.modules, "tree_sitter", loaded)
    assert program(package) not in (before, b"")


def test_another_program_gives_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def another(folder: Path) -> bytes:
        asked.append(folder)
        return b"another"

    before = key_of(["x"])
    caching._program.cache_clear()
    with monkeypatch.context() as other:
        other.setattr(caching, "program", another)
        assert key_of(["x"]) != before
    caching._program.cache_clear()
    assert (key_of(["x"]), asked) == (before, [Path(mtelint.__file__).parent])
