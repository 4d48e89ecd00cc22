"""Nodes and edges as short text, and a graph as Graphviz text, so that a person can look."""

from collections.abc import Mapping, Sequence

from mtelint.flow.cfg.graph import NEGATED, ArmLabel, CaseLabel, Cfg, EdgeLabel, Node, NodeKind
from mtelint.syntax.c_tree import (
    Asm,
    Assign,
    Binary,
    Call,
    Cast,
    Comma,
    Conditional,
    Expr,
    Index,
    InitList,
    Literal,
    Member,
    Name,
    Opaque,
    StmtExpr,
    Temp,
    Unary,
    Update,
)

_WIDTH = 60
_SHAPES = {
    NodeKind.ENTRY: "oval",
    NodeKind.EXIT: "oval",
    NodeKind.LEAVES: "oval",
    NodeKind.NORETURN: "oval",
    NodeKind.BRANCH: "diamond",
    NodeKind.LOOP: "diamond",
    NodeKind.SWITCH: "diamond",
    NodeKind.VARIANT: "hexagon",
    NodeKind.ACQUIRE: "house",
    NodeKind.RELEASE: "invhouse",
}
_SINGLE = {
    NodeKind.ENTRY: "entry",
    NodeKind.EXIT: "exit",
    NodeKind.LEAVES: "leaves",
    NodeKind.NORETURN: "noreturn",
    NodeKind.VARIANT: "#if",
    NodeKind.JOIN: "join",
}


def spell(expr: Expr) -> str:
    """An expression as C, temporaries as ``t1``."""
    match expr:
        case Name(id=text) | Literal(text=text):
            return text
        case Temp(id=number):
            return f"t{number}"
        case Call(function=function, args=args):
            return f"{spell(function)}({', '.join(map(spell, args))})"
        case Member(object=inner, field=field, arrow=arrow):
            return f"{_inner(inner)}{'->' if arrow else '.'}{field}"
        case Index(object=inner, index=index):
            return f"{_inner(inner)}[{spell(index)}]"
        case Unary(op=op, operand=inner):
            return f"{op}{_inner(inner)}"
        case Update(op=op, operand=inner, prefix=prefix):
            return f"{op}{_inner(inner)}" if prefix else f"{_inner(inner)}{op}"
        case Cast(type=type_, operand=inner):
            return f"({type_}){_inner(inner)}"
        case Asm():
            return f"asm({', '.join(map(spell, expr.operands))})"
    return _compound(expr)


def _compound(expr: Expr) -> str:
    match expr:
        case Binary(op=op, left=left, right=right):
            return f"{_inner(left)} {op} {_inner(right)}"
        case Assign(op=op, target=target, value=value):
            return f"{_inner(target)} {op} {spell(value)}"
        case Comma(left=left, right=right):
            return f"{spell(left)}, {spell(right)}"
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            middle = "" if then is None else f" {spell(then)} "
            return f"{_inner(condition)} ?{middle}: {_inner(otherwise)}"
        case InitList(values=values):
            return "{" + ", ".join(map(spell, values)) + "}"
        case Opaque(text=text, parts=parts):
            return f"<{', '.join(map(spell, parts))}>" if parts else f"<{text}>"
        case StmtExpr():
            return "({ ... })"
    return "?"


def _inner(expr: Expr) -> str:
    text = spell(expr)
    return f"({text})" if isinstance(expr, Binary | Assign | Conditional | Comma) else text


def node_text(node: Node) -> str:
    """A node in one line."""
    if node.kind in _SINGLE:
        return _SINGLE[node.kind]
    text = "" if node.expr is None else spell(node.expr)
    match node.kind:
        case NodeKind.DECLARE:
            return f"{node.type} {node.target}" + (f" = {text}" if node.expr is not None else "")
        case NodeKind.RETURN:
            return f"return {text}".strip()
        case NodeKind.SWITCH:
            return f"switch {text}"
        case NodeKind.ACQUIRE | NodeKind.RELEASE:
            return f"{node.kind} {node.target} {text}"
    for wrapper in reversed(node.wrappers):
        if wrapper == NEGATED:  # its edges say so
            continue
        text = f"{wrapper}[{text}]"
    return text


def label_text(label: EdgeLabel) -> str:
    """The label of an edge: ``T``, ``F``, a case or the condition of an arm; empty for a plain edge."""
    match label:
        case None:
            return ""
        case bool():
            return "T" if label else "F"
        case CaseLabel(low=None):
            return "default"
        case CaseLabel(low=low, high=None) if low is not None:
            return f"case {spell(low)}"
        case CaseLabel(low=low, high=high) if low is not None and high is not None:
            return f"case {spell(low)} ... {spell(high)}"
        case ArmLabel(condition=condition):
            return condition
    return ""


# --- a graph --------------------------------------------------------------------------------------------------------


def to_dot(cfg: Cfg, text: bytes, notes: Mapping[int, Sequence[str]] | None = None) -> str:
    """Draw a graph; nodes are labelled with their line in ``text`` and their source (temporaries as ``t1``).

    ``notes`` are lines to stand below that; a node that is not in them is dotted.
    """
    lines = [f"digraph {_quoted(cfg.function or 'fragment')} {{", '  node [shape=box, fontname="monospace"];']
    lines += [f"  n{node.index} [{_attributes(node, text, notes)}];" for node in cfg.nodes]
    for edge in cfg.edges:
        attributes = [f"label={_quoted(label_text(edge.label))}"] if edge.label is not None else []
        attributes += ["style=dashed"] if edge.back else []
        suffix = f" [{', '.join(attributes)}]" if attributes else ""
        lines.append(f"  n{edge.source} -> n{edge.target}{suffix};")
    return "\n".join([*lines, "}", ""])


def _attributes(node: Node, text: bytes, notes: Mapping[int, Sequence[str]] | None) -> str:
    shape, label = _SHAPES.get(node.kind, "box"), _label(node, text)
    if notes is None:
        return f"shape={shape}, label={_quoted(label)}"
    if node.index not in notes:
        return f"shape={shape}, style=dotted, label={_quoted(label)}"
    # A state has many lines, for which a diamond is no shape; each line ends in ``\l``, which aligns it to the left.
    below = "".join(f"{_escaped(line)}\\l" for line in notes[node.index])
    return f'shape=box, label="{_escaped(label)}\\n{below}"'


def _label(node: Node, text: bytes) -> str:
    line = text.count(b"\n", 0, node.span.start) + 1
    words = " ".join(node_text(node).split())
    if len(words) > _WIDTH:
        words = words[: _WIDTH - 1] + "…"
    return words if node.kind in (NodeKind.ENTRY, NodeKind.EXIT) else f"{line}: {words}"


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
