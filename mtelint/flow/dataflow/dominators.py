"""Dominance, by the iterative algorithm of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm", 2001)."""

from collections.abc import Sequence

from mtelint.flow.cfg.graph import Cfg
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class DominatorTree:
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
    reached = _reachable(backwards, count)
    for node in reversed(range(count)):
        if node not in reached:
            backwards[count].append(node)
            reached |= _reachable(backwards, node)
    return dominator_tree(backwards, count)


def dominator_tree(successors: Sequence[Sequence[int]], root: int) -> DominatorTree:
    """The dominator tree of any directed graph over ``0 .. len(successors) - 1``."""
    order = _postorder(successors, root)
    number = {node: place for place, node in enumerate(order)}
    before: dict[int, list[int]] = {node: [] for node in order}
    for node in order:
        for target in successors[node]:
            before[target].append(node)
    parents = _iterate(order, number, before, root)
    depths = [-1] * len(successors)
    for node in reversed(order):
        depths[node] = 0 if node == root else depths[parents[node]] + 1
    return DominatorTree(root, tuple(parents.get(node) for node in range(len(successors))), tuple(depths))


def _iterate(order: list[int], number: dict[int, int], before: dict[int, list[int]], root: int) -> dict[int, int]:
    """Intersect over predecessors until nothing changes; ``number`` is the postorder number."""
    parents: dict[int, int] = {root: root}
    changed = True
    while changed:
        changed = False
        for node in reversed(order):
            if node == root:
                continue
            known = [one for one in before[node] if one in parents]
            new = known[0]
            for other in known[1:]:
                new = _meet(new, other, parents, number)
            if parents.get(node) != new:
                parents[node] = new
                changed = True
    return parents


def _meet(one: int, other: int, parents: dict[int, int], number: dict[int, int]) -> int:
    """The nearest common ancestor in the tree so far."""
    while one != other:
        while number[one] < number[other]:
            one = parents[one]
        while number[other] < number[one]:
            other = parents[other]
    return one


def _reachable(successors: Sequence[Sequence[int]], root: int) -> set[int]:
    return set(_postorder(successors, root))


def _postorder(successors: Sequence[Sequence[int]], root: int) -> list[int]:
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(successors[root]))]
    while stack:
        node, ways = stack[-1]
        for target in ways:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(successors[target])))
                break
        else:
            order.append(node)
            stack.pop()
    return order
