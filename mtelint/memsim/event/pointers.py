"""Which locations a pointer that is read from memory may name."""

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
    Program,
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
from mtelint.memsim.litmus.final_state import Value


def pointer_values(program: Program) -> tuple[str, ...]:
    """Locations whose address is in memory at the start, or is used as a value by some thread; sorted."""
    found = {value for _, value in program.initial if isinstance(value, str)}
    for thread in program.threads:
        registers = dict(thread.registers)
        for expr in _value_positions(thread.body):
            found.update(_names(expr, registers))
    return tuple(sorted(found))


def _names(expr: Expr, registers: dict[str, Value]) -> Iterator[str]:
    match expr:
        case Const(value) if isinstance(value, str):
            yield value
        case Reg(name):
            value = registers.get(name, 0)
            if isinstance(value, str):
                yield value
        case BinOp(op, left, right):
            part = op if op[0] in ".[" else ""
            yield from (name + part for name in _names(left, registers))
            yield from _names(right, registers)
        case _:
            return


def _value_positions(body: tuple[Stmt, ...]) -> Iterator[Expr]:
    """Expressions whose value may end up in memory or in a register."""
    for stmt in body:
        match stmt:
            case Assign(_, value):
                yield value
                yield from _operands(value)
            case Do(value):
                yield from _operands(value)
            case Store(addr, value) | SrcuUnlock(addr, value):
                yield value
                yield from _operands(value)
                yield from _operands(addr)
            case Lock(addr) | Unlock(addr) | SyncSrcu(addr) | Assume(addr):
                yield from _operands(addr)
            case While(again, cond, inner):
                yield from _value_positions(again)
                yield from _operands(cond)
                yield from _value_positions(inner)
            case If(cond, then, orelse):
                yield from _operands(cond)
                yield from _value_positions(then)
                yield from _value_positions(orelse)
            case _:
                continue


def _operands(expr: Expr) -> Iterator[Expr]:
    """Values that read-modify-writes within an expression may store."""
    match expr:
        case BinOp(_, left, right):
            yield from _operands(left)
            yield from _operands(right)
        case Load(addr) | TryLock(addr) | IsLocked(addr) | SrcuLock(addr):
            yield from _operands(addr)
        case Rmw(addr, _, operand):
            yield operand
            yield from _operands(operand)
            yield from _operands(addr)
        case CmpXchg(addr, old, new):
            yield new
            for part in (addr, old, new):
                yield from _operands(part)
        case AddUnless(addr, add, unless):
            for part in (addr, add, unless):
                yield from _operands(part)
        case _:
            return
