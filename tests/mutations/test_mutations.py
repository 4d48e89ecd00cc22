"""The mutation suite: defects put into correct code are found, and the correct code is not accused."""

from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from mtelint.model import Era, Finding

from . import operators
from .mutants import OPERATORS, Mutant, Seen, judge, mutants, review, tally
from .survivors import SURVIVORS

SUBJECTS = sorted(Path(__file__).with_name("subjects").glob("*.c"))


@cache
def subject(path: Path) -> tuple[str, str, Era]:
    """The path under which a subject is reviewed, its text, and the era that its first line names."""
    text = path.read_text()
    return f"arch/arm64/mm/{path.name}", text, Era(text.removeprefix("// era: ")[0])


def expected_note(finding: Finding) -> bool:
    """In era A the raw operations are the only API, and each is worth a note."""
    return finding.era is Era.A and finding.rule == "MTE001" and finding.severity.value == "note"


@cache
def baseline(path: Path) -> Seen:
    return tally(review(*subject(path)))


ALL: dict[str, tuple[Path, Mutant]] = {m.name: (p, m) for p in SUBJECTS for m in mutants(p.stem, subject(p)[1])}


def by_name() -> list[object]:
    return [
        pytest.param(path, mutant, id=name, marks=_known(name)) for name, (path, mutant) in ALL.items()
    ]  # fmt: skip


def _known(name: str) -> list[pytest.MarkDecorator]:
    reason = SURVIVORS.get(name)
    return [pytest.mark.xfail(reason=reason, strict=True)] if reason else []


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda p: p.stem)
def test_correct_code_is_not_accused(path):
    assert [f"{f.rule} {f.function}: {f.message}" for f in review(*subject(path)) if not expected_note(f)] == []


@pytest.mark.parametrize(("path", "mutant"), by_name())
def test_mutant_is_killed_by_the_expected_rule(path, mutant):
    shown, _, era = subject(path)
    verdict = judge(shown, mutant, era, baseline(path))
    assert verdict.killed, f"expected {mutant.expected}, found {verdict.found}"


def test_every_operator_applies_somewhere():
    used = Counter(mutant.operator for _, mutant in ALL.values())
    assert operators.__all__
    assert [name for name in OPERATORS if not used[name]] == []
    assert len(OPERATORS) >= 25


def test_the_suite_is_large_and_the_survivors_are_few():
    assert len(ALL) >= 300
    assert set(SURVIVORS) <= set(ALL), "a survivor that no longer exists"
    assert len(SURVIVORS) <= 0.02 * len(ALL)
