"""Every statement and expression of a block, one after the other."""

from collections.abc import Iterator

from mtelint.memsim.litmus.ast import (
    AddUnless,
    Assign,
    Assume,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
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

Node = Stmt | Expr


def nodes(body: tuple[Stmt, ...]) -> Iterator[Node]:
    """Statements and expressions of a block, outer ones first."""
    for stmt in body:
        yield stmt
        match stmt:
            case Assign(_, value) | Do(value) | Assume(value):
                yield from _parts(value)
            case Lock(addr) | Unlock(addr) | SyncSrcu(addr):
                yield from _parts(addr)
            case Store(addr, value) | SrcuUnlock(addr, value):
                yield from _parts(addr)
                yield from _parts(value)
            case If(cond, then, orelse):
                yield from _parts(cond)
                yield from nodes(then)
                yield from nodes(orelse)
            case While(again, cond, inner):
                yield from nodes(again)
                yield from _parts(cond)
                yield from nodes(inner)


def operands(expr: Expr) -> tuple[Expr, ...]:
    """The expressions that one is made of, in the order in which they are evaluated."""
    match expr:
        case BinOp(_, left, right):
            return (left, right)
        case Load(addr) | TryLock(addr) | IsLocked(addr) | SrcuLock(addr):
            return (addr,)
        case Rmw(addr, _, operand):
            return (addr, operand)
        case CmpXchg(addr, a, b) | AddUnless(addr, a, b):
            return (addr, a, b)
        case _:
            return ()


def _parts(expr: Expr) -> Iterator[Expr]:
    yield expr
    parts = operands(expr)
    if isinstance(expr, BinOp) and expr.op[0] in ".[":
        parts = () if isinstance(_base(expr.left), Reg | Const) else (expr.left,)
    for part in parts:
        yield from _parts(part)


def _base(addr: Expr) -> Expr:
    """What an address is a part of."""
    while isinstance(addr, BinOp) and addr.op[0] in ".[":
        addr = addr.left
    return addr
