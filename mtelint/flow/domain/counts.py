"""How much of a page a copy from the user wrote: the count is that of the whole page, or it is not.

The path forks at the call, so that a comparison of the count is decided wherever it stands: in a condition, a variable,
the result of a callee.
"""

from mtelint.flow.domain.symbols import Symbol
from mtelint.flow.domain.values import Copied, Value, ValueKind, const

_SWAPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_WHOLE = {"==": True, "!=": False, "<": False, ">=": True, ">": False, "<=": True}
_FALLS_SHORT = {"==": False, "!=": True, "<": True, ">=": False, ">": False, "<=": True}
_SIGN = {"<": False, ">=": True}


def count(name: Symbol, asked: Symbol, *, full: bool) -> Value:
    """The result, called ``name``, of a copy that was asked for ``asked`` granules and wrote the whole page, or not."""
    return Value(ValueKind.COUNT, name, copied=Copied(full, asked))


def combine(op: str, left: Value, right: Value, whole: tuple[str, ...]) -> Value | bool | None:
    """``left op right`` where one side is a count and the outcome is known; ``whole`` spells the count of a page."""
    if left.copied is None:
        if right.copied is None:
            return None
        op, left, right = _SWAPPED.get(op, op), right, left
    if left.copied is None:
        return None
    full, asked = left.copied.full, left.copied.asked
    if right.ref.text in whole or (right.ref == asked and asked.text in whole):
        if op == "-":
            return const("0") if full else const("remainder")
        return (_WHOLE if full else _FALLS_SHORT).get(op)
    if right.is_zero:
        return {**_SIGN, "==": False, "!=": True, ">": True, "<=": False}.get(op) if full else _SIGN.get(op)
    return None
