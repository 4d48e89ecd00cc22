"""Relations over at most a few dozen events, as rows of integer bit masks.

A relation over ``n`` events is a list of ``n`` integers; bit ``j`` of row ``i`` says that ``i`` is related to ``j``.
A set of events is one integer.  Nothing here knows what an event is.
"""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

Rows = list[int]


def bits(mask: int) -> Iterator[int]:
    """Yield the positions of the bits that are set, in rising order."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def mask_of(members: Sequence[int]) -> int:
    """The set that holds ``members``."""
    mask = 0
    for member in members:
        mask |= 1 << member
    return mask


def empty(n: int) -> Rows:
    """The empty relation over ``n`` events."""
    return [0] * n


def is_empty(a: Rows) -> bool:
    """Whether no pair is related."""
    return not any(a)


def union(*relations: Rows) -> Rows:
    """Union of relations over the same events."""
    if len(relations) == 2:
        return list(map(or_, *relations))
    if len(relations) == 3:
        return [x | y | z for x, y, z in zip(*relations, strict=True)]
    return [reduce(or_, parts) for parts in zip(*relations, strict=True)]


def inter(a: Rows, b: Rows) -> Rows:
    """Intersection."""
    return [x & y for x, y in zip(a, b, strict=True)]


def minus(a: Rows, b: Rows) -> Rows:
    """Pairs of ``a`` that are not in ``b``."""
    return [x & ~y for x, y in zip(a, b, strict=True)]


def opt(a: Rows) -> Rows:
    """Reflexive closure, the ``?`` of cat."""
    return [row | (1 << i) for i, row in enumerate(a)]


def restrict(domain: int, a: Rows, codomain: int = -1) -> Rows:
    """``[domain] ; a ; [codomain]``."""
    return [row & codomain if domain >> i & 1 else 0 for i, row in enumerate(a)]


def seq(a: Rows, b: Rows) -> Rows:
    """Composition ``a ; b``."""
    result = []
    for row in a:
        out = 0
        while row:
            last = row.bit_length() - 1
            out |= b[last]
            row ^= 1 << last
        result.append(out)
    return result


def chain(first: Rows, *others: Rows) -> Rows:
    """Composition of several relations, left to right."""
    for other in others:
        first = seq(first, other)
    return first


def inverse(a: Rows) -> Rows:
    """The converse relation."""
    result = [0] * len(a)
    for i, row in enumerate(a):
        bit = 1 << i
        while row:
            low = row & -row
            result[low.bit_length() - 1] |= bit
            row ^= low
    return result


def closure(a: Rows) -> Rows:
    """Transitive closure (Warshall on bit rows)."""
    result = list(a)
    for k, _ in enumerate(result):
        row_k = result[k]
        if not row_k:
            continue
        bit = 1 << k
        for i, row in enumerate(result):
            if row & bit:
                result[i] = row | row_k
        # Row k itself may have grown, but only by what it reaches through itself, which it holds already.
    return result


def star(a: Rows) -> Rows:
    """Reflexive and transitive closure."""
    return opt(closure(a))


def is_acyclic(a: Rows) -> bool:
    """Whether the relation has no cycle: events without remaining successors are peeled off until none is left."""
    alive = 0
    for i, row in enumerate(a):
        if row:
            alive |= 1 << i
    while alive:
        peeled = 0
        rest = alive
        while rest:
            low = rest & -rest
            if not a[low.bit_length() - 1] & alive:
                peeled |= low
            rest ^= low
        if not peeled:
            return False
        alive ^= peeled
    return True


def is_irreflexive(a: Rows) -> bool:
    """Whether no event is related to itself."""
    return not any(row >> i & 1 for i, row in enumerate(a))


def find_cycle(a: Rows) -> list[int]:
    """One shortest cycle of the relation as a list of events, first not repeated; empty if there is none."""
    best: list[int] = []
    for start in range(len(a)):
        path = _shortest_path(a, start, start)
        if path and (not best or len(path) < len(best)):
            best = path
    return best


def _shortest_path(a: Rows, start: int, goal: int) -> list[int]:
    """Events on a shortest non-empty path from ``start`` to ``goal``, without the goal; breadth first."""
    parent: dict[int, int] = {}
    frontier = [start]
    while frontier:
        following = []
        for event in frontier:
            for succ in bits(a[event]):
                if succ == goal:
                    return _unwind(parent, event, start)
                if succ not in parent:
                    parent[succ] = event
                    following.append(succ)
        frontier = following
    return []


def _unwind(parent: dict[int, int], event: int, start: int) -> list[int]:
    path = [event]
    while event != start:
        event = parent[event]
        path.append(event)
    return path[::-1]


def pairs(a: Rows) -> Iterator[tuple[int, int]]:
    """Yield the related pairs in rising order."""
    for i, row in enumerate(a):
        for j in bits(row):
            yield i, j
