"""Moving a lowered function by a number of bytes."""

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from mtelint.syntax.c_tree import Span

_T = TypeVar("_T")


def shift(value: _T, by: int) -> _T:
    """The same nodes with every span moved left by ``by`` bytes; what stood before offset ``by`` moves to 0."""
    return value if by == 0 else _shift(value, by)


def _shift(value: Any, by: int) -> Any:
    if isinstance(value, Span):
        return Span(max(0, value.start - by), max(0, value.end - by))
    if isinstance(value, tuple):
        return tuple(_shift(item, by) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        moved = {item.name: _shift(getattr(value, item.name), by) for item in fields(value)}
        return replace(value, **moved)
    return value
