"""What paths stand for: each file once, in its own kernel tree, by a name that leads to it; and what cannot be read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.cli.guard import main
from mtelint.engine import Options, review_paths
from mtelint.engine.find import word_search as searching
from mtelint.engine.find.candidates import find_candidates
from mtelint.engine.find.word_search import holds, search, stems
from mtelint.model import Report
from mtelint.model.limits import Limits, holding
from mtelint.rulebook import load

VOCABULARY = load().vocabulary
DEFECT = """\
void prepare(struct page *page)
{
\tset_bit(PG_mte_tagged, &page->flags);
\tmte_clear_page_tags(page_address(page));
}
"""
CLAIMED = "static inline bool try_page_mte_tagging(struct page *page)\n{\n\treturn true;\n}\n"
SETS = "void add(struct page *page)\n{\n\tmte_clear_page_tags(page_address(page));\n\tset_page_mte_tagged(page);\n}\n"


def tree(top: Path, header: str = "", text: str = DEFECT) -> Path:
    """A kernel tree of one file."""
    for name, content in (("Kbuild", ""), ("Kconfig", ""), ("arch/arm64/include/asm/mte.h", header), ("mm/m.c", text)):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(content)
    return top


def said(*paths: str | Path) -> Report:
    return review_paths([str(path) for path in paths], Options())


def shown(*paths: str | Path) -> list[str]:
    return [file.shown for group in find_candidates([str(p) for p in paths], VOCABULARY).groups for file in group.files]


def test_each_tree_below_a_folder_is_judged_by_its_own_header(tmp_path: Path) -> None:
    """In the era of claims a set without one is an error; before, it is how it was done."""
    tree(tmp_path / "old", text=SETS)
    tree(tmp_path / "new", CLAIMED, SETS)
    apart = [f.rule for name in ("new", "old") for f in said(tmp_path / name).findings]
    assert apart == ["MTE015"]
    assert [f.rule for f in said(tmp_path).findings] == apart
    assert {group.root for group in find_candidates([str(tmp_path)], VOCABULARY).groups} >= {tmp_path / "old"}


@pytest.mark.parametrize("jobs", [1, 2])
def test_findings_of_several_trees_name_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    """From here where the tree is below, in full where it is not; what tells findings apart stays the same."""
    one, two = tree(tmp_path / "here/one"), tree(tmp_path / "two")
    (tmp_path / "loose.c").write_text(DEFECT)
    monkeypatch.chdir(tmp_path / "here")
    report = review_paths(["one/mm", str(two), "../loose.c"], Options(jobs=jobs))
    assert [f.path for f in report.findings] == ["../loose.c", f"{two}/mm/m.c", "one/mm/m.c"]
    assert all({step.path for step in f.steps} == {f.path} for f in report.findings)
    assert [said(one).findings[0].path, said(one, "../loose.c").findings[1].path] == ["mm/m.c"] * 2
    assert {f.fingerprint for f in report.findings[1:]} == {said(one).findings[0].fingerprint}
    cut = review_paths([str(one), str(two)], Options(limits=(("steps", 1),)))
    assert {each.path for each in cut.skipped} == {f"{two}/mm/m.c", "one/mm/m.c"}


def test_a_baseline_of_several_trees_knows_what_is_gone_from_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    tree(Path("one"))
    tree(Path("two"), text=SETS.replace("add", "other") + DEFECT.replace("prepare", "other"))
    assert main(["check", "one", "two", "--write-baseline", "known.json"]) == 0
    assert main(["check", "one", "two", "--baseline", "known.json"]) == 0
    tree(Path("two"), text="")
    capsys.readouterr()
    main(["check", "one", "two", "--baseline", "known.json"])
    assert "no finding any more (MTE002 in other() of two/mm/m.c)" in capsys.readouterr().err


def test_a_tree_behind_a_link_has_the_names_of_the_tree(tmp_path: Path) -> None:
    tree(tmp_path / "linux-6.1")
    (tmp_path / "linux").symlink_to("linux-6.1")
    assert shown(tmp_path / "linux") == ["mm/m.c"]
    assert shown(tmp_path / "linux/mm/m.c") == ["mm/m.c"]
    assert len(said(tmp_path / "linux", tmp_path / "linux-6.1").findings) == 1


def test_a_file_that_is_named_in_several_ways_is_judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/one.c").write_text(DEFECT)
    report = said("sub/one.c", tmp_path / "sub/one.c", ".", "sub", tmp_path, "./sub/../sub")
    assert [f.path for f in report.findings] == ["sub/one.c"]
    assert report.stats.files == 1


def test_a_step_up_from_a_link_leads_where_the_link_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "real/b").mkdir(parents=True)
    (tmp_path / "real/one.c").write_text(DEFECT)
    (tmp_path / "link").symlink_to("real/b")
    assert [f.path for f in said("link/../one.c").findings] == ["real/one.c"]


def test_a_folder_inside_git_s_own_is_searched_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / ".git/kept").mkdir(parents=True)
    (tmp_path / ".git/kept/one.c").write_text(DEFECT)
    assert said(tmp_path).findings == ()
    assert len(said(tmp_path, tmp_path / ".git/kept").findings) == 1


# --- what cannot be read ----------------------------------------------------------------------------------------------


def test_a_name_that_cannot_be_looked_up_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "one.c").write_text(DEFECT)
    report = said(tmp_path / "absent.c", tmp_path / ("n" * 300), tmp_path / "one.c" / "below.c", tmp_path / "one.c")
    assert len(report.findings) == 1
    assert [line.rpartition(": ")[2] for line in report.unreadable] == [
        "no such file or folder", os.strerror(36), os.strerror(20),
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv is Linux's")
def test_a_folder_that_may_not_be_searched_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "one.c").write_text(DEFECT)
    (tmp_path / "closed").chmod(0)
    may_all = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    words = ["check", "--no-cache", "--format=terse", "closed", "closed/two.c", "one.c"]
    done = subprocess.run(
        [*may_all, sys.executable, "-m", "mtelint", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    (tmp_path / "closed").chmod(0o700)
    assert done.stdout.startswith("one.c:3: ERROR: MTE002")
    assert done.returncode == 2
    assert done.stderr.count("Permission denied") == 2


def test_a_header_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path)
    assert said(tmp_path).unreadable == ()
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (line,) = said(tmp_path).unreadable
    assert line.startswith(f"{tmp_path}/arch/arm64/include/asm/mte.h: cannot be read")


def test_a_pipe_is_read_to_its_end_however_it_comes(tmp_path: Path) -> None:
    receive, send = os.pipe()
    lines = DEFECT.encode().splitlines(keepends=True)
    slowly = f"import time, os\nfor line in {lines!r}:\n os.write(1, line); time.sleep(.02)"
    with subprocess.Popen([sys.executable, "-c", slowly], stdout=send):
        os.close(send)
        assert len(said(f"/dev/fd/{receive}").findings) == 1
    os.close(receive)


def test_a_device_without_an_end_is_read_up_to_the_bound() -> None:
    with holding(Limits(file_bytes=100_000)):
        found = find_candidates(["/dev/zero"], VOCABULARY)
    assert found.unreadable == ["/dev/zero: not read: longer than file_bytes = 100000 allows"]


@pytest.mark.parametrize("named", [True, False])
def test_a_file_beyond_the_bound_counts_where_it_holds_a_word(tmp_path: Path, named: bool) -> None:
    for name, text in (("harmless.c", "x"), ("long.c", "x PG_mte_tagged")):
        (tmp_path / name).write_text(text * 100)
    paths = sorted(map(str, tmp_path.iterdir())) if named else [str(tmp_path)]
    with holding(Limits(file_bytes=90)):
        found = find_candidates(paths, VOCABULARY)
    assert [line.partition(":")[0] for line in found.unreadable] == [str(tmp_path / "long.c")]


# --- the search -------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.binary(min_size=1, max_size=6), min_size=1, max_size=4),
    st.lists(st.binary(max_size=6), max_size=8).map(b"".join),
    st.integers(1, 9),
)
def test_a_file_that_is_read_in_parts_holds_what_the_whole_holds(
    tmp_path_factory: pytest.TempPathFactory, words: list[bytes], text: bytes, part: int
) -> None:
    file = tmp_path_factory.getbasetemp() / "parts.c"
    for content in (text, text + words[0], words[-1] + text):
        file.write_bytes(content)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(searching, "_READ", part)
            assert holds(str(file), words, stems(words)) == any(word in content for word in words)


FAILING = {
    "killed before it says anything": "kill -SEGV $$",
    "killed in the midst": "printf 'one.c\\0'; kill -KILL $$",
    "without its counts": "printf 'one.c\\0'; exit 0",
    "in error": "exit 2",
}


@pytest.mark.parametrize("script", FAILING.values(), ids=FAILING)
def test_a_search_program_that_fails_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 0)
    program = tmp_path / "rg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    (tmp_path / "two.c").write_text(DEFECT)
    assert search(str(tmp_path), [b"PG_mte_tagged"], str(program)).paths == [str(tmp_path / "two.c")]


@pytest.mark.integration
def test_a_folder_called_dash_is_no_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_WORTH_A_CHILD", 0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "-").mkdir()
    (tmp_path / "-/one.c").write_text(DEFECT)
    assert search("-", [b"PG_mte_tagged"], "rg").paths == search("-", [b"PG_mte_tagged"], "").paths == ["-/one.c"]
