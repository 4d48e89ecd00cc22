"""What herd7 does not read is translated for it: the translation says the same, in words that herd7 knows."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from litmus_programs import programs
from mutants import OWN_TESTS

from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.litmus_names import Names, Untranslatable
from mtelint.memsim.output.litmus_text import litmus_text
from mtelint.memsim.output.residual import residual
from mtelint.memsim.output.runnable import runnable_text
from mtelint.memsim.search.decide import decide

FILES = sorted(OWN_TESTS.glob("*.litmus"))
NOT_HERD7 = re.compile(
    r"&&|\|\||<<|>>|%|->|\w\[|\?|\bswitch\b|\bfor\b|\bdo\b|\bguard\b|_bit\b|mutex|refcount|cond_load|&\w"
)
"""What the C of herd7 has not."""


def read(path: Path) -> Program:
    return parse_litmus(path.read_text(encoding="utf-8"), path.name)


def states(program: Program, model: str, unroll: int = 3) -> tuple[str, bool, set[frozenset[str]]]:
    """Verdict, race, and final states in the names of the translation."""
    outcome = decide(program, model, unroll=unroll)
    names = Names(residual(program))
    rows = {
        frozenset(f"{names.observable(what)}={names.value(state[str(what)])}" for what in program.observed)
        for state in outcome.states
    }
    return outcome.verdict.value, outcome.data_race, rows


@pytest.mark.parametrize("model", ["lkmm", "lkmm-6.1"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_translation_has_the_same_states(path: Path, model: str) -> None:
    program = read(path)
    if program.unmodelled is not None:
        with pytest.raises(Untranslatable):
            litmus_text(program)
        return
    wanted = states(program, model)
    if wanted[0] == "unknown":
        return
    again = parse_litmus(litmus_text(program).text, "again")
    assert states(again, model) == wanted


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_translation_is_in_the_words_of_herd7(path: Path) -> None:
    program = read(path)
    if program.unmodelled is None:
        code = litmus_text(program).text.split("{", 1)[1].split("\nexists")[0].split("\nfilter")[0]
        assert NOT_HERD7.findall(code) == []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(threads=2, length=3))
def test_generated_programs_say_the_same_when_written_and_read_again(program: Program) -> None:
    assert states(parse_litmus(litmus_text(program).text, "again"), "lkmm") == states(program, "lkmm")


def test_the_head_names_the_commands_and_what_the_kernels_file_lacks() -> None:
    text = runnable_text(decide(read(OWN_TESTS / "refcount-get-unless-zero.litmus")), 3)

    assert "\n * Result: Never\n" in text
    assert "\n * 6.12: atomic_add_unless_relaxed(X,V,W) __atomic_add_unless{once}(X,V,W)\n" in text
    assert "\n * 7.2: atomic_add_unless_relaxed(X,V,W) __atomic_add_unless{ONCE}(X,V,W)\n" in text
    assert text.count("herd7 -conf linux-kernel.cfg -macros /tmp/with.def FILE") == 2


def test_a_loop_is_followed_by_herd7_as_often_as_here() -> None:
    text = runnable_text(decide(read(OWN_TESTS / "C-while-control.litmus")), 5)

    assert "Run in tools/memory-model: herd7 -conf linux-kernel.cfg -unroll 5 FILE" in text


def test_words_that_herd7_takes_for_something_else_are_no_names() -> None:
    program = parse_litmus(
        "C t\n{}\nP0(spinlock_t *lock, int *fence) { spin_lock(lock); *fence = 1; }\nexists (fence=1)\n"
    )

    text = litmus_text(program).text

    assert "P0(int *fence_, spinlock_t *lock_)" in text
    assert "exists (fence_=1)" in text


def test_a_condition_about_what_no_thread_has_is_decided() -> None:
    program = parse_litmus("C t\n{ z = 3; }\nP0(int *x) { *x = 1; }\nexists (x=1 /\\ z=3 /\\ ~(z=4))\n")

    assert litmus_text(program).text.endswith("exists (x=1)\n")


def test_a_pointer_that_is_read_to_a_part_of_a_structure_has_no_translation() -> None:
    program = parse_litmus("C t\n{ p = s; }\nP0(struct s **p) { int *r = READ_ONCE(*p); r->a = 1; }\nexists (s.a=1)\n")

    assert decide(program).verdict.value == "Always"
    with pytest.raises(Untranslatable, match="leads to the part"):
        litmus_text(program)
