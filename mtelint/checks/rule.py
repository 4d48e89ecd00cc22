"""A rule of code as one object: what finds its defects, and what the other rooms are to know of it."""

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum, StrEnum

from msgspec import Struct

from mtelint.checks.common import Setting
from mtelint.flow.domain.defects import Defect
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Vocabulary
from mtelint.model.rules import Modelling, RepairKind
from mtelint.syntax.c_tree import Function
from mtelint.syntax.unit import FunctionRef, Unit

FunctionCheck = Callable[[FunctionResults, Setting], Iterator[Defect]]
"""The defects of one function, read off its states."""
Lowered = Callable[[int, FunctionRef], Function | None]
"""A function of the unit of that number as a tree; None where it cannot be read."""
UnitsCheck = Callable[[Sequence[Unit], Vocabulary, Lowered | None], Iterator[Defect]]
"""The defects of all units together, read off their declarations."""


class Evidence(StrEnum):
    """What a hunk must show for a defect to be as sure as in a whole file."""

    FUNCTION = "function"
    """The whole function: lines out of sight may give the defect another name."""
    EVENTS = "events"
    """The events of the defect: it is about an order or a value that they show by themselves."""


class Gravity(IntEnum):
    """How grave a defect is beside others at its place: beside a graver one it is a note."""

    SLIGHT = 0
    """Below all others: how something is written rather than what it does."""
    MINOR = 1
    """Below all defects that bear on the page by themselves."""
    FULL = 2


class Rule(Struct, frozen=True):
    """One rule, defined by the one module that is named after its page; ``id`` is that of the page.

    A rule has one check: ``check`` of a function, or ``check_units`` of all units together.  ``modelling`` tells how
    its path is put to the simulator, ``repairs`` what may repair it, the best first.  The page says what it covers.
    """

    id: str
    check: FunctionCheck | None = None
    check_units: UnitsCheck | None = None
    evidence: Evidence = Evidence.FUNCTION
    gravity: Gravity = Gravity.FULL
    named_if_new: bool = False
    """A new defect is named although an old one covers it: the patch lets a path leave with the protocol unfinished."""
    modelling: Modelling = Modelling()
    repairs: tuple[RepairKind, ...] = ()
