"""A rule of code as an object: what finds its defects."""

from collections.abc import Callable, Iterator, Sequence

from mtelint.checks.common import Defect, Setting
from mtelint.flow.program.analysis import Analysis
from mtelint.model import Vocabulary
from mtelint.records import dataclass
from mtelint.syntax.c_tree import Function
from mtelint.syntax.unit import FunctionRef, Unit

FunctionCheck = Callable[[Analysis, Setting], Iterator[Defect]]
"""The defects of one function, read off its states."""
Lowered = Callable[[int, FunctionRef], Function | None]
"""A function of the unit of that number as a tree; None where it cannot be read."""
UnitsCheck = Callable[[Sequence[Unit], Vocabulary, Lowered | None], Iterator[Defect]]
"""The defects of all units together, read off their declarations."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, defined by the one module that is named after its page.

    ``id`` is that of the page.  A rule has one check: of a function, or of all units together.
    """

    id: str
    check: FunctionCheck | None = None
    check_units: UnitsCheck | None = None
