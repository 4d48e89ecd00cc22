"""Prototypes at file level."""

from collections.abc import Iterator

import tree_sitter
from msgspec import Struct

from mtelint.syntax.c_tree import Parameter, Span
from mtelint.syntax.mask.notes import Masked

_CONTAINERS = frozenset(
    ("translation_unit", "preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif", "linkage_specification",
     "declaration_list", "ERROR")
)  # fmt: skip


class Prototype(Struct, frozen=True):
    """A declaration of a function."""

    name: str
    params: tuple[Parameter, ...]
    return_type: str
    span: Span


def prototypes(masked: Masked, root: tree_sitter.Node) -> Iterator[Prototype]:
    """The declarations of functions at file level, in order."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in _CONTAINERS:
            stack.extend(reversed(node.named_children))
        elif node.type == "declaration":
            yield from _of(masked, node)


def _of(masked: Masked, node: tree_sitter.Node) -> Iterator[Prototype]:
    kind = node.child_by_field_name("type")
    for declarator in node.children_by_field_name("declarator"):
        stars, function = _function(declarator)
        if function is None:
            continue
        name = function.child_by_field_name("declarator")
        if name is None or name.type != "identifier":
            continue
        spelled = _text(masked, kind) + (" " + "*" * stars if stars else "")
        params = tuple(_parameters(masked, function.child_by_field_name("parameters")))
        yield Prototype(_text(masked, name), params, spelled, Span(node.start_byte, node.end_byte))


def _function(node: tree_sitter.Node | None) -> tuple[int, tree_sitter.Node | None]:
    stars = 0
    while node is not None and node.type == "pointer_declarator":
        stars += 1
        node = node.child_by_field_name("declarator")
    return stars, node if node is not None and node.type == "function_declarator" else None


def _parameters(masked: Masked, node: tree_sitter.Node | None) -> Iterator[Parameter]:
    for child in node.named_children if node else ():
        if child.type != "parameter_declaration":
            continue
        declarator = child.child_by_field_name("declarator")
        name = _innermost(declarator)
        spelled = masked.original[child.start_byte : child.end_byte].decode("utf-8", "replace")
        if name is not None:
            start, end = name.start_byte - child.start_byte, name.end_byte - child.start_byte
            raw = masked.original[child.start_byte : child.end_byte]
            spelled = (raw[:start] + raw[end:]).decode("utf-8", "replace")
        kind = " ".join(spelled.replace("*", " * ").split())
        if kind != "void" or name is not None:
            yield Parameter("" if name is None else _text(masked, name), kind)


def _innermost(node: tree_sitter.Node | None) -> tree_sitter.Node | None:
    while node is not None and node.type != "identifier":
        inner = node.child_by_field_name("declarator")
        node = inner or next((c for c in node.named_children if c.type.endswith(("declarator", "identifier"))), None)
    return node


def _text(masked: Masked, node: tree_sitter.Node | None) -> str:
    return "" if node is None else masked.original[node.start_byte : node.end_byte].decode("utf-8", "replace")
