"""Dominance, as the analysis that Aho, Sethi and Ullman (1986) give for it.

Cooper, Harvey and Kennedy (2001) keep the sets of dominators as paths in the tree so far.  Here they are integers, of
which intersection is one instruction for 64 nodes: no slower, and the join is one of two states alone, as the engine
wants it.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from mtelint.flow.cfg.graph import Cfg, postorder
from mtelint.flow.dataflow.engine import Analysis, solve
from mtelint.flow.dataflow.reachability import reachable


class DominatorTree(Struct, frozen=True):
    """``parents[n]`` is the immediate dominator of ``n``; the root's is itself, that of a node not reached is None."""

    root: int
    parents: tuple[int | None, ...]
    depths: tuple[int, ...]
    """Distance from the root in the tree; -1 for a node not reached."""

    def dominates(self, above: int, below: int) -> bool:
        """Whether every path from the root to ``below`` goes through ``above`` (each node dominates itself).

        Nothing dominates a node that is not reached, and such a node dominates nothing but itself.
        """
        if above == below:
            return True
        if self.depths[above] < 0 or self.depths[below] < 0:
            return False
        node: int | None = below
        while node is not None and self.depths[node] > self.depths[above]:
            node = self.parents[node]
        return node == above


def dominators(cfg: Cfg) -> DominatorTree:
    """The dominator tree of a graph, from its entry."""
    return dominator_tree([[edge.target for edge in edges] for edges in cfg.successors], cfg.entry)


def post_dominators(cfg: Cfg) -> DominatorTree:
    """The post-dominator tree of a graph.

    Its root is a virtual node, ``len(cfg.nodes)``, that all ends of control lead to: the exit, nodes with no way on,
    and, where a loop never ends, the loop's last node in numbering order.
    """
    count = len(cfg.nodes)
    backwards: list[list[int]] = [[edge.source for edge in edges] for edges in cfg.predecessors]
    backwards.append([node for node in range(count) if node == cfg.exit or not cfg.successors[node]])
    reached = set(reachable([count], backwards.__getitem__))
    for node in reversed(range(count)):
        if node not in reached:
            backwards[count].append(node)
            reached |= reachable([node], backwards.__getitem__).keys()
    return dominator_tree(backwards, count)


def dominator_tree(successors: Sequence[Sequence[int]], root: int) -> DominatorTree:
    """The dominator tree of any directed graph over ``0 .. len(successors) - 1``."""
    order = postorder(successors, root)[::-1]
    found = solve(Dominance(successors, order), [(root, 0)])
    parents: list[int | None] = [None] * len(successors)
    depths = [-1] * len(successors)
    for place, node in enumerate(order):
        above = found[node]
        # Dominators of one node dominate each other, so that the nearest is the last one in reverse postorder.
        parents[node] = order[above.bit_length() - 1] if above else root
        depths[node] = 0 if place == 0 else above.bit_count()
    return DominatorTree(root, tuple(parents), tuple(depths))


class Dominance(Analysis[int, int, int]):
    """The strict dominators of each node, as a set of bits by place in reverse postorder: a forward must-analysis.

    What arrives over an edge is the source and what dominates it, and the join is the intersection.
    """

    def __init__(self, successors: Sequence[Sequence[int]], order: Sequence[int]) -> None:
        self._successors = successors
        self._places = {node: place for place, node in enumerate(order)}
        self._all = (1 << len(order)) - 1

    def bottom(self, place: int) -> int:
        """All nodes: no path is known yet that avoids one."""
        return self._all

    def arrive(self, place: int, known: int, arriving: int) -> tuple[int, int] | None:
        """The intersection."""
        both = known & arriving
        return None if both == known else (both, both)

    def transfer(self, place: int, flow: int) -> Iterable[tuple[int, int]]:
        """The node dominates what follows, unless something leads there that it does not."""
        onward = flow | 1 << self._places[place]
        return [(target, onward) for target in self._successors[place]]

    def rank(self, place: int) -> int:
        """Reverse postorder."""
        return self._places[place]
