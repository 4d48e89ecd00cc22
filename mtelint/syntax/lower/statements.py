"""Statements: tree-sitter nodes to the small C tree."""

from collections.abc import Callable, Iterable

from tree_sitter import Node

from mtelint.syntax.c_tree import (
    Arm,
    Binary,
    Block,
    Break,
    Call,
    Case,
    Continue,
    Empty,
    Expr,
    ExprStmt,
    Goto,
    If,
    Label,
    Loop,
    MacroJump,
    Name,
    Opaque,
    Return,
    Span,
    Stmt,
    StmtExpr,
    Switch,
    Unary,
    Variants,
)
from mtelint.syntax.lower.declarations import declaration, macro_declares, misread_call, nothing
from mtelint.syntax.lower.expressions import arguments, expression, optional
from mtelint.syntax.lower.lowering import Lowering, named, span, words
from mtelint.syntax.lower.preprocessor import (
    arms,
    bare_macro,
    block_of_macro,
    guard,
    is_group,
    jumps_in_arguments,
    macro_cases,
    noted_do,
)
from mtelint.syntax.mask.notes import NoteKind

_NO_CODE = words(
    "comment preproc_def preproc_function_def preproc_call preproc_include preproc_directive type_definition "
    "struct_specifier union_specifier enum_specifier attribute_specifier attribute_declaration type_identifier "
    "primitive_type type_qualifier storage_class_specifier sized_type_specifier statement_identifier"
)
_HEADS = (NoteKind.LOOP, NoteKind.BLOCK, NoteKind.SCOPED_GUARD, NoteKind.COND_GUARD)


def statements(ctx: Lowering, nodes: Iterable[Node]) -> tuple[Stmt, ...]:
    """Lower nodes that stand in a row."""
    found: list[Stmt] = []
    for node in nodes:
        found.extend(statement(ctx, node))
    return tuple(found)


def statement(ctx: Lowering, node: Node) -> list[Stmt]:
    """Lower one statement: none for what is no code, several for a labelled one or a declaration."""
    kind = node.type
    if kind in _NO_CODE:
        return []
    return _BY_TYPE.get(kind, _other)(ctx, node)


def block(ctx: Lowering, node: Node) -> Block:
    """Lower a compound statement; where its end is out of sight, control leaves there."""
    body = statements(ctx, node.named_children)
    if ctx.synthetic and ctx.is_synthetic(node.end_byte - 1):
        body = (*body, leaving(node.end_byte))
    return Block(span(node), body)


def leaving(offset: int) -> Goto:
    """A jump out of sight: neither a label nor a target."""
    return Goto(Span(offset, offset), None)


def single(ctx: Lowering, node: Node | None, offset: int) -> Stmt:
    """Lower the body of a control statement."""
    if node is None:
        return Empty(Span(offset, offset))
    found = statement(ctx, node)
    if len(found) == 1:
        return found[0]
    return Block(span(node), tuple(found)) if found else Empty(span(node))


def condition(ctx: Lowering, node: Node) -> Expr:
    """The condition of ``if``, a loop or ``switch``; missing by damage, it is unknown."""
    found = node.child_by_field_name("condition")
    return Opaque(Span(node.end_byte, node.end_byte), "") if found is None else expression(ctx, found)


def _compound(ctx: Lowering, node: Node) -> list[Stmt]:
    lowered = block(ctx, node)
    note = ctx.note(node, NoteKind.STATEMENT_ARG)
    return [lowered if note is None else block_of_macro(ctx, node, note, None, lowered)]


def _labeled(ctx: Lowering, node: Node) -> list[Stmt]:
    label = node.child_by_field_name("label")
    if label is None:
        return _other(ctx, node)
    rest = [child for child in node.named_children if child != label]
    return [Label(span(label), ctx.text(label)), *statements(ctx, rest)]


def _case(ctx: Lowering, node: Node) -> list[Stmt]:
    value = node.child_by_field_name("value")
    rest = [child for child in node.named_children if child != value]
    colon = next((child.end_byte for child in node.children if child.type == ":"), node.end_byte)
    where = Span(node.start_byte, colon)
    label = Case(where, None) if value is None else _case_label(ctx, where, value)
    return [label, *statements(ctx, rest)]


def _case_label(ctx: Lowering, where: Span, value: Node) -> Case:
    """``low || high`` with a note on the operator was ``low ... high``."""
    lowered = expression(ctx, value)
    operator = value.child_by_field_name("operator")
    if isinstance(lowered, Binary) and operator is not None and ctx.note(operator, NoteKind.CASE_RANGE):
        return Case(where, lowered.left, lowered.right)
    return Case(where, lowered)


def _expression_statement(ctx: Lowering, node: Node) -> list[Stmt]:
    inside = named(node)
    if len(inside) != 1 or inside[0].is_missing:
        return [ExprStmt(span(child), expression(ctx, child)) for child in inside] or nothing(node)
    inner = inside[0]
    cases: list[Stmt] = []
    if inner.type == "call_expression":
        special = _macro_statement(ctx, node, inner)
        if special:
            return special
        cases = macro_cases(ctx, inner)
    return [*cases, *_plain(ctx, node, inner)]


def _plain(ctx: Lowering, node: Node, inner: Node) -> list[Stmt]:
    """An expression for its effect, or a macro whose jumps are all it is."""
    lowered = expression(ctx, inner)
    if isinstance(lowered, StmtExpr):
        jumps = tuple(part for part in lowered.block.body if isinstance(part, MacroJump))
        if jumps and len(jumps) == len(lowered.block.body) - 1:
            return list(jumps)
    if isinstance(lowered, Name):
        return bare_macro(ctx, node, lowered)
    return [ExprStmt(span(node), lowered)]


def _macro_statement(ctx: Lowering, node: Node, call: Node) -> list[Stmt]:
    """A call that is a declaration, a guard or a jump; empty for an ordinary one."""
    function = call.child_by_field_name("function")
    listed = call.child_by_field_name("arguments")
    if function is None or listed is None:
        return []
    if function.type == "call_expression":
        taken = guard(ctx, node, function, arguments(ctx, listed))
        return [] if taken is None else [taken]
    name = ctx.text(function)
    if name == "return_ptr":
        return [Return(span(node), Call(span(call), Name(span(function), name), arguments(ctx, listed)))]
    declared = macro_declares(ctx, node, name, named(listed))
    return [declared] if declared is not None else jumps_in_arguments(ctx, call, name, listed)


def _if(ctx: Lowering, node: Node) -> list[Stmt]:
    note = ctx.note(node, *_HEADS)
    then = node.child_by_field_name("consequence")
    body = single(ctx, then, node.end_byte)
    if note is not None:
        return [block_of_macro(ctx, node, note, node.child_by_field_name("condition"), body)]
    otherwise = node.child_by_field_name("alternative")
    if otherwise is None:
        otherwise = _stolen_else(ctx, then)
    return [If(span(node), condition(ctx, node), body, _else(ctx, otherwise))]


def _else(ctx: Lowering, node: Node | None) -> Stmt | None:
    if node is None:
        return None
    inside = named(node)
    return single(ctx, inside[0] if inside else None, node.end_byte)


def _stolen_else(ctx: Lowering, then: Node | None) -> Node | None:
    """``if (c) m(x) a(); else b();`` with ``m`` masked as an ``if``: the ``else`` is the outer one's."""
    if then is not None and then.type == "if_statement" and ctx.note(then, *_HEADS):
        found = then.child_by_field_name("alternative")
        return found if found is not None else _stolen_else(ctx, then.child_by_field_name("consequence"))
    return None


def _while(ctx: Lowering, node: Node) -> list[Stmt]:
    note = ctx.note(node, *_HEADS)
    # The condition comes first: what it declares or says is in sight of the body.
    test = None if note is not None else condition(ctx, node)
    body = single(ctx, node.child_by_field_name("body"), node.end_byte)
    if note is not None:
        return [block_of_macro(ctx, node, note, node.child_by_field_name("condition"), body)]
    return [Loop(span(node), "while", None, test, None, body)]


def _do(ctx: Lowering, node: Node) -> list[Stmt]:
    body = single(ctx, node.child_by_field_name("body"), node.end_byte)
    noted = noted_do(ctx, node, body)
    if noted is not None:
        return [noted]
    if ctx.synthetic and ctx.is_synthetic(node.start_byte):
        # The head of the loop is out of sight, so another turn begins there.
        return [body, If(span(node), condition(ctx, node), leaving(node.end_byte), None)]
    return [Loop(span(node), "do", None, condition(ctx, node), None, body)]


def _for(ctx: Lowering, node: Node) -> list[Stmt]:
    first = node.child_by_field_name("initializer")
    init: Stmt | None = None
    if first is not None and first.type == "declaration":
        init = single(ctx, first, first.end_byte)
    elif first is not None:
        init = ExprStmt(span(first), expression(ctx, first))
    test = optional(ctx, node.child_by_field_name("condition"))
    step = optional(ctx, node.child_by_field_name("update"))
    body = single(ctx, node.child_by_field_name("body"), node.end_byte)
    return [Loop(span(node), "for", init, test, step, body)]


def _switch(ctx: Lowering, node: Node) -> list[Stmt]:
    value = condition(ctx, node)
    body = single(ctx, node.child_by_field_name("body"), node.end_byte)
    if ctx.synthetic and ctx.is_synthetic(node.start_byte):
        # The label above the first statement is out of sight.
        here = Span(body.span.start, body.span.start)
        body = Block(body.span, (Case(here, Opaque(here, "")), body))
    return [Switch(span(node), value, body)]


def _return(ctx: Lowering, node: Node) -> list[Stmt]:
    inside = named(node)
    return [Return(span(node), expression(ctx, inside[0]) if inside else None)]


def _goto(ctx: Lowering, node: Node) -> list[Stmt]:
    label = node.child_by_field_name("label")
    text = ctx.spelled(node.start_byte + len("goto"), node.end_byte).rstrip("; ")
    if text.startswith("*") or label is None:
        known = label is not None and text.lstrip("* ") == ctx.text(label)
        target = Name(span(label), ctx.text(label)) if label is not None and known else Opaque(span(node), text)
        return [Goto(span(node), None, Unary(span(node), "*", target))]
    return [Goto(span(node), ctx.text(label))]


def _variants(ctx: Lowering, node: Node) -> list[Stmt]:
    lowered = [Arm(wanted, statements(ctx, nodes)) for wanted, nodes in arms(node)]
    if len(lowered) == 1:
        return list(lowered[0].body)
    if not any(arm.body for arm in lowered):
        return []
    return [Variants(span(node), tuple(lowered))]


def _other(ctx: Lowering, node: Node) -> list[Stmt]:
    """Damage, or an expression where a statement should be: what can be read is kept."""
    if is_group(node):
        return _variants(ctx, node)
    if node.is_error or node.type == "function_definition":
        return list(statements(ctx, node.named_children))
    lowered = expression(ctx, node)
    if isinstance(lowered, Opaque) and not lowered.parts:
        return nothing(node)
    return [ExprStmt(span(node), lowered)]


def _first_statement(ctx: Lowering, node: Node) -> list[Stmt]:
    return list(statements(ctx, node.named_children))


_BY_TYPE: dict[str, Callable[[Lowering, Node], list[Stmt]]] = {
    "compound_statement": _compound,
    "labeled_statement": _labeled,
    "case_statement": _case,
    "expression_statement": _expression_statement,
    "declaration": declaration,
    "if_statement": _if,
    "else_clause": _first_statement,
    "while_statement": _while,
    "do_statement": _do,
    "for_statement": _for,
    "switch_statement": _switch,
    "return_statement": _return,
    "goto_statement": _goto,
    "break_statement": lambda ctx, node: [Break(span(node))],
    "continue_statement": lambda ctx, node: [Continue(span(node))],
    "macro_type_specifier": lambda ctx, node: [misread_call(ctx, node)],
    "attributed_statement": _first_statement,
    "linkage_specification": _first_statement,
    "preproc_else": _first_statement,
    "preproc_elif": _first_statement,
    "preproc_elifdef": _first_statement,
}
