"""Our own litmus tests: each states verdict, data race and number of states, under both models where they differ."""

from pathlib import Path

import pytest
from mutants import MUTANTS, OWN_TESTS, Mutant, expected, killer, load, matches

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide

FILES = sorted(OWN_TESTS.glob("*.litmus"))


@pytest.mark.parametrize("model", ["lkmm", "lkmm-6.1"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_litmus(path: Path, model: str) -> None:
    text = path.read_text(encoding="utf-8")
    outcome = decide(parse_litmus(text, path.name), model)
    wanted = expected(text, model)
    assert matches(outcome, wanted), (outcome.verdict, outcome.data_race, outcome.states, outcome.reason)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_verdict_alone_is_the_same(path: Path) -> None:
    program = parse_litmus(path.read_text(encoding="utf-8"), path.name)
    full, quick = decide(program), decide(program, verdict_only=True)
    assert (quick.verdict, quick.data_race) == (full.verdict, full.data_race)
    assert quick.candidates <= full.candidates


@pytest.mark.parametrize("path", [p for p in FILES if p.stem.startswith("unknown")], ids=lambda path: path.stem)
def test_what_is_not_modelled_says_why(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    outcome = decide(parse_litmus(text, path.name))
    assert outcome.reason is not None
    assert f"Because: {outcome.reason}" in text
    assert outcome.states == ()


@pytest.fixture(scope="session")
def own_tests() -> list:  # type: ignore[type-arg]
    return load(OWN_TESTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_wrong_semantics_are_noticed(mutant: Mutant, own_tests: list) -> None:  # type: ignore[type-arg]
    assert killer(mutant, own_tests) is not None


def test_nothing_is_noticed_without_a_mutant(own_tests: list) -> None:  # type: ignore[type-arg]
    assert killer(Mutant("none"), own_tests) is None
