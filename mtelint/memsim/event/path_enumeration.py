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
from mtelint.memsim.event.carried_registers import MARKERS, hands_on
from mtelint.memsim.event.event_path import Path, PathState, Term
from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.litmus.ast import (
    AddUnless,
    Assign,
    Assume,
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
    SrcuLock,
    SrcuUnlock,
    Stmt,
    Store,
    SyncSrcu,
    Thread,
    TryLock,
    Unlock,
    While,
)
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.litmus.symbolic import Symbol, UnmodelledError, binary, slot

DEFAULT_UNROLL = 3
"""Turns of a loop that are followed, of those whose end depends on what is read."""

MAX_TURNS = 64
"""Turns of a loop altogether."""

MAX_PATHS = 4096
"""Paths of one thread beyond this are not enumerated."""


class PathFinder(Atomics):
    """Enumerates the paths of a thread; ``pointers`` are the locations that a pointer read from memory may name."""

    def __init__(
        self,
        pointers: tuple[str, ...],
        first_slot: int = 0,
        srcu_accesses: bool = True,
        unroll: int = DEFAULT_UNROLL,
    ) -> None:
        super().__init__(pointers, first_slot, srcu_accesses)
        self.initial: dict[str, Value] = {}
        self.unroll = unroll
        self.cut: set[int] = set()
        """Lines of loops of which longer runs are left out."""
        self._carried: dict[int, bool] = {}

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
            case While():
                yield from self._while(state, stmt, self.unroll, MAX_TURNS)
            case Assume(cond):
                yield from self._assume(state, cond)
            case SrcuUnlock():
                yield from self._srcu_unlock(state, stmt)
            case SyncSrcu():
                yield from self._sync_srcu(state, stmt)

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
            for branch, truth, _ in _fork(after, term.value):
                branch.control = inner
                for end in self._block(branch, stmt.then if truth else stmt.orelse):
                    end.control = outer
                    yield end

    def _while(self, state: PathState, stmt: While, left: int, turns: int) -> Iterator[PathState]:
        """Turn after turn; ``left`` are those to come whose end is not known beforehand, ``turns`` all of them."""
        if not turns:
            raise UnmodelledError(f"a loop of more than {MAX_TURNS} turns", stmt.line)
        begun = len(state.events)
        for head in self._block(state, stmt.again):
            head.seen = 0
            for after, term in self._expr(head, stmt.cond, head.past):
                outer = after.control
                inner = outer | after.seen | term.deps
                for branch, truth, forked in _fork(after, term.value):
                    if not truth or branch.fault:
                        yield branch
                        continue
                    branch.control = inner
                    for end in self._block(branch, stmt.body):
                        if self._goes_on(end, begun, stmt, left - forked):
                            for done in self._while(end, stmt, left - forked, turns - 1):
                                done.control = outer
                                yield done

    def _goes_on(self, state: PathState, begun: int, stmt: While, left: int) -> bool:
        """Whether another turn is followed.

        It is not where the last one only read and handed no register on: without it every later read may return the
        same, in an execution with fewer events and so with no more order.
        """
        if id(stmt) not in self._carried:
            self._carried[id(stmt)] = hands_on(stmt)
        quiet = not any(event.sets & ev.WRITE or event.fence in MARKERS for event in state.events[begun:])
        if quiet and not self._carried[id(stmt)] and not state.fault:
            return False
        if left < 0:
            self.cut.add(stmt.line)
        return left >= 0

    def _assume(self, state: PathState, cond: Expr) -> Iterator[PathState]:
        state.seen = 0
        for after, term in self._expr(state, cond, state.past):
            deps = after.seen | term.deps
            for branch, truth, _ in _fork(after, term.value):
                if truth:
                    branch.control |= deps
                    yield branch

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
            case SrcuLock():
                yield from self._srcu_lock(state, expr, base)

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


def _fork(state: PathState, value: Symbol) -> Iterator[tuple[PathState, bool, bool]]:
    """The outcomes of a condition, each with its constraint, and whether there is a choice."""
    if not isinstance(value, tuple):
        yield state, value != 0, False
        return
    known = _decided(state, value)
    if known is not None:  # the other side would contradict what was decided before
        yield state, known, False
        return
    other = state.copy()
    state.constraints.append((value, True))
    yield state, True, True
    other.constraints.append((value, False))
    yield other, False, True


_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _decided(state: PathState, value: Symbol) -> bool | None:
    """Whether the path has decided a condition already, perhaps the other way round; None if it has not."""
    opposite = (_OPPOSITE[value[0]], *value[1:]) if value[0] in _OPPOSITE else None
    for symbol, truth in state.constraints:
        if symbol == value:
            return truth
        if symbol == opposite:
            return not truth
    if value[0] in ("==", "!=") and value[2] == 0 and isinstance(value[1], tuple):
        inner = _decided(state, value[1])
        return None if inner is None else inner == (value[0] == "!=")
    return None
