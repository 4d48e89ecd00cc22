"""The kernel's own litmus tests, with their Result lines, from the source trees."""

from pathlib import Path

import pytest

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.answers import agrees
from mtelint.memsim.search.decide import decide

pytestmark = pytest.mark.kernel

SINCE_63 = {"dep+plain"}
"""Tests of what the older model does not have."""


def litmus_tests(tree: Path) -> list[Path]:
    found = sorted((tree / "tools" / "memory-model" / "litmus-tests").glob("*.litmus"))
    return found + sorted((tree / "Documentation" / "litmus-tests").glob("*/*.litmus"))


def check(tree: Path, model: str) -> int:
    files = litmus_tests(tree)
    for path in files:
        program = parse_litmus(path.read_text(encoding="utf-8"), path.name)
        outcome = decide(program, model)
        assert agrees(outcome) is (model == "lkmm" or program.name not in SINCE_63), (path.name, outcome.verdict)
        assert not outcome.data_race, path.name
    return len(files)


@pytest.mark.parametrize("model", ["lkmm", "lkmm-6.1"])
def test_those_of_linux_61(kernel_61: Path, model: str) -> None:
    assert check(kernel_61, model) == 38


@pytest.mark.parametrize("model", ["lkmm", "lkmm-6.1"])
def test_those_of_linux_612(kernel_612: Path, model: str) -> None:
    assert check(kernel_612, model) >= 47
