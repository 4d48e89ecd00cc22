"""Candidate files: the same answer with ripgrep, without it, and by the plain definition."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtelint.engine.find import word_search as searching
from mtelint.engine.find.word_search import search, stems
from mtelint.rulebook import load

WORDS = [needle.encode() for needle in load().vocabulary.needles]


def plainly(folder: Path, words: list[bytes]) -> list[str]:
    paths = [p for p in folder.rglob("*") if p.name.endswith((".c", ".h")) and p.is_file() and not p.is_symlink()]
    inside = [p for p in paths if ".git" not in p.parts]
    return sorted(str(p) for p in inside if any(w in p.read_bytes() for w in words))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    contents = {
        "a.c": b"set_page_mte_tagged(page);",
        "b.h": b"nothing of interest",
        "sub/c.c": b"PG_arch_3",
        "sub/d.S": b"mte_clear_page_tags",
        "sub/.hidden/e.c": b"mte_copy_page_tags(a, b);",
        ".git/f.c": b"set_page_mte_tagged(page);",
        "sub/g.c": b"mte_ but no word",
        "empty.c": b"",
        "binary.c": bytes(range(256)) + b"page_mte_tagged",
        "marked.c": b"\xef\xbb\xbfpage_mte_tagged",
        "marked-wide.c": b"\xff\xfepage_mte_tagged",
        "wide.c": b"\xff\xfe" + "page_mte_tagged".encode("utf-16-le"),
        "line\nend.c": b"page_mte_tagged",
        "folder.c/h.h": b"page_mte_tagged",
        "folder.c/text": b"page_mte_tagged",
        "BIG.C": b"page_mte_tagged",
        "~.c~": b"page_mte_tagged",
    }
    for name, data in contents.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name in (".gitignore", ".ignore", ".rgignore"):
        (tmp_path / name).write_text("*.c\n")
    (tmp_path / "link.c").symlink_to(tmp_path / "a.c")
    (tmp_path / "dangling.c").symlink_to(tmp_path / "nowhere")
    (tmp_path / "up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.c")
    with suppress(OSError):  # not every file system takes such a name
        (tmp_path / os.fsdecode(b"\xff.c")).write_bytes(b"page_mte_tagged")
    return tmp_path


def test_reading_finds_what_the_definition_says(folder: Path) -> None:
    found = search(str(folder), WORDS, ripgrep="")
    assert found.paths == plainly(folder, WORDS)
    assert found.seen in (12, 13)  # one name is not for every file system


@pytest.fixture
def ripgrep(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    program = shutil.which("rg")
    if program is None:
        pytest.skip("ripgrep is not installed: apt-get install ripgrep")
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 0)
    monkeypatch.setattr(searching, "_by_child", calls := Mock(wraps=searching._by_child))
    yield program
    assert calls.called


@pytest.mark.integration
def test_ripgrep_finds_the_same(folder: Path, ripgrep: str) -> None:
    by_child, by_reading = search(str(folder), WORDS, ripgrep), search(str(folder), WORDS, "")
    assert (by_child.paths, by_child.seen) == (by_reading.paths, by_reading.seen)


NAMES = st.text("ach.~é -\n", min_size=1, max_size=6).filter(lambda name: name not in (".", ".."))
TREES = st.lists(
    st.tuples(
        st.lists(NAMES, min_size=1, max_size=3),
        st.sampled_from(["", ".c", ".h", ".S"]),
        st.lists(st.sampled_from([*WORDS, b"\xff\xfe", b"\xfe\xff", b"\0", b"\n", b"mte_", b"x" * 9]), max_size=4),
    ),
    max_size=12,
)


@pytest.mark.integration
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES)
def test_ripgrep_finds_the_same_in_any_tree(
    ripgrep: str, tmp_path_factory: pytest.TempPathFactory, tree: list[tuple[list[str], str, list[bytes]]]
) -> None:
    top = tmp_path_factory.mktemp("tree")
    for folders, suffix, pieces in tree:
        path = top.joinpath(*folders)
        with suppress(OSError):  # a name that is a file cannot be a folder too
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(path.name + suffix).write_bytes(b"".join(pieces))
    by_child, by_reading = search(str(top), WORDS, ripgrep), search(str(top), WORDS, "")
    assert (by_child.paths, by_child.seen) == (by_reading.paths, by_reading.seen)
    assert by_reading.paths == plainly(top, WORDS)


def test_a_program_that_cannot_be_run_is_done_without(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 0)
    assert search(str(folder), WORDS, str(folder / "no-such-program")).paths == plainly(folder, WORDS)


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=6))
def test_every_word_holds_a_stem(words: list[bytes]) -> None:
    assert all(any(stem in word for stem in stems(words)) for word in words)


def test_the_vocabulary_needs_few_stems() -> None:
    assert len(stems(WORDS)) <= 3


@pytest.mark.parametrize("together", [["a", "b"], ["a", "a/in"], ["b"]])
def test_folders_searched_together_give_what_each_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: list[str]
) -> None:
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 1)
    for name in ("a/one.c", "a/in/two.h", "b/three.c", "b/four.c", "ab/five.c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"int x;" if "four" in name else WORDS[0])
    folders = [str(tmp_path / name) for name in together]
    each = [searching.search(folder, WORDS, ripgrep="") for folder in folders]
    found = searching.search_each(folders, WORDS)
    assert [here.paths for here in found] == [here.paths for here in each]
    assert sum(here.seen for here in found) == sum(here.seen for here in each)
