"""Fingerprints: what may change in a file without a baseline losing sight of its findings, and what may not."""

import hashlib
import re

import pytest

from mtelint.engine import review_text
from mtelint.model import Era

FIRST = """\
static int fill(struct page *page, const void *tags)
{
	void *kaddr = page_address(page);

	if (!try_page_mte_tagging(page))
		return 0;

	set_page_mte_tagged(page);
	if (tags)
		mte_restore_page_tags(kaddr, tags);
	else
		mte_clear_page_tags(kaddr);
	return 1;
}
"""
SECOND = """\
struct page *fresh(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	set_page_mte_tagged(page);
	return page;
}
"""
THIRD = """\
void raw(struct page *page)
{
	set_bit(PG_mte_tagged, &page->flags);
	set_bit(PG_mte_tagged, &page->flags);
}
"""


def prints(text: str, path: str = "mm/a.c") -> dict[str, tuple[str, str | None]]:
    """Fingerprint to rule and function."""
    findings = review_text(path, text, Era.C)
    found = {f.fingerprint: (f.rule, f.function) for f in findings}
    assert len(found) == len(findings), "no two findings share a fingerprint"
    return found


ALL = FIRST + SECOND + THIRD


def renamed(text: str, old: str, new: str) -> str:
    return re.sub(rf"\b{old}\b", new, text)


@pytest.mark.parametrize(
    "changed",
    [
        renamed(renamed(ALL, "page", "victim"), "kaddr", "where"),
        renamed(renamed(ALL, "page", "aaa"), "kaddr", "zzz"),
        "#include <linux/mm.h>\n\nstatic int unrelated;\n\n" + ALL,
        THIRD + FIRST + SECOND,
        SECOND + THIRD + FIRST,
        FIRST + "static void idle(int count)\n{\n\tif (count)\n\t\tschedule();\n}\n" + SECOND + THIRD,
        ALL.replace("\tset_page", "\tpr_debug(\"filling\\n\");\n\n\tset_page")
        .replace("\treturn 1;", "\tcount++;\n\treturn 1;"),
        ALL.replace("\tset_page_mte_tagged(page);\n", "\tset_page_mte_tagged(\n\t\tpage\n\t);\n"),
        ALL.replace(");\n\tset_bit", "); set_bit"),
        ALL.replace("\n\tset_page", "\n\tspin_lock(&stats_lock);\n\tfills++;\n\tspin_unlock(&stats_lock);\n\tset_page"),
        ALL.replace("\n", " /* a remark */\n"),
    ],
    ids=[
        "variables renamed", "names sort otherwise", "lines above", "functions in another order", "and in a third",
        "a function between", "unrelated statements", "a statement over several lines", "two statements on a line",
        "a lock around something else", "comments",
    ],
)  # fmt: skip
def test_fingerprints_stay(changed: str) -> None:
    assert changed != ALL
    assert prints(changed) == prints(ALL)


def test_there_is_something_to_keep() -> None:
    assert {rule for rule, _ in prints(ALL).values()} >= {"MTE001", "MTE002", "MTE003"}
    assert {function for _, function in prints(ALL).values()} == {"fill", "fresh", "raw"}


@pytest.mark.parametrize(
    "changed",
    [
        renamed(ALL, "fill", "refill"),
        ALL.replace("\tif (!try_page_mte_tagging(page))\n\t\treturn 0;\n\n", ""),
    ],
    ids=["the function renamed", "another path to the defect"],
)
def test_another_function_or_path_is_another_finding(changed: str) -> None:
    before = {p for p, (_, function) in prints(ALL).items() if function == "fill"}
    assert before
    assert not before & set(prints(changed))


def test_another_file_is_another_finding() -> None:
    assert not set(prints(ALL)) & set(prints(ALL, "mm/b.c"))


def test_two_equal_findings_are_told_apart_by_their_order() -> None:
    raw = [f for f in review_text("mm/a.c", THIRD, Era.C) if f.rule == "MTE001"]
    again = [f for f in review_text("mm/a.c", "\n\n" + THIRD, Era.C) if f.rule == "MTE001"]
    assert len(raw) == 2
    assert [f.fingerprint for f in raw] == [f.fingerprint for f in again]


def test_a_fingerprint_is_made_of_rule_path_function_events_and_ordinal() -> None:
    """Written down, so that a change of the recipe, which makes every baseline stale, is a decision."""
    (finding,) = [f for f in review_text("mm/a.c", FIRST, Era.C) if f.rule == "MTE002"]
    recipe = "MTE002|mm/a.c|fill|claim,barrier,set,write|1"
    assert finding.fingerprint == hashlib.sha256(recipe.encode()).hexdigest()[:20]
