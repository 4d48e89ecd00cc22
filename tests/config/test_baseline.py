"""The baseline: written whole, read strictly, hiding what is in it and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mtelint.config import read_baseline, render_baseline
from mtelint.engine import Options, review_paths
from mtelint.errors import InputError
from mtelint.model import Finding, Report

BAD = """\
void init_tags(struct page *page)
{
	if (!try_page_mte_tagging(page))
		return;
	set_page_mte_tagged(page);
	mte_clear_page_tags(page_address(page));
}
"""
OTHER = BAD.replace("init_tags", "fill_tags")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "mm").mkdir()
    (tmp_path / "mm" / "a.c").write_text(BAD)
    (tmp_path / "mm" / "b.c").write_text(OTHER)
    return tmp_path


def review(*paths: Path, known: Path | None = None) -> Report:
    return review_paths([str(p) for p in paths], Options(baseline=read_baseline(known) if known else None))


def written(findings: tuple[Finding, ...], folder: Path) -> Path:
    file = folder / "known.json"
    file.write_text(render_baseline(findings))
    return file


def test_known_findings_are_not_reported_again(tree: Path) -> None:
    known = written(review(tree).findings, tree)
    report = review(tree, known=known)
    assert (report.findings, len(report.known), report.skipped) == ((), 2, ())


def test_what_is_not_known_is_reported(tree: Path) -> None:
    known = written(review(tree / "mm" / "a.c").findings, tree)
    assert [f.function for f in review(tree, known=known).findings] == ["fill_tags"]


def test_moved_and_renamed_code_stays_known(tree: Path) -> None:
    known = written(review(tree).findings, tree)
    (tree / "mm" / "a.c").write_text("int x;\n\n" + BAD.replace("page)", "victim)").replace("*page", "*victim"))
    assert review(tree, known=known).findings == ()


def test_entries_that_match_nothing_are_said_once(tree: Path) -> None:
    known = written(review(tree).findings, tree)
    (tree / "mm" / "a.c").write_text("")
    (tree / "mm" / "b.c").unlink()
    (said,) = review(tree, known=known).skipped
    assert said.path == str(known)
    assert said.reason == (
        "2 entries match no finding any more (MTE002 in init_tags() of mm/a.c, MTE002 in fill_tags() of mm/b.c): "
        "write it again with --write-baseline"
    )


def test_of_files_that_were_not_looked_at_nothing_is_said(tree: Path) -> None:
    known = written(review(tree).findings, tree)
    (tree / "mm" / "b.c").write_text("")
    assert review(tree / "mm" / "a.c", known=known).skipped == ()
    assert len(review(tree / "mm" / "b.c", known=known).skipped) == 1


def test_what_is_filtered_out_still_matches_its_entry(tree: Path) -> None:
    known = read_baseline(written(review(tree).findings, tree))
    report = review_paths([str(tree)], Options(select=("MTE005",), baseline=known))
    assert report.skipped == ()


def test_a_suppressed_finding_needs_no_entry(tree: Path) -> None:
    known = written(review(tree).findings, tree)
    (tree / "mm" / "a.c").write_text(f"/* mtelint: ignore[MTE002] on purpose */\n{BAD}")
    (said,) = review(tree, known=known).skipped
    assert said.reason.startswith("1 entry matches no finding any more (MTE002 in init_tags() of mm/a.c)")


def test_the_text_is_sorted_stable_and_one_line_a_finding(tree: Path) -> None:
    findings = review(tree).findings
    text = render_baseline(findings)
    assert text == render_baseline(tuple(reversed(findings))) == render_baseline(findings + findings)
    assert json.loads(text)["findings"][0] == {
        "fingerprint": next(f.fingerprint for f in findings if f.function == "init_tags"),
        "rule": "MTE002", "path": "mm/a.c", "function": "init_tags",
    }  # fmt: skip
    assert [line.count("fingerprint") for line in text.splitlines()] == [0, 0, 0, 1, 1, 0, 0]


def test_an_empty_baseline_can_be_read(tmp_path: Path) -> None:
    assert read_baseline(written((), tmp_path)).entries == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ":1: not valid JSON"),
        ('{"mtelint-baseline": 1,\n "findings": [}', ":2: not valid JSON"),
        ("[]", ": is no baseline of mtelint: name another file"),
        ('{"findings": []}', ": is no baseline of mtelint"),
        ('{"mtelint-baseline": 2, "findings": []}', ": is a baseline of version 2, due is 1"),
        ('{"mtelint-baseline": 1, "findings": [{"rule": "MTE002"}]}', "lacks fingerprint, rule or path"),
        ('{"mtelint-baseline": 1, "findings": [5]}', "lacks fingerprint, rule or path"),
        ("[" * 100_000, ": is no JSON text"),
        ("9" * 5_000, ": is no JSON text"),
    ],
)
def test_what_is_no_baseline_is_refused_with_the_remedy(text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "known.json"
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        read_baseline(file)
    assert str(caught.value).startswith(f"{file}")
    assert words in str(caught.value)
    assert "--write-baseline" in str(caught.value)


# --- the command line -------------------------------------------------------------------------------------------------


def mtelint(*words: str, cwd: Path, root: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "mtelint", *words]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_from_a_first_run_to_a_clean_one(tree: Path, root: Path) -> None:
    first = mtelint("check", "mm", "--write-baseline", "known.json", cwd=tree, root=root)
    assert (first.returncode, first.stdout) == (0, "")
    assert "findings in the baseline known.json: 2" in first.stderr
    clean = mtelint("check", "mm", "--baseline", "known.json", cwd=tree, root=root)
    assert (clean.returncode, clean.stdout) == (0, "")
    assert clean.stderr == "no finding, 2 in the baseline; 2 files, 2 functions followed, 0 skipped\n"
    (tree / "mm" / "c.c").write_text(BAD.replace("init", "late"))
    new = mtelint("check", "mm", "--baseline", "known.json", cwd=tree, root=root)
    assert new.returncode == 1
    assert "late_tags" in new.stdout
    assert "init_tags" not in new.stdout
    assert "again: mtelint check --baseline=known.json mm" in new.stdout
    assert "2 in the baseline" in new.stderr


def test_an_update_keeps_what_is_known_and_adds_what_is_new(tree: Path, root: Path) -> None:
    mtelint("check", "mm/a.c", "--write-baseline", "known.json", cwd=tree, root=root)
    mtelint("check", "mm", "--baseline", "known.json", "--write-baseline", "known.json", cwd=tree, root=root)
    assert len(read_baseline(tree / "known.json").entries) == 2


def test_stale_entries_stand_on_standard_error_with_text_and_nowhere_else(tree: Path, root: Path) -> None:
    mtelint("check", "mm", "--write-baseline", "known.json", cwd=tree, root=root)
    (tree / "mm" / "a.c").write_text("")
    text = mtelint("check", "mm", "--baseline", "known.json", cwd=tree, root=root)
    assert (text.returncode, text.stdout) == (0, "")
    assert text.stderr.count("1 entry matches no finding any more") == 1
    terse = mtelint("check", "mm", "--baseline", "known.json", "--format", "terse", cwd=tree, root=root)
    assert (terse.returncode, terse.stdout, terse.stderr) == (0, "", "")


def test_a_baseline_is_written_whole_or_not_at_all(tree: Path, root: Path) -> None:
    gone = mtelint("check", "mm", "--write-baseline", "no/such/known.json", cwd=tree, root=root)
    assert gone.returncode == 2
    assert "no/such/known.json: cannot be written" in gone.stderr
    (tree / "known.json").write_text("as it was")
    broken = mtelint("check", "mm", "--select", "nonsense", "--write-baseline", "known.json", cwd=tree, root=root)
    assert broken.returncode == 2
    assert (tree / "known.json").read_text() == "as it was"


def test_a_missing_baseline_is_bad_input(tree: Path, root: Path) -> None:
    done = mtelint("check", "mm", "--baseline", "gone.json", cwd=tree, root=root)
    assert done.returncode == 2
    assert done.stderr.startswith("mtelint: gone.json: cannot be read: No such file or directory: write it again")
