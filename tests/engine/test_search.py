"""Candidate files: the same answer with ripgrep, without it, and by the plain definition."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.engine import search as searching
from mtelint.engine.search import search, stems
from mtelint.rulebook import load

WORDS = [needle.encode() for needle in load().vocabulary.needles]


def plainly(folder, words):
    paths = [p for p in folder.rglob("*") if p.suffix in (".c", ".h") and p.is_file() and ".git" not in p.parts]
    return sorted(str(p) for p in paths if any(w in p.read_bytes() for w in words))


@pytest.fixture
def folder(tmp_path):
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
    }
    for name, data in contents.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / ".gitignore").write_text("*.c\n")
    return tmp_path


def test_reading_finds_what_the_definition_says(folder):
    found = search(str(folder), WORDS, ripgrep="")
    assert found.paths == plainly(folder, WORDS)
    assert found.seen == 7


@pytest.mark.integration
def test_ripgrep_finds_the_same(folder, monkeypatch):
    program = shutil.which("rg")
    if program is None:
        pytest.skip("ripgrep is not installed: apt-get install ripgrep")
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 0)
    assert search(str(folder), WORDS, program).paths == search(str(folder), WORDS, "").paths


def test_a_program_that_cannot_be_run_is_done_without(folder, monkeypatch):
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 0)
    assert search(str(folder), WORDS, str(folder / "no-such-program")).paths == plainly(folder, WORDS)


@given(st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=6))
def test_every_word_holds_a_stem(words):
    assert all(any(stem in word for stem in stems(words)) for word in words)


def test_the_vocabulary_needs_few_stems():
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
