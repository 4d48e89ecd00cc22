"""Defects put into correct code are found, and correct code is not accused, however it is spelled."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from mtelint.engine.find.era import era_of
from mtelint.model import Era, Finding
from mtelint.rulebook import load

from . import operators, rewriters
from .code import functions
from .mutants import OPERATORS, Mutant, judge, mutants, review
from .rewriting import REWRITERS, Rewrite, rewrites
from .survivors import SURVIVORS

SUBJECTS = sorted(Path(__file__).with_name("subjects").glob("*.c"))
LIMIT = 0.02
"""The part of the mutants that may survive."""


@cache
def subject(path: Path) -> tuple[str, str, Era]:
    """The path under which a subject is reviewed, its text, and the era that its first line names."""
    text = path.read_text()
    return f"arch/arm64/mm/{path.name}", text, Era(text.removeprefix("// era: ")[0])


def accusations(findings: Sequence[Finding]) -> list[str]:
    """The findings, without the notes that raw operations are worth in era A, where they are the only API."""
    return [
        f"{f.rule} {f.function}:{f.line}: {f.message}"
        for f in findings
        if (f.era, f.rule, f.severity.value) != (Era.A, "MTE001", "note")
    ]


MUTANTS: dict[str, tuple[Path, Mutant]] = {m.name: (p, m) for p in SUBJECTS for m in mutants(p.stem, subject(p)[1])}
REWRITES: dict[str, tuple[Path, Rewrite]] = {r.name: (p, r) for p in SUBJECTS for r in rewrites(p.stem, subject(p)[1])}


def known(name: str) -> list[pytest.MarkDecorator]:
    return [pytest.mark.xfail(reason=SURVIVORS[name], strict=True)] if name in SURVIVORS else []


# --- correct code -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SUBJECTS, ids=lambda p: p.stem)
def test_correct_code_is_not_accused(path: Path) -> None:
    assert accusations(review(*subject(path))) == []


ONE_IN = 3
"""So many rewrites are enough while one works; the others are slow tests."""


@pytest.mark.parametrize(
    ("path", "rewrite"),
    [
        pytest.param(*REWRITES[name], id=name, marks=[pytest.mark.slow] if number % ONE_IN else [])
        for number, name in enumerate(REWRITES)
    ],
)
def test_an_equivalent_rewrite_is_not_accused(path: Path, rewrite: Rewrite) -> None:
    shown, _, era = subject(path)
    assert accusations(review(shown, rewrite.text, era)) == []


# --- mutants ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "mutant"), [pytest.param(*MUTANTS[name], id=name, marks=known(name)) for name in MUTANTS]
)
def test_a_mutant_is_killed_by_the_expected_rule(path: Path, mutant: Mutant) -> None:
    shown, _, era = subject(path)
    verdict = judge(shown, mutant, era)
    assert verdict.killed, f"expected {mutant.expected}, found {verdict.found}"


# --- code that the suite was not written for --------------------------------------------------------------------------

USERS = ("mm/copypage.c", "mm/mteswap.c", "kernel/mte.c", "kernel/hibernate.c", "kernel/elfcore.c", "kvm/guest.c",
         "kvm/mmu.c")  # fmt: skip


@pytest.mark.kernel
@pytest.mark.parametrize("tree", ["kernel_61", "kernel_612"])
def test_mutants_of_a_kernel_that_people_run_are_killed(tree: str, request: pytest.FixtureRequest) -> None:
    arch = request.getfixturevalue(tree) / "arch" / "arm64"
    era = era_of([(arch / "include" / "asm" / "mte.h").read_bytes()], load().vocabulary)
    verdicts = [
        judge(f"arch/arm64/{file}", mutant, era)
        for file in USERS
        for mutant in mutants(Path(file).stem, (arch / file).read_text(errors="replace"))
    ]
    survivors = [v.mutant.name for v in verdicts if not v.killed]
    assert len(verdicts) >= 150
    assert len(survivors) <= LIMIT * len(verdicts), survivors


# --- the suite itself -------------------------------------------------------------------------------------------------


def test_every_operator_and_every_rewrite_applies_somewhere() -> None:
    assert operators.__all__
    assert rewriters.__all__
    used = Counter(mutant.operator for _, mutant in MUTANTS.values())
    rewritten = Counter(rewrite.rewriter for _, rewrite in REWRITES.values())
    assert [name for name in OPERATORS if not used[name]] == []
    assert [name for name in REWRITERS if not rewritten[name]] == []


def test_every_mutant_and_every_rewrite_parses() -> None:
    for name, (path, item) in (MUTANTS | REWRITES).items():
        names = {f.name for f in functions(item.text.encode())}
        assert item.function in names or f"{item.function}_inner" in names, f"{path.stem}: {name} does not parse"


def test_the_suite_is_large_and_its_survivors_are_few() -> None:
    assert sum(len(functions(subject(path)[1].encode())) for path in SUBJECTS) >= 25
    assert len(OPERATORS) >= 25
    assert len(MUTANTS) >= 300
    assert len(REWRITES) >= 100
    assert set(SURVIVORS) <= set(MUTANTS), "a survivor that does not exist any more"
    assert len(SURVIVORS) <= LIMIT * len(MUTANTS)
