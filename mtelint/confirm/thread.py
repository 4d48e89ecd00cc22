"""Acts to the statements of one thread.

A branch that the path took becomes an ``if`` around the rest of it, as in the source: control dependencies are those
of the path, and where the branch goes the other way the thread ends.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from mtelint.confirm.projection import SUBJECT, Act, Do
from mtelint.memsim.litmus import ast as memory
from mtelint.memsim.litmus.ast import (
    Assign,
    BinOp,
    Const,
    Expr,
    Fence,
    FenceKind,
    If,
    Load,
    Lock,
    Marking,
    Order,
    Reg,
    Rmw,
    Stmt,
    Store,
    Unlock,
)
from mtelint.model import BarrierKind

TAGGED, LOCKED = 1, 2
DONE = "done"
READ = "rd"
WAITED = "waited"

_FENCES = {
    BarrierKind.WRITE: FenceKind.WMB, BarrierKind.READ: FenceKind.RMB, BarrierKind.FULL: FenceKind.MB,
    BarrierKind.ACQUIRE: FenceKind.MB, BarrierKind.RELEASE: FenceKind.MB,
}  # fmt: skip
_ORDERS = {
    BarrierKind.FULL: Order.FULL, BarrierKind.ACQUIRE: Order.ACQUIRE, BarrierKind.RELEASE: Order.RELEASE,
}  # fmt: skip


class Compiler(Struct):
    """Compiles one path; ``granules`` is the number of locations that stand for a page's tags, ``word`` the one for
    the flags word of the page in question as the path sees it, ``after`` what follows the path."""

    granules: int = 1
    word: str = "flags"
    after: tuple[Stmt, ...] = ()
    registers: int = 0
    held: list[str] = field(default_factory=list)
    waits: bool = False
    """A claim that nobody looks at may wait: only runs in which the flag came count."""

    def body(self, acts: Sequence[Act]) -> tuple[Stmt, ...]:
        """The statements of the path; the last one taken tells that it was taken to its end."""
        if not acts:
            return (*self._unlocks(), *self.after, Assign(DONE, Const(1)))
        act, rest = acts[0], acts[1:]
        match act.do:
            case Do.TEST | Do.WAIT:
                return self._test(act, rest)
            case Do.CLAIM:
                return self._claim(act, rest)
            case Do.TEST_AND_SET:
                return self._branch(act, self._rmw(act, TAGGED, _rmw_order(act)), TAGGED, not act.outcome, rest)
            case Do.LOCK:
                self.held.append(act.lock)
                return (Lock(Const(act.lock), tag=act), *self.body(rest))
            case Do.UNLOCK:
                self.held.remove(act.lock)
                return (Unlock(Const(act.lock), tag=act), *self.body(rest))
            case _:
                return (*self._straight(act), *self.body(rest))

    # --- branches -----------------------------------------------------------------------------------------------------

    def _branch(
        self, act: Act, question: Expr, mask: int, when: bool, rest: Sequence[Act], first: tuple[Stmt, ...] = ()
    ) -> tuple[Stmt, ...]:
        """``r = question & mask; if (r is what the path saw) { first; rest }``."""
        name = self._register(act)
        asked = Assign(name, BinOp("&", question, Const(mask)))
        held = list(self.held)
        inner = (*first, *self.body(rest))
        self.held = held
        taken = BinOp("!=" if when else "==", Reg(name), Const(0))
        return (asked, If(taken, inner, self._unlocks()))

    def _register(self, act: Act) -> str:
        if act.asked:
            return "asked"
        self.registers += 1
        return f"r{self.registers - 1}"

    def _unlocks(self) -> tuple[Stmt, ...]:
        return tuple(Unlock(Const(name)) for name in reversed(self.held))

    def _test(self, act: Act, rest: Sequence[Act]) -> tuple[Stmt, ...]:
        acquire = act.order is BarrierKind.ACQUIRE
        load = Load(self._word(act), Marking.ACQUIRE if acquire else Marking.ONCE, tag=act)
        if act.outcome is None:
            return (Assign(self._register(act), BinOp("&", load, Const(TAGGED))), *self.body(rest))
        ordered = act.outcome and act.order in (BarrierKind.READ, BarrierKind.FULL)
        first = (Fence(_FENCES[act.order], tag=act),) if ordered and act.order is not None else ()
        return self._branch(act, load, TAGGED, act.outcome, rest, first)

    def _claim(self, act: Act, rest: Sequence[Act]) -> tuple[Stmt, ...]:
        question = self._rmw(act, LOCKED, Order.FULL if act.helper else _rmw_order(act))
        if act.outcome is None:
            return (*self._unlooked(act, question), *self.body(rest))
        if act.outcome or not act.helper:
            return self._branch(act, question, LOCKED, not act.outcome, rest)
        # The helper waits for the flag before it says no.
        name = self._register(act)
        held = list(self.held)
        waited = self._branch(act, self._flag(act), TAGGED, True, rest)
        self.held = held
        return (Assign(name, BinOp("&", question, Const(LOCKED))), If(Reg(name), waited, self._unlocks()))

    def _unlooked(self, act: Act, question: Expr) -> tuple[Stmt, ...]:
        name = self._register(act)
        asked = Assign(name, BinOp("&", question, Const(LOCKED)))
        if not act.helper:
            return (asked,)
        self.waits = True
        waited = Assign(WAITED, BinOp("&", self._flag(act), Const(TAGGED)))
        return (asked, If(Reg(name), (waited,), (Assign(WAITED, Const(1)),)))

    def _flag(self, act: Act) -> Expr:
        return Load(self._word(act), Marking.ACQUIRE, tag=act)

    def _rmw(self, act: Act, bit: int, order: Order) -> Rmw:
        return Rmw(self._word(act), "|", Const(bit), order, tag=act)

    def _word(self, act: Act) -> Const:
        """The flags word that an act is on."""
        return Const(self.word if act.page == SUBJECT and not act.right else "flags" + act.page)

    # --- straight-line acts -------------------------------------------------------------------------------------------

    def _straight(self, act: Act) -> tuple[Stmt, ...]:
        match act.do:
            case Do.SET | Do.CLEAR:
                return self._change(act)
            case Do.WRITE:
                return self._write(act)
            case Do.READ:
                name = "elsewhere" if act.aside else "mt" + act.page
                return (Assign(READ, Load(Const(name), Marking.ONCE, tag=act)),)
            case Do.BARRIER:
                return (Fence(_FENCES[act.order or BarrierKind.FULL], tag=act),)
            case Do.PUBLISH:
                return (Store(Const("pte" + act.page), Const(1), Marking.ONCE, tag=act),)
            case Do.PUT:
                return (Store(Const("freed" + act.page), Const(1), Marking.RELEASE, tag=act),)
            case _:
                return self._self_wait(act)

    def _change(self, act: Act) -> tuple[Stmt, ...]:
        op = "|" if act.do is Do.SET else "&~"
        if act.mask:
            self.registers += 1
            name = f"r{self.registers - 1}"
            change = BinOp("|", Reg(name), Const(TAGGED)) if op == "|" else BinOp("&", Reg(name), Const(~TAGGED & 7))
            return (
                Assign(name, Load(self._word(act), Marking.ONCE, tag=act)),
                Store(self._word(act), change, Marking.ONCE, tag=act),
            )
        order = _ORDERS.get(act.order, Order.NORETURN) if act.order is not None and not act.helper else Order.NORETURN
        return (memory.Do(Rmw(self._word(act), op, Const(TAGGED), order, tag=act)),)

    def _write(self, act: Act) -> tuple[Stmt, ...]:
        if act.aside:
            return (Store(Const("elsewhere"), Const(act.value), Marking.ONCE, tag=act),)
        name = "mt" + act.page
        granules = (name, f"mt1{act.page}") if self.granules > 1 and act.whole else (name,)
        return tuple(Store(Const(each), Const(act.value), Marking.ONCE, tag=act) for each in granules)

    def _self_wait(self, act: Act) -> tuple[Stmt, ...]:
        again = Assign("again", BinOp("&", self._rmw(act, LOCKED, Order.FULL), Const(LOCKED)))
        seen = Assign("seen", BinOp("&", self._flag(act), Const(TAGGED)))
        return (again, If(Reg("again"), (seen,)))


def _rmw_order(act: Act) -> Order:
    """The ordering of a raw read-modify-write with a result."""
    return _ORDERS.get(act.order, Order.RELAXED) if act.order is not None else Order.RELAXED
