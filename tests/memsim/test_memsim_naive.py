"""Coherence-first exploration finds what an exhaustive enumeration finds: same states, same races."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from litmus_naive import candidates, naive
from litmus_programs import REGISTERS, lock_programs, programs
from mutants import OWN_TESTS, load

from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.final_state import Either, Equals, Observable
from mtelint.memsim.search.decide import decide

OURS = [p for p, wanted in load(OWN_TESTS) if wanted.verdict != "unknown" and candidates(p) <= 20000]
RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def agrees(program: Program, model: str = "lkmm") -> bool:
    outcome = decide(program, model)
    states, race = naive(program, model)
    found = {tuple(state.values()) for state in outcome.states}
    return found == states and outcome.data_race == race


def small_and_agrees(program: Program, model: str = "lkmm") -> bool:
    assume(candidates(program) <= 800)
    return agrees(program, model)


@RELAXED
@given(programs(threads=2, length=3), st.sampled_from(["lkmm", "lkmm-6.1"]))
def test_two_threads(program: Program, model: str) -> None:
    assert small_and_agrees(program, model)


@RELAXED
@given(programs(threads=3, length=2))
def test_three_threads(program: Program) -> None:
    assert small_and_agrees(program)


@settings(RELAXED, max_examples=15)
@given(lock_programs())
def test_locks(program: Program) -> None:
    assume(candidates(program) <= 1500)
    assert agrees(program)


@RELAXED
@given(programs(threads=1, length=2), programs(threads=1, length=2))
def test_exchangeable_threads(once: Program, thrice: Program) -> None:
    """Three equal threads and another: symmetry must not lose states."""
    threads = thrice.threads * 3 + once.threads
    observed = [Observable(t, r) for t in range(4) for r in REGISTERS] + [Observable(-1, "x")]
    program = replace(once, threads=threads, observed=tuple(observed))
    assert small_and_agrees(program)


@RELAXED
@given(programs(threads=1, length=2), st.sets(st.integers(0, 2)))
def test_exchangeable_threads_of_which_some_are_looked_at(once: Program, watched: set[int]) -> None:
    observed = [Observable(t, r) for t in sorted(watched) for r in REGISTERS] + [Observable(-1, "x")]
    assert small_and_agrees(replace(once, threads=once.threads * 3, observed=tuple(observed)))


@RELAXED
@given(programs(threads=2, length=2), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2))
def test_filter(program: Program, thread: int, first: int, second: int) -> None:
    condition = Either(Equals(Observable(thread, "r0"), first), Equals(Observable(-1, "x"), second))
    assert small_and_agrees(replace(program, filter=condition))


@pytest.mark.parametrize("program", OURS, ids=lambda program: program.name)
def test_our_own_litmus_tests(program: Program) -> None:
    assert agrees(program)


def test_most_of_our_own_tests_are_small_enough() -> None:
    assert len(OURS) > 100
