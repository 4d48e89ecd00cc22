"""What the path-sensitive analysis of one function found: the input of the rules."""

from msgspec import Struct

from mtelint.flow.transfer.context import ExitRecord, Record
from mtelint.syntax import c_tree
from mtelint.syntax.unit import FunctionRef


class FunctionResults(Struct, frozen=True):
    """One function on all its paths.

    ``records`` are the events, each with what was known of its page right before; ``exits`` the ends of the pages'
    paths.  ``callers`` are the functions in sight that mention it; ``static`` tells that there can be no others.
    ``limit_hit`` tells that there are paths that were not followed.
    """

    path: str
    unit: int
    ref: FunctionRef
    function: c_tree.Function
    records: tuple[Record, ...]
    exits: tuple[ExitRecord, ...]
    callers: tuple[str, ...]
    limit_hit: bool

    @property
    def name(self) -> str:
        """Name of the function."""
        return self.ref.name

    @property
    def open_entry(self) -> bool:
        """What runs before is out of sight."""
        return not self.function.head

    @property
    def static(self) -> bool:
        """Nobody outside the unit can call it."""
        return "static" in self.function.storage

    @property
    def deferred(self) -> bool:
        """What concerns the pages of parameters is judged in the callers, all of which are in sight."""
        return self.static and bool(self.callers)
