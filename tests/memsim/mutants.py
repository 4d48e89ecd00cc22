"""Wrong semantics on purpose: a test suite that lets one of these live does not test the memory model.

Run as a program it lists every mutant with the first litmus test that kills it:
``python -m tests.memsim.mutants [DIRECTORY...]``.  Without a directory the project's own tests are used.
"""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from inspect import getattr_static
from pathlib import Path
from typing import Any
from unittest.mock import patch

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.event_path import PathState
from mtelint.memsim.event.memory_event import Event
from mtelint.memsim.event.path_enumeration import PathFinder
from mtelint.memsim.event.rows import Rows, closure, empty, opt, restrict, seq, union
from mtelint.memsim.event.skeleton import Execution, Skeleton
from mtelint.memsim.litmus import c_control, c_expressions, c_parser, c_values, expansions, locking
from mtelint.memsim.litmus.ast import (
    Assign,
    Assume,
    BinOp,
    CmpXchg,
    Const,
    Do,
    FenceKind,
    If,
    Marking,
    Order,
    Program,
    Rmw,
)
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.model import plain_accesses, rcu
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.search import combination, interleaving
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.exploration import Search
from mtelint.memsim.search.outcome import Outcome

OWN_TESTS = Path(__file__).resolve().parent.parent.parent / "fixtures" / "litmus"


@dataclass(frozen=True)
class Mutant:
    """A name, the model to run, and what to patch while it runs."""

    name: str
    model: type[Lkmm] = Lkmm
    patches: Callable[[], AbstractContextManager[Any]] = nullcontext
    reads: bool = False
    """Whether it is one of the reading: tests are read again under it."""


def _model(name: str, **members: Any) -> Mutant:
    made = type("Mutated", (Lkmm,), {"name": "mutated", **members})
    for key, value in members.items():
        if isinstance(value, cached_property):
            value.__set_name__(made, key)
    return Mutant(name, made)


def _events(name: str, change: Callable[[Event], Event]) -> Mutant:
    """A mutant that changes every event as a path makes it."""
    original = PathState.add

    def add(state: Any, event: Event, before: int, addr: int = 0, data: int = 0) -> int:
        return original(state, change(event), before, addr, data)

    return Mutant(name, patches=lambda: patch.object(PathState, "add", add))


def _without(sets: int, unless: int = 0) -> Callable[[Event], Event]:
    return lambda event: event if event.sets & unless else replace(event, sets=event.sets & ~sets)


# Propagation and happens-before


def _cumul_without_wmb(self: Lkmm, x: Execution) -> Rows:
    rows = union(self.a_cumul(x, union(x.strong, self.po_rel)), self.po_unlock_lock_po(x))
    along = self.rmw_sequence(x)
    rows = restrict(self.s.marked, rows, self.s.marked)
    return rows if along is None else seq(rows, along)


def _hb_without_prop(self: Lkmm, x: Execution) -> Rows:
    return restrict(self.s.marked, union(self.ppo(x), x.external(x.rf)), self.s.marked)


def _hb_without_rfe(self: Lkmm, x: Execution) -> Rows:
    own = [row & same & ~(1 << i) for i, (row, same) in enumerate(zip(x.prop, self.s.same, strict=True))]
    return restrict(self.s.marked, union(self.ppo(x), own), self.s.marked)


def _prop_with(overwrite: Callable[[Execution], Rows], rfe: bool = True) -> Callable[[Lkmm, Execution], Rows]:
    def propagation(self: Lkmm, x: Execution) -> Rows:
        start = restrict(self.s.marked, opt(x.external(overwrite(x))))
        rows = seq(start, opt(closure(x.cumul)))
        if rfe:
            rows = seq(restrict(self.s.all, rows, self.s.marked), opt(x.external(x.rf)))
        return restrict(self.s.marked, rows, self.s.marked)

    return propagation


def _to_w_with(
    part: Callable[[Lkmm, Execution, Rows, Rows, Rows], list[Rows]],
) -> Callable[[Lkmm, Execution, Rows, Rows, Rows], Rows]:
    return lambda self, x, addr, data, ctrl: union(empty(self.s.n), *part(self, x, addr, data, ctrl))


def _deps_to_w(self: Lkmm, x: Execution, *deps: Rows) -> Rows:
    return restrict(self.s.all, union(empty(self.s.n), *deps), self.s.W)


def _no_fr(self: Lkmm, x: Execution, addr: Rows, data: Rows, ctrl: Rows) -> list[Rows]:
    return [_deps_to_w(self, x, addr, data, ctrl), x.internal(x.co)]


def _ordered_reads(self: Lkmm, x: Execution, addr: Rows, data: Rows, ctrl: Rows) -> list[Rows]:
    return [Lkmm.to_w(self, x, addr, data, ctrl), restrict(self.s.all, ctrl, self.s.R)]


def _relate_without(axiom: str) -> Callable[[Lkmm, Execution], str | None]:
    def relate(self: Lkmm, x: Execution) -> str | None:
        broken = Lkmm.relate(self, x)
        return None if broken == axiom else broken

    return relate


def _dependencies(keep: tuple[bool, bool, bool]) -> Callable[[Lkmm, Execution], tuple[Rows, ...]]:
    def dependencies(self: Lkmm, x: Execution) -> tuple[Rows, ...]:
        nothing = empty(self.s.n)
        return tuple(rows if kept else nothing for rows, kept in zip(Lkmm.dependencies(self, x), keep, strict=True))

    return dependencies


def _static(define: Callable[[Lkmm], Any]) -> Any:
    return cached_property(define)


def _mb_without(*kinds: FenceKind) -> Any:
    def mb(self: Lkmm) -> Rows:
        kept = self.s.kinds
        self.s.kinds = kept - set(kinds)
        rows: Rows = getattr_static(Lkmm, "mb").func(self)
        self.s.kinds = kept
        return rows

    return _static(mb)


# Operations


def _rmw_order(change: Callable[[Order], Order]) -> Callable[[], AbstractContextManager[Any]]:
    original = PathFinder._rmw

    def rmw(self: PathFinder, state: Any, expr: Any, base: int) -> Any:
        return original(self, state, replace(expr, order=change(expr.order)), base)

    return lambda: patch.object(PathFinder, "_rmw", rmw)


def _one_mb(first: bool) -> Callable[[], AbstractContextManager[Any]]:
    original = PathFinder._mb

    def mb(self: PathFinder, state: Any, full: bool, before: int, expr: Any) -> int:
        leading = not any(e.line == expr.line and e.sets & ev.ATOMIC for e in state.events)
        return original(self, state, full and leading == first, before, expr)

    return lambda: patch.object(PathFinder, "_mb", mb)


def _failed_cmpxchg_is_mb() -> AbstractContextManager[Any]:
    original = PathFinder._cmpxchg

    def cmpxchg(self: PathFinder, state: Any, expr: Any, base: int) -> Iterator[Any]:
        for after, term in original(self, state, expr, base):
            if not after.rmw or after.rmw[-1][1] < len(after.events) - 2:
                after.add(Event(ev.FENCE, "mb", fence=FenceKind.MB), after.past)
            yield after, term

    return patch.object(PathFinder, "_cmpxchg", cmpxchg)


def _control_past_if() -> AbstractContextManager[Any]:
    original = PathFinder._if

    def branch(self: PathFinder, state: Any, stmt: Any) -> Iterator[Any]:
        for end in original(self, state, stmt):
            end.control |= end.seen
            yield end

    return patch.object(PathFinder, "_if", branch)


def _not_atomic() -> AbstractContextManager[Any]:
    original = combination.Combination._ordered_locations

    def split(self: Any) -> Any:
        result = []
        for name, per_thread in original(self):
            parts = [
                [
                    part
                    for read, write in steps
                    for part in (((read, -1), (-1, write)) if read >= 0 and write >= 0 else ((read, write),))
                ]
                for steps in per_thread
            ]
            result.append((name, parts))
        return result

    return patch.object(combination.Combination, "_ordered_locations", split)


def _strict_reading_order() -> AbstractContextManager[Any]:
    original = interleaving.Interleaving.walk
    return patch.object(
        interleaving.Interleaving, "walk", lambda self, last, reader: original(self, last, reader + (reader >= 0))
    )


def _rmb_bound_ignored() -> AbstractContextManager[Any]:
    original = plain_accesses.Bounds.__init__

    def init(self: plain_accesses.Bounds, model: Lkmm, x: Execution) -> None:
        with patch.object(x.s, "around", lambda kind: empty(x.s.n)):
            original(self, model, x)

    return patch.object(plain_accesses.Bounds, "__init__", init)


def _exchange_unaware() -> AbstractContextManager[Any]:
    return patch.object(combination, "variants", lambda state, found, visible: iter((state,)))


def _search_with(change: Callable[[Search], None]) -> Callable[[], AbstractContextManager[Any]]:
    original = Search.__init__

    def init(self: Search, *args: Any) -> None:
        original(self, *args)
        change(self)

    return lambda: patch.object(Search, "__init__", init)


def _forget_filter(search: Search) -> None:
    search.program = replace(search.program, filter=None)
    search.required = ()


def _known_states_end_it() -> AbstractContextManager[Any]:
    original = combination.Combination._is_new

    def is_new(self: Any) -> bool:
        self.racy = False
        fresh: bool = original(self)
        self.racy = True
        return fresh

    return patch.object(combination.Combination, "_is_new", is_new)


def _trylock_fails_at_will() -> AbstractContextManager[Any]:
    original = PathFinder._trylock

    def trylock(self: PathFinder, state: Any, expr: Any, base: int) -> Iterator[Any]:
        for after, term in original(self, state, expr, base):
            if after.events[-1].sets & ev.LF:
                after.constraints.pop()
            yield after, term

    return patch.object(PathFinder, "_trylock", trylock)


def _returns_new() -> AbstractContextManager[Any]:
    original = PathFinder._rmw
    return patch.object(
        PathFinder, "_rmw", lambda self, state, expr, base: original(self, state, replace(expr, returns_new=True), base)
    )


def _sections_unnested(self: Skeleton, *of: object) -> Rows:
    rows = empty(self.n)
    for i, event in enumerate(self.events):
        if event.fence is FenceKind.RCU_LOCK:
            following = [
                j for j in range(i, self.n)
                if self.thread[j] == self.thread[i] and self.events[j].fence is FenceKind.RCU_UNLOCK
            ]  # fmt: skip
            if following:
                rows[i] |= 1 << following[0]
    return rows


def _skeleton(name: str, **members: Any) -> Mutant:
    return Mutant(name, patches=lambda: patch.multiple(Skeleton, **members))


def _function(name: str, module: Any, attribute: str, replacement: Any) -> Mutant:
    return Mutant(name, patches=lambda: patch.object(module, attribute, replacement))


def _grace_alone(s: Skeleton, x: Execution, domains: object) -> Rows:
    return [1 << i if s.sync_rcu >> i & 1 else 0 for i in range(s.n)]


# SRCU


def _of_any_domain(self: Skeleton, domain: str) -> int:
    return self.all


# The language


def _reading(name: str, module: Any, attribute: str, replacement: Any) -> Mutant:
    return Mutant(name, patches=lambda: patch.object(module, attribute, replacement), reads=True)


def _entry(name: str, table: dict[str, Any], key: str, value: Any) -> Mutant:
    return Mutant(name, patches=lambda: patch.dict(table, {key: value}), reads=True)


_change_bit = expansions._change_bit


def _atomic_bit(name: str, args: Any, line: int) -> Any:
    return _change_bit(name.removeprefix("__"), args, line)


def _both_operands(self: Any, op: str, left: Any, level: int, line: int) -> Any:
    right = self.expression(level + 1)
    return c_values.folded(op, self.kept(left, line), self.kept(right, line))


def _both_choices(self: Any, cond: Any) -> Any:
    line = self.t.take().line
    then = self.kept(self.expression(), line)
    self.t.expect(":")
    orelse = self.kept(self.expression(), line)
    result = self.temporary()
    self.before.append(If(cond, (Assign(result.name, then, line),), (Assign(result.name, orelse, line),), line))
    return result


def _control_past_loop() -> AbstractContextManager[Any]:
    original = PathFinder._while

    def loop(self: PathFinder, state: Any, *rest: Any) -> Iterator[Any]:
        for end in original(self, state, *rest):
            end.control |= end.seen
            yield end

    return patch.object(PathFinder, "_while", loop)


def _waits_without_control() -> AbstractContextManager[Any]:
    original = PathFinder._assume

    def assume(self: PathFinder, state: Any, cond: Any) -> Iterator[Any]:
        for after in original(self, state, cond):
            after.control = 0
            yield after

    return patch.object(PathFinder, "_assume", assume)


def _waits_for_nothing(self: PathFinder, state: Any, cond: Any) -> Iterator[Any]:
    for after, _ in self._expr(state, cond, state.past):
        yield after


def _turns_dropped(self: PathFinder, state: Any, begun: int, stmt: Any, left: int) -> bool:
    return False


def _not_falling(self: Any, cases: Any, first: int) -> Any:
    return cases[first][2]


MUTANTS: tuple[Mutant, ...] = (
    _model("no wmb in cumulativity", cumul_fence=_cumul_without_wmb),
    _model("no A-cumulativity", a_cumul=lambda self, x, rows: rows),
    _model("rmb orders the read of a non-returning RMW", r4rmb=_static(lambda self: self.s.R)),
    Mutant("set_bit as full barrier", patches=_rmw_order(lambda o: Order.FULL if o is Order.NORETURN else o)),
    Mutant("set_bit as release", patches=_rmw_order(lambda o: Order.RELEASE if o is Order.NORETURN else o)),
    _model("control dependencies order reads", to_w=_to_w_with(_ordered_reads)),
    _model("control dependencies ignored", dependencies=_dependencies((True, True, False))),
    Mutant("control dependency past the end of the if", patches=_control_past_if),
    _model("wmb orders reads", wmb=_static(lambda self: restrict(self.s.M, self.s.around(FenceKind.WMB), self.s.W))),
    _model("rmb as mb", mb=_static(lambda self: union(getattr_static(Lkmm, "mb").func(self), restrict(
        self.s.M, self.s.around(FenceKind.RMB), self.s.M)))),
    _model("no pb axiom", relate=_relate_without("propagation")),
    _model("no hb through prop", happens_before=_hb_without_prop),
    _model("overwrite without fr", propagation=_prop_with(lambda x: x.co), to_w=_to_w_with(_no_fr)),
    Mutant("RMW not atomic", patches=_not_atomic),
    Mutant("failed cmpxchg as mb", patches=_failed_cmpxchg_is_mb),
    Mutant("fetch_or without mb", patches=_rmw_order(lambda o: Order.RELAXED if o is Order.FULL else o)),
    Mutant("only the mb before an RMW", patches=_one_mb(True)),
    Mutant("only the mb behind an RMW", patches=_one_mb(False)),
    _events("acquire ignored", _without(ev.ACQUIRE, ev.LKR)),
    _events("release ignored", _without(ev.RELEASE, ev.UL)),
    _events("lock not acquire", lambda e: replace(e, sets=e.sets & ~ev.ACQUIRE) if e.sets & ev.LKR else e),
    _events("unlock not release", lambda e: replace(e, sets=e.sets & ~ev.RELEASE) if e.sets & ev.UL else e),
    _model("no unlock-lock order", po_unlock_lock_po=lambda self, x: empty(self.s.n)),
    _model("before/after-atomic ignored", mb=_mb_without(FenceKind.BEFORE_ATOMIC, FenceKind.AFTER_ATOMIC)),
    _model("before-atomic ignored", mb=_mb_without(FenceKind.BEFORE_ATOMIC)),
    _model("after-atomic ignored", mb=_mb_without(FenceKind.AFTER_ATOMIC)),
    _model("after-spinlock ignored", mb=_mb_without(FenceKind.AFTER_SPINLOCK)),
    _model("after-unlock-lock ignored", after_unlock_lock=lambda self, x: empty(self.s.n)),
    _model("data dependency through rfi ignored",
           to_r=lambda self, x, addr, data: restrict(self.s.all, addr, self.addr_targets)),
    Mutant("rmb bound ignored in the race check", patches=_rmb_bound_ignored),
    _model("race never reported", is_race=lambda self, x: False),
    _events("plain treated as marked", _without(ev.PLAIN)),
    _model("rmw-sequence missing", rmw_sequence=lambda self, x: None),
    _model("carry-dep missing", carry_dep=lambda self, x: None),
    Mutant("the canonical read order too strict", patches=_strict_reading_order),
    # Beyond the list that a prototype was tried on.
    _model("address dependencies ignored", dependencies=_dependencies((False, True, True))),
    _model("data dependencies ignored", dependencies=_dependencies((True, False, True))),
    _model("reads-from across CPUs not in hb", happens_before=_hb_without_rfe),
    _model("prop without reads-from at its end", propagation=_prop_with(lambda x: union(x.co, x.fr), rfe=False)),
    _model("no rcu axiom", relate=_relate_without("rcu")),
    _model("plain coherence not required", relate=_relate_without("plain-coherence")),
    _model("grace period is no strong fence", gp=_static(lambda self: empty(self.s.n))),
    _function("every grace period for itself", rcu, "rcu_order", _grace_alone),
    _skeleton("inner RCU sections end outer ones", rcu_sections=_sections_unnested),
    Mutant("exchangeable threads listed once", patches=_exchange_unaware),
    _events("a failed trylock is an acquire", lambda e: replace(e, sets=e.sets | ev.ACQUIRE)
            if e.sets & (ev.LF | ev.RU) else e),
    Mutant("filter ignored", patches=_search_with(_forget_filter)),
    Mutant("initial values ignored", patches=_search_with(lambda search: search.initial.clear())),
    Mutant("a race in a known state overlooked", patches=_known_states_end_it),
    Mutant("a trylock fails on a free lock", patches=_trylock_fails_at_will),
    Mutant("old content taken for the new", patches=_returns_new),
    _function("every plain conflict is incoherent", plain_accesses, "incoherent", lambda model, x: True),
    # SRCU.
    _model("SRCU sections ignored", srcu_sections=lambda self, x, domain: empty(self.s.n)),
    _model("SRCU indices not carried through memory",
           srcu_sections=lambda self, x, domain: restrict(self.s.srcu_lock, self.s.data, self.s.srcu_unlock)),
    _skeleton("all SRCU domains are one", of_domain=_of_any_domain),
    _model("after-srcu-read-unlock ignored", mb=_mb_without(FenceKind.AFTER_SRCU_UNLOCK)),
    _events("the end of an SRCU section as release",
            lambda e: replace(e, sets=e.sets | ev.RELEASE) if e.sets & ev.SRCU_UNLOCK else e),
    # The language.
    _reading("test_and_set_bit_lock() does not look first", expansions, "_test_and_set_lock",
             lambda args, line, hoist: expansions._test_and_change("|", args, line)),
    _entry("clear_bit_unlock() as clear_bit()", expansions._STATEMENTS, "clear_bit_unlock",
           (2, lambda a, n, h: expansions._change_bit("clear_bit", a, n))),
    _entry("__clear_bit_unlock() without release", expansions._STATEMENTS, "__clear_bit_unlock",
           (2, lambda a, n, h: expansions._change_bit("__clear_bit", a, n))),
    _reading("__set_bit() is atomic", expansions, "_change_bit", _atomic_bit),
    _entry("test_bit() as acquire", expansions._VALUES, "test_bit",
           (2, lambda a, n, h: expansions._test(a, Marking.ACQUIRE, n))),
    _entry("test_bit_acquire() as test_bit()", expansions._VALUES, "test_bit_acquire",
           (2, lambda a, n, h: expansions._test(a, Marking.ONCE, n))),
    _entry("the last reference is dropped without acquire", expansions._VALUES, "refcount_dec_and_test",
           (1, lambda a, n, h: BinOp("==", h.kept(Rmw(a[0], "-", Const(1), Order.RELEASE, False, n), n), Const(1)))),
    _entry("references are dropped without release", expansions._VALUES, "refcount_dec_and_test",
           (1, lambda a, n, h: BinOp("==", h.kept(Rmw(a[0], "-", Const(1), Order.ACQUIRE, False, n), n), Const(1)))),
    _entry("a mutex does not acquire", locking.LOCK_CALLS, "mutex_lock",
           (1, lambda place, n, keep: (Assume(BinOp("==", keep(
               CmpXchg(place, Const(0), Const(1), Order.RELAXED, n), n), Const(0)), n),))),
    _entry("a mutex is a spin lock", locking.LOCK_CALLS, "mutex_lock", (1, locking._spin_lock)),
    _entry("readers keep readers out", locking.LOCK_CALLS, "read_lock", (1, locking._exclusive(1))),
    _entry("readers do not look for a writer", locking.LOCK_CALLS, "read_lock",
           (1, lambda place, n, keep: (Do(Rmw(place, "+", Const(1), Order.ACQUIRE, False, n), n),))),
    _reading("both operands of && are read", c_expressions.ExpressionParser, "_short_circuit", _both_operands),
    _reading("both sides of ?: are read", c_expressions.ExpressionParser, "_choice", _both_choices),
    _reading("a case does not fall through", c_control.ControlParser, "_falling", _not_falling),
    _reading("jumps are ignored", c_parser, "unless_left", lambda stmts: stmts),
    Mutant("control dependency past the end of a loop", patches=_control_past_loop),
    Mutant("who waits leaves no control dependency", patches=_waits_without_control),
    Mutant("nobody waits", patches=lambda: patch.object(PathFinder, "_assume", _waits_for_nothing)),
    Mutant("no second turn of a loop", patches=lambda: patch.object(PathFinder, "_goes_on", _turns_dropped)),
)  # fmt: skip


# What a litmus test expects


@dataclass(frozen=True)
class Expected:
    """Verdict, and data race and number of states where the file says how many states there are (else None)."""

    verdict: str
    race: bool | None
    states: int | None


_RESULT = re.compile(r"\* Result: (\w+)( DATARACE)?")
_STATES = re.compile(r"\* States: (\d+)")
_OLD = re.compile(r"\* Under Linux 6\.1: (\w+)( DATARACE)?, (\d+) states")


def expected(text: str, model: str = "lkmm") -> Expected:
    """What the comment at the head of one of our own litmus tests says."""
    result, states, old = _RESULT.search(text), _STATES.search(text), _OLD.search(text)
    assert result is not None
    if old is not None and model == "lkmm-6.1":
        return Expected(old[1], bool(old[2]), int(old[3]))
    return Expected(result[1], bool(result[2]) if states else None, int(states[1]) if states else None)


def matches(outcome: Outcome, wanted: Expected) -> bool:
    """Whether an outcome is as the litmus test says."""
    if wanted.states is not None and len(outcome.states) != wanted.states:
        return False
    return outcome.verdict.value == wanted.verdict and wanted.race in (None, outcome.data_race)


def load(directory: Path) -> list[tuple[Program, Expected]]:
    """The litmus tests below a directory with what they expect."""
    texts = [(path, path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.litmus"))]
    return [(parse_litmus(text, path.name), expected(text)) for path, text in texts]


def killer(mutant: Mutant, tests: list[tuple[Program, Expected]]) -> str | None:
    """The first test that notices the mutant."""
    with mutant.patches():
        for program, wanted in load(OWN_TESTS) if mutant.reads else tests:
            try:
                outcome = decide(program, mutant.model, bound=20000)
            except (AssertionError, LookupError, RecursionError):
                return program.name
            if not matches(outcome, wanted):
                return program.name
    return None


def main(directories: list[str]) -> int:
    """List every mutant with its killer; the number of survivors is the exit status."""
    tests = [test for name in directories or [str(OWN_TESTS)] for test in load(Path(name))]
    for program, wanted in tests:
        if not matches(decide(program), wanted):
            print(f"{program.name} does not hold without any mutant: left out")
            tests = [test for test in tests if test[0] is not program]
    survivors = 0
    for mutant in MUTANTS:
        by = killer(mutant, tests)
        survivors += by is None
        print(f"{'killed by ' + by if by else 'ALIVE':40} {mutant.name}")
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} killed")
    return survivors


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
