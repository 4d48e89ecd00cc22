"""Reachability in any directed graph: the analysis over the lattice of two points, not reached and reached."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import TypeVar

from mtelint.flow.dataflow.engine import Analysis, Worklist, solve

Place = TypeVar("Place", bound=Hashable)
Successors = Callable[[Place], Iterable[Place]]


class Reachability(Analysis[Place, int | None, int]):
    """Which nodes are reached, and in how many steps from a start.

    Taken breadth first, so that the first arrival is by a shortest way and none after it brings anything new.
    """

    def __init__(self, successors: Successors[Place]) -> None:
        self._successors = successors

    def bottom(self, place: Place) -> int | None:
        """Not reached."""
        return None

    def arrive(self, place: Place, known: int | None, arriving: int) -> tuple[int, int] | None:
        """New where the node was not reached before."""
        return (arriving, arriving) if known is None else None

    def transfer(self, place: Place, flow: int) -> Iterable[tuple[Place, int]]:
        """On to all successors."""
        return [(target, flow + 1) for target in self._successors(place)]


def reachable(starts: Iterable[Place], successors: Successors[Place]) -> Mapping[Place, int | None]:
    """The nodes that are reached from the starts, themselves among them, each with the steps that it takes.

    In the order in which they are reached.
    """
    return solve(Reachability(successors), [(start, 0) for start in starts])


def reaches(starts: Iterable[Place], goals: Collection[Place], successors: Successors[Place]) -> bool:
    """Whether one of the goals is reached; the search ends at the first."""
    search = Worklist(Reachability(successors))
    for start in starts:
        search.start(start, 0)
    return not search.run(lambda place, steps: place not in goals)
