"""What the simulator answers."""

from dataclasses import dataclass, field
from enum import Enum

from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.search.execution_witness import Witness
from mtelint.memsim.search.exploration import Capture, Choice

State = dict[str, Value]
"""A final state: the observables of the program by name (``1:r0``, ``x``), in their order of listing."""


class Verdict(Enum):
    """How often the condition holds among the final states."""

    NEVER = "Never"
    SOMETIMES = "Sometimes"
    ALWAYS = "Always"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer for one program under one model.

    ``states`` is complete unless the run was ``verdict_only`` or the verdict is unknown.  ``flags`` are herd7's
    (``data-race`` and others).  ``candidates`` counts the partial executions that were looked at.
    """

    program: Program
    model: str
    verdict: Verdict
    states: tuple[State, ...] = ()
    positive: int = 0
    negative: int = 0
    data_race: bool = False
    flags: tuple[str, ...] = ()
    captured_witness: Capture | None = None
    captured_counter: Capture | None = None
    reason: str | None = None
    line: int = 0
    seconds: float = 0.0
    candidates: int = 0
    complete: bool = field(default=True)
    """Whether ``states`` holds every final state."""
    taken: tuple[Choice, ...] | None = field(default=None, repr=False)
    """Paths that some allowed execution takes; None where not all of them were looked at."""
    cut: tuple[int, ...] = ()
    """Lines of loops that were not followed to their end."""

    @property
    def witness(self) -> Witness | None:
        """An execution that satisfies the condition."""
        return self.captured_witness.witness() if self.captured_witness else None

    @property
    def counter(self) -> Witness | None:
        """An execution that does not satisfy it."""
        return self.captured_counter.witness() if self.captured_counter else None

    @property
    def reached(self) -> frozenset[tuple[int, int]] | None:
        """Threads and lines of what some allowed execution does."""
        if self.taken is None:
            return None
        return frozenset((choice.number[0], event.line) for choice in self.taken for event in choice.path.events)

    @property
    def ok(self) -> bool:
        """Whether the quantified condition (exists, ~exists, forall) holds."""
        match self.program.quantifier.value:
            case "exists":
                return self.positive > 0
            case "~exists":
                return self.positive == 0
            case _:
                return self.negative == 0
