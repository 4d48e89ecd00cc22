"""The symbolic paths of one thread.

Only what changes the set of events is enumerated: branch outcomes, the success of compare-and-exchange and trylock,
and the targets of pointers that were read from memory.  What a read returns stays a symbol; each choice leaves a
constraint on it.  Program order, dependencies and intra-instruction order follow herd7's C semantics: accesses of one
expression are unordered unless one feeds the other.  What an atomic operation or a lock makes is in
:mod:`mtelint.memsim.event.atomics`.
"""

from collections.abc import Iterator

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.atomics import Atomics, Results
from mtelint.memsim.event.event_path import Path, PathState, Term
from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.litmus.ast import (
    AddUnless,
    Assign,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    If,
    IsLocked,
    Load,
    Lock,
    Marking,
    Reg,
    Rmw,
    Stmt,
    Store,
    Thread,
    TryLock,
    Unlock,
)
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.litmus.symbolic import Symbol, UnmodelledError, binary, slot

MAX_PATHS = 4096
"""Paths of one thread beyond this are not enumerated."""


class PathFinder(Atomics):
    """Enumerates the paths of a thread; ``pointers`` are the locations that a pointer read from memory may name."""

    def __init__(self, pointers: tuple[str, ...], first_slot: int = 0) -> None:
        super().__init__(pointers, first_slot)
        self.initial: dict[str, Value] = {}

    def paths(self, thread: Thread) -> list[Path]:
        """All paths; raises :class:`UnmodelledError` where the thread cannot be modelled."""
        self.initial = dict(thread.registers)
        found = []
        for state in self._block(PathState(), thread.body):
            found.append(state.freeze())
            if len(found) > MAX_PATHS:
                raise UnmodelledError(f"more than {MAX_PATHS} paths in one thread")
        return found

    # Statements

    def _block(self, state: PathState, body: tuple[Stmt, ...]) -> Iterator[PathState]:
        if not body or state.fault:
            yield state
            return
        for after in self._statement(state, body[0]):
            yield from self._block(after, body[1:])

    def _statement(self, state: PathState, stmt: Stmt) -> Iterator[PathState]:
        match stmt:
            case Assign(reg, value):
                for after, term in self._expr(state, value, state.past):
                    after.registers[reg] = term.value
                    after.deps[reg] = term.deps
                    yield after
            case Do(value):
                for after, _ in self._expr(state, value, state.past):
                    yield after
            case Fence(kind, line, tag):
                state.add(Event(ev.FENCE, kind.value, fence=kind, line=line, tag=tag), state.past)
                yield state
            case Store():
                yield from self._store(state, stmt)
            case Lock(addr, line, tag):
                yield from self._lock(state, addr, line, tag)
            case Unlock(addr, line, tag):
                yield from self._unlock(state, addr, line, tag)
            case If():
                yield from self._if(state, stmt)

    def _store(self, state: PathState, stmt: Store) -> Iterator[PathState]:
        base = state.past
        sets = ev.WRITE
        if stmt.marking is Marking.PLAIN:
            sets |= ev.PLAIN
        elif stmt.marking is Marking.RELEASE:
            sets |= ev.RELEASE
        for mid, addr in self._expr(state, stmt.addr, base):
            for late, value in self._expr(mid, stmt.value, base):
                for after, location in self._target(late, addr, stmt.line):
                    if location:
                        event = Event(sets, f"W[{stmt.marking.value}]", location, value=value.value, line=stmt.line,
                                      tag=stmt.tag)  # fmt: skip
                        after.add(event, base | addr.events | value.events, addr.deps, value.deps)
                    yield after

    def _if(self, state: PathState, stmt: If) -> Iterator[PathState]:
        state.seen = 0
        for after, term in self._expr(state, stmt.cond, state.past):
            outer = after.control
            inner = outer | after.seen | term.deps
            for branch, truth in _fork(after, term.value):
                branch.control = inner
                for end in self._block(branch, stmt.then if truth else stmt.orelse):
                    end.control = outer
                    yield end

    # Expressions

    def _expr(self, state: PathState, expr: Expr, base: int) -> Results:
        if state.fault:
            yield state, Term(0)
            return
        match expr:
            case Const(value):
                yield state, Term(value)
            case Reg(name):
                deps = state.deps.get(name, 0)
                state.seen |= deps
                yield state, Term(state.registers.get(name, self.initial.get(name, 0)), deps)
            case BinOp(op, left, right):
                for mid, a in self._expr(state, left, base):
                    for after, b in self._expr(mid, right, base):
                        yield after, Term(binary(op, a.value, b.value), a.deps | b.deps, a.events | b.events)
            case Load():
                yield from self._load(state, expr, base)
            case Rmw():
                yield from self._rmw(state, expr, base)
            case CmpXchg():
                yield from self._cmpxchg(state, expr, base)
            case AddUnless():
                yield from self._add_unless(state, expr, base)
            case TryLock():
                yield from self._trylock(state, expr, base)
            case IsLocked():
                yield from self._is_locked(state, expr, base)

    def _load(self, state: PathState, expr: Load, base: int) -> Results:
        sets = ev.READ
        if expr.marking is Marking.PLAIN:
            sets |= ev.PLAIN
        elif expr.marking is Marking.ACQUIRE:
            sets |= ev.ACQUIRE
        for mid, addr in self._expr(state, expr.addr, base):
            for after, location in self._target(mid, addr, expr.line):
                if not location:
                    yield after, Term(0)
                    continue
                sort = f"R[{expr.marking.value}]"
                event = Event(sets, sort, location, self._slot(), line=expr.line, tag=expr.tag)
                bit = after.add(event, base | addr.events, addr.deps)
                after.seen |= bit
                yield after, Term(slot(event.slot), bit, bit | addr.events)


def _fork(state: PathState, value: Symbol) -> Iterator[tuple[PathState, bool]]:
    """The outcomes of a condition, each with its constraint."""
    if not isinstance(value, tuple):
        yield state, value != 0
        return
    for symbol, truth in state.constraints:
        if symbol == value:  # decided before: the other side would contradict it
            yield state, truth
            return
    other = state.copy()
    state.constraints.append((value, True))
    yield state, True
    other.constraints.append((value, False))
    yield other, False
