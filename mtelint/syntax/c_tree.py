"""The small C tree that everything after the parser works on.

tree-sitter nodes cannot be pickled and carry kernel macros in disguise, so each function is lowered, on demand, into
these frozen values.  Spans are byte offsets into the *original* text (masking keeps every offset).
"""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field


class Span(Struct, frozen=True):
    """Half-open byte range ``[start, end)`` of the source text."""

    start: int
    end: int


# --- expressions ------------------------------------------------------------------------------------------------------


class Name(Struct, frozen=True):
    """An identifier."""

    span: Span
    id: str


class Literal(Struct, frozen=True):
    """A number, character or string, as spelled."""

    span: Span
    text: str


class Call(Struct, frozen=True):
    """A call or a function-like macro; ``function`` is the callee expression."""

    span: Span
    function: "Expr"
    args: tuple["Expr", ...]

    @property
    def name(self) -> str | None:
        """Name of the callee where it is a plain identifier."""
        return self.function.id if isinstance(self.function, Name) else None


class Member(Struct, frozen=True):
    """``object.field`` or ``object->field``."""

    span: Span
    object: "Expr"
    field: str
    arrow: bool


class Index(Struct, frozen=True):
    """``object[index]``."""

    span: Span
    object: "Expr"
    index: "Expr"


class Unary(Struct, frozen=True):
    """A prefix operator without side effect: ``! ~ - + & * &&label``."""

    span: Span
    op: str
    operand: "Expr"


class Update(Struct, frozen=True):
    """``++`` or ``--``."""

    span: Span
    op: str
    operand: "Expr"
    prefix: bool


class Binary(Struct, frozen=True):
    """A binary operator, ``&&`` and ``||`` included."""

    span: Span
    op: str
    left: "Expr"
    right: "Expr"


class Assign(Struct, frozen=True):
    """``target op value`` with ``op`` one of ``= += |= &= ...``."""

    span: Span
    op: str
    target: "Expr"
    value: "Expr"


class Conditional(Struct, frozen=True):
    """``condition ? then : otherwise``; ``then`` is None for the two-operand form ``a ?: b``."""

    span: Span
    condition: "Expr"
    then: "Expr | None"
    otherwise: "Expr"


class Cast(Struct, frozen=True):
    """``(type) operand``."""

    span: Span
    type: str
    operand: "Expr"


class Comma(Struct, frozen=True):
    """``left, right``."""

    span: Span
    left: "Expr"
    right: "Expr"


class StmtExpr(Struct, frozen=True):
    """``({ ... })``; its value is the last expression statement."""

    span: Span
    block: "Block"


class InitList(Struct, frozen=True):
    """``{ a, .b = c }``: the values in order; a designator is dropped."""

    span: Span
    values: tuple["Expr", ...]


class Asm(Struct, frozen=True):
    """Inline assembly; ``labels`` are the targets of ``asm goto``."""

    span: Span
    text: str
    memory: bool
    labels: tuple[str, ...] = ()
    operands: tuple["Expr", ...] = ()


class Opaque(Struct, frozen=True):
    """Something that is not evaluated or not understood (``sizeof``, a type argument, a damaged region)."""

    span: Span
    text: str
    parts: tuple["Expr", ...] = ()


class Temp(Struct, frozen=True):
    """A temporary made by the CFG for the value of ``&&``, ``||`` or ``?:``."""

    span: Span
    id: int


Expr: TypeAlias = (
    Name
    | Literal
    | Call
    | Member
    | Index
    | Unary
    | Update
    | Binary
    | Assign
    | Conditional
    | Cast
    | Comma
    | StmtExpr
    | InitList
    | Asm
    | Opaque
    | Temp
)

# --- statements -------------------------------------------------------------------------------------------------------


class Block(Struct, frozen=True):
    """``{ ... }``: a scope."""

    span: Span
    body: tuple["Stmt", ...]


class ExprStmt(Struct, frozen=True):
    """An expression for its effect."""

    span: Span
    expr: Expr


class Declare(Struct, frozen=True):
    """One declarator; ``cleanup`` is the argument of ``__free()``, ``type`` the spelled type with its stars."""

    span: Span
    name: str
    type: str
    init: Expr | None = None
    cleanup: str | None = None


class If(Struct, frozen=True):
    """``if``; ``otherwise`` is None without ``else``."""

    span: Span
    condition: Expr
    then: "Stmt"
    otherwise: "Stmt | None"


class Loop(Struct, frozen=True):
    """``while`` (``kind="while"``), ``do`` or ``for``; a missing ``for`` condition is None."""

    span: Span
    kind: str
    init: "Stmt | None"
    condition: Expr | None
    step: Expr | None
    body: "Stmt"


class MacroLoop(Struct, frozen=True):
    """``for_each_x(args) body``: zero or more turns; the arguments that are plain names may be assigned each turn.

    ``do_each_thread``/``while_each_thread`` pairs are two of these, one in the other.
    """

    span: Span
    name: str
    args: tuple[Expr, ...]
    body: "Stmt"
    at_least_once: bool = False


class Guard(Struct, frozen=True):
    """``guard(lock)(args);`` or ``CLASS(name, var)(args);``: acquired here, released at every exit of the scope."""

    span: Span
    name: str
    args: tuple[Expr, ...]
    variable: str | None = None


class ScopedGuard(Struct, frozen=True):
    """``scoped_guard(lock, args) body``, run exactly once; ``failure`` is that of ``scoped_cond_guard``."""

    span: Span
    name: str
    args: tuple[Expr, ...]
    body: "Stmt"
    failure: "Stmt | None" = None


class Switch(Struct, frozen=True):
    """``switch``; the cases stand inside ``body`` as :class:`Case` labels, fall-through is their order."""

    span: Span
    value: Expr
    body: "Stmt"


class Case(Struct, frozen=True):
    """A label of the enclosing switch: ``low`` None is ``default``; ``high`` is set for a GNU range."""

    span: Span
    low: Expr | None
    high: Expr | None = None


class Label(Struct, frozen=True):
    """A label; the labelled statement follows as a sibling."""

    span: Span
    name: str


class Goto(Struct, frozen=True):
    """``goto label`` or, with ``target``, a computed ``goto *target``."""

    span: Span
    label: str | None
    target: Expr | None = None


class Return(Struct, frozen=True):
    """``return value``."""

    span: Span
    value: Expr | None


class Break(Struct, frozen=True):
    """``break``."""

    span: Span


class Continue(Struct, frozen=True):
    """``continue``."""

    span: Span


class Arm(Struct, frozen=True):
    """One arm of an ``#if`` group; ``condition`` is normalised so that equal conditions are equal strings."""

    condition: str
    body: tuple["Stmt", ...]


class Variants(Struct, frozen=True):
    """An ``#if`` group of whole statements; an empty arm stands for a missing ``#else``.  Exactly one arm runs."""

    span: Span
    arms: tuple[Arm, ...]


class MacroJump(Struct, frozen=True):
    """A macro call of this file whose body hides a jump: ``kind`` is ``return``, ``goto``, ``break``, ``continue``."""

    span: Span
    call: Expr
    kind: str
    label: str | None = None


class Empty(Struct, frozen=True):
    """``;``, ``fallthrough;`` or something without effect."""

    span: Span


Stmt: TypeAlias = (
    Block
    | ExprStmt
    | Declare
    | If
    | Loop
    | MacroLoop
    | Guard
    | ScopedGuard
    | Switch
    | Case
    | Label
    | Goto
    | Return
    | Break
    | Continue
    | Variants
    | MacroJump
    | Empty
)

# --- functions --------------------------------------------------------------------------------------------------------


class Parameter(Struct, frozen=True):
    """A parameter; an unnamed one has the empty name."""

    name: str
    type: str


class Function(Struct, frozen=True):
    """A function, or the part of one that a hunk shows.

    ``head`` and ``tail`` tell whether the opening and the closing brace are in sight.  ``span`` covers head and body,
    ``name_span`` the name.  For a fragment without head the name comes from the hunk's heading (or is empty).
    ``alternatives`` are further readings of the same body where an ``#if`` group splits a statement.
    """

    name: str
    params: tuple[Parameter, ...]
    return_type: str
    storage: tuple[str, ...]
    body: Block
    span: Span
    name_span: Span
    head: bool = True
    tail: bool = True
    alternatives: tuple[Block, ...] = field(default=())


# --- walking ----------------------------------------------------------------------------------------------------------

Node: TypeAlias = Expr | Stmt

BELOW: dict[type, tuple[str, ...]] = {
    Name: (), Literal: (), Temp: (), Label: (), Break: (), Continue: (), Empty: (),
    Call: ("function", "args"), Member: ("object",), Index: ("object", "index"), Unary: ("operand",),
    Update: ("operand",), Binary: ("left", "right"), Assign: ("target", "value"),
    Conditional: ("condition", "then", "otherwise"), Cast: ("operand",), Comma: ("left", "right"),
    StmtExpr: ("block",), InitList: ("values",), Asm: ("operands",), Opaque: ("parts",),
    Block: ("body",), ExprStmt: ("expr",), Declare: ("init",), If: ("condition", "then", "otherwise"),
    Loop: ("init", "condition", "step", "body"), MacroLoop: ("args", "body"), Guard: ("args",),
    ScopedGuard: ("args", "body", "failure"), Switch: ("value", "body"), Case: ("low", "high"), Goto: ("target",),
    Return: ("value",), MacroJump: ("call",), Variants: ("arms",),
}  # fmt: skip
"""The fields that hold the nodes below one of that kind, in the order of the source."""


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below a node, in the order of the source; those of an ``#if`` group are its statements."""
    names = BELOW[type(node)]
    if not names:
        return ()
    found: list[Node] = []
    for name in names:
        below = getattr(node, name)
        if isinstance(below, tuple):
            found.extend(below)
        elif below is not None:
            found.append(below)
    if isinstance(node, Variants):
        return tuple(stmt for arm in node.arms for stmt in arm.body)
    return tuple(found)


def walk(*nodes: Node | None) -> Iterator[Node]:
    """The nodes and all below them, each before what is below it, in the order of the source."""
    stack = [node for node in reversed(nodes) if node is not None]
    while stack:
        node = stack.pop()
        yield node
        if BELOW[type(node)]:
            stack.extend(reversed(children(node)))


def statements(block: Stmt) -> Iterator[Stmt]:
    """The same of statements alone: what stands inside of expressions is left out."""
    stack = [block]
    while stack:
        stmt = stack.pop()
        yield stmt
        stack.extend(below for below in reversed(children(stmt)) if isinstance(below, Stmt))
