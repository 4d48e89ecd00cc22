"""What an expression is, without building anything: constants, wrappers, operands."""

import re
from collections.abc import Iterator
from typing import cast

from mtelint.flow.cfg.control_names import condition_index
from mtelint.syntax.c_tree import (
    Asm,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Conditional,
    Declare,
    Expr,
    Function,
    Label,
    Literal,
    Name,
    Opaque,
    ScopedGuard,
    StmtExpr,
    Temp,
    Unary,
    Update,
    children,
    statements,
    walk,
)

_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*")
_WORDS = {"true": True, "false": False, "NULL": False}


def constant(expr: Expr) -> bool | None:
    """The truth of a literal, or None for what is not known."""
    if isinstance(expr, Unary) and expr.op == "!":
        inner = constant(expr.operand)
        return None if inner is None else not inner
    text = expr.text if isinstance(expr, Literal) else expr.id if isinstance(expr, Name) else ""
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    return None if number is None else number[1].lower().lstrip("0x") != ""


def unwrapped(expr: Expr) -> tuple[Call, int] | None:
    """A call of a transparent wrapper and the index of its condition, or None."""
    if not isinstance(expr, Call) or not isinstance(expr.function, Name):
        return None
    index = condition_index(expr.function.id)
    if index is None or index >= len(expr.args):
        return None
    condition = expr.args[index]
    # ``X_WARN("...")`` only prints.
    prints = isinstance(condition, Literal) and condition.text.startswith('"')
    return None if prints else (expr, index)


def operands(expr: Expr) -> tuple[Expr, ...]:
    """The operands of an expression in the order of evaluation; none for a statement expression."""
    if isinstance(expr, StmtExpr):
        return ()
    return cast("tuple[Expr, ...]", children(expr))  # below any other expression there are expressions alone


def splits(expr: Expr) -> bool:
    """Whether an operand of ``!`` has a structure that the negation goes through."""
    return (
        isinstance(expr, Conditional)
        or (isinstance(expr, Binary) and expr.op in ("&&", "||"))
        or (isinstance(expr, Unary) and expr.op == "!" and splits(expr.operand))
        or unwrapped(expr) is not None
    )


def has_call(expr: Expr) -> bool:
    """Whether a call stands in an expression."""
    return isinstance(expr, Call | StmtExpr) or any(has_call(part) for part in operands(expr))


def has_effect(expr: Expr) -> bool:
    """Whether an expression does more than to have a value."""
    return isinstance(expr, Call | Assign | Update | Asm) or any(has_effect(part) for part in operands(expr))


def scoped_macro(stmt: ScopedGuard) -> str:
    """The macro that a scoped guard begins with."""
    if stmt.name.startswith("scoped_"):
        return stmt.name
    return "scoped_guard" if stmt.failure is None else "scoped_cond_guard"


def is_settled(expr: Expr) -> bool:
    """Whether a value stays what it is when something is released: constants and variables, no memory."""
    if isinstance(expr, Unary) and expr.op == "*":
        return False
    if not isinstance(expr, Name | Literal | Temp | Unary | Binary | Cast | Opaque):
        return False
    return all(is_settled(part) for part in operands(expr))


def labels_of(body: Block) -> frozenset[str]:
    """The labels of a body, those in statement expressions left out."""
    return frozenset(stmt.name for stmt in statements(body) if isinstance(stmt, Label))


def address_taken(body: Block) -> frozenset[str]:
    """The labels whose address is taken (``&&label``)."""
    return frozenset(
        part.operand.id
        for part in walk(body)
        if isinstance(part, Unary) and part.op == "&&" and isinstance(part.operand, Name)
    )


def declared(function: Function) -> frozenset[str]:
    """The parameters and variables of a function."""
    variables = (part.name for part in walk(function.body) if isinstance(part, Declare))
    return frozenset(param.name for param in function.params) | frozenset(variables)


def calls_of(expr: Expr) -> Iterator[Call]:
    """The calls of an expression in the order they run: innermost first, left to right."""
    for part in operands(expr):
        yield from calls_of(part)
    if isinstance(expr, Call):
        yield expr
