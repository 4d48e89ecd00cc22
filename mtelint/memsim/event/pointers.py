"""Which locations a pointer that is read from memory may name."""

from collections.abc import Iterator

from mtelint.memsim.litmus.ast import (
    Assign,
    Assume,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    If,
    Lock,
    Program,
    Reg,
    Rmw,
    SrcuUnlock,
    Stmt,
    Store,
    SyncSrcu,
    Unlock,
    While,
)
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.litmus.nodes import operands


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
                yield from _stored_by(value)
            case Do(value):
                yield from _stored_by(value)
            case Store(addr, value) | SrcuUnlock(addr, value):
                yield value
                yield from _stored_by(value)
                yield from _stored_by(addr)
            case Lock(addr) | Unlock(addr) | SyncSrcu(addr) | Assume(addr):
                yield from _stored_by(addr)
            case While(again, cond, inner):
                yield from _value_positions(again)
                yield from _stored_by(cond)
                yield from _value_positions(inner)
            case If(cond, then, orelse):
                yield from _stored_by(cond)
                yield from _value_positions(then)
                yield from _value_positions(orelse)
            case _:
                continue


def _stored_by(expr: Expr) -> Iterator[Expr]:
    """Values that read-modify-writes within an expression may store."""
    if isinstance(expr, Rmw):
        yield expr.operand
    elif isinstance(expr, CmpXchg):
        yield expr.new
    for part in operands(expr):
        yield from _stored_by(part)
