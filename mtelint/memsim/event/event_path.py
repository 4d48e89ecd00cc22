"""A path of one thread, while it is made and when it is finished."""

from dataclasses import dataclass

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.litmus.symbolic import Symbol, UnmodelledError


@dataclass(frozen=True, slots=True)
class Path:
    """One path: events in order of generation, and relations as masks of *predecessors* per event."""

    events: tuple[Event, ...]
    po: tuple[int, ...]
    addr: tuple[int, ...]
    data: tuple[int, ...]
    ctrl: tuple[int, ...]
    rmw: tuple[tuple[int, int], ...]
    constraints: tuple[tuple[Symbol, bool], ...]
    registers: tuple[tuple[str, Symbol], ...]
    fault: tuple[str, int] | None = None
    """Reason and line, if the path ends by following something that is not a pointer."""


class PathState:
    """A path under construction."""

    __slots__ = (
        "addr", "constraints", "control", "ctrl", "data", "deps", "events", "fault", "po", "registers", "rmw", "seen",
    )  # fmt: skip

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.po: list[int] = []
        self.addr: list[int] = []
        self.data: list[int] = []
        self.ctrl: list[int] = []
        self.rmw: list[tuple[int, int]] = []
        self.constraints: list[tuple[Symbol, bool]] = []
        self.registers: dict[str, Symbol] = {}
        self.deps: dict[str, int] = {}
        self.control = 0
        self.seen = 0
        self.fault: tuple[str, int] | None = None

    def copy(self) -> "PathState":
        """An independent copy, for the other side of a choice."""
        other = PathState()
        for name in ("events", "po", "addr", "data", "ctrl", "rmw", "constraints", "registers", "deps"):
            setattr(other, name, getattr(self, name).copy())
        other.control, other.seen, other.fault = self.control, self.seen, self.fault
        return other

    @property
    def past(self) -> int:
        """All events so far, as a mask."""
        return (1 << len(self.events)) - 1

    def add(self, event: Event, before: int, addr: int = 0, data: int = 0) -> int:
        """Append ``event``, in program order after the events of ``before``; returns its own bit."""
        bit = 1 << len(self.events)
        self.events.append(event)
        self.po.append(before)
        self.addr.append(addr)
        self.data.append(data)
        self.ctrl.append(self.control)
        return bit

    def freeze(self) -> Path:
        """The finished path; raises :class:`UnmodelledError` where it has no place in the model."""
        _check_unordered(self.events, self.po)
        _check_unlocks(self.events)
        return Path(
            tuple(self.events), tuple(self.po), tuple(self.addr), tuple(self.data), tuple(self.ctrl),
            tuple(self.rmw), tuple(self.constraints), tuple(sorted(self.registers.items())), self.fault,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """An evaluated expression: its value, the reads the value depends on, and the events it made."""

    value: Symbol
    deps: int = 0
    events: int = 0


def _check_unordered(events: list[Event], po: list[int]) -> None:
    """Refuse accesses to one location that C leaves unordered, such as both operands of an operator."""
    for i, event in enumerate(events):
        for j in range(i):
            if event.location and events[j].location == event.location and not po[i] >> j & 1:
                raise UnmodelledError(f"two unordered accesses to {event.location} in one expression", event.line)


def _check_unlocks(events: list[Event]) -> None:
    """Refuse to unlock what the thread did not lock."""
    held: set[str] = set()
    for event in events:
        if event.sets & ev.LKW:
            held.add(event.location)
        elif event.sets & ev.UL:
            if event.location not in held:
                raise UnmodelledError(f"{event.location} is unlocked without being locked", event.line)
            held.remove(event.location)
