"""Declarations and heads: declarators to names and spelled types."""

import re

from msgspec import Struct
from tree_sitter import Node

from mtelint.syntax.c_tree import Binary, Declare, Empty, ExprStmt, Name, Opaque, Parameter, Span, Stmt
from mtelint.syntax.lower.expressions import expression, optional
from mtelint.syntax.lower.lowering import Lowering, named, span, words
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.parse.parser import parse_tree

_DECLARATORS = words(
    "identifier pointer_declarator array_declarator function_declarator parenthesized_declarator attributed_declarator "
    "init_declarator field_identifier type_identifier"
)
_TYPES = words(
    "primitive_type type_identifier sized_type_specifier struct_specifier union_specifier enum_specifier "
    "macro_type_specifier type_qualifier alignas_qualifier"
)
_AGGREGATES = {"struct_specifier": "struct", "union_specifier": "union", "enum_specifier": "enum"}
_DECLARING_MACRO = re.compile(
    r"(?:DECLARE|DEFINE)_\w+|(?:H?LIST|LLIST|PLIST|HLIST_BL|HLIST_NULLS)_HEAD|XA_STATE(?:_ORDER)?|MA_STATE|"
    r"VMA_ITERATOR|BTF_ID_LIST\w*|RADIX_TREE|KUNIT_\w+_DEFINE"
)
_NAME_SECOND = re.compile(r"(?:DECLARE|DEFINE)_(?:\w*PER_CPU\w*|KFIFO\w*|FLEX)$")


class _Declarator(Struct, frozen=True):
    """A declarator taken apart: where the name stands, and the rest of the spelling."""

    name: str
    span: Span
    shape: str
    is_function: bool


def innermost(node: Node) -> Node | None:
    """The identifier at the heart of a declarator, or None for an abstract one."""
    while node.type not in ("identifier", "field_identifier", "type_identifier"):
        inner = node.child_by_field_name("declarator")
        if inner is None:
            inner = next((child for child in named(node) if child.type in _DECLARATORS), None)
        if inner is None:
            return None
        node = inner
    return node


def _take_apart(ctx: Lowering, node: Node) -> _Declarator:
    name = innermost(node)
    if name is None:
        return _Declarator("", span(node), ctx.spelled(node.start_byte, node.end_byte), False)
    before = ctx.spelled(node.start_byte, name.start_byte)
    shape = before + ctx.spelled(name.end_byte, node.end_byte)
    outer = name.parent
    return _Declarator(ctx.text(name), span(name), shape, outer is not None and outer.type == "function_declarator")


def base_type(ctx: Lowering, node: Node) -> str:
    """The type that all declarators of a declaration share, with qualifiers, without storage classes."""
    words: list[str] = []
    end = node.end_byte
    for child in node.named_children:
        if child.type in _DECLARATORS and child.type != "type_identifier":
            # An address space stands between the type and the stars.
            words.append(ctx.spelled(min(end, child.start_byte), child.start_byte))
            break
        if child.type in _AGGREGATES:
            name = child.child_by_field_name("name")
            words.append(_AGGREGATES[child.type] + ("" if name is None else " " + ctx.text(name)))
        elif child.type in _TYPES:
            words.append(_type_word(ctx, child))
        end = child.end_byte
    return " ".join(filter(None, words))


def _type_word(ctx: Lowering, node: Node) -> str:
    note = ctx.note(node, NoteKind.TYPEOF, NoteKind.TYPE_ARG)
    if note is not None:
        return note.original.decode("utf-8", "replace")
    return ctx.spelled(node.start_byte, node.end_byte)


def storage(ctx: Lowering, node: Node) -> tuple[str, ...]:
    """The storage classes and ``inline`` words of a declaration."""
    return tuple(ctx.text(child) for child in node.named_children if child.type == "storage_class_specifier")


def join_type(base: str, shape: str) -> str:
    """``struct page`` and ``*`` to ``struct page *``."""
    return f"{base} {shape}" if shape else base


def declaration(ctx: Lowering, node: Node) -> list[Stmt]:
    """Lower a declaration to one :class:`Declare` for each variable, in order."""
    kind = node.child_by_field_name("type")
    declarators = node.children_by_field_name("declarator")
    if kind is not None and kind.type == "macro_type_specifier" and not declarators:
        return [misread_call(ctx, node)]
    if kind is None or not declarators or ctx.text(kind) == "__label__":
        return _damaged(ctx, node)
    product = _product(ctx, node, kind, declarators)
    if product is not None:
        return [product]
    base = base_type(ctx, node)
    starts = [node.start_byte, *(following.start_byte for following in declarators[1:])]
    ends = [*starts[1:], node.end_byte]
    declares = [_declare(ctx, base, *place) for place in zip(declarators, starts, ends, strict=True)]
    return [*declares, *_damaged(ctx, node)]


def misread_call(ctx: Lowering, node: Node) -> Stmt:
    """``m(f(n * sizeof(x)));``, which the parser may take for a type made by a macro: read again by itself."""
    text = ctx.masked.text
    end = text.find(b";", node.end_byte) + 1 or node.end_byte
    found = parse_tree(text, node.start_byte, end).root_node
    while not found.has_error and found.type in ("translation_unit", "expression_statement") and found.named_children:
        found = found.named_children[0]
    if found.type == "call_expression" and not found.has_error:
        return ExprStmt(span(node), expression(ctx, found))
    parts = tuple(expression(ctx, child) for child in named(node))
    return ExprStmt(span(node), ctx.opaque(node, parts))


def _damaged(ctx: Lowering, node: Node) -> list[Stmt]:
    """Calls of a damaged part are kept."""
    return [ExprStmt(span(child), expression(ctx, child)) for child in node.named_children if child.is_error]


def _product(ctx: Lowering, node: Node, kind: Node, declarators: list[Node]) -> Stmt | None:
    """``a * b;`` with a variable ``a`` is an expression."""
    declarator = declarators[0]
    name = innermost(declarator)
    if kind.type != "type_identifier" or ctx.text(kind) not in ctx.locals or name is None:
        return None
    if len(declarators) > 1 or declarator.type != "pointer_declarator":
        return None
    left, right = Name(span(kind), ctx.text(kind)), Name(span(name), ctx.text(name))
    return ExprStmt(span(node), Binary(span(node), "*", left, right))


def _declare(ctx: Lowering, base: str, node: Node, start: int, end: int) -> Stmt:
    """One declarator, which stands from ``start`` (that of the type, for the first); a prototype declares nothing."""
    value = node.child_by_field_name("value") if node.type == "init_declarator" else None
    declarator = node.child_by_field_name("declarator") if node.type == "init_declarator" else node
    apart = _take_apart(ctx, declarator or node)
    # What trails the last declarator (an attribute, the semicolon) is part of it.
    where = Span(start, max(node.end_byte, end) if ctx.masked.text[end - 1 : end] == b";" else node.end_byte)
    if apart.is_function and value is None:
        return Empty(where)
    init = optional(ctx, value)
    ctx.locals.add(apart.name)
    until = end if value is None else value.start_byte
    free = next(ctx.masked.within(node.start_byte, until, NoteKind.FREE), None) if ctx.notes else None
    return Declare(where, apart.name, join_type(base, apart.shape), init, None if free is None else free.extra)


def macro_declares(ctx: Lowering, node: Node, name: str, args: list[Node]) -> Stmt | None:
    """``DEFINE_WAIT(w);``: a declaration of the argument, or None for another macro."""
    if not args or not _DECLARING_MACRO.fullmatch(name):
        return None
    index = 1 if _NAME_SECOND.match(name) and len(args) > 1 else 0
    if args[index].type != "identifier":
        return None
    variable = ctx.text(args[index])
    ctx.locals.add(variable)
    others = tuple(expression(ctx, arg) for place, arg in enumerate(args) if place != index)
    init = Opaque(span(node), ctx.text(node), others) if others else None
    return Declare(span(node), variable, name, init)


def parameters(ctx: Lowering, node: Node) -> tuple[Parameter, ...]:
    """The parameters of a function definition; K&R heads take their types from the declarations that follow."""
    declarator = _function_declarator(node)
    listed = None if declarator is None else declarator.child_by_field_name("parameters")
    if listed is None:
        return ()
    older = _old_style_types(ctx, node)
    found: list[Parameter] = []
    for child in named(listed):
        if child.type == "identifier":
            name = ctx.text(child)
            found.append(Parameter(name, older.get(name, "int")))
        elif child.type == "parameter_declaration":
            found.append(_parameter(ctx, child))
        elif child.type == "variadic_parameter":
            found.append(Parameter("", "..."))
    return () if found == [Parameter("", "void")] else tuple(found)


def _parameter(ctx: Lowering, node: Node) -> Parameter:
    base = base_type(ctx, node)
    declarator = node.child_by_field_name("declarator")
    if declarator is None:
        return Parameter("", base)
    apart = _take_apart(ctx, declarator)
    return Parameter(apart.name, join_type(base, apart.shape))


def _old_style_types(ctx: Lowering, node: Node) -> dict[str, str]:
    types: dict[str, str] = {}
    for child in node.named_children:
        if child.type == "declaration":
            base = base_type(ctx, child)
            for declarator in child.children_by_field_name("declarator"):
                apart = _take_apart(ctx, declarator)
                types[apart.name] = join_type(base, apart.shape)
    return types


def _function_declarator(node: Node) -> Node | None:
    """The declarator that holds the parameters: the one directly around the name."""
    declarator = node.child_by_field_name("declarator")
    name = None if declarator is None else innermost(declarator)
    outer = None if name is None else name.parent
    while outer is not None and outer.type != "function_declarator" and outer != node:
        outer = outer.parent
    return outer if outer is not None and outer.type == "function_declarator" else None


def return_type(ctx: Lowering, node: Node) -> str:
    """The spelled return type with its stars."""
    declarator = node.child_by_field_name("declarator")
    stars = ""
    while declarator is not None and declarator.type in ("pointer_declarator", "attributed_declarator"):
        stars += "*" if declarator.type == "pointer_declarator" else ""
        declarator = declarator.child_by_field_name("declarator")
    return join_type(base_type(ctx, node), stars)


def nothing(node: Node) -> list[Stmt]:
    """A statement without effect."""
    return [Empty(span(node))]
