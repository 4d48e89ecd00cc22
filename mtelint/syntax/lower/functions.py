"""From a function in tree-sitter's tree to the small C tree of :mod:`mtelint.syntax.c_tree`, and that tree moved."""

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from mtelint.errors import InputError
from mtelint.syntax.c_tree import Block, Function, Span
from mtelint.syntax.lower.declarations import innermost, parameters, return_type, storage
from mtelint.syntax.lower.lowering import Lowering, span
from mtelint.syntax.lower.macro_bodies import MacroLike, hidden_jumps
from mtelint.syntax.lower.statements import block, leaving, statements
from mtelint.syntax.mask.notes import Masked

_T = TypeVar("_T")


def lower_function(
    masked: Masked,
    node: Node,
    *,
    name: str,
    head: bool = True,
    tail: bool = True,
    macros: Mapping[str, MacroLike] | None = None,
) -> Function:
    """Lower one function, or the part of one that a repaired fragment shows.

    ``node`` is a ``function_definition`` of the masked text, or whatever stands for the body.  Without ``head`` the
    opening brace is out of sight: parameters and return type are unknown.  Without ``tail`` the end is.  ``macros``
    are the ``#define`` lines of the same text; those that hide a jump become jumps.  The tree spells every name and
    type as the source does, at the source's offsets; where a repair closed a block, control leaves (a
    :class:`~mtelint.syntax.c_tree.Goto` with neither label nor target).  Raises
    :class:`~mtelint.errors.InputError` for a function that is nested too deeply.
    """
    ctx = Lowering.over(masked, node, hidden_jumps(macros or {}), block)
    definition = node if head and node.type == "function_definition" else None
    params = () if definition is None else parameters(ctx, definition)
    ctx.locals.update(param.name for param in params if param.name)
    try:
        body = _body(ctx, node, tail)
    except RecursionError:
        raise InputError(f"function {name}: nested too deeply to be read; split it") from None
    declarator = None if definition is None else definition.child_by_field_name("declarator")
    identifier = None if declarator is None else innermost(declarator)
    return Function(
        name=name,
        params=params,
        return_type="" if definition is None else return_type(ctx, definition),
        storage=() if definition is None else storage(ctx, definition),
        body=body,
        span=span(node),
        name_span=Span(node.start_byte, node.start_byte) if identifier is None else span(identifier),
        head=head,
        tail=tail,
    )


def _body(ctx: Lowering, node: Node, tail: bool) -> Block:
    found = node if node.type == "compound_statement" else node.child_by_field_name("body")
    if found is not None:
        return block(ctx, found)
    body = statements(ctx, node.named_children)
    return Block(span(node), body if tail else (*body, leaving(node.end_byte)))


def shift(value: _T, by: int) -> _T:
    """The same nodes with every span moved left by ``by`` bytes; what stood before offset ``by`` moves to 0."""
    return value if by == 0 else _shift(value, by)


def _shift(value: Any, by: int) -> Any:
    if isinstance(value, Span):
        return Span(max(0, value.start - by), max(0, value.end - by))
    if isinstance(value, tuple):
        return tuple(_shift(item, by) for item in value)
    if isinstance(value, Struct):
        moved = {name: _shift(getattr(value, name), by) for name in value.__struct_fields__}
        return replace(value, **moved)
    return value
