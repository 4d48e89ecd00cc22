"""Values that are not known yet: expressions over the slots of reads, folded as soon as they can be.

A symbolic value is a concrete :data:`~mtelint.memsim.litmus.final_state.Value`, ``("slot", n)`` for what read ``n``
returned, or ``(operator, left, right)``.  Operators follow C on unbounded integers; pointers can be compared, and
little more.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mtelint.memsim.litmus.final_state import Value

WORD = 64
"""Bits of an ``unsigned long``."""

Symbol = Any
"""``Value | tuple``: typed loosely, because recursive tuples cannot be spelled for the type checker."""

ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: _divide(a, b),
    "%": lambda a, b: a - b * _divide(a, b),
    "<<": lambda a, b: a << _shift(b),
    ">>": lambda a, b: a >> _shift(b),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "&~": lambda a, b: a & ~b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">": lambda a, b: int(a > b),
    "<=": lambda a, b: int(a <= b),
    ">=": lambda a, b: int(a >= b),
    "&&": lambda a, b: int(bool(a) and bool(b)),
    "||": lambda a, b: int(bool(a) or bool(b)),
}


class UnmodelledError(Exception):
    """Something that the simulator does not model: reason and line (0 where unknown)."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def slot(number: int) -> Symbol:
    """The value that read ``number`` returns."""
    return ("slot", number)


def apply(op: str, left: Value, right: Value) -> Value:
    """One operator on concrete values; raises :class:`UnmodelledError` for what pointers cannot do."""
    if op[0] in ".[":
        return left + op if isinstance(left, str) else left
    if isinstance(left, int) and isinstance(right, int):
        return ARITHMETIC[op](left, right)
    return _apply_pointer(op, left, right)


def _shift(places: int) -> int:
    if 0 <= places < WORD:
        return places
    raise UnmodelledError(f"a shift by {places}")


def _divide(left: int, right: int) -> int:
    if right == 0:
        raise UnmodelledError("division by zero")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


def _apply_pointer(op: str, left: Value, right: Value) -> Value:
    if op in ("==", "!="):
        return int((left == right) == (op == "=="))
    if op in ("-", "^") and left == right:
        return 0
    if op in ("+", "-", "|", "^") and right == 0:
        return left
    if op in ("+", "|", "^") and left == 0:
        return right
    if op in ("&&", "||"):
        return ARITHMETIC[op](int(left != 0), int(right != 0))
    raise UnmodelledError(f"arithmetic on a pointer ({left} {op} {right})")


def binary(op: str, left: Symbol, right: Symbol) -> Symbol:
    """``left op right``, folded if both are known, or if the result is 0 whatever they are.

    The latter is the usual way to write a dependency that does not change a value; dependencies are tracked apart.
    """
    if not isinstance(left, tuple) and not isinstance(right, tuple):
        return apply(op, left, right)
    if (op in ("^", "-") and left == right) or (op in ("&", "*") and (left == 0 or right == 0)):
        return 0
    return (op, left, right)


def evaluate(symbol: Symbol, slots: Mapping[int, Value | None]) -> Value | None:
    """The value of ``symbol`` where the reads returned ``slots``; None while a read it needs is open."""
    if not isinstance(symbol, tuple):
        value: Value = symbol
        return value
    if symbol[0] == "slot":
        return slots[symbol[1]]
    left = evaluate(symbol[1], slots)
    if left is None:
        return None
    right = evaluate(symbol[2], slots)
    if right is None:
        return None
    return apply(symbol[0], left, right)


def slots_of(symbol: Symbol) -> Iterator[int]:
    """The reads that ``symbol`` depends on."""
    if isinstance(symbol, tuple):
        if symbol[0] == "slot":
            yield symbol[1]
        else:
            yield from slots_of(symbol[1])
            yield from slots_of(symbol[2])


def renumber(symbol: Symbol, order: dict[int, int]) -> Symbol:
    """``symbol`` with its reads renamed, to compare values of different threads."""
    if not isinstance(symbol, tuple):
        return symbol
    if symbol[0] == "slot":
        return ("slot", order[symbol[1]])
    return (symbol[0], renumber(symbol[1], order), renumber(symbol[2], order))
