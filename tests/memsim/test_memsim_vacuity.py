"""Answers that are worth less than they look are told as such, and nothing else is."""

import pytest
from mutants import OWN_TESTS

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.herd_text import herd_text
from mtelint.memsim.output.vacuity import note_text, notes
from mtelint.memsim.search.decide import decide


def told(body: str, ending: str, init: str = "", second: str = "") -> list[str]:
    other = f"P1(int *x, int *y) {{ {second} }}\n" if second else ""
    text = f"C t\n{{ {init} }}\nP0(int *x, int *y)\n{{\n{body}\n}}\n{other}{ending}\n"
    return [note_text(note) for note in notes(decide(parse_litmus(text, "t")))]


def test_a_register_that_the_thread_never_sets() -> None:
    assert told("int r0 = 1;", "exists (0:r1=1)") == ["P0 never sets r1: it is always 0"]


def test_a_location_that_nobody_has() -> None:
    assert told("int r0 = 1;", "exists (z=0)") == [
        "no thread has a location z, and it has no initial value: it is always 0"
    ]


def test_a_read_that_is_never_reached() -> None:
    body = "int r0 = READ_ONCE(*x);\nif (r0 == 5)\nr0 = READ_ONCE(*y);"

    assert told(body, "exists (0:r0=1)") == ["line 7: P0 never gets here, in no allowed execution"]
    assert told(body, "exists (0:r0=1)", second="WRITE_ONCE(*x, 5);") == []


def test_a_read_that_the_model_keeps_from_being_reached() -> None:
    """Some path leads there, but only through what the axioms forbid."""
    text = (
        "C t\n{}\nP0(int *x, int *y)\n{ WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }\n"
        "P1(int *x, int *y, int *z)\n"
        "{ int r0 = READ_ONCE(*y); int r1; int r2;\nsmp_rmb(); r1 = READ_ONCE(*x);\nif (r0 == 1 & r1 == 0)\n"
        "r2 = READ_ONCE(*z);\n}\nexists (1:r2=1)\n"
    )

    assert [line for _, line in notes(decide(parse_litmus(text, "t")))] == [9]


def test_a_filter_that_removes_every_execution() -> None:
    assert told("int r0 = READ_ONCE(*x);", "filter (0:r0=1) exists (0:r0=0)") == ["the filter removes every execution"]


def test_a_wait_that_never_ends() -> None:
    assert told("while (!READ_ONCE(*x))\n;", "exists (x=0)") == [
        "no execution comes to its end: somebody waits for ever"
    ]


def test_a_loop_that_is_cut_where_the_verdict_stands() -> None:
    body = "int r0 = 0;\nwhile (READ_ONCE(*x) == 0)\nr0++;"

    found = told(body, "exists (0:r0=1)", second="WRITE_ONCE(*x, 1);")

    assert found == ["line 6: the loop may go on: there may be more final states (see --unroll)"]


def test_the_listing_has_the_notes_behind_the_observation() -> None:
    text = herd_text(decide(parse_litmus("C t\n{}\nP0(int *x) { *x = 1; }\nexists (0:r9=0)\n", "t")))

    assert "\nObservation t Always 1 0\nNote t P0 never sets r9: it is always 0\nTime t" in text


@pytest.mark.parametrize("path", sorted(OWN_TESTS.glob("*.litmus")), ids=lambda path: path.stem)
def test_our_own_tests_ask_what_they_mean_to_ask(path) -> None:  # type: ignore[no-untyped-def]
    found = notes(decide(parse_litmus(path.read_text(encoding="utf-8"), path.name)))

    allowed = {"lock-deadlock": "waits for ever", "C-loop-cut": "may go on"}
    assert all(allowed.get(path.stem, "no note") in text for text, _ in found), found
