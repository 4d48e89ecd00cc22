"""``--explain``, ``--fix`` and the page: the execution, the cycle, and what would forbid it."""

from html.parser import HTMLParser

import pytest
from mutants import OWN_TESTS

from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.explanation import explanation_text, fixes_text
from mtelint.memsim.output.explanation_page import explanation_page
from mtelint.memsim.output.fixes import fix_text, fixes
from mtelint.memsim.search.decide import decide


def own(name: str) -> Program:
    return parse_litmus((OWN_TESTS / f"{name}.litmus").read_text(encoding="utf-8"), name)


def test_an_outcome_that_can_happen_is_told_as_a_time_line() -> None:
    text = explanation_text(decide(own("SB")))

    assert text.startswith("SB: Sometimes (lkmm)\nAsked: 0:r0=0 /\\ 1:r0=0\nIt can happen like this:\n   1 P")
    assert "reads x = 0, its first value, before line 22 takes effect\n" in text
    assert "  In the end: 0:r0=0; 1:r0=0;\n" in text


def test_an_outcome_that_cannot_happen_is_told_with_axiom_and_cycle() -> None:
    text = explanation_text(decide(own("MP+wmb+rmb")))

    assert "happens-before: no event comes before itself in time" in text
    assert "  P1 line 22: reads y = 1  --fence--> P1 line 24: reads x = 0\n" in text
    assert "  P1 line 24: reads x = 0  --prop--> P1 line 22: reads y = 1\n" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [("RMW-atomic", "coherence, and the conditions on the way"), ("unknown-loop", "Not decided: Never within 3 turns"),
     ("RCU-gp", "rcu: a grace period does not fit"), ("RMW-count", "No execution ends otherwise."),
     ("IRIW+mb+mb", "propagates-before"), ("plain-coherence", "It")],
)  # fmt: skip
def test_every_kind_of_answer_has_an_explanation(name: str, words: str) -> None:
    assert words in explanation_text(decide(own(name)))


def test_all_smallest_changes_are_named_and_no_stronger_ones() -> None:
    found = [fix_text(fix) for fix in fixes(own("MP+wmb+ctrl"))]

    assert "P1 line 22: acquire instead of once for the load" in found
    assert any("smp_rmb() between" in text for text in found)
    assert not any("smp_mb()" in text for text in found)


def test_two_changes_where_one_is_not_enough() -> None:
    found = [fix_text(fix) for fix in fixes(own("MP"))]

    assert any("release instead" in text and "acquire instead" in text for text in found)
    assert any("smp_wmb()" in text and "smp_rmb()" in text for text in found)
    assert all(", and " in text for text in found)
    assert [fix_text(fix) for fix in fixes(own("SB"))] == [
        "P0: smp_mb() between line 15 and line 16, and P1: smp_mb() between line 22 and line 23"
    ]


def test_a_relaxed_operation_is_made_stronger() -> None:
    texts = [fix_text(fix) for fix in fixes(own("MP+wmb+fetch_or_relaxed"))]

    assert any("acquire instead of relaxed for the operation" in text for text in texts)


def test_nothing_to_change_and_nothing_that_helps() -> None:
    assert "Nothing to change: it cannot happen." in fixes_text(decide(own("MP+wmb+rmb")))
    assert "No barrier, acquire or release at one or two places forbids it." in fixes_text(decide(own("RMW-lost")))


class Balanced(HTMLParser):
    """Counts open elements that must be closed."""

    open: int = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open += tag not in ("meta",)

    def handle_endtag(self, tag: str) -> None:
        self.open -= 1


@pytest.mark.parametrize("name", ["SB", "MP+wmb+rmb", "unknown-loop", "RMW-atomic", "C-struct"])
def test_the_page_is_whole_and_has_neither_script_nor_link(name: str) -> None:
    page = explanation_page(decide(own(name)))

    parser = Balanced()
    parser.feed(page)
    assert parser.open == 0
    assert "<script" not in page
    assert "http" not in page
