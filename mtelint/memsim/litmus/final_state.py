"""What registers and locations hold in the end, and what a litmus test asks about it.

The propositions are those of herd7's conditions; a final state is a mapping from observables to values.  They stand
apart from :mod:`mtelint.memsim.litmus.ast`: paths and axioms are about statements and never look at a condition, and
what reads, prints or exchanges conditions never looks at a statement.
"""

from dataclasses import dataclass
from enum import Enum

Value = int | str
"""A number, or the name of a location (a pointer to it)."""


@dataclass(frozen=True, slots=True, order=True)
class Observable:
    """A register of a thread (``thread >= 0``) or a shared location (``thread == -1``)."""

    thread: int
    name: str

    def __str__(self) -> str:
        return self.name if self.thread < 0 else f"{self.thread}:{self.name}"


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition that holds always or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Equals:
    """An observable holds a value, or the same as another observable."""

    left: Observable
    right: Value | Observable


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    of: "Prop"


@dataclass(frozen=True, slots=True)
class Both:
    """Conjunction."""

    left: "Prop"
    right: "Prop"


@dataclass(frozen=True, slots=True)
class Either:
    """Disjunction."""

    left: "Prop"
    right: "Prop"


Prop = Truth | Equals | Not | Both | Either


class Quantifier(Enum):
    """What is asked of the condition."""

    EXISTS = "exists"
    NOT_EXISTS = "~exists"
    FORALL = "forall"


def atoms(prop: Prop) -> set[Observable]:
    """The observables that a condition looks at."""
    match prop:
        case Truth():
            return set()
        case Equals(left, right):
            return {left, right} if isinstance(right, Observable) else {left}
        case Not(of):
            return atoms(of)
        case Both(left, right) | Either(left, right):
            return atoms(left) | atoms(right)


def holds(prop: Prop, state: dict[Observable, Value]) -> bool:
    """Whether a condition holds in a final state; an observable that is missing counts as 0."""
    match prop:
        case Truth(value):
            return value
        case Equals(left, right):
            other = state.get(right, 0) if isinstance(right, Observable) else right
            return state.get(left, 0) == other
        case Not(of):
            return not holds(of, state)
        case Both(left, right):
            return holds(left, state) and holds(right, state)
        case Either(left, right):
            return holds(left, state) or holds(right, state)
