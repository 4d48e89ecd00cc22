"""A control-flow graph in the making: nodes are added where control stands, and at the end it is tidied."""

from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.errors import InputError
from mtelint.flow.cfg.graph import Cfg, Edge, EdgeLabel, Node, NodeKind, postorder
from mtelint.model.limits import limits
from mtelint.syntax.c_tree import Expr, Span

Ends: TypeAlias = list[tuple[int, EdgeLabel]]
"""Places where control stands: a node, and the label of the edge that leaves it."""


class Draft(Struct):
    """Nodes and edges so far; ``ends`` is where control stands (nowhere after a jump)."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    ends: Ends = field(default_factory=list)

    def add(
        self,
        kind: NodeKind,
        span: Span,
        expr: Expr | None = None,
        *,
        target: str | None = None,
        type: str | None = None,
        wrappers: tuple[str, ...] = (),
        discarded: bool = False,
    ) -> int:
        """Add a node behind all ends; control then stands behind it."""
        index = len(self.nodes)
        self.nodes.append(Node(index, kind, span, expr, target, type, wrappers, discarded))
        self.join(self.ends, index)
        self.ends = [(index, None)]
        return index

    def detached(self, kind: NodeKind, span: Span) -> int:
        """Add a node that control reaches later; control stands where it stood."""
        index = len(self.nodes)
        self.nodes.append(Node(index, kind, span))
        return index

    def join(self, ends: Ends, target: int, *, back: bool = False) -> None:
        """Draw the edges from some ends to a node."""
        for source, label in ends:
            self.edges.append(Edge(source, target, label, back))


def finish(draft: Draft, function: str, entry: int, leave: int, *, open_entry: bool) -> Cfg:
    """The tidy graph: joins with one way on are short-cut, what is not reached is dropped, nodes stand in reverse
    postorder (the source's order where control follows it).

    Raises :class:`InputError` for a function of more nodes than a bound.
    """
    if len(draft.nodes) > limits().nodes:
        raise InputError(f"it has more statements than nodes = {limits().nodes} allows")
    edges = _unique(_shortcut(draft))
    following: list[list[Edge]] = [[] for _ in draft.nodes]
    for edge in edges:
        following[edge.source].append(edge)
    for ways in following:
        # Nodes were added in the source's order; the exit was added first and comes last.
        ways.sort(key=lambda edge: (edge.target == leave, edge.target))
    # The last way first, so that the first way comes first when reversed.
    order = postorder([[edge.target for edge in reversed(ways)] for ways in following], entry)[::-1]
    if leave not in order:
        order.append(leave)
    place = {old: new for new, old in enumerate(order)}
    nodes = tuple(_renumbered(draft.nodes[old], new) for new, old in enumerate(order))
    kept = tuple(
        Edge(place[edge.source], place[edge.target], edge.label, edge.back) for old in order for edge in following[old]
    )
    return Cfg(
        function=function,
        nodes=nodes,
        edges=kept,
        entry=place[entry],
        exit=place[leave],
        successors=_grouped(kept, len(nodes), by_source=True),
        predecessors=_grouped(kept, len(nodes), by_source=False),
        open_entry=open_entry,
    )


def _renumbered(node: Node, index: int) -> Node:
    return replace(node, index=index)


def _grouped(edges: tuple[Edge, ...], count: int, *, by_source: bool) -> tuple[tuple[Edge, ...], ...]:
    groups: list[list[Edge]] = [[] for _ in range(count)]
    for edge in edges:
        groups[edge.source if by_source else edge.target].append(edge)
    return tuple(tuple(group) for group in groups)


def _shortcut(draft: Draft) -> list[Edge]:
    """Edges that go through joins with a single way on, straight to where that leads."""
    onward: dict[int, Edge] = {}
    counts = [0] * len(draft.nodes)
    for edge in draft.edges:
        counts[edge.source] += 1
        onward[edge.source] = edge
    joins = {node.index for node in draft.nodes if node.kind is NodeKind.JOIN and counts[node.index] == 1}
    ends = _ends(joins, onward)
    direct: list[Edge] = []
    for edge in draft.edges:
        if edge.source not in ends:
            target, back = ends.get(edge.target, (edge.target, False))
            direct.append(Edge(edge.source, target, edge.label, edge.back or back))
    return direct


_CIRCLE = (-1, False)


def _ends(joins: set[int], onward: dict[int, Edge]) -> dict[int, tuple[int, bool]]:
    """Where each join leads that joins alone do not lead back to (``for (;;);``), and whether by a back edge."""
    ends: dict[int, tuple[int, bool]] = {}
    for first in joins:
        chain: list[int] = []
        seen: set[int] = set()
        index = first
        while index in joins and index not in ends and index not in seen:
            seen.add(index)
            chain.append(index)
            index = onward[index].target
        if index in joins and index not in ends:
            ends.update((each, _CIRCLE) for each in chain)
            continue
        end = ends.get(index, (index, False))
        for each in reversed(chain):
            end = end if end is _CIRCLE else (end[0], end[1] or onward[each].back)
            ends[each] = end
    return {join: end for join, end in ends.items() if end is not _CIRCLE}


def _unique(edges: list[Edge]) -> list[Edge]:
    return list(dict.fromkeys(edges))
