"""Whether one turn of a loop hands a register on to the next, or to what follows."""

from mtelint.memsim.litmus.ast import (
    LEAVING,
    OWN,
    AddUnless,
    Assign,
    Assume,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
    If,
    IsLocked,
    Load,
    Lock,
    Reg,
    Rmw,
    SrcuLock,
    SrcuUnlock,
    Stmt,
    Store,
    SyncSrcu,
    TryLock,
    Unlock,
    While,
)

MARKERS = (
    FenceKind.RCU_LOCK, FenceKind.RCU_UNLOCK, FenceKind.SYNC_RCU,
    FenceKind.SRCU_LOCK, FenceKind.SRCU_UNLOCK, FenceKind.SYNC_SRCU,
)  # fmt: skip
"""Fences that leave more than order behind: sections must stay balanced."""


def hands_on(loop: While) -> bool:
    """Whether a register that a turn sets can be seen by the next one or behind the loop.

    What ``again`` sets on every way is set anew, by the turn that leaves the loop at the latest.
    """
    first = _Scan()
    first.block(loop.again)
    first.expr(loop.cond)
    fresh = set(first.surely)
    first.block(loop.body)
    changed = {name for name in first.maybe if name not in fresh and not name.startswith(OWN)}
    return bool(changed or (first.exposed & first.maybe) - {LEAVING})


class _Scan:
    """Registers that are set for sure, that may be set, and that may be looked at before they are set for sure."""

    def __init__(self) -> None:
        self.surely: set[str] = set()
        self.maybe: set[str] = set()
        self.exposed: set[str] = set()

    def block(self, body: tuple[Stmt, ...]) -> None:
        for stmt in body:
            self.stmt(stmt)

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(reg, value):
                self.expr(value)
                self.surely.add(reg)
                self.maybe.add(reg)
            case Store(addr, value) | SrcuUnlock(addr, value):
                self.expr(addr)
                self.expr(value)
            case Do(expr) | Assume(expr) | Lock(expr) | Unlock(expr) | SyncSrcu(expr):
                self.expr(expr)
            case If(cond, then, orelse):
                self.expr(cond)
                self._either(then, orelse)
            case While(again, cond, inner):
                self.block(again)
                self.expr(cond)
                self._either(inner, ())
            case Fence():
                pass

    def _either(self, then: tuple[Stmt, ...], orelse: tuple[Stmt, ...]) -> None:
        before = set(self.surely)
        self.block(then)
        after_then, self.surely = self.surely, set(before)
        self.block(orelse)
        self.surely &= after_then

    def expr(self, expr: Expr) -> None:
        match expr:
            case Reg(name):
                if name not in self.surely:
                    self.exposed.add(name)
            case BinOp(_, left, right):
                self._all(left, right)
            case Load(addr) | TryLock(addr) | IsLocked(addr) | SrcuLock(addr):
                self.expr(addr)
            case Rmw(addr, _, operand):
                self._all(addr, operand)
            case CmpXchg(addr, a, b) | AddUnless(addr, a, b):
                self._all(addr, a, b)
            case Const():
                pass

    def _all(self, *exprs: Expr) -> None:
        for each in exprs:
            self.expr(each)
