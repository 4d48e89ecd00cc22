"""What the preprocessor makes of statements: macros that are loops, guards, blocks or jumps, and ``#if`` groups.

Of a group of whole statements it is told which arms there are, and when each runs.
"""

import re

from tree_sitter import Node

from mtelint.syntax.c_tree import (
    Break,
    Call,
    Case,
    Continue,
    Empty,
    Expr,
    ExprStmt,
    Goto,
    Guard,
    If,
    MacroJump,
    MacroLoop,
    Name,
    Opaque,
    Return,
    ScopedGuard,
    Span,
    Stmt,
)
from mtelint.syntax.lower.expressions import expression, flatten_comma, macro_jumps
from mtelint.syntax.lower.lowering import Lowering, named, span
from mtelint.syntax.mask.notes import Note, NoteKind
from mtelint.syntax.scan import negate, never, normalise

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_MAX_ARMS = 64
"""Arms of one group whose conditions the later ones are known to exclude."""
_ATOM = re.compile(r"!?\w+")
_GROUPS = frozenset(("preproc_if", "preproc_ifdef"))
_ALTERNATIVES = frozenset(("preproc_else", "preproc_elif", "preproc_elifdef"))
_NO_EFFECT = frozenset(("fallthrough", "__fallthrough"))
_FIRST_NAME = re.compile(r"\w+")


def block_of_macro(ctx: Lowering, node: Node, note: Note, condition: Node | None, body: Stmt) -> Stmt:
    """A block under a macro's head, which masking wrote as ``while`` or ``if``."""
    nodes = _arguments(ctx, condition)
    if note.kind in (NoteKind.SCOPED_GUARD, NoteKind.COND_GUARD):
        return _scoped_guard(ctx, node, note, nodes, body)
    args = tuple(expression(ctx, one) for one in nodes)
    if note.kind is NoteKind.LOOP:
        return MacroLoop(span(node), note.extra, args, body)
    name = note.extra or _macro_name(ctx, node)
    call = Call(_head(node, name), Name(_head(node, name), name), args)
    return If(span(node), call, body, None)


def _head(node: Node, name: str) -> Span:
    return Span(node.start_byte, node.start_byte + len(name.encode()))


def _macro_name(ctx: Lowering, node: Node) -> str:
    match = _FIRST_NAME.match(ctx.text(node))
    return match[0] if match else ""


def _arguments(ctx: Lowering, condition: Node | None) -> list[Node]:
    """The arguments in a masked condition; the ``1`` that stands for none is not in the source."""
    if condition is None:
        return []
    inside = named(condition) if condition.type == "parenthesized_expression" else [condition]
    parts = [part for one in inside for part in flatten_comma(one)]
    if len(parts) == 1 and parts[0].type == "number_literal" and not ctx.text(parts[0]).isalnum():
        return []
    return parts


def _scoped_guard(ctx: Lowering, node: Node, note: Note, nodes: list[Node], body: Stmt) -> Stmt:
    """The first argument names the class; the second one of ``scoped_cond_guard`` is run where it fails.

    Another macro of the kind (``scoped_user_read_access(p)``) is a class of its own.
    """
    failure: Stmt | None = None
    if note.kind is NoteKind.COND_GUARD and len(nodes) > 1:
        failure = _jump(ctx, nodes.pop(1))
    name = note.extra
    if nodes and note.extra in ("scoped_guard", "scoped_cond_guard"):
        name = ctx.text(nodes.pop(0))
    args = tuple(expression(ctx, one) for one in nodes)
    return ScopedGuard(span(node), name, args, body, failure)


def _jump(ctx: Lowering, node: Node) -> Stmt:
    """A statement given as an argument: the keyword, if any, stands in a note."""
    note = _jump_note(ctx, node)
    if note is None:
        return ExprStmt(span(node), expression(ctx, node))
    where = Span(note.start, max(note.end, node.end_byte))
    match note.extra:
        case "return":
            alone = note.end >= node.end_byte
            return Return(where, None if alone else expression(ctx, node))
        case "goto":
            return Goto(where, ctx.text(node))
        case "break":
            return Break(where)
        case "continue":
            return Continue(where)
    return Empty(where)


def _jump_note(ctx: Lowering, node: Node) -> Note | None:
    """The note of a jump keyword at a node, or right before it with only blanks between."""
    if not ctx.notes:
        return None
    own = ctx.note(node, NoteKind.JUMP_ARG)
    if own is not None:
        return own
    before = ctx.masked.text.rfind(b",", 0, node.start_byte)
    opening = ctx.masked.text.rfind(b"(", 0, node.start_byte)
    return next(ctx.masked.within(max(before, opening, 0), node.start_byte, NoteKind.JUMP_ARG), None)


def noted_do(ctx: Lowering, node: Node, body: Stmt) -> Stmt | None:
    """``do_each_x(a, b) S while_each_x(a, b);``: two loops, of which ``break`` leaves the inner one.

    ``do S while_each_x(a, b);`` is the inner one alone.  None for an ordinary ``do``.
    """
    outer = ctx.note(node, NoteKind.DO_LOOP)
    keyword = next((child for child in node.children if child.type == "while"), None)
    end = None if keyword is None else ctx.note(keyword, NoteKind.WHILE_EACH)
    if outer is None and end is None:
        return None
    args = tuple(expression(ctx, one) for one in _arguments(ctx, node.child_by_field_name("condition")))
    name = end.extra if end is not None else outer.extra if outer is not None else ""
    where = span(node) if keyword is None else Span(keyword.start_byte, node.end_byte)
    if outer is None:
        return MacroLoop(where, name, args, body, at_least_once=True)
    names = tuple(arg for arg in args if isinstance(arg, Name))
    inner = MacroLoop(where, name, names, body, at_least_once=True)
    return MacroLoop(span(node), outer.extra, args, inner)


def guard(ctx: Lowering, node: Node, function: Node, args: tuple[Expr, ...]) -> Stmt | None:
    """``guard(name)(args);`` or ``CLASS(name, variable)(args);``, or None for another call of a call's result."""
    callee, listed = function.child_by_field_name("function"), function.child_by_field_name("arguments")
    if callee is None or listed is None:
        return None
    inner = [ctx.text(child) for child in named(listed)]
    name = ctx.text(callee)
    if name in ("guard", "cond_guard") and len(inner) == 1:
        return Guard(span(node), inner[0], args)
    if name in ("CLASS", "CLASS_INIT") and len(inner) >= 2:
        ctx.locals.add(inner[1])
        return Guard(span(node), inner[0], args, inner[1])
    return None


def jumps_in_arguments(ctx: Lowering, call: Node, name: str, listed: Node) -> list[Stmt]:
    """``M(x, return -E);``: the call, which may take the jump; empty where no argument is one."""
    found = [child for child in named(listed) if _jump_note(ctx, child) is not None] if ctx.notes else []
    if not found:
        return []
    lowered = expression(ctx, call)
    jumps: list[Stmt] = []
    for child in found:
        note = _jump_note(ctx, child)
        if note is not None:
            where = Opaque(span(child), ctx.text(child)) if jumps else lowered
            label = ctx.text(child) if note.extra == "goto" else None
            jumps.append(MacroJump(span(call), where, note.extra, label))
    return jumps


def bare_macro(ctx: Lowering, node: Node, name: Name) -> list[Stmt]:
    """A name as a statement: ``fallthrough``, or a macro without arguments."""
    if name.id in _NO_EFFECT:
        return [Empty(span(node))]
    jumps = macro_jumps(ctx, name)
    return [*macro_cases(ctx, node), *(jumps or [ExprStmt(span(node), name)])]


def macro_cases(ctx: Lowering, node: Node) -> list[Stmt]:
    """A label for a macro of this text that makes ``case`` labels; which values, nobody knows."""
    name = _FIRST_NAME.match(ctx.text(node)) if ctx.jumps else None
    if name is None or not any(jump.kind == "case" for jump in ctx.jumps.get(name[0], ())):
        return []
    return [Case(span(node), Opaque(span(node), name[0]))]


def is_group(node: Node) -> bool:
    """Whether a node is an ``#if`` group."""
    return node.type in _GROUPS


def conjunction(conditions: list[str]) -> str:
    """All conditions together; those that always hold are left out, and none at all is ``1``."""
    parts = [part for part in conditions if not never(negate(part))]
    if len(parts) == 1:
        return parts[0]
    return " && ".join(part if _ATOM.fullmatch(part) else f"({part})" for part in parts) or "1"


def arms(node: Node) -> list[tuple[str, list[Node]]]:
    """The arms of a group that can run, with their conditions; a missing ``#else`` gives an empty arm."""
    found: list[tuple[str, list[Node]]] = []
    before: list[str] = []
    current: Node | None = node
    while current is not None:
        own = _condition(current)
        if not any(never(part) for part in (*before, own)):
            found.append((conjunction([*before, own]), _statements(current)))
        if current.type == "preproc_else":
            return found
        if len(before) < _MAX_ARMS or never(negate(own)):
            before.append(negate(own))
        current = current.child_by_field_name("alternative")
    if not any(never(part) for part in before):
        found.append((conjunction(before), []))
    return found


def _condition(node: Node) -> str:
    """The condition of one arm on its own (``1`` for ``#else``)."""
    if node.type == "preproc_else":
        return "1"
    keyword = node.children[0].type.lstrip("#").strip()
    stated = node.child_by_field_name("name" if keyword.endswith("def") else "condition")
    text = b"" if stated is None else stated.text or b""
    return normalise(keyword, _COMMENT.sub(" ", text.decode("utf-8", "replace")))


def _statements(node: Node) -> list[Node]:
    """What stands in the arm itself."""
    skipped = [node.child_by_field_name(name) for name in ("name", "condition")]
    return [child for child in node.named_children if child.type not in _ALTERNATIVES and child not in skipped]
