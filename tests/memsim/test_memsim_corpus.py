"""Against herd7's stored answers: scenarios of the protocol, and a grid of variants with full state sets."""

import json
from pathlib import Path

import pytest

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Outcome

MODELS = {"lkmm-6.1": "6.1", "lkmm": "6.3"}


def answer(path: Path, model: str, **limits: float) -> Outcome:
    return decide(parse_litmus(path.read_text(encoding="utf-8"), path.name), model, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize("model", MODELS)
def test_scenarios(corpus: Path, model: str) -> None:
    folder = corpus / "litmus" / "scenarios"
    verdicts = json.loads((folder / "verdicts.json").read_text())
    assert len(verdicts) >= 49
    for name, stored in verdicts.items():
        wanted = stored[MODELS[model]]
        outcome = answer(folder / f"{name}.litmus", model)
        assert outcome.verdict.value == wanted["verdict"], name
        assert len(outcome.states) == wanted.get("states", len(outcome.states)), name
        assert outcome.data_race == wanted.get("data_race", outcome.data_race), name


@pytest.mark.parametrize("model", MODELS)
def test_grid(corpus: Path, model: str) -> None:
    folder = corpus / "litmus" / "grid"
    verdicts = json.loads((folder / "verdicts.json").read_text())
    checked = 0
    for path in sorted(folder.glob("*.litmus")):
        wanted = verdicts[path.stem][MODELS[model]]
        outcome = answer(path, model)
        states = sorted(" ".join(f"{name}={value}" for name, value in state.items()) for state in outcome.states)
        assert states == sorted(wanted["states"]), path.stem
        assert (outcome.verdict.value, outcome.data_race) == (wanted["verdict"], wanted["race"]), path.stem
        checked += 1
    assert checked >= 350


def test_tests_for_the_processor_are_not_answered(corpus: Path) -> None:
    for path in (corpus / "litmus" / "arm64").glob("*.litmus"):
        outcome = answer(path, "lkmm")
        assert (outcome.verdict.value, outcome.line) == ("unknown", 1)


@pytest.mark.parametrize("name", ["lockinit4", "lockinit5", "chain5", "cta4", "gran8", "gran4bad"])
def test_families_that_grow_are_decided(corpus: Path, name: str) -> None:
    outcome = answer(corpus / "litmus" / "scale" / f"{name}.litmus", "lkmm", bound=20_000)
    assert outcome.verdict.value == ("Sometimes" if name in ("cta4", "gran4bad") else "Never")


def test_a_bound_that_is_hit_is_said(corpus: Path) -> None:
    outcome = answer(corpus / "litmus" / "scale" / "lockinit4.litmus", "lkmm", bound=100)
    assert outcome.verdict.value == "unknown"
    assert outcome.reason is not None
    assert outcome.reason.startswith("bound exceeded")
