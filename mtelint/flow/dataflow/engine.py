"""One worklist for every fixpoint over a graph: an analysis says what is known and what a node makes of it.

The framework is the usual one (Kildall 1973; its vocabulary as in rustc's ``rustc_mir_dataflow``): each node has a
state out of a join semilattice, states flow along the edges, a node's transfer function is applied to what has flown
to it, and where states meet they are joined.  A graph is whatever has nodes that can be hashed: the statements of a
function, the functions of a program, the variables of a slice.

**Difference propagation** (Fecht and Seidl 1998).  What arrives at a node is taken into its state, and only what is new
there flows on.  For most analyses that is the whole state; for one that is ``distributive``, such as a set of paths, it
is what arrived, by itself, and each piece goes through the transfer function once.

**Order.**  Of the nodes that wait, the one with the lowest ``rank`` is next, and of equal ranks the one that waited
longest.  With reverse postorder as rank a forward analysis sees a node after all that lead to it but for back edges;
where all ranks are equal, nodes are taken breadth first.

**Convergence.**  A state changes by joins alone, so that it only ever rises.  Where every chain of rising states is
finite, each node is taken from the worklist as often as its state can rise, no oftener, and the fixpoint is the least
one above what the analysis began with, in whatever order nodes are taken, if its transfer function is monotone.  An
analysis whose lattice is too tall for that widens in :meth:`Analysis.arrive`.  Since a mistake in either shows as a
run without an end, a run has a bound on its steps: :func:`solve` raises :class:`Diverges` there, and
:meth:`Worklist.run` tells whoever counts steps with a limit of his own.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from enum import Enum
from heapq import heappop, heappush
from typing import Generic, TypeVar

from msgspec import Struct

from mtelint.flow.cfg.graph import Cfg

Place = TypeVar("Place", bound=Hashable)
"""A node of the graph."""
State = TypeVar("State")
"""What is known at a node."""
Flow = TypeVar("Flow")
"""What flows along an edge: a state, or a piece of one."""

STEPS_PER_PLACE = 1_000
"""Steps that :func:`solve` takes for each node that it has met.  No lattice here is nearly as tall: names of one
function, nodes of one graph, and those rise many at a time."""


class Diverges(AssertionError):
    """An analysis that reaches no fixpoint: its lattice is too tall, or its transfer function is not monotone."""


class Analysis(Generic[Place, State, Flow]):
    """A dataflow problem: what is known at first, what happens where states meet, and what a node makes of a state."""

    distributive = False
    """What is new flows on by itself, and not together with what was known before."""

    def bottom(self, place: Place) -> State:
        """The state of a node that nothing has flown to yet."""
        raise NotImplementedError

    def arrive(self, place: Place, known: State, arriving: Flow) -> tuple[State, Flow] | None:
        """The join of what is known with what arrives, and what flows on because of it; None where nothing is new."""
        raise NotImplementedError

    def transfer(self, place: Place, flow: Flow) -> Iterable[tuple[Place, Flow]]:
        """What the node makes of ``flow``, for each edge that leaves it in the direction of the analysis."""
        raise NotImplementedError

    def rank(self, place: Place) -> int:
        """Which of the waiting nodes is next: the one of the lowest rank."""
        return 0


class Worklist(Generic[Place, State, Flow]):
    """An analysis on its way to the fixpoint.

    ``states`` are those of the nodes that something has flown to, in the order in which it did first.
    """

    def __init__(self, analysis: Analysis[Place, State, Flow]) -> None:
        self.analysis = analysis
        self.states: dict[Place, State] = {}
        self._queue: list[tuple[int, int, Place, Flow]] = []
        self._waiting: dict[Place, Flow] = {}
        """Of an analysis that is not distributive: the newest state of each node in the queue."""
        self._arrivals = 0

    def start(self, place: Place, flow: Flow) -> None:
        """Let something be known at a node from outside: an entry state, the start of a search."""
        analysis, states = self.analysis, self.states
        known = states[place] if place in states else analysis.bottom(place)
        new = analysis.arrive(place, known, flow)
        if new is None and place in states:
            return
        states[place], onward = new or (known, flow)  # whatever it brings, the first arrival is taken up
        if not analysis.distributive:
            waits = place in self._waiting
            self._waiting[place] = onward
            if waits:
                return
        self._arrivals += 1
        heappush(self._queue, (analysis.rank(place), self._arrivals, place, onward))

    def run(self, spend: Callable[[Place, Flow], bool]) -> bool:
        """Propagate until nothing is new; False where ``spend``, which is asked before each step, refused one.

        A run that was cut short goes on where it stood, less the step that was refused.
        """
        queue, analysis, arrive = self._queue, self.analysis, self.start
        while queue:
            _, _, place, flow = heappop(queue)
            if not analysis.distributive:
                flow = self._waiting.pop(place)
            if not spend(place, flow):
                return False
            for target, onward in analysis.transfer(place, flow):
                arrive(target, onward)
        return True


def solve(
    analysis: Analysis[Place, State, Flow], starts: Iterable[tuple[Place, Flow]], most: int = STEPS_PER_PLACE
) -> Mapping[Place, State]:
    """The least fixpoint above what is known at the starts: the state of each node that something flows to.

    ``most`` bounds the steps, for each node met.  Raises :class:`Diverges` past it.
    """
    worklist = Worklist(analysis)
    for place, flow in starts:
        worklist.start(place, flow)
    steps = 0

    def spend(place: Place, flow: Flow) -> bool:
        nonlocal steps
        steps += 1
        return steps <= most * len(worklist.states)

    if not worklist.run(spend):
        raise Diverges(f"{type(analysis).__name__}: no fixpoint after {steps} steps at {len(worklist.states)} nodes")
    return worklist.states


class Direction(Enum):
    """Whether states flow with control or against it."""

    FORWARD = "forward"
    BACKWARD = "backward"


class CfgAnalysis(Analysis[int, State, State]):
    """An analysis over the nodes of a control-flow graph, each with one effect whichever edge is taken."""

    direction = Direction.FORWARD

    def __init__(self, cfg: Cfg) -> None:
        self.cfg = cfg
        self._sign = 1 if self.direction is Direction.FORWARD else -1
        if self.direction is Direction.FORWARD:
            self._onward = [tuple([edge.target for edge in edges]) for edges in cfg.successors]
        else:
            self._onward = [tuple([edge.source for edge in edges]) for edges in cfg.predecessors]

    def join(self, one: State, other: State) -> State:
        """The least state above both."""
        raise NotImplementedError

    def effect(self, index: int, state: State) -> State:
        """What the node makes of a state: the transfer function."""
        raise NotImplementedError

    def arrive(self, place: int, known: State, arriving: State) -> tuple[State, State] | None:
        """The join, where it is above what is known."""
        joined = self.join(known, arriving)
        return None if joined == known else (joined, joined)

    def transfer(self, place: int, flow: State) -> Iterable[tuple[int, State]]:
        """The effect, to all neighbours."""
        after = self.effect(place, flow)
        return [(target, after) for target in self._onward[place]]

    def rank(self, place: int) -> int:
        """Nodes are numbered in reverse postorder; a backward analysis takes the last one first."""
        return self._sign * place


class Cursor(Struct, Generic[State], frozen=True):
    """The states around each node once an analysis is solved, in the order of control whatever its direction."""

    analysis: CfgAnalysis[State]
    states: Mapping[int, State]

    def before(self, index: int) -> State:
        """What is known where control comes to the node."""
        forward = self.analysis.direction is Direction.FORWARD
        return self._arrived(index) if forward else self._left(index)

    def after(self, index: int) -> State:
        """What is known where control leaves the node."""
        forward = self.analysis.direction is Direction.FORWARD
        return self._left(index) if forward else self._arrived(index)

    def _arrived(self, index: int) -> State:
        return self.states[index] if index in self.states else self.analysis.bottom(index)

    def _left(self, index: int) -> State:
        """Nothing leaves a node that nothing has flown to."""
        found = index in self.states
        return self.analysis.effect(index, self.states[index]) if found else self.analysis.bottom(index)


def solved(analysis: CfgAnalysis[State], starts: Iterable[int]) -> Cursor[State]:
    """The fixpoint of an analysis of which nothing is known at first but that the ``starts`` are to be looked at."""
    return Cursor(analysis, solve(analysis, [(index, analysis.bottom(index)) for index in starts]))
