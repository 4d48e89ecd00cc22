"""One question and what is known of its answer: states, verdict, race, limits, captured executions."""

import time
from dataclasses import dataclass
from typing import Any

from mtelint.memsim.event.event_path import Path
from mtelint.memsim.event.skeleton import Execution, Strip
from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.final_state import Both, Equals, Observable, Prop, Value, atoms
from mtelint.memsim.litmus.symbolic import UnmodelledError
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.search.coverage import Coverage
from mtelint.memsim.search.execution_witness import Witness, make_witness


@dataclass(frozen=True, slots=True)
class Choice:
    """A path of a thread with what is derived from it."""

    path: Path
    strip: Strip
    signature: Any
    number: tuple[int, int] = (0, 0)
    """Thread and place among its paths."""


class StopSearch(Exception):
    """The answer is known; nothing more needs to be explored."""


class Search:
    """What is common to all combinations: the question, the limits, and what was found so far."""

    def __init__(
        self,
        program: Program,
        model: type[Lkmm],
        verdict_only: bool,
        bound: int | None,
        deadline: float | None,
        unroll: int,
    ) -> None:
        self.program = program
        self.model = model
        self.verdict_only = verdict_only
        self.bound = bound
        self.deadline = deadline
        self.unroll = unroll
        self.cut: set[int] = set()
        """Lines of loops that are not followed to their end."""
        self.initial = dict(program.initial)
        self.needed = sorted(
            set(program.observed)
            | atoms(program.condition)
            | (atoms(program.filter) if program.filter is not None else set())
        )
        self.visible = {what.thread for what in atoms(program.condition) | set(program.observed) if what.thread >= 0}
        self.required = tuple(_conjuncts(program.filter)) if program.filter is not None else ()
        self.coverage = Coverage()
        self.states: dict[tuple[Value, ...], dict[str, Value]] = {}
        self.positive = 0
        self.negative = 0
        self.race = False
        self.flags: set[str] = set()
        self.witness: Capture | None = None
        self.counter: Capture | None = None
        self.candidates = 0
        self.steps = 0
        self.stopped = False
        self.unreached: set[tuple[int, int]] = set()
        """Paths, by thread and place, that no allowed execution takes as far as is known."""
        self.taken: tuple[Choice, ...] | None = None
        self.may_race = True
        """Whether any path has a plain access."""

    def tick(self) -> None:
        """Count one candidate; raises :class:`UnmodelledError` where the bound is hit."""
        self.candidates += 1
        if self.bound is not None and self.candidates > self.bound:
            raise UnmodelledError(f"bound exceeded: more than {self.bound} candidate executions")

    def step(self) -> None:
        """Count one step of an interleaving; raises :class:`UnmodelledError` once the time is over."""
        self.steps += 1
        if self.deadline is not None and self.steps & 255 == 0 and time.perf_counter() > self.deadline:
            raise UnmodelledError("bound exceeded: time limit")


def _conjuncts(prop: Prop) -> list[Equals]:
    """The equations on registers that a filter demands outright."""
    match prop:
        case Both(left, right):
            return _conjuncts(left) + _conjuncts(right)
        case Equals(left, right) if left.thread >= 0 and not isinstance(right, Observable):
            return [prop]
        case _:
            return []


class Capture:
    """An allowed execution; made into a witness when somebody asks for it."""

    def __init__(self, model: Lkmm, execution: Execution, values: dict[int, Value], state: dict[str, Value]) -> None:
        self._parts = (model, execution, values, state)
        self._made: Witness | None = None

    def witness(self) -> Witness:
        """Steps and relations of the execution."""
        if self._made is None:
            model, execution, values, state = self._parts
            model.relate(execution)
            self._made = make_witness(execution, model.named(execution), values, state)
        return self._made
