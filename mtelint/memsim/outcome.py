"""What the simulator answers."""

from dataclasses import dataclass, field
from enum import Enum

from mtelint.memsim.program import Program, Value
from mtelint.memsim.witness import Witness

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

    ``states`` is complete unless the run was ``verdict_only`` or the verdict is unknown.  ``witness`` is an execution
    that satisfies the condition, ``counter`` one that does not.  ``flags`` are herd7's (``data-race`` and others).
    """

    program: Program
    model: str
    verdict: Verdict
    states: tuple[State, ...] = ()
    positive: int = 0
    negative: int = 0
    data_race: bool = False
    flags: tuple[str, ...] = ()
    witness: Witness | None = None
    counter: Witness | None = None
    reason: str | None = None
    line: int = 0
    seconds: float = 0.0
    candidates: int = 0
    complete: bool = field(default=True)
    """Whether ``states`` holds every final state."""

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
