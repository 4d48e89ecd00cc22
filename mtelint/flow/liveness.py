"""Live variables and live conditions: what a path may still ask for.

A standard backward may-analysis.  Dropping what is dead lets states merge, so that a long function stays linear.
"""

from mtelint.flow.graph import Cfg, Node, NodeKind
from mtelint.syntax import nodes


def names_of(expr: object) -> frozenset[str]:
    """The identifiers and temporaries (``$3``) that an expression mentions."""
    found: set[str] = set()
    stack: list[object] = [expr]
    while stack:
        item = stack.pop()
        if isinstance(item, nodes.Name):
            found.add(item.id)
        elif isinstance(item, nodes.Temp):
            found.add(f"${item.id}")
        elif isinstance(item, tuple):
            stack.extend(item)
        elif hasattr(item, "__dataclass_fields__") and not isinstance(item, nodes.Span):
            stack.extend(getattr(item, name) for name in item.__dataclass_fields__)
    return frozenset(found)


def killed(node: Node) -> str | None:
    """The variable that the node assigns without reading it first."""
    expr = node.expr
    if node.kind is NodeKind.DECLARE:
        return node.target
    if isinstance(expr, nodes.Assign) and expr.op == "=":
        if isinstance(expr.target, nodes.Name):
            return expr.target.id
        if isinstance(expr.target, nodes.Temp):
            return f"${expr.target.id}"
    return None


def read_by(node: Node) -> frozenset[str]:
    """The variables that the node reads."""
    expr = node.expr
    if isinstance(expr, nodes.Assign) and expr.op == "=" and isinstance(expr.target, (nodes.Name, nodes.Temp)):
        return names_of(expr.value)
    return names_of(expr)


def live_in(cfg: Cfg, conditions: tuple[str | None, ...]) -> tuple[list[frozenset[str]], list[frozenset[str]]]:
    """Per node: the variables live on entry, and the conditions that a path from it may meet."""
    gen = [read_by(node) for node in cfg.nodes]
    kill = [killed(node) for node in cfg.nodes]
    variables: list[frozenset[str]] = [frozenset()] * len(cfg.nodes)
    ahead: list[frozenset[str]] = [frozenset()] * len(cfg.nodes)
    work = list(range(len(cfg.nodes)))
    queued = set(work)
    while work:
        index = work.pop()
        queued.discard(index)
        out = frozenset[str]().union(*(variables[e.target] for e in cfg.successors[index]))
        later = frozenset[str]().union(*(ahead[e.target] for e in cfg.successors[index]))
        condition = conditions[index]
        new = gen[index] | (out - {kill[index]} if kill[index] else out)
        new_ahead = later | {condition} if condition is not None else later
        if new != variables[index] or new_ahead != ahead[index]:
            variables[index], ahead[index] = new, new_ahead
            for edge in cfg.predecessors[index]:
                if edge.source not in queued:
                    queued.add(edge.source)
                    work.append(edge.source)
    return variables, ahead
