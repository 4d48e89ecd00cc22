"""One path per thread put together: events with their static relations, and executions that complete them.

A :class:`Skeleton` holds everything that does not depend on who reads from whom; an :class:`Execution` adds
reads-from, coherence order and from-reads.  Initial writes are no events: they come before everything, nothing leads
to them, so they are on no cycle; a read from the initial state has source -1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.event_path import Path
from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.event.rows import Rows, bits, empty, inverse, restrict
from mtelint.memsim.litmus.ast import FenceKind

RCU_KINDS = (
    FenceKind.RCU_LOCK, FenceKind.RCU_UNLOCK, FenceKind.SYNC_RCU,
    FenceKind.SRCU_LOCK, FenceKind.SRCU_UNLOCK, FenceKind.SYNC_SRCU,
)  # fmt: skip
GRACE_PERIODS = (FenceKind.SYNC_RCU, FenceKind.SYNC_SRCU)


@dataclass(frozen=True, slots=True)
class Strip:
    """The static relations of one path over the events that are kept (accesses and RCU markers)."""

    events: tuple[Event, ...]
    po: Rows
    addr: Rows
    data: Rows
    ctrl: Rows
    rmw: tuple[tuple[int, int], ...]
    around: dict[FenceKind, Rows]
    """Per kind of fence: pairs of events with such a fence between them."""
    fences: tuple[tuple[FenceKind, int, int], ...]
    """Every fence with the masks of the events before and after it."""
    lines: tuple[Event, ...]
    """All events of the path, fences included, for display."""
    positions: tuple[int, ...]
    """For each event of ``lines`` its number among ``events``, or -1."""


def strip(path: Path, rcu: bool) -> Strip:
    """Drop the fences from a path, leaving what they order as relations; RCU markers stay events if ``rcu``."""
    kept = [i for i, e in enumerate(path.events) if not e.sets & ev.FENCE or (rcu and e.fence in RCU_KINDS)]
    number = {old: new for new, old in enumerate(kept)}
    squeeze = _squeezer(kept)
    before = [squeeze(path.po[i]) for i in range(len(path.events))]
    after = [squeeze(row) for row in inverse(list(path.po))]
    around: dict[FenceKind, Rows] = {}
    fences = []
    for i, event in enumerate(path.events):
        if event.fence is None:
            continue
        fences.append((event.fence, before[i], after[i]))
        rows = around.setdefault(event.fence, empty(len(kept)))
        for j in bits(before[i]):
            rows[j] |= after[i]
    return Strip(
        tuple(path.events[i] for i in kept),
        [after[i] for i in kept],
        inverse([squeeze(path.addr[i]) for i in kept]),
        inverse([squeeze(path.data[i]) for i in kept]),
        inverse([squeeze(path.ctrl[i]) for i in kept]),
        tuple((number[r], number[w]) for r, w in path.rmw),
        around,
        tuple(fences),
        path.events,
        tuple(number.get(i, -1) for i in range(len(path.events))),
    )


def _squeezer(kept: Sequence[int]) -> Callable[[int], int]:
    """A function from masks over all events to masks over the kept ones."""

    def squeeze(mask: int) -> int:
        result = 0
        for new, old in enumerate(kept):
            if mask >> old & 1:
                result |= 1 << new
        return result

    return squeeze


class Skeleton:
    """Events of all threads, numbered through, with sets as masks and static relations as rows."""

    def __init__(self, strips: Sequence[Strip]) -> None:
        self.strips = tuple(strips)
        self.offsets: list[int] = []
        self.events: list[Event] = []
        self.thread: list[int] = []
        for index, piece in enumerate(strips):
            self.offsets.append(len(self.events))
            self.events.extend(piece.events)
            self.thread.extend([index] * len(piece.events))
        self.n = len(self.events)
        self.all = (1 << self.n) - 1
        self.po = self._joined(lambda piece: piece.po)
        self.addr = self._joined(lambda piece: piece.addr)
        self.data = self._joined(lambda piece: piece.data)
        self.ctrl = self._joined(lambda piece: piece.ctrl)
        self.kinds = {kind for piece in strips for kind in piece.around}
        self._sets()
        self._partners()
        self._around: dict[FenceKind, Rows] = {}

    def _joined(self, rows: Callable[[Strip], Rows]) -> Rows:
        result: Rows = []
        for offset, piece in zip(self.offsets, self.strips, strict=True):
            result.extend([row << offset for row in rows(piece)])
        return result

    def _sets(self) -> None:
        own = [((1 << len(piece.events)) - 1) << off for off, piece in zip(self.offsets, self.strips, strict=True)]
        self.same = [own[t] for t in self.thread]
        self.other = [self.all & ~mask for mask in self.same]
        self._present = reduce(or_, (event.sets for event in self.events), 0)
        self.R = self.members(ev.READ)
        self.W = self.members(ev.WRITE)
        self.M = self.R | self.W
        self.plain = self.members(ev.PLAIN)
        self.marked = self.all & ~self.plain
        self.acquire = self.members(ev.ACQUIRE)
        self.release = self.members(ev.RELEASE)
        self.noreturn = self.members(ev.NORETURN)
        self.atomic = self.members(ev.ATOMIC)
        self.lkr = self.members(ev.LKR)
        self.lkw = self.members(ev.LKW)
        self.ul = self.members(ev.UL)
        self.sync_rcu = self._fence_members(FenceKind.SYNC_RCU)
        self.sync_srcu = self._fence_members(FenceKind.SYNC_SRCU)
        self.grace_periods = self.sync_rcu | self.sync_srcu
        srcu = self.members(ev.SRCU_LOCK | ev.SRCU_UNLOCK)
        self.srcu_lock, self.srcu_unlock = srcu & self.R, srcu & self.W

    def _partners(self) -> None:
        """The read-modify-write pairs, as a map from the read to the write."""
        self.rmw: dict[int, int] = {}
        for offset, piece in zip(self.offsets, self.strips, strict=True):
            for read, write in piece.rmw:
                self.rmw[read + offset] = write + offset

    def members(self, sets: int) -> int:
        """The events that are in one of the given sets."""
        mask = 0
        if not self._present & sets:
            return mask
        for i, event in enumerate(self.events):
            if event.sets & sets:
                mask |= 1 << i
        return mask

    def _fence_members(self, kind: FenceKind) -> int:
        mask = 0
        if kind in self.kinds:
            for i, event in enumerate(self.events):
                if event.fence is kind:
                    mask |= 1 << i
        return mask

    def around(self, kind: FenceKind) -> Rows:
        """``po ; [kind] ; po``: pairs of events with such a fence between them."""
        rows = self._around.get(kind)
        if rows is None:
            rows = self._joined(lambda piece: piece.around.get(kind) or empty(len(piece.events)))
            self._around[kind] = rows
        return rows

    def fence_ends(self, kind: FenceKind) -> list[tuple[int, int]]:
        """For every fence of that kind the events before and after it."""
        return [
            (before << off, after << off)
            for off, piece in zip(self.offsets, self.strips, strict=True)
            for which, before, after in piece.fences
            if which is kind
        ]

    def domains(self) -> set[str]:
        """The structures that some synchronize_srcu waits for."""
        return {self.events[i].domain for i in bits(self.sync_srcu)}

    def of_domain(self, domain: str) -> int:
        """The grace periods and the read-side markers and accesses of one ``srcu_struct``."""
        mask = 0
        for i, event in enumerate(self.events):
            if domain in (event.domain, event.location):
                mask |= 1 << i
        return mask

    def rcu_sections(
        self, lock: FenceKind = FenceKind.RCU_LOCK, unlock: FenceKind = FenceKind.RCU_UNLOCK, domain: str = ""
    ) -> Rows:
        """Matching pairs of rcu_read_lock and rcu_read_unlock, from lock to unlock, nested ones too."""
        rows = empty(self.n)
        for index in range(len(self.strips)):
            open_locks: list[int] = []
            for i, event in enumerate(self.events):
                if self.thread[i] != index or event.domain != domain:
                    continue
                if event.fence is lock:
                    open_locks.append(i)
                elif event.fence is unlock and open_locks:
                    rows[open_locks.pop()] |= 1 << i
        return rows

    def po_loc(self) -> Rows:
        """Program order between accesses to one location."""
        where: dict[str, int] = {}
        for i, event in enumerate(self.events):
            if event.location:
                where[event.location] = where.get(event.location, 0) | 1 << i
        return [row & where.get(event.location, 0) for row, event in zip(self.po, self.events, strict=True)]


class Execution:
    """A skeleton with reads-from, coherence and from-reads; all three may still be partial.

    ``source`` maps a read to the write it reads from, -1 for the initial state; ``co`` is transitive.
    """

    __slots__ = ("co", "cumul", "fence", "fr", "hb", "pb", "prop", "rb", "rf", "s", "source", "strong")

    def __init__(self, skeleton: Skeleton, source: dict[int, int], co: Rows, fr: Rows) -> None:
        self.s = skeleton
        self.source = source
        self.co = co
        self.fr = fr
        rf = [0] * skeleton.n
        for read, write in source.items():
            if write >= 0:
                rf[write] |= 1 << read
        self.rf = rf
        # Filled in by the model as it goes.
        self.hb: Rows = []
        self.pb: Rows = []
        self.rb: Rows = []
        self.prop: Rows = []
        self.cumul: Rows = []
        self.fence: Rows = []
        self.strong: Rows = []

    def internal(self, rows: Rows) -> Rows:
        """The part of a relation that stays within a thread."""
        return [row & same for row, same in zip(rows, self.s.same, strict=True)]

    def external(self, rows: Rows) -> Rows:
        """The part of a relation that goes between threads."""
        return [row & other for row, other in zip(rows, self.s.other, strict=True)]

    def within(self, rows: Rows, domain: int, codomain: int) -> Rows:
        """``[domain] ; rows ; [codomain]``."""
        return restrict(domain, rows, codomain)
