"""A control-flow graph as Graphviz text, so that a person can look."""

from mtelint.flow.cfg.graph import Cfg, Node, NodeKind
from mtelint.flow.cfg.graph_text import label_text, node_text

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


def to_dot(cfg: Cfg, text: bytes) -> str:
    """Draw a graph; nodes are labelled with their line in ``text`` and their source (temporaries as ``t1``)."""
    lines = [f"digraph {_quoted(cfg.function or 'fragment')} {{", '  node [shape=box, fontname="monospace"];']
    lines += [
        f"  n{node.index} [shape={_SHAPES.get(node.kind, 'box')}, label={_label(node, text)}];" for node in cfg.nodes
    ]
    for edge in cfg.edges:
        attributes = [f"label={_quoted(label_text(edge.label))}"] if edge.label is not None else []
        attributes += ["style=dashed"] if edge.back else []
        suffix = f" [{', '.join(attributes)}]" if attributes else ""
        lines.append(f"  n{edge.source} -> n{edge.target}{suffix};")
    return "\n".join([*lines, "}", ""])


def _label(node: Node, text: bytes) -> str:
    line = text.count(b"\n", 0, node.span.start) + 1
    words = " ".join(node_text(node).split())
    if len(words) > _WIDTH:
        words = words[: _WIDTH - 1] + "…"
    return _quoted(words if node.kind in (NodeKind.ENTRY, NodeKind.EXIT) else f"{line}: {words}")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
