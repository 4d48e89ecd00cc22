"""Final states that are known, counted so that branches are left which can only come to such states again."""

import math
from collections.abc import Iterable, Mapping, Sequence

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.rows import bits
from mtelint.memsim.event.skeleton import Skeleton
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.litmus.symbolic import Symbol, evaluate, slots_of

SMALL = 8
"""Events up to which there are never that many."""

LARGE = 2000
"""Interleavings of all locations together from which on looking ahead pays."""

FEW = 1024
"""Final states up to which it pays."""


class Coverage:
    """Counts known states by the values of some of their observables."""

    def __init__(self) -> None:
        self._states: list[tuple[Value, ...]] = []
        self._counts: dict[tuple[int, ...], dict[tuple[Value, ...], int]] = {}

    def add(self, state: tuple[Value, ...]) -> None:
        """Take in a new state."""
        self._states.append(state)
        for positions, counts in self._counts.items():
            part = tuple(state[i] for i in positions)
            counts[part] = counts.get(part, 0) + 1

    def covers(self, partial: Sequence[Value | None], sizes: Sequence[float]) -> bool:
        """Whether every state is known that agrees with ``partial``; an open observable has ``sizes`` values."""
        expected = math.prod(size for size, value in zip(sizes, partial, strict=True) if value is None)
        if expected > len(self._states):
            return False
        positions = tuple(i for i, value in enumerate(partial) if value is not None)
        counts = self._counts.get(positions)
        if counts is None:
            counts = {}
            for state in self._states:
                part = tuple(state[i] for i in positions)
                counts[part] = counts.get(part, 0) + 1
            self._counts[positions] = counts
        return counts.get(tuple(value for value in partial if value is not None), 0) >= expected


def interleavings(s: Skeleton) -> float:
    """How many ways there are to interleave the accesses to each location, all locations together, at most."""
    total = 1.0
    for location in {event.location for event in s.events if event.location}:
        writes = sum(1 for event in s.events if event.location == location and event.sets & ev.WRITE)
        reads = sum(1 for i, e in enumerate(s.events) if e.location == location and e.sets & ev.READ and i not in s.rmw)
        total *= math.factorial(writes) * (writes + 1) ** reads
    return total


def number_of_values(s: Skeleton, symbol: Symbol, initial: Mapping[str, Value]) -> float:
    """How many values a register may have in the end; infinite where that cannot be told simply."""
    slots = set(slots_of(symbol))
    if not slots:
        return 1
    if len(slots) > 1:
        return math.inf
    slot = slots.pop()
    read = next(i for i, event in enumerate(s.events) if event.slot == slot)
    values = {evaluate(symbol, {slot: value}) for value in _readable(s, read, initial)}
    return math.inf if None in values or not values else len(values)


def number_of_final_values(s: Skeleton, location: str) -> float:
    """How many values a location may have in the end."""
    written = [event.value for event in s.events if event.location == location and event.sets & ev.WRITE]
    if not written:
        return 1
    return math.inf if any(isinstance(value, tuple) for value in written) else len(set(written))


def _readable(s: Skeleton, read: int, initial: Mapping[str, Value]) -> Iterable[Value | None]:
    """The values of the writes that a read may read from; None among them where one is not known beforehand."""
    location = s.events[read].location
    earlier = False
    for write in bits(s.W):
        event = s.events[write]
        if event.location != location or s.po[read] >> write & 1:
            continue
        earlier = earlier or bool(s.po[write] >> read & 1)
        yield None if isinstance(event.value, tuple) else event.value
    if not earlier:
        yield initial.get(location, 0)
