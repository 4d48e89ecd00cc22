"""Whether one turn of a loop hands a register on to the next, or to what follows."""

from mtelint.memsim.litmus.ast import (
    LEAVING,
    OWN,
    Assign,
    Assume,
    Do,
    Expr,
    Fence,
    FenceKind,
    If,
    Lock,
    Reg,
    SrcuUnlock,
    Stmt,
    Store,
    SyncSrcu,
    Unlock,
    While,
)
from mtelint.memsim.litmus.nodes import operands

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
        if isinstance(expr, Reg) and expr.name not in self.surely:
            self.exposed.add(expr.name)
        for each in operands(expr):
            self.expr(each)
