"""Macros of a text that hide jumps."""

from dataclasses import dataclass

from mtelint.syntax.lower.macro_bodies import Jump, hidden_jumps


@dataclass(frozen=True)
class Define:
    params: tuple[str, ...] | None
    body: str


def test_a_return_in_a_body_is_a_jump() -> None:
    assert hidden_jumps({"C": Define(("x",), "do { if (!(x)) return -1; } while (0)")}) == {
        "C": (Jump("return", True),)
    }


def test_a_goto_knows_its_label_or_the_parameter_that_names_it() -> None:
    found = hidden_jumps({"A": Define(("x", "l"), "if (x) goto l"), "B": Define(None, "goto out")})
    assert found["A"] == (Jump("goto", True, "l", 1),)
    assert found["B"] == (Jump("goto", False, "out"),)


def test_a_goto_to_a_label_of_the_macro_itself_stays_inside() -> None:
    assert hidden_jumps({"A": Define((), "({ goto again; again: f(); })")}) == {}


def test_a_break_leaves_only_a_macro_without_a_loop() -> None:
    found = hidden_jumps({"A": Define((), "if (x) break"), "B": Define((), "do { if (x) break; } while (0)")})
    assert found == {"A": (Jump("break", True),)}


def test_jumps_are_found_through_other_macros() -> None:
    macros = {
        "OUTER": Define(("x",), "do { INNER(x); } while (0)"),
        "INNER": Define(("x",), "if (x) return"),
        "SWITCH": Define((), "switch (x) { CASES }"),
        "CASES": Define(None, "case 1: f(); break;"),
    }
    found = hidden_jumps(macros)
    assert found["OUTER"] == (Jump("return", True),)
    assert "SWITCH" not in found
    assert [jump.kind for jump in found["CASES"]] == ["case", "break"]


def test_macros_that_use_each_other_end() -> None:
    assert hidden_jumps({"A": Define((), "B() return"), "B": Define((), "A()")}) == {
        "A": (Jump("return", True),),
        "B": (Jump("return", True),),
    }


def test_words_in_strings_and_comments_are_no_jumps() -> None:
    assert hidden_jumps({"A": Define((), 'f("return") /* goto out */')}) == {}
