"""Partial evaluation: loops that count and branches on what is known are done, the rest of a program is left.

What remains has the same accesses and dependencies: only expressions on registers whose value is known are computed.
"""

from dataclasses import replace

from mtelint.memsim.litmus.ast import (
    OWN,
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
from mtelint.memsim.litmus.nodes import nodes
from mtelint.memsim.litmus.symbolic import UnmodelledError, binary

MAX_TURNS = 64
"""Turns of a counting loop that are written out."""

Known = dict[str, Const]
Block = tuple[Stmt, ...]


def residual(program: Program) -> Program:
    """``program`` without what can be computed beforehand."""
    threads = []
    for thread in program.threads:
        start = {name: Const(value) for name, value in thread.registers if isinstance(value, int)}
        unset = {name: Const(0) for name in _set_in(thread.body) if name not in dict(thread.registers)}
        body = _block(thread.body, unset | start)
        threads.append(replace(thread, body=_without_idle(body, _looked_at(body))))
    return replace(program, threads=tuple(threads))


def _set_in(body: Block) -> set[str]:
    """Registers that a block may set."""
    found: set[str] = set()
    for stmt in body:
        match stmt:
            case Assign(reg, _):
                found.add(reg)
            case If(_, then, orelse):
                found |= _set_in(then) | _set_in(orelse)
            case While(again, _, inner):
                found |= _set_in(again) | _set_in(inner)
            case _:
                continue
    return found


def _without_idle(body: Block, looked_at: set[str]) -> Block:
    """The block without constants for registers of our own that nothing looks at any more."""
    left: list[Stmt] = []
    for stmt in body:
        match stmt:
            case Assign(reg, Const()) if reg.startswith(OWN) and reg not in looked_at:
                continue
            case If(_, then, orelse):
                left.append(replace(stmt, then=_without_idle(then, looked_at), orelse=_without_idle(orelse, looked_at)))
            case While(again, _, inner):
                left.append(replace(stmt, again=_without_idle(again, looked_at), body=_without_idle(inner, looked_at)))
            case _:
                left.append(stmt)
    return tuple(left)


def _looked_at(body: Block) -> set[str]:
    return {node.name for node in nodes(body) if isinstance(node, Reg)}


def _block(body: Block, known: Known) -> Block:
    """The block's residue; ``known`` becomes what is known behind it."""
    return tuple(left for stmt in body for left in _statement(stmt, known))


def _statement(stmt: Stmt, known: Known) -> Block:
    match stmt:
        case Assign(reg, value):
            left = _expr(value, known)
            known.pop(reg, None)
            if isinstance(left, Const):
                known[reg] = left
            return (replace(stmt, value=left),)
        case If():
            return _if(stmt, known)
        case While():
            return _while(stmt, known, MAX_TURNS)
        case Do(value):
            return (replace(stmt, value=_expr(value, known)),)
        case Assume(cond):
            asked = _expr(cond, known)
            return () if isinstance(asked, Const) and asked.value else (replace(stmt, cond=asked),)
        case Store(addr, value) | SrcuUnlock(addr, value):
            return (replace(stmt, addr=_expr(addr, known), value=_expr(value, known)),)
        case Lock(addr) | Unlock(addr) | SyncSrcu(addr):
            return (replace(stmt, addr=_expr(addr, known)),)
        case _:
            return (stmt,)


def _if(stmt: If, known: Known) -> Block:
    cond = _expr(stmt.cond, known)
    if isinstance(cond, Const):
        return _block(stmt.then if cond.value else stmt.orelse, known)
    other = dict(known)
    then, orelse = _block(stmt.then, known), _block(stmt.orelse, other)
    for name in list(known):
        if other.get(name) != known[name]:
            del known[name]
    return (replace(stmt, cond=cond, then=then, orelse=orelse),)


def _while(stmt: While, known: Known, turns: int) -> Block:
    before = dict(known)
    again = _block(stmt.again, known)
    cond = _expr(stmt.cond, known)
    if isinstance(cond, Const) and not cond.value:
        return again
    if isinstance(cond, Const) and turns:
        body = _block(stmt.body, known)
        return (*again, *body, *_while(stmt, known, turns - 1))
    known.clear()
    known.update({name: value for name, value in before.items() if name not in _set_in((stmt,))})
    inside = dict(known)
    again = _block(stmt.again, inside)
    return (replace(stmt, again=again, cond=_expr(stmt.cond, inside), body=_block(stmt.body, inside)),)


def _expr(expr: Expr, known: Known) -> Expr:
    match expr:
        case Reg(name):
            return known.get(name, expr)
        case BinOp(op, left, right):
            return _operator(expr, op, _expr(left, known), _expr(right, known))
        case Load(addr) | TryLock(addr) | IsLocked(addr) | SrcuLock(addr):
            return replace(expr, addr=_expr(addr, known))
        case Rmw(addr, _, operand):
            return replace(expr, addr=_expr(addr, known), operand=_expr(operand, known))
        case CmpXchg(addr, old, new):
            return replace(expr, addr=_expr(addr, known), old=_expr(old, known), new=_expr(new, known))
        case AddUnless(addr, add, unless):
            return replace(expr, addr=_expr(addr, known), add=_expr(add, known), unless=_expr(unless, known))
        case _:
            return expr


def _operator(expr: BinOp, op: str, left: Expr, right: Expr) -> Expr:
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(binary(op, left.value, right.value))
        except UnmodelledError:
            return expr
    return replace(expr, left=left, right=right)
