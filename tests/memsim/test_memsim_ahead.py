"""Looking ahead saves work and loses nothing."""

from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, assume, given, settings
from litmus_naive import candidates, naive
from litmus_programs import programs

from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search import combination
from mtelint.memsim.search.decide import decide

RELAXED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def ahead(program: Program) -> tuple[set[tuple[object, ...]], bool]:
    with patch.object(combination, "LARGE", 0):
        outcome = decide(program)
    return {tuple(state.values()) for state in outcome.states}, outcome.data_race


@RELAXED
@given(programs(threads=2, length=3))
def test_two_threads(program: Program) -> None:
    assume(candidates(program) <= 800)
    assert ahead(program) == naive(program)


@RELAXED
@given(programs(threads=3, length=2))
def test_three_threads(program: Program) -> None:
    assume(candidates(program) <= 800)
    assert ahead(program) == naive(program)


def five(read: str, write: str) -> Program:
    bodies = "".join(
        f"P{i}(atomic_t *f, int *x, int *y) {{ int r0; int r1;\n{write.format(at='xy'[i % 2], value=i + 1)}\n"
        f"r0 = atomic_fetch_or({1 << i}, f);\n{read.format(at='yx'[i % 2])}\n}}\n"
        for i in range(5)
    )
    return parse_litmus(f"C five\n{{}}\n{bodies}\nexists (0:r1=0 /\\ 1:r1=0)\n", "five")


@pytest.mark.parametrize("verdict_only", [False, True])
def test_five_threads_with_an_operation_on_one_word_each_are_decided(verdict_only: bool) -> None:
    program = five("r1 = READ_ONCE(*{at});", "WRITE_ONCE(*{at}, {value});")

    outcome = decide(program, verdict_only=verdict_only, bound=20_000)

    assert outcome.verdict.value == "Never"


def test_the_verdict_alone_stops_early() -> None:
    program = five("r1 = READ_ONCE(*{at});", "")

    full, quick = decide(program, bound=50_000), decide(program, verdict_only=True, bound=50_000)

    assert quick.verdict is full.verdict
    assert quick.candidates <= full.candidates
