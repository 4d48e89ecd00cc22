"""The natural loops of a graph: where they begin, which nodes are in them, which variables they step on.

Known from the graph alone (Aho, Sethi and Ullman, 1986), whatever the states are that run through it; what a turn does
to those is in :mod:`mtelint.flow.paths.page_loops`.
"""

from collections.abc import Set

from mtelint.flow.cfg.graph import Cfg, NodeKind
from mtelint.flow.dataflow.liveness import names_of
from mtelint.flow.dataflow.reachability import reachable
from mtelint.syntax import c_tree

_SPIN_BODY = 4
"""Nodes that the body of a waiting loop may have."""


class NaturalLoops:
    """The loops of one graph, each by the index of its head; looked into when they are first asked for."""

    def __init__(self, cfg: Cfg) -> None:
        self.cfg = cfg
        ends = {index for edge in cfg.edges if edge.back for index in (edge.source, edge.target)}
        self.heads = frozenset(ends)
        """The nodes at which a loop begins or is left."""
        branches = (node.index for node in cfg.nodes if node.kind is NodeKind.BRANCH)
        self.spinning = frozenset(index for index in branches if self._spins(index))
        """The branches of loops that only wait."""
        self._bodies: dict[int, frozenset[int]] = {}
        self._counters: dict[int, frozenset[str | None]] = {}

    def body(self, head: int) -> frozenset[int]:
        """The nodes from which a back edge leads to the head, without the head itself; none where it is no head."""
        if head not in self._bodies:
            ends = [e.source for e in self.cfg.predecessors[head] if e.back and e.source != head]
            self._bodies[head] = frozenset(reachable(ends, lambda index: self._above(index, head)))
        return self._bodies[head]

    def _above(self, index: int, head: int) -> list[int]:
        return [e.source for e in self.cfg.predecessors[index] if e.source != head]

    def counters(self, head: int) -> frozenset[str | None]:
        """The variables that the loop steps on and its condition reads."""
        if head not in self._counters:
            steps = frozenset(_stepped(self.cfg.nodes[index].expr) for index in self.body(head))
            self._counters[head] = steps & names_of(self.cfg.nodes[head].expr)
        return self._counters[head]

    def covers(self, head: int, condition: str) -> bool:
        """Whether a counted loop runs over all pages, as far as its step and its bound in ``condition`` show."""
        text = "".join(condition.split()).replace("->", ".").replace("--", "")
        text = text.replace(">>PAGE_SHIFT", "")
        if any(op in text for op in ("-", "/", ">>")):
            return False
        names = names_of(self.cfg.nodes[head].expr)
        return not any(_leaps(self.cfg.nodes[index].expr, names) for index in self.body(head))

    def turns_at(self, node: int) -> bool:
        """Whether a back edge leaves the node: its question stands at the end of the turn."""
        return any(e.back for e in self.cfg.successors[node])

    def _spins(self, branch: int) -> bool:
        """Whether an edge leads straight back here."""
        return any(self._leads_back(edge.target, branch) for edge in self.cfg.successors[branch])

    def _leads_back(self, index: int, goal: int) -> bool:
        for _ in range(_SPIN_BODY):
            if index == goal:
                return True
            edges = self.cfg.successors[index]
            if len(edges) != 1:
                return False
            index = edges[0].target
        return index == goal


def _leaps(expr: c_tree.Expr | None, names: Set[str]) -> bool:
    """``i += 2`` passes by a page."""
    step = expr.value if isinstance(expr, c_tree.Assign) and expr.op in ("+=", "-=") else None
    named = isinstance(expr, c_tree.Assign) and isinstance(expr.target, c_tree.Name) and expr.target.id in names
    return named and isinstance(step, c_tree.Literal) and step.text != "1"


def _stepped(expr: c_tree.Expr | None) -> str | None:
    """The variable that ``i++`` and ``i += n`` move on."""
    if isinstance(expr, c_tree.Comma):
        return _stepped(expr.left) or _stepped(expr.right)
    if isinstance(expr, c_tree.Update) and expr.op == "++" and isinstance(expr.operand, c_tree.Name):
        return expr.operand.id
    if isinstance(expr, c_tree.Assign) and expr.op == "+=" and isinstance(expr.target, c_tree.Name):
        return expr.target.id
    return None
