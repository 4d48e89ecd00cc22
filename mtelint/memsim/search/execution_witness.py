"""An execution in words: what each CPU did, who read from whom, and an order of steps to read it in.

The order is for people.  It keeps communication (reads-from, coherence, from-reads), which is acyclic, then as much
of the preserved order and of program order as fits; the program-order pairs that do not fit are what was reordered.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mtelint.memsim.event.memory_event import FENCE, READ, WRITE
from mtelint.memsim.event.rows import Rows, bits, empty, pairs
from mtelint.memsim.event.skeleton import Execution
from mtelint.memsim.litmus.final_state import Value


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the execution; ``value`` is what was read or written, ``number`` its place in the display order.

    ``source`` is the number of the step that a read takes its value from, None for the initial state and for events
    that read nothing.  Fences have no ``location``.  ``line`` and ``tag`` are those of the statement.
    """

    number: int
    thread: int
    position: int
    """Place in program order on its CPU."""
    sort: str
    reads: bool
    writes: bool
    location: str = ""
    value: Value | None = None
    source: int | None = None
    line: int = 0
    tag: object = None


@dataclass(frozen=True, slots=True)
class Witness:
    """Steps in display order, relations between their numbers by name, and the pairs that were reordered."""

    steps: tuple[Step, ...]
    relations: Mapping[str, tuple[tuple[int, int], ...]]
    coherence: Mapping[str, tuple[int, ...]]
    """Per location the steps that write to it, in coherence order."""
    reordered: tuple[tuple[int, int], ...]
    """Pairs (earlier, later in program order) of which the later one takes effect first."""
    state: tuple[tuple[str, Value], ...]


def make_witness(
    x: Execution, relations: Mapping[str, Rows], values: Mapping[int, Value], state: Mapping[str, Value]
) -> Witness:
    """Build a witness from an execution; ``values`` gives for each access event what it read or wrote."""
    order = _display_order(x, relations.get("ppo", empty(x.s.n)))
    lines = _interleave_fences(x, order)
    number = {event: i for i, (event, _, _) in enumerate(lines) if event >= 0}
    steps = tuple(_step(x, i, entry, number, values) for i, entry in enumerate(lines))
    shown = {
        name: tuple((number[a], number[b]) for a, b in pairs(rows) if a in number and b in number)
        for name, rows in relations.items()
    }
    place = {event: i for i, event in enumerate(order)}
    reordered = tuple(
        (number[a], number[b]) for a, b in pairs(x.s.po) if place[a] > place[b] and x.s.M >> a & 1 and x.s.M >> b & 1
    )
    return Witness(steps, shown, _coherence(x, number), reordered, tuple(state.items()))


def _coherence(x: Execution, number: Mapping[int, int]) -> dict[str, tuple[int, ...]]:
    writes: dict[str, list[int]] = {}
    for i in bits(x.s.W):
        writes.setdefault(x.s.events[i].location, []).append(i)
    return {
        location: tuple(number[i] for i in sorted(members, key=lambda i: -x.co[i].bit_count()))
        for location, members in writes.items()
    }


def _display_order(x: Execution, ppo: Rows) -> list[int]:
    """A linear order: communication first, then preserved order, then program order, as far as they fit."""
    n = x.s.n
    after = empty(n)
    for source in (x.rf, x.co, x.fr):
        for a, b in pairs(source):
            _add_edge(after, a, b)
    immediate = sorted(pairs(x.s.po), key=lambda pair: pair[1] - pair[0])
    for read, write in x.s.rmw.items():
        _add_edge(after, read, write)
    for a, b in pairs(ppo):
        _add_edge(after, a, b)
    for a, b in immediate:
        _add_edge(after, a, b)
    return _linearise(after, x)


def _add_edge(after: Rows, a: int, b: int) -> bool:
    """Add a pair to a strict order kept transitively closed, unless that makes a cycle."""
    if a == b or after[b] >> a & 1:
        return False
    if after[a] >> b & 1:
        return True
    gained = after[b] | 1 << b
    for i, row in enumerate(after):
        if i == a or row >> a & 1:
            after[i] |= gained
    return True


def _linearise(after: Rows, x: Execution) -> list[int]:
    """Linear extension that stays on one CPU as long as it can."""
    before = [sum(1 << i for i, row in enumerate(after) if row >> j & 1) for j in range(len(after))]
    order: list[int] = []
    done = 0
    current = 0
    while len(order) < len(after):
        ready = [i for i in range(len(after)) if not done >> i & 1 and not before[i] & ~done]
        own = [i for i in ready if x.s.thread[i] == current]
        chosen = (own or ready)[0]
        current = x.s.thread[chosen]
        order.append(chosen)
        done |= 1 << chosen
    return order


_Line = tuple[int, int, int]
"""Number of the event (-1 for a fence that is no event), thread, place in the thread's path."""


def _interleave_fences(x: Execution, order: list[int]) -> list[_Line]:
    """Put the fences, which the skeleton has dropped, back: each before the first later access of its CPU."""
    lines: list[_Line] = []
    shown: set[tuple[int, int]] = set()
    where: dict[int, tuple[int, int]] = {}
    for t, piece in enumerate(x.s.strips):
        for position, event in enumerate(piece.positions):
            if event >= 0:
                where[event + x.s.offsets[t]] = (t, position)

    def fences_before(t: int, position: int) -> None:
        for p in range(position):
            if x.s.strips[t].positions[p] < 0 and (t, p) not in shown:
                shown.add((t, p))
                lines.append((-1, t, p))

    for event in order:
        t, position = where[event]
        fences_before(t, position)
        lines.append((event, t, position))
    for t, piece in enumerate(x.s.strips):
        fences_before(t, len(piece.positions))
    return lines


def _step(x: Execution, i: int, line: _Line, number: Mapping[int, int], values: Mapping[int, Value]) -> Step:
    event, thread, position = line
    what = x.s.strips[thread].lines[position]
    if what.sets & FENCE:
        return Step(i, thread, position, what.sort, False, False, line=what.line, tag=what.tag)
    origin = x.source.get(event, -1)
    return Step(
        i, thread, position, what.sort, bool(what.sets & READ), bool(what.sets & WRITE), what.location,
        values.get(event), number.get(origin), what.line, what.tag,
    )  # fmt: skip
