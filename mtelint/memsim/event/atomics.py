"""Atomic operations and locks: the events that each one makes, and what it says of values that it succeeds or fails.

An operation that may fail is two paths: one with the events of success, one with a relaxed read alone.  A fully ordered
read-modify-write stands between two full barriers.  Apart from :mod:`mtelint.memsim.event.path_enumeration`, which
walks a thread: here is what herd7 and ``linux-kernel.def`` say of single primitives.
"""

from collections.abc import Iterator

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.event_path import PathState, Term
from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.litmus.ast import (
    AddUnless,
    CmpXchg,
    Expr,
    FenceKind,
    IsLocked,
    Order,
    Rmw,
    SrcuLock,
    SrcuUnlock,
    SyncSrcu,
    TryLock,
)
from mtelint.memsim.litmus.symbolic import Symbol, binary, slot

Results = Iterator[tuple[PathState, Term]]
"""The ways in which an expression can come out."""


class Atomics:
    """Knows atomic operations and locks; ``pointers`` are the locations that a pointer read from memory may name."""

    def __init__(self, pointers: tuple[str, ...], first_slot: int = 0, srcu_accesses: bool = True) -> None:
        self.pointers = pointers
        self.srcu_accesses = srcu_accesses
        self.slots = first_slot

    # Door to the expressions

    def _expr(self, state: PathState, expr: Expr, base: int) -> Results:
        """The ways in which ``expr`` can come out, its events behind those of ``base``."""
        raise NotImplementedError

    # Read-modify-writes

    def _rmw(self, state: PathState, expr: Rmw, base: int) -> Results:
        fence = self._mb(state, expr.order is Order.FULL, base, expr)
        base |= fence
        exchange = expr.op == "xchg"
        for mid, addr in self._expr(state, expr.addr, base):
            for late, operand in self._expr(mid, expr.operand, base):
                for after, location in self._target(late, addr, expr.line):
                    if not location:
                        yield after, Term(0)
                        continue
                    read, old = self._rmw_read(after, expr.order, location, base | addr.events, addr.deps, expr)
                    new = operand.value if exchange else binary(expr.op, old, operand.value)
                    data = operand.deps if exchange else operand.deps | read
                    write = self._rmw_write(after, expr.order, location, new, read,
                                            base | addr.events | operand.events | read,
                                            addr.deps if exchange else 0, data, expr)  # fmt: skip
                    made = fence | addr.events | operand.events | read | write
                    made |= self._mb(after, expr.order is Order.FULL, base | made, expr)
                    deps = read if exchange else read | operand.deps
                    yield after, Term(new if expr.returns_new else old, deps, made)

    def _cmpxchg(self, state: PathState, expr: CmpXchg, base: int) -> Results:
        failing = state.copy()
        for mid, addr in self._expr(failing, expr.addr, base):
            for late, old in self._expr(mid, expr.old, base):
                for after, location in self._target(late, addr, expr.line):
                    if location:
                        read, was = self._rmw_read(after, Order.RELAXED, location, base | addr.events, addr.deps, expr)
                        after.constraints.append((binary("==", was, old.value), False))
                        yield after, Term(was, read, addr.events | old.events | read)
        fence = self._mb(state, expr.order is Order.FULL, base, expr)
        base |= fence
        for mid, addr in self._expr(state, expr.addr, base):
            for third, old in self._expr(mid, expr.old, base):
                for late, new in self._expr(third, expr.new, base):
                    for after, location in self._target(late, addr, expr.line):
                        if not location:
                            yield after, Term(0)
                            continue
                        read, was = self._rmw_read(after, expr.order, location, base | addr.events, addr.deps, expr)
                        after.constraints.append((binary("==", was, old.value), True))
                        made = fence | addr.events | old.events | new.events | read
                        made |= self._rmw_write(after, expr.order, location, new.value, read, base | made, addr.deps,
                                                new.deps, expr)  # fmt: skip
                        made |= self._mb(after, expr.order is Order.FULL, base | made, expr)
                        yield after, Term(was, read, made)

    def _add_unless(self, state: PathState, expr: AddUnless, base: int) -> Results:
        failing = state.copy()
        for mid, addr in self._expr(failing, expr.addr, base):
            for late, limit in self._expr(mid, expr.unless, base):
                for after, location in self._target(late, addr, expr.line):
                    if location:
                        read, was = self._rmw_read(after, Order.RELAXED, location, base | addr.events, addr.deps, expr)
                        after.constraints.append((binary("==", was, limit.value), True))
                        yield after, Term(0, read | limit.deps, addr.events | limit.events | read)
        fence = self._mb(state, expr.order is Order.FULL, base, expr)
        base |= fence
        for mid, addr in self._expr(state, expr.addr, base):
            for third, add in self._expr(mid, expr.add, base):
                for late, limit in self._expr(third, expr.unless, base):
                    for after, location in self._target(late, addr, expr.line):
                        if not location:
                            yield after, Term(0)
                            continue
                        read, was = self._rmw_read(after, expr.order, location, base | addr.events, addr.deps, expr)
                        after.constraints.append((binary("==", was, limit.value), False))
                        made = fence | addr.events | add.events | limit.events | read
                        made |= self._rmw_write(after, expr.order, location, binary("+", was, add.value), read,
                                                base | made, addr.deps, add.deps | read, expr)  # fmt: skip
                        made |= self._mb(after, expr.order is Order.FULL, base | made, expr)
                        yield after, Term(1, read | limit.deps, made)

    def _mb(self, state: PathState, full: bool, before: int, expr: Rmw | CmpXchg | AddUnless) -> int:
        """One of the two full barriers around a fully ordered read-modify-write; returns its event, if any."""
        if not full or state.fault:
            return 0
        return state.add(Event(ev.FENCE, "mb", fence=FenceKind.MB, line=expr.line, tag=expr.tag), before)

    def _rmw_read(
        self, state: PathState, order: Order, location: str, before: int, addr: int, expr: Rmw | CmpXchg | AddUnless
    ) -> tuple[int, Symbol]:
        sets = ev.READ | ev.ATOMIC
        word = "once"
        if order is Order.ACQUIRE:
            sets, word = sets | ev.ACQUIRE, "acquire"
        elif order is Order.NORETURN:
            sets, word = sets | ev.NORETURN, "noreturn"
        event = Event(sets, f"R*[{word}]", location, self._slot(), line=expr.line, tag=expr.tag)
        bit = state.add(event, before, addr)
        state.seen |= bit
        return bit, slot(event.slot)

    def _rmw_write(
        self, state: PathState, order: Order, location: str, value: Symbol, read: int, before: int, addr: int,
        data: int, expr: Rmw | CmpXchg | AddUnless,
    ) -> int:  # fmt: skip
        sets, word = ev.WRITE | ev.ATOMIC, "once"
        if order is Order.RELEASE:
            sets, word = sets | ev.RELEASE, "release"
        event = Event(sets, f"W*[{word}]", location, value=value, line=expr.line, tag=expr.tag)
        bit = state.add(event, before, addr, data)
        state.rmw.append((read.bit_length() - 1, bit.bit_length() - 1))
        return bit

    # Locks

    def _lock(self, state: PathState, addr_expr: Expr, line: int, tag: object) -> Iterator[PathState]:
        base = state.past
        for mid, addr in self._expr(state, addr_expr, base):
            for after, location in self._target(mid, addr, line):
                if location:
                    self._take(after, location, base | addr.events, addr.deps, line, tag)
                yield after

    def _unlock(self, state: PathState, addr_expr: Expr, line: int, tag: object) -> Iterator[PathState]:
        base = state.past
        for mid, addr in self._expr(state, addr_expr, base):
            for after, location in self._target(mid, addr, line):
                if location:
                    event = Event(ev.WRITE | ev.UL | ev.RELEASE, "UL", location, value=0, line=line, tag=tag)
                    after.add(event, base | addr.events, addr.deps)
                yield after

    def _take(self, state: PathState, location: str, before: int, addr: int, line: int, tag: object) -> int:
        """The read and write part of taking a lock; returns their events."""
        read = Event(ev.READ | ev.LKR | ev.ACQUIRE, "LKR", location, self._slot(), line=line, tag=tag)
        first = state.add(read, before, addr)
        second = state.add(Event(ev.WRITE | ev.LKW, "LKW", location, value=1, line=line, tag=tag), before | first, addr)
        state.rmw.append((len(state.events) - 2, len(state.events) - 1))
        state.constraints.append((binary("==", slot(read.slot), 0), True))
        return first | second

    def _trylock(self, state: PathState, expr: TryLock, base: int) -> Results:
        for mid, addr in self._expr(state, expr.addr, base):
            for after, location in self._target(mid, addr, expr.line):
                if not location:
                    yield after, Term(0)
                    continue
                failing = after.copy()
                event = Event(ev.READ | ev.LF, "LF", location, self._slot(), line=expr.line, tag=expr.tag)
                bit = failing.add(event, base | addr.events, addr.deps)
                failing.seen |= bit
                failing.constraints.append((binary("==", slot(event.slot), 1), True))
                yield failing, Term(0, bit, bit | addr.events)
                made = self._take(after, location, base | addr.events, addr.deps, expr.line, expr.tag)
                # A lock that was taken returns the constant 1: nothing depends on its read, which is an acquire.
                yield after, Term(1, 0, made | addr.events)

    def _is_locked(self, state: PathState, expr: IsLocked, base: int) -> Results:
        for mid, addr in self._expr(state, expr.addr, base):
            for after, location in self._target(mid, addr, expr.line):
                if not location:
                    yield after, Term(0)
                    continue
                for branch, sets, sort, result in (
                    (after.copy(), ev.LF, "RL", 1),
                    (after, ev.RU, "RU", 0),
                ):
                    event = Event(ev.READ | sets, sort, location, self._slot(), line=expr.line, tag=expr.tag)
                    bit = branch.add(event, base | addr.events, addr.deps)
                    branch.seen |= bit
                    branch.constraints.append((binary("==", slot(event.slot), result), True))
                    yield branch, Term(result, bit, bit | addr.events)

    # SRCU

    def _srcu_lock(self, state: PathState, expr: SrcuLock, base: int) -> Results:
        for mid, addr in self._expr(state, expr.addr, base):
            for after, location in self._target(mid, addr, expr.line):
                if not location:
                    yield after, Term(0)
                elif self.srcu_accesses:
                    sets = ev.READ | ev.SRCU_LOCK
                    event = Event(sets, "R[srcu-lock]", location, self._slot(), line=expr.line, tag=expr.tag)
                    bit = after.add(event, base | addr.events, addr.deps)
                    after.seen |= bit
                    yield after, Term(slot(event.slot), bit, bit | addr.events)
                else:
                    made = self._marker(after, FenceKind.SRCU_LOCK, location, base | addr.events, expr)
                    yield after, Term(0, 0, made | addr.events)

    def _srcu_unlock(self, state: PathState, stmt: SrcuUnlock) -> Iterator[PathState]:
        base = state.past
        for mid, addr in self._expr(state, stmt.addr, base):
            for late, value in self._expr(mid, stmt.value, base):
                for after, location in self._target(late, addr, stmt.line):
                    before = base | addr.events | value.events
                    if location and self.srcu_accesses:
                        event = Event(ev.WRITE | ev.SRCU_UNLOCK, "W[srcu-unlock]", location, value=value.value,
                                      line=stmt.line, tag=stmt.tag)  # fmt: skip
                        after.add(event, before, addr.deps, value.deps)
                    elif location:
                        self._marker(after, FenceKind.SRCU_UNLOCK, location, before, stmt)
                    yield after

    def _sync_srcu(self, state: PathState, stmt: SyncSrcu) -> Iterator[PathState]:
        base = state.past
        for mid, addr in self._expr(state, stmt.addr, base):
            for after, location in self._target(mid, addr, stmt.line):
                if location:
                    self._marker(after, FenceKind.SYNC_SRCU, location, base | addr.events, stmt)
                yield after

    def _marker(
        self, state: PathState, kind: FenceKind, domain: str, before: int, stmt: SrcuLock | SrcuUnlock | SyncSrcu
    ) -> int:
        event = Event(ev.FENCE, kind.value, fence=kind, line=stmt.line, tag=stmt.tag, domain=domain)
        return state.add(event, before)

    # Parts

    def _candidates(self, value: Symbol) -> list[str]:
        """What a symbolic address may name: a location that pointers point to, or a part of one."""
        if value[0][0] in ".[":
            return [name + value[0] for name in self._candidates(value[1])] if isinstance(value[1], tuple) else []
        return list(self.pointers)

    def _slot(self) -> int:
        self.slots += 1
        return self.slots - 1

    def _target(self, state: PathState, addr: Term, line: int) -> Iterator[tuple[PathState, str]]:
        """The locations that an address may name; an empty name for a path that ends here by a bad address."""
        if state.fault:
            yield state, ""
            return
        value = addr.value
        if isinstance(value, str):
            yield state, value
            return
        if isinstance(value, tuple):
            for name in self._candidates(value):
                branch = state.copy()
                branch.constraints.append((binary("==", value, name), True))
                yield branch, name
                state.constraints.append((binary("==", value, name), False))
        state.fault = ("a value that is not a pointer is followed as one", line)
        yield state, ""
