"""A duty that callers keep is asked of all of them, in whichever file; a defect is told once, with who reaches it."""

from pathlib import Path

from mtelint.engine.review.code import review_paths
from mtelint.engine.review.options import Options
from mtelint.model import Finding

STORE = """\
void *store_tags(struct page *page)
{
	void *room = kmalloc(MTE_PAGE_TAG_STORAGE, GFP_KERNEL);

	if (!room)
		return NULL;
	mte_save_page_tags(page_address(page), room);
	return room;
}
"""
TESTS = """\
int swap_out(struct page *page)
{
	if (!page_mte_tagged(page))
		return 0;
	return store_tags(page) ? 0 : -ENOMEM;
}
"""
DOES_NOT = """\
int dump_out(struct page *page)
{
	return store_tags(page) ? 0 : -ENOMEM;
}
"""
LEAK = """\
void unpack(void *tags, struct page *page)
{
	if (!try_page_mte_tagging(page))
		return;
	if (!decompress(tags))
		return;
	mte_restore_page_tags(page_address(page), tags);
	set_page_mte_tagged(page);
}
"""


def found(folder: Path, **files: str) -> tuple[Finding, ...]:
    """The findings in files, given without their suffix, below a folder."""
    for name, text in files.items():
        (folder / f"{name}.c").write_text(f"#include <asm/mte.h>\n\n{text}")
    return review_paths([str(folder)], Options()).findings


def test_a_read_that_all_callers_in_sight_guard_is_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, store=STORE, swap=TESTS) == ()


def test_a_caller_that_does_not_is_named_where_the_tags_are_read(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, store=STORE, swap=TESTS, dump=DOES_NOT)
    assert (finding.rule, finding.function, finding.line) == ("MTE007", "store_tags", 9)
    assert finding.message.endswith("reached from dump_out()")


def test_without_a_caller_in_sight_the_function_itself_is_asked(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, store=STORE)
    assert finding.message.endswith("its flag was not found set")


def test_a_leak_is_told_once_with_the_callers_that_reach_it(tmp_path: Path) -> None:
    calls = [f"void from_{n}(void *tags, struct page *page)\n{{\n\tunpack(tags, page);\n}}\n" for n in ("a", "b", "c")]
    (finding,) = found(tmp_path, leak=LEAK + "".join(calls))
    assert (finding.rule, finding.function) == ("MTE013", "unpack")
    assert finding.message.endswith("reached from from_a(), from_b() and 1 more")
