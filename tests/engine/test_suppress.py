"""Suppressions: what a comment hides, what it does not, and what is said about the comment itself."""

from pathlib import Path

import pytest

from mtelint.engine import Input, Options, review_patches, review_paths
from mtelint.model import Report

BAD = """\
void init_tags(struct page *page)
{
	if (!try_page_mte_tagging(page))
		return;
	set_page_mte_tagged(page);
	mte_clear_page_tags(page_address(page));
}
"""
SET = "\tset_page_mte_tagged(page);\n"
MARK = "/* mtelint: ignore[MTE002] nobody else sees the page */"


def check(text: str, folder: Path) -> Report:
    file = folder / "a.c"
    file.write_text(text)
    return review_paths([str(file)], Options())


def patch(before: str, after: str, folder: Path) -> Report:
    """Review the whole-file diff between two texts."""
    removed = "".join(f"-{line}\n" for line in before.splitlines())
    added = "".join(f"+{line}\n" for line in after.splitlines())
    counts = f"-1,{len(before.splitlines())} +1,{len(after.splitlines())}"
    return diff(f"@@ {counts} @@\n{removed}{added}", folder)


def diff(hunks: str, folder: Path) -> Report:
    file = folder / "x.patch"
    file.write_text(f"diff --git a/mm/a.c b/mm/a.c\n--- a/mm/a.c\n+++ b/mm/a.c\n{hunks}")
    return review_patches([Input(str(file), lambda: file.open("rb"))], Options())


def rules(report: Report) -> list[str]:
    return [finding.rule for finding in report.findings]


def reasons(report: Report) -> list[str]:
    return [skipped.reason for skipped in report.skipped]


def test_without_a_comment_the_defect_is_reported(tmp_path: Path) -> None:
    assert rules(check(BAD, tmp_path)) == ["MTE002"]


@pytest.mark.parametrize(
    "text",
    [
        BAD.replace(SET, SET.rstrip("\n") + f" {MARK}\n"),
        BAD.replace(SET, SET.rstrip("\n") + " // mtelint: ignore[MTE002] nobody else sees the page\n"),
        BAD.replace(SET, f"\t{MARK}\n{SET}"),
        BAD.replace(SET, f"\t// mtelint: ignore[flag-before-tags] nobody else sees the page\n{SET}"),
        BAD.replace(SET, f"\t/* mtelint: ignore[MTE002]: a reason\n\t * that goes on\n\t */\n\n{SET}"),
        BAD.replace(SET, f"\t/*\n\t * mtelint: ignore[mte002]\n\t * the reason stands below\n\t */\n{SET}"),
        BAD.replace("(page);\n\tmte", f"(page\n\t\t); {MARK}\n\tmte"),
        f"{MARK}\n{BAD}",
        f"{MARK}\n/**\n * init_tags - another comment\n */\n{BAD}",
        f"{MARK}\nstatic noinline __init\n{BAD}",
        BAD.replace(SET, f"\t{MARK}\n\t/* a word on the line itself */\n{SET}"),
    ],
)
def test_a_comment_on_the_line_above_it_or_above_the_function_hides_it(text: str, tmp_path: Path) -> None:
    report = check(text, tmp_path)
    assert rules(report) == []
    assert reasons(report) == []


@pytest.mark.parametrize(
    "text",
    [
        BAD.replace("\t\treturn;\n", f"\t\treturn; {MARK}\n"),
        BAD.replace("\tif", f"\t{MARK}\n\tif"),
        BAD + f"\n{MARK}\nvoid other(struct page *page)\n{{\n}}\n",
        f"{MARK}\n#define NOTHING\n{BAD}",
        f"{MARK}\nint unrelated;\n{BAD}",
    ],
)
def test_a_comment_elsewhere_hides_nothing_and_is_reported(text: str, tmp_path: Path) -> None:
    report = check(text, tmp_path)
    assert rules(report) == ["MTE002"]
    assert reasons(report) == ["suppression of MTE002 matches no finding: remove it"]


def test_a_comment_hides_only_the_rules_it_names(tmp_path: Path) -> None:
    report = check(BAD.replace(SET, f"\t/* mtelint: ignore[MTE005, MTE004] by design */\n{SET}"), tmp_path)
    assert rules(report) == ["MTE002"]
    assert reasons(report) == ["suppression of MTE005, MTE004 matches no finding: remove it"]


def test_of_a_list_the_part_that_matches_nothing_is_reported(tmp_path: Path) -> None:
    report = check(BAD.replace(SET, f"\t/* mtelint: ignore[MTE005, MTE002] by design */\n{SET}"), tmp_path)
    assert rules(report) == []
    assert reasons(report) == ["suppression of MTE005 matches no finding: remove it"]


@pytest.mark.parametrize("empty", ["ignore[MTE002]", "ignore[MTE002] -- ...", "ignore[MTE002]\n\t *"])
def test_without_a_reason_it_hides_nothing_and_says_so(empty: str, tmp_path: Path) -> None:
    report = check(BAD.replace(SET, f"\t/* mtelint: {empty} */\n{SET}"), tmp_path)
    assert rules(report) == ["MTE002"]
    assert reasons(report) == ["suppression of MTE002 hides nothing: write the reason behind the ]"]


def test_rules_must_be_named_and_exist(tmp_path: Path) -> None:
    bare = check(BAD.replace(SET, f"\t/* mtelint: ignore all of it */\n{SET}"), tmp_path)
    assert rules(bare) == ["MTE002"]
    assert "names no rule" in reasons(bare)[0]
    typo = check(BAD.replace(SET, f"\t/* mtelint: ignore[MTE02] by design */\n{SET}"), tmp_path)
    assert rules(typo) == ["MTE002"]
    assert "`MTE02`: there is no such rule" in reasons(typo)[0]


def test_a_string_is_no_comment(tmp_path: Path) -> None:
    text = BAD.replace(SET, f'\tpr_info("{MARK}");\n{SET}')
    report = check(text, tmp_path)
    assert rules(report) == ["MTE002"]
    assert reasons(report) == []


def test_a_suppression_says_where_it_stands(tmp_path: Path) -> None:
    (complaint,) = check(f"{BAD}\n{MARK}\n", tmp_path).skipped
    assert complaint.line == 9
    assert complaint.path.endswith("a.c")


def test_hiding_one_of_two_equal_findings_leaves_the_fingerprint_of_the_other(tmp_path: Path) -> None:
    twice = BAD.replace("}\n", "\tset_page_mte_tagged(page);\n\tmte_clear_page_tags(page_address(page));\n}\n")
    both = check(twice, tmp_path).findings
    one = check(twice.replace(SET, f"\t{MARK}\n{SET}", 1), tmp_path).findings
    assert {f.fingerprint for f in one} < {f.fingerprint for f in both}


# --- patches ----------------------------------------------------------------------------------------------------------


def test_a_comment_that_the_patch_adds_counts(tmp_path: Path) -> None:
    head = f"@@ -0,0 +1,{len(BAD.splitlines()) + 1} @@\n"
    report = diff(head + "".join(f"+{line}\n" for line in f"{MARK}\n{BAD}".splitlines()), tmp_path)
    assert rules(report) == []
    assert len(reasons(report)) == 1  # it is told


def test_what_a_patch_suppresses_is_not_fixed(tmp_path: Path) -> None:
    report = patch(BAD, BAD.replace(SET, f"\t{MARK}\n{SET}"), tmp_path)
    assert (rules(report), report.fixed) == ([], 0)


def test_what_was_suppressed_and_stays_so_takes_no_fix_away(tmp_path: Path) -> None:
    other = BAD.replace("init_tags", "fill_tags")
    good = other.replace(SET, "").replace("page_address(page));\n", f"page_address(page));\n{SET}")
    hidden = BAD.replace(SET, f"\t{MARK}\n{SET}")
    report = patch(hidden + other, hidden + good, tmp_path)
    assert (rules(report), report.fixed) == ([], 1)


def test_a_patch_that_removes_the_comment_shows_the_defect_again(tmp_path: Path) -> None:
    assert rules(patch(BAD.replace(SET, f"\t{MARK}\n{SET}"), BAD, tmp_path)) == ["MTE002"]


def test_a_patch_is_not_blamed_for_a_comment_that_was_there(tmp_path: Path) -> None:
    lines = "".join(f" {line}\n" for line in f"{MARK}\nvoid quiet(struct page *page)\n{{".splitlines())
    body = "+\tset_page_mte_tagged_twice(page);\n }\n"
    report = diff(f"@@ -1,4 +1,5 @@\n{lines}{body}", tmp_path)
    assert reasons(report) == []


def test_a_hunk_that_shows_a_part_of_a_function_does_not_call_a_comment_unused(tmp_path: Path) -> None:
    hunk = f" \tfirst(page);\n+\t{MARK}\n \tset_page_mte_tagged(page);\n"
    hunk = f"@@ -10,2 +10,3 @@ void partly(struct page *page)\n{hunk}"
    assert reasons(diff(hunk, tmp_path)) == []


def test_what_a_change_suppresses_by_itself_is_told_with_its_reason(tmp_path: Path) -> None:
    """The change under review must not switch its review off without a word to the reader."""
    marked = BAD.replace(SET, f"\t{MARK}\n{SET}")
    report = patch("int a;\n", marked, tmp_path)
    assert rules(report) == []
    (skipped,) = report.skipped
    assert (skipped.path, skipped.function) == ("mm/a.c", "init_tags")
    assert skipped.reason == (
        "MTE002 (error) is suppressed by the change itself, with the reason: nobody else sees the page"
    )
    assert reasons(check(marked, tmp_path)) == []
