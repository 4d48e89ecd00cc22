"""Values of reads in a partial execution: bound from their sources, checked against the constraints of the paths."""

from collections.abc import Mapping, Sequence

from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.litmus.symbolic import Symbol, evaluate, slots_of


class Slots(dict[int, Value | None]):
    """Values of reads; those that are not bound are unknown."""

    def __missing__(self, number: int) -> None:
        return None


class Valuation:
    """What the reads of ``events`` have returned so far; a constraint is a symbol and whether it is to be true."""

    def __init__(
        self, events: Sequence[Event], constraints: list[tuple[Symbol, bool]], initial: Mapping[str, Value]
    ) -> None:
        self.events = events
        self.constraints = constraints
        self.initial = initial
        self.values: dict[int, Value | None] = Slots()
        self.by_slot: dict[int, list[tuple[Symbol, bool]]] = {}
        for symbol, truth in constraints:
            for number in set(slots_of(symbol)):
                self.by_slot.setdefault(number, []).append((symbol, truth))
        self.source: dict[int, int] = {}

    def satisfiable(self) -> bool:
        """Whether no constraint is false by what is known."""
        for symbol, truth in self.constraints:
            value = evaluate(symbol, self.values)
            if value is not None and (value != 0) != truth:
                return False
        return True

    def bind(self, read: int, write: int, location: str) -> bool:
        """Let ``read`` take its value from ``write`` (-1: initial state); False if a constraint forbids that."""
        self.source[read] = write
        number = self.events[read].slot
        if write < 0:
            value: Value | None = self.initial.get(location, 0)
        else:
            value = evaluate(self.events[write].value, self.values)
        self.values[number] = value
        if value is not None:
            for symbol, truth in self.by_slot.get(number, ()):
                result = evaluate(symbol, self.values)
                if result is not None and (result != 0) != truth:
                    return False
        return True

    def unbind(self, read: int) -> None:
        """Undo :meth:`bind`."""
        del self.source[read]
        del self.values[self.events[read].slot]

    def resolve(self) -> list[int]:
        """Fill in values that have become known; returns the slots that were filled, to be emptied again."""
        filled: list[int] = []
        progress = True
        while progress:
            progress = False
            for read, write in self.source.items():
                number = self.events[read].slot
                if self.values[number] is None and write >= 0:
                    value = evaluate(self.events[write].value, self.values)
                    if value is not None:
                        self.values[number] = value
                        filled.append(number)
                        progress = True
        return filled
