"""Expressions: tree-sitter nodes to the small C tree."""

import re
from collections.abc import Callable

from tree_sitter import Node

from mtelint.syntax.c_tree import (
    Asm,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Comma,
    Conditional,
    Expr,
    ExprStmt,
    Index,
    InitList,
    Literal,
    MacroJump,
    Member,
    Name,
    Opaque,
    Span,
    StmtExpr,
    Unary,
    Update,
)
from mtelint.syntax.lower.lowering import Lowering, named, span, words
from mtelint.syntax.mask.notes import NoteKind

_UNEVALUATED_CALLS = words(
    "typeof __typeof__ __typeof typeof_member offsetof __builtin_offsetof sizeof_field offsetofend __same_type "
    "__alignof__ __alignof _Alignof alignof struct_size_t __builtin_types_compatible_p"
)
_TYPE_NAME = re.compile(r"(?:__)?(?:[us](?:8|16|32|64)|[bl]e(?:16|32|64)|bool|uint|ulong|ushort)|\w+_t")
_NAMED_ARGUMENTS = (NoteKind.TYPE_ARG, NoteKind.OPERATOR_ARG, NoteKind.TYPEOF)


def expression(ctx: Lowering, node: Node) -> Expr:
    """Lower an expression; what is not understood becomes :class:`Opaque` with the parts that are."""
    return _BY_TYPE.get(node.type, _unknown)(ctx, node)


def optional(ctx: Lowering, node: Node | None) -> Expr | None:
    """Lower an expression that may be missing."""
    return None if node is None else expression(ctx, node)


def _child(ctx: Lowering, node: Node, name: str) -> Expr:
    """Lower the child of a field; a missing one (damage) is an empty opaque."""
    child = node.child_by_field_name(name)
    return Opaque(Span(node.end_byte, node.end_byte), "") if child is None else expression(ctx, child)


def _operator(node: Node) -> str:
    child = node.child_by_field_name("operator")
    return child.type if child is not None else ""


def _name(ctx: Lowering, node: Node) -> Expr:
    if node.start_byte in ctx.noted:
        note = ctx.note(node, *_NAMED_ARGUMENTS)
        if note is not None:
            return Opaque(Span(note.start, note.end), note.original.decode("utf-8", "replace"))
        jump = ctx.note(node, NoteKind.JUMP_ARG)
        if jump is not None and jump.end >= node.end_byte:
            return Opaque(span(node), ctx.text(node))
    if ctx.synthetic and ctx.is_synthetic(node.start_byte):
        return ctx.opaque(node)
    name = ctx.text(node)
    if name in ctx.jumps and not ctx.jumps[name][0].called:
        return _jumping(ctx, node, Name(span(node), name))
    return Name(span(node), name)


def _literal(ctx: Lowering, node: Node) -> Expr:
    if ctx.synthetic and ctx.is_synthetic(node.start_byte):
        return ctx.opaque(node)
    return Literal(span(node), ctx.text(node))


def _unknown(ctx: Lowering, node: Node) -> Opaque:
    children = (child for child in named(node) if child.type in _BY_TYPE or child.named_child_count)
    return ctx.opaque(node, tuple(expression(ctx, child) for child in children))


def _unevaluated(ctx: Lowering, node: Node) -> Expr:
    return ctx.opaque(node)


def _sizeof(ctx: Lowering, node: Node) -> Expr:
    """``sizeof (t) * f(x)`` may be read as the size of a cast; the operand that is multiplied is evaluated."""
    value = node.child_by_field_name("value")
    if value is not None and value.type == "cast_expression":
        operand = value.child_by_field_name("value")
        if operand is not None and operand.type in ("pointer_expression", "unary_expression"):
            size = Opaque(Span(node.start_byte, operand.start_byte), ctx.spelled(node.start_byte, operand.start_byte))
            return Binary(span(node), _operator(operand), size, _child(ctx, operand, "argument"))
    return ctx.opaque(node)


def _parenthesized(ctx: Lowering, node: Node) -> Expr:
    inside = named(node)
    if len(inside) != 1:
        return _unknown(ctx, node)
    if inside[0].type == "compound_statement":
        return StmtExpr(span(node), ctx.block(ctx, inside[0]))
    return expression(ctx, inside[0])


def arguments(ctx: Lowering, node: Node | None) -> tuple[Expr, ...]:
    """Lower an argument list."""
    if node is None:
        return ()
    return tuple(expression(ctx, child) for child in node.named_children if child.type != "comment")


def _call(ctx: Lowering, node: Node) -> Expr:
    function = node.child_by_field_name("function")
    if function is None:
        return _unknown(ctx, node)
    callee = expression(ctx, function)
    if isinstance(callee, Name) and (
        callee.id in _UNEVALUATED_CALLS or ctx.note(function, NoteKind.OFFSETOF) is not None
    ):
        return ctx.opaque(node)
    args = arguments(ctx, node.child_by_field_name("arguments"))
    if function.type == "parenthesized_expression" and _is_cast(ctx, callee, args):
        return Cast(span(node), ctx.spelled(function.start_byte + 1, function.end_byte - 1), args[0])
    if isinstance(callee, Opaque) and ctx.synthetic:
        return ctx.opaque(node, args)
    call = Call(span(node), callee, args)
    return _jumping(ctx, node, call) if call.name in ctx.jumps else call


def _is_cast(ctx: Lowering, callee: Expr, args: tuple[Expr, ...]) -> bool:
    """``(u32)(x)``: a cast unless the name is a variable in sight."""
    return isinstance(callee, Name) and callee.id not in ctx.locals and len(args) == 1


def _jumping(ctx: Lowering, node: Node, call: Call | Name) -> Expr:
    """The use of a macro that may jump away; what follows the jumps is its value."""
    jumps = macro_jumps(ctx, call)
    if not jumps:
        return call
    return StmtExpr(span(node), Block(span(node), (*jumps, ExprStmt(span(node), ctx.opaque(node)))))


def macro_jumps(ctx: Lowering, call: Call | Name) -> tuple[MacroJump, ...]:
    """The jumps that a macro of this text hides; only the first carries the call, so that it runs once.

    A macro that makes ``case`` labels is left to the statements.
    """
    name = call.name if isinstance(call, Call) else call.id
    jumps: list[MacroJump] = []
    for jump in ctx.jumps.get(name or "", ()):
        if jump.kind == "case":
            continue
        label = jump.label
        if jump.parameter is not None and isinstance(call, Call) and jump.parameter < len(call.args):
            argument = call.args[jump.parameter]
            label = argument.id if isinstance(argument, Name) else None
        jumps.append(MacroJump(call.span, Opaque(call.span, "") if jumps else call, jump.kind, label))
    return tuple(jumps)


def _member(ctx: Lowering, node: Node) -> Expr:
    field = node.child_by_field_name("field")
    return Member(
        span(node), _child(ctx, node, "argument"), "" if field is None else ctx.text(field), _operator(node) == "->"
    )


def _subscript(ctx: Lowering, node: Node) -> Expr:
    return Index(span(node), _child(ctx, node, "argument"), _child(ctx, node, "index"))


def _unary(ctx: Lowering, node: Node) -> Expr:
    op, argument = _operator(node), node.child_by_field_name("argument")
    if op == "&" and argument is not None and argument.type == "pointer_expression":
        inner = argument.child_by_field_name("argument")
        if inner is not None and argument.start_byte == node.start_byte + 1 and _operator(argument) == "&":
            return Unary(span(node), "&&", expression(ctx, inner))
    return Unary(span(node), op, _child(ctx, node, "argument"))


def _update(ctx: Lowering, node: Node) -> Expr:
    prefix = node.children[0].type in ("++", "--")
    return Update(span(node), _operator(node), _child(ctx, node, "argument"), prefix)


def _binary(ctx: Lowering, node: Node) -> Expr:
    op, left = _operator(node), node.child_by_field_name("left")
    if op in ("-", "+", "&", "*") and left is not None and left.type == "parenthesized_expression":
        operand = expression(ctx, left)
        if isinstance(operand, Name) and operand.id not in ctx.locals and _TYPE_NAME.fullmatch(operand.id):
            start = left.end_byte
            value = Unary(Span(start, node.end_byte), op, _child(ctx, node, "right"))
            return Cast(span(node), operand.id, value)
    return Binary(span(node), op, _child(ctx, node, "left"), _child(ctx, node, "right"))


def _assign(ctx: Lowering, node: Node) -> Expr:
    return Assign(span(node), _operator(node), _child(ctx, node, "left"), _child(ctx, node, "right"))


def _conditional(ctx: Lowering, node: Node) -> Expr:
    then = optional(ctx, node.child_by_field_name("consequence"))
    return Conditional(span(node), _child(ctx, node, "condition"), then, _child(ctx, node, "alternative"))


def _cast(ctx: Lowering, node: Node) -> Expr:
    """A cast, or a compound literal ``(type){ ... }``."""
    kind = node.child_by_field_name("type")
    spelled = "" if kind is None else ctx.spelled(kind.start_byte, kind.end_byte)
    return Cast(span(node), spelled, _child(ctx, node, "value"))


def _comma(ctx: Lowering, node: Node) -> Expr:
    return Comma(span(node), _child(ctx, node, "left"), _child(ctx, node, "right"))


def _init_list(ctx: Lowering, node: Node) -> Expr:
    values: list[Expr] = []
    for child in named(node):
        if child.type == "initializer_pair":
            values.append(_child(ctx, child, "value"))
        else:
            values.append(expression(ctx, child))
    return InitList(span(node), tuple(values))


def _extension(ctx: Lowering, node: Node) -> Expr:
    inside = named(node)
    return expression(ctx, inside[0]) if len(inside) == 1 else _unknown(ctx, node)


def _statement_block(ctx: Lowering, node: Node) -> Expr:
    return StmtExpr(span(node), ctx.block(ctx, node))


def _asm(ctx: Lowering, node: Node) -> Expr:
    operands: list[Expr] = []
    labels: list[str] = []
    memory = False
    for part in node.named_children:
        if part.type in ("gnu_asm_output_operand_list", "gnu_asm_input_operand_list"):
            operands.extend(_child(ctx, operand, "value") for operand in named(part))
        elif part.type == "gnu_asm_clobber_list":
            memory = '"memory"' in ctx.text(part)
        elif part.type == "gnu_asm_goto_list":
            labels.extend(ctx.text(label) for label in named(part))
    text = ctx.spelled(node.start_byte, node.end_byte)
    return Asm(span(node), text, memory, tuple(labels), tuple(operands))


_BY_TYPE: dict[str, Callable[[Lowering, Node], Expr]] = {
    "identifier": _name,
    "field_identifier": _name,
    "type_identifier": _unevaluated,
    "type_descriptor": _unevaluated,
    "number_literal": _literal,
    "char_literal": _literal,
    "string_literal": _literal,
    "concatenated_string": _literal,
    "true": _literal,
    "false": _literal,
    "null": _literal,
    "parenthesized_expression": _parenthesized,
    "call_expression": _call,
    "field_expression": _member,
    "subscript_expression": _subscript,
    "pointer_expression": _unary,
    "unary_expression": _unary,
    "update_expression": _update,
    "binary_expression": _binary,
    "assignment_expression": _assign,
    "conditional_expression": _conditional,
    "cast_expression": _cast,
    "compound_literal_expression": _cast,
    "comma_expression": _comma,
    "initializer_list": _init_list,
    "extension_expression": _extension,
    "compound_statement": _statement_block,
    "gnu_asm_expression": _asm,
    "sizeof_expression": _sizeof,
    "alignof_expression": _unevaluated,
    "offsetof_expression": _unevaluated,
    "generic_expression": _unknown,
    "ERROR": _unknown,
    "argument_list": _unknown,
    "expression_statement": _unknown,
}


def flatten_comma(node: Node) -> list[Node]:
    """The operands of an unparenthesised comma expression, in order."""
    parts: list[Node] = []
    while node.type == "comma_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            break
        parts.extend(flatten_comma(left))
        node = right
    parts.append(node)
    return parts
