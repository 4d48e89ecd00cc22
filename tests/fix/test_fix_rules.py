"""What is repaired, how, and what is left alone because no change is known to be safe."""

import pytest

from mtelint.fix import Repair, workspace_of
from mtelint.model import Era
from mtelint.rulebook import load

BOOK = load()
PATH = "arch/arm64/mm/example.c"


def repaired(code: str, era: Era = Era.D) -> str:
    repair = Repair(workspace_of({PATH: code.encode()}, BOOK, era))
    repair.run(lambda finding: True)
    return repair.changed.get(PATH, code.encode()).decode()


def function(*lines: str) -> str:
    body = "".join(f"\t{line}\n" for line in lines)
    return f"void f(struct page *page, void *tags, int lazy)\n{{\n{body}}}\n"


WRITE = "mte_restore_page_tags(page_address(page), tags);"
GUARD = ("if (!try_page_mte_tagging(page))", "\treturn;")

REPAIRS = {
    "raw set with its barrier": (Era.B, (WRITE, "smp_wmb();", "set_bit(PG_mte_tagged, &page->flags);"),
                                 (WRITE, "set_page_mte_tagged(page);")),
    "raw set without barrier": (Era.B, (WRITE, "set_bit(PG_mte_tagged, &page->flags.f);"),
                                (WRITE, "set_page_mte_tagged(page);")),
    "raw set by mask": (Era.B, (WRITE, "smp_wmb();", "page->flags |= 1UL << PG_mte_tagged;"),
                        (WRITE, "set_page_mte_tagged(page);")),
    "raw test by mask": (Era.D, ("if (lazy && (READ_ONCE(page->flags) & BIT(PG_mte_tagged)))", "\tg(page);"),
                         ("if (lazy && (page_mte_tagged(page)))", "\tg(page);")),
    "set before the tags": (Era.D, (*GUARD, "set_page_mte_tagged(page); /* now */", WRITE),
                            (*GUARD, WRITE, "set_page_mte_tagged(page); /* now */")),
    "set before tags of one branch": (
        Era.D, (*GUARD, "set_page_mte_tagged(page);", "if (lazy)", f"\t{WRITE}", "else",
                "\tmte_clear_page_tags(page_address(page));"),
        (*GUARD, "if (lazy)", f"\t{WRITE}", "else", "\tmte_clear_page_tags(page_address(page));",
         "set_page_mte_tagged(page);")),
    "test and set as a claim": (
        Era.C, ("if (!test_and_set_bit(PG_mte_tagged, &page->flags))", f"\t{WRITE}"),
        ("if (try_page_mte_tagging(page)) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "}")),
    "set after the reference": (Era.D, (*GUARD, WRITE, "put_page(page);", "set_page_mte_tagged(page);"),
                                (*GUARD, WRITE, "set_page_mte_tagged(page);", "put_page(page);")),
    "claim left without the flag": (Era.D, (*GUARD, WRITE), (*GUARD, WRITE, "set_page_mte_tagged(page);")),
    "claim left on one path": (
        Era.D, (*GUARD, WRITE, "if (lazy)", "\treturn;", "set_page_mte_tagged(page);"),
        (*GUARD, WRITE, "set_page_mte_tagged(page);", "if (lazy)", "\treturn;")),
    "tags without the flag on one path": (
        Era.B, ("if (lazy) {", f"\t{WRITE}", "\treturn;", "}", "mte_clear_page_tags(page_address(page));",
                "set_page_mte_tagged(page);"),
        ("if (lazy) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "\treturn;", "}",
         "mte_clear_page_tags(page_address(page));", "set_page_mte_tagged(page);")),
    "tags without the flag on one line": (
        Era.B, (f"if (lazy) {WRITE}", "else {", "\tmte_clear_page_tags(page_address(page));",
                "\tset_page_mte_tagged(page);", "}"),
        ("if (lazy) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "} else {",
         "\tmte_clear_page_tags(page_address(page));", "\tset_page_mte_tagged(page);", "}")),
    "guard of the zero page": (
        Era.B, ("if (page_mte_tagged(ZERO_PAGE(0)))", "\tmte_clear_page_tags(lm_alias(empty_zero_page));"),
        ("if (!page_mte_tagged(ZERO_PAGE(0)))", "\tmte_clear_page_tags(lm_alias(empty_zero_page));")),
    "guard that the claim replaces": (
        Era.D, ("if (page_mte_tagged(page)) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "}"),
        ("if (try_page_mte_tagging(page)) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "}")),
    "claim the wrong way round": (
        Era.D, ("if (!try_page_mte_tagging(page)) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "}"),
        ("if (try_page_mte_tagging(page)) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "}")),
    "page pointer as address": (
        Era.D, (*GUARD, "mte_clear_page_tags(page);", "set_page_mte_tagged(page);"),
        (*GUARD, "mte_clear_page_tags(page_address(page));", "set_page_mte_tagged(page);")),
    "no barrier where there is no helper": (Era.A, (WRITE, "set_bit(PG_mte_tagged, &page->flags);"),
                                            (WRITE, "smp_wmb();", "set_bit(PG_mte_tagged, &page->flags);")),
    "barrier behind the raw set": (Era.A, (WRITE, "set_bit(PG_mte_tagged, &page->flags);", "smp_wmb();"),
                                   (WRITE, "smp_wmb();", "set_bit(PG_mte_tagged, &page->flags);")),
}  # fmt: skip


@pytest.mark.parametrize(("era", "before", "after"), REPAIRS.values(), ids=REPAIRS)
def test_a_defect_with_one_safe_answer_is_repaired(era: Era, before: tuple[str, ...], after: tuple[str, ...]) -> None:
    assert repaired(function(*before), era) == function(*after)


LEFT_ALONE = {
    "no helper exists": (Era.A, (WRITE, "smp_wmb();", "set_bit(PG_mte_tagged, &page->flags);")),
    "two CPUs would initialise, and no claim exists": (
        Era.B, ("if (page_mte_tagged(page)) {", f"\t{WRITE}", "\tset_page_mte_tagged(page);", "}")),
    "the set would be skipped by a jump": (
        Era.D, (*GUARD, "set_page_mte_tagged(page);", "if (lazy)", "\treturn;", WRITE)),
    "the value of the mask is kept": (Era.D, ("g(page->flags & BIT(PG_mte_tagged));",)),
    "the page is not known to be one": (Era.D, ("if (test_bit(PG_mte_tagged, &thing->flags))", "\tg(page);")),
    "another helper's page counts": (Era.D, ("clear_bit(PG_mte_tagged, &page->flags);",)),
    "the error path has no tags to flag": (
        Era.D, (*GUARD, "if (lazy)", "\treturn;", WRITE, "set_page_mte_tagged(page);")),
}  # fmt: skip


@pytest.mark.parametrize(("era", "lines"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_without_a_safe_answer_nothing_is_offered(era: Era, lines: tuple[str, ...]) -> None:
    code = function(*lines)
    assert workspace_of({PATH: code.encode()}, BOOK, era).verdict().findings
    assert repaired(code, era) == code


def test_a_helper_is_not_made_to_call_itself() -> None:
    code = ("static inline void set_page_mte_tagged(struct page *page)\n{\n"
            "\tset_bit(PG_mte_tagged, &page->flags);\n}\n")  # fmt: skip
    assert repaired(code, Era.B) == code.replace("\tset_bit", "\tsmp_wmb();\n\tset_bit")


def test_line_ends_and_bytes_of_other_encodings_stay() -> None:
    code = function(WRITE, "smp_wmb();", "set_bit(PG_mte_tagged, &page->flags);").replace("\n", "\r\n").encode()
    code = b"/* caf\xe9 */\r\n" + code
    repair = Repair(workspace_of({PATH: code}, BOOK, Era.B))
    repair.run(lambda finding: True)
    assert repair.changed[PATH] == code.replace(
        b"\tsmp_wmb();\r\n\tset_bit(PG_mte_tagged, &page->flags);", b"\tset_page_mte_tagged(page);")  # fmt: skip
