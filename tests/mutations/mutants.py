"""Mutants, the registry of operators, and the verdict."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from mtelint.engine import review_text
from mtelint.model import Confidence, Era, Finding

from .code import Edit, Function, apply, slices

Change = tuple[Iterable[Edit], tuple[str, ...]]
"""What an operator yields: edits, and the rules of which one must speak (the first is the preferred one)."""
Operator = Callable[[Function], Iterator[Change]]

OPERATORS: dict[str, Operator] = {}


def operator(name: str) -> Callable[[Operator], Operator]:
    """Register a mutation operator."""

    def register(function: Operator) -> Operator:
        if name in OPERATORS:
            raise ValueError(f"two operators are called {name}")
        OPERATORS[name] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Mutant:
    """A text with one defect that the original does not have."""

    name: str
    operator: str
    function: str
    expected: tuple[str, ...]
    text: str
    original: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What mtelint says about a mutant beyond what it says about the original."""

    mutant: Mutant
    found: tuple[str, ...]

    @property
    def killed(self) -> bool:
        return bool(set(self.mutant.expected) & set(self.found))

    def as_json(self) -> dict[str, object]:
        mutant = self.mutant
        return {
            "name": mutant.name, "operator": mutant.operator, "function": mutant.function,
            "expected": list(mutant.expected), "found": list(self.found), "killed": self.killed,
        }  # fmt: skip


def mutants(stem: str, text: str) -> Iterator[Mutant]:
    """All mutants of a C text; ``stem`` begins their names, which are stable as long as the code is."""
    for function in slices(text.encode()):
        original = function.source.decode()
        for name, apply_to in OPERATORS.items():
            seen = {original}
            for number, (edits, expected) in enumerate(apply_to(function), 1):
                changed = apply(function.source, edits).decode()
                if changed not in seen:
                    seen.add(changed)
                    title = f"{stem}/{function.name}/{name}-{number}"
                    yield Mutant(title, name, function.name, expected, changed, original)


def review(path: str, text: str, era: Era) -> tuple[Finding, ...]:
    """What a user sees by default: findings of low confidence are left out."""
    return tuple(f for f in review_text(path, text, era) if f.confidence is not Confidence.LOW)


@cache
def _tally(path: str, text: str, era: Era) -> Counter[tuple[str, str | None]]:
    return Counter((f.rule, f.function) for f in review(path, text, era))


def judge(path: str, mutant: Mutant, era: Era) -> Verdict:
    """Review a mutant against the findings of the original."""
    new = Counter((f.rule, f.function) for f in review(path, mutant.text, era)) - _tally(path, mutant.original, era)
    return Verdict(mutant, tuple(sorted({rule for rule, _ in new})))
