"""Hypothesis strategies for small programs without value cycles."""

from hypothesis import strategies as st

from mtelint.memsim.litmus.ast import (
    Assign,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
    If,
    Load,
    Lock,
    Marking,
    Order,
    Program,
    Reg,
    Rmw,
    Stmt,
    Store,
    Thread,
    TryLock,
    Unlock,
)
from mtelint.memsim.litmus.final_state import Equals, Observable, Quantifier

LOCATIONS = ("x", "y")
REGISTERS = ("r0", "r1")
FENCES = (FenceKind.MB, FenceKind.RMB, FenceKind.WMB, FenceKind.BEFORE_ATOMIC, FenceKind.AFTER_ATOMIC,
          FenceKind.SYNC_RCU)  # fmt: skip

locations = st.sampled_from(LOCATIONS).map(Const)
values = st.integers(1, 2).map(Const)
orders = st.sampled_from([Order.RELAXED, Order.ACQUIRE, Order.RELEASE, Order.FULL])


def _loads() -> st.SearchStrategy[Expr]:
    markings = st.sampled_from([Marking.ONCE, Marking.ONCE, Marking.ACQUIRE, Marking.PLAIN])
    return st.one_of(
        st.builds(Load, locations, markings),
        st.builds(Rmw, locations, st.sampled_from(["|", "+", "xchg"]), values, orders),
        st.builds(CmpXchg, locations, st.integers(0, 1).map(Const), values, orders),
    )


def _stores(stored: st.SearchStrategy[Expr]) -> st.SearchStrategy[Stmt]:
    markings = st.sampled_from([Marking.ONCE, Marking.ONCE, Marking.RELEASE, Marking.PLAIN])
    return st.one_of(
        st.builds(Store, locations, stored, markings),
        st.builds(lambda where, value: Do(Rmw(where, "|", value, Order.NORETURN)), locations, values),
    )


def statements(stored: st.SearchStrategy[Expr] = values) -> st.SearchStrategy[Stmt]:
    """One statement; ``stored`` gives the values of plain stores."""
    simple: st.SearchStrategy[Stmt] = st.one_of(
        st.builds(Assign, st.sampled_from(REGISTERS), _loads()),
        _stores(stored),
        st.builds(Fence, st.sampled_from(FENCES)),
    )
    branch: st.SearchStrategy[Stmt] = st.builds(
        If, st.sampled_from(REGISTERS).map(Reg), st.tuples(simple), st.one_of(st.just(()), st.tuples(_stores(stored)))
    )
    return st.one_of(simple, simple, simple, branch)


# The first register times nothing: a dependency that leaves the value as it is, so no value can feed itself.
DEPENDENT = BinOp("+", BinOp("&", Reg("r0"), Const(0)), Const(1))


@st.composite
def programs(draw: st.DrawFn, threads: int = 2, length: int = 3, dependent: bool = True) -> Program:
    """A program whose listed state is every register and location."""
    stored = st.one_of(values, values, st.just(DEPENDENT)) if dependent else values
    bodies = [tuple(draw(st.lists(statements(stored), min_size=1, max_size=length))) for _ in range(threads)]
    return make_program(bodies)


@st.composite
def lock_programs(draw: st.DrawFn) -> Program:
    """Two or three threads with one critical section each, by lock or trylock."""
    bodies: list[tuple[Stmt, ...]] = []
    for _ in range(draw(st.sampled_from([2, 2, 2, 3]))):
        inside = tuple(draw(st.lists(_stores(values) | st.builds(Assign, st.just("r0"), _loads()), max_size=1)))
        outside = tuple(draw(st.lists(_stores(values), max_size=1)))
        if draw(st.booleans()):
            bodies.append((Lock(Const("l")), *inside, Unlock(Const("l")), *outside))
        else:
            section = (*inside, Unlock(Const("l")))
            bodies.append((Assign("r1", TryLock(Const("l"))), If(Reg("r1"), section), *outside))
    return make_program(bodies)


def make_program(bodies: list[tuple[Stmt, ...]]) -> Program:
    """A program from bodies; its condition is of no interest."""
    observed = [Observable(t, r) for t in range(len(bodies)) for r in REGISTERS]
    observed += [Observable(-1, name) for name in LOCATIONS]
    return Program(
        "generated", tuple(Thread(body) for body in bodies), (), Equals(observed[0], 1), Quantifier.EXISTS,
        observed=tuple(observed),
    )  # fmt: skip
