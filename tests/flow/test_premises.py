"""What a path takes for granted: where it is taken, when it is none, and which path is told."""

from hypothesis import given
from hypothesis import strategies as st

from mtelint.engine.judge.judge import judge
from mtelint.engine.judge.sources import Source
from mtelint.flow.domain.events import Site
from mtelint.flow.domain.premises import Premise, rests_on_less
from mtelint.model import Confidence, Era, Finding, PremiseKind
from mtelint.rulebook import load
from mtelint.syntax.outline import outline_file

CLAIM = "\tif (!try_page_mte_tagging(page))\n\t\treturn;\n"
WRITE = "mte_restore_page_tags(page_address(page), saved);\n"
SET = "\tset_page_mte_tagged(page);\n"


def found(body: str, rule: str) -> tuple[Finding, ...]:
    text = f"void f(struct page *page, int nr, void *saved, struct list_head *list)\n{{\n\tint i;\n{body}}}\n"
    source = Source(outline_file("f.c", text.encode()), "f.c")
    return tuple(f for f in judge([source], load(), Era.C).findings if f.rule == rule)


def words(finding: Finding) -> list[str]:
    return [premise.words for premise in finding.premises]


# --- a loop without a turn --------------------------------------------------------------------------------------------


def test_a_loop_without_a_turn_is_a_premise() -> None:
    (finding,) = found(f"{CLAIM}\tfor (i = 0; i < nr; i++)\n\t\t{WRITE}{SET}", "MTE003")
    assert (finding.confidence, words(finding)) == (Confidence.LOW, ["`nr` is 0"])


def test_it_is_none_where_the_function_asks_for_that_case() -> None:
    asked = '\tif (!nr)\n\t\tpr_debug("none\\n");\n'
    (finding,) = found(f"{asked}{CLAIM}\tfor (i = 0; i < nr; i++)\n\t\t{WRITE}{SET}", "MTE003")
    assert (finding.confidence, words(finding)) == (Confidence.HIGH, [])


def test_a_path_that_made_a_turn_rests_on_nothing() -> None:
    loop = f"\tfor (i = 0; i < nr; i++) {{\n\t\tif (saved)\n\t\t\t{WRITE}\t}}\n"
    (finding,) = found(f"{CLAIM}{loop}{SET}", "MTE003")
    assert (finding.confidence, words(finding)) == (Confidence.HIGH, [])


def test_a_path_that_leaves_by_a_break_made_its_turn() -> None:
    loop = f"\tfor (i = 0; i < nr; i++) {{\n\t\tif (!saved)\n\t\t\tbreak;\n\t\t{WRITE}\t}}\n"
    (finding,) = found(f"{CLAIM}{loop}{SET}", "MTE003")
    assert words(finding) == []


def test_a_loop_that_asks_at_its_end_always_makes_one() -> None:
    assert found(f"{CLAIM}\tdo\n\t\t{WRITE}\twhile (--nr);\n{SET}", "MTE003") == ()


# --- assertions -------------------------------------------------------------------------------------------------------


def read_behind(assertion: str) -> tuple[Finding, ...]:
    return found(f"\t{assertion};\n\tmte_save_page_tags(page_address(page), saved);\n", "MTE007")


def test_going_on_behind_an_assertion_that_fired_is_a_premise() -> None:
    for assertion in ("WARN_ON_ONCE(!page_mte_tagged(page))", "KUNIT_EXPECT_TRUE(test, page_mte_tagged(page))"):
        (finding,) = read_behind(assertion)
        name = assertion.partition("(")[0]
        assert (finding.severity.value, words(finding)) == ("warning", [f"the {name} in line 4 fires"])


def test_nothing_follows_an_assertion_that_stops() -> None:
    for assertion in ("BUG_ON(!page_mte_tagged(page))", "VM_BUG_ON_PAGE(!page_mte_tagged(page), page)",
                      "KUNIT_ASSERT_TRUE(test, page_mte_tagged(page))"):  # fmt: skip
        assert read_behind(assertion) == ()


def test_an_assertion_of_the_contrary_fires_where_the_flag_is_set() -> None:
    (finding,) = read_behind("WARN_ON_ONCE(page_mte_tagged(page))")
    assert words(finding) == []


# --- of paths that agree in all else ----------------------------------------------------------------------------------

PREMISES = [Premise(kind, Site("f.c", 0, n, n, "f"), str(n)) for n, kind in enumerate(PremiseKind)]
sets = st.frozensets(st.sampled_from(PREMISES))


@given(sets, st.lists(sets, max_size=3))
def test_what_rests_on_more_than_another_says_nothing_new(
    taken: frozenset[Premise], known: list[frozenset[Premise]]
) -> None:
    assert rests_on_less(taken, known) is not any(other <= taken for other in known)
    assert not rests_on_less(taken, [*known, frozenset()])
