"""Nodes that change nothing anybody asks about: the solver steps over them.

A slice of the graph (Weiser, 1981), as far as it can be told from one node at a time: an assignment to a variable that
nothing asks for, and a choice on which no event hangs and whose ways meet again behind such nodes only.  Who steps over
a choice notes no decision there: a path shows those that bear on it.
"""

from collections.abc import Sequence, Set

from msgspec import Struct

from mtelint.flow.cfg.graph import Cfg, Edge, Node, NodeKind
from mtelint.flow.dataflow.liveness import Live, names_of
from mtelint.flow.dataflow.reachability import reachable
from mtelint.syntax import c_tree

_SILENT = (NodeKind.EVAL, NodeKind.DECLARE, NodeKind.BRANCH, NodeKind.SWITCH, NodeKind.JOIN)


class Known(Struct, frozen=True):
    """What is known of a graph: its events, the choices they hang on, what is live, where loops begin or end.

    ``pages`` are the variables that name pages, ``types`` the names that have a type without a declaration in sight.
    """

    events: Set[int]
    choices: Set[int]
    live: Sequence[Live]
    heads: Set[int]
    pages: Set[str]
    types: Set[str]
    named: Sequence[frozenset[str]]
    """The names that each node mentions."""
    reads: Sequence[frozenset[str]]
    """Those that matter to what it does."""


def steps_over(cfg: Cfg, known: Known) -> tuple[int, ...]:
    """For each node, the first one at or behind it that is not inert."""
    targets = list(range(len(cfg.nodes)))
    kept = _kept_variables(cfg, known)
    once = _declared_once(cfg) - known.types
    for node in reversed(cfg.nodes):
        edges = cfg.successors[node.index]
        onward = {targets[edge.target] for edge in edges}
        if len(onward) == 1 and all(_is_plain(e, known) for e in edges) and _is_inert(node, known, kept, once, edges):
            targets[node.index] = onward.pop()
    return tuple(targets)


def _is_plain(edge: Edge, known: Known) -> bool:
    """Leads ahead, and neither into a loop nor out of one."""
    return edge.source < edge.target and not edge.back and not known.heads & {edge.source, edge.target}


def _is_inert(node: Node, known: Known, kept: Set[str], once: Set[str], edges: Sequence[Edge]) -> bool:
    if node.kind not in _SILENT or node.index in known.events or node.index in known.choices:
        return False
    if node.kind is NodeKind.DECLARE and node.target not in once:
        return False
    changed = _changed(node)
    return changed is not None and not any(_is_asked_for(name, edges, known, kept) for name in changed)


def _is_asked_for(name: str, edges: Sequence[Edge], known: Known, kept: Set[str]) -> bool:
    live = [known.live[edge.target] for edge in edges]
    return name in kept or any(name in each.variables or name in each.returned for each in live)


def _changed(node: Node) -> Set[str] | None:
    """The variables that a node changes; None where it may do more than that."""
    declared = {node.target} if node.kind is NodeKind.DECLARE and node.target else set[str]()
    if node.expr is None:
        return declared
    if isinstance(node.expr, (c_tree.Assign, c_tree.Update)) and node.kind is NodeKind.EVAL:
        target, value = _parts(node.expr)
        return names_of(target) if isinstance(target, (c_tree.Name, c_tree.Temp)) and _is_pure(value) else None
    return declared if _is_pure(node.expr) else None


def _parts(expr: c_tree.Assign | c_tree.Update) -> tuple[c_tree.Expr, c_tree.Expr]:
    return (expr.target, expr.value) if isinstance(expr, c_tree.Assign) else (expr.operand, expr.operand)


_PURE = (
    c_tree.Name, c_tree.Temp, c_tree.Literal, c_tree.Member, c_tree.Index, c_tree.Unary, c_tree.Binary,
    c_tree.Conditional, c_tree.Cast,
)  # fmt: skip


def _is_pure(expr: c_tree.Expr) -> bool:
    """Nothing is called, assigned or unreadable in it."""
    return all(isinstance(each, _PURE) for each in c_tree.walk(expr))


def _kept_variables(cfg: Cfg, known: Known) -> Set[str]:
    """The variables that a page's symbol may be spelled with: those that events and pages are made of."""
    made_of: dict[str, set[str]] = {}
    for node in cfg.nodes:
        for name in _assigned(node):
            made_of.setdefault(name, set()).update(known.named[node.index])
    wanted = set(known.pages).union(*(known.reads[index] for index in known.events))
    return reachable(wanted, lambda name: made_of.get(name, ())).keys()


def _assigned(node: Node) -> Set[str]:
    assigned = {node.target} if node.target else set[str]()
    if isinstance(node.expr, c_tree.Assign):
        return assigned | names_of(node.expr.target)
    return assigned


def _declared_once(cfg: Cfg) -> Set[str]:
    names = [node.target for node in cfg.nodes if node.kind is NodeKind.DECLARE and node.target]
    return {name for name in names if names.count(name) == 1}
