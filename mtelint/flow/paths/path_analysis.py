"""The path-sensitive analysis of one function: a powerset of path states at each node.

Its lattice at a node is the sets of path states, ordered by inclusion; the join is the union, and the transfer function
works on each state by itself (:mod:`mtelint.flow.paths.node_transfer`), so that the analysis is distributive and each
state goes through each node once.  Two states are one where they agree on all that is tracked (``PathState.key``) and
that may still be asked for (:mod:`mtelint.flow.paths.relevance`).  Each state keeps the trace by which it came first,
so that a witness path is at hand; of what agrees later, the trace is dropped.

**Widening.**  A function has 2^n paths through n conditions that are told apart.  Once there are ``Limits.states``
states at a node, conditions are dropped from any other that comes there: what differs in decided conditions alone is
one state from there on, and a condition that was decided may come out both ways again.  That adds paths and takes none
away.  What is kept are pages, variables and locks.

**Convergence.**  What is left after widening is finite but for symbols: variables hold texts, and those that are
assigned in a loop hold the number of the node, of which two generations are told apart, and a text that grows beyond a
bound is cut to its number.  That bound is a high one.  So ``Limits.steps`` is what is relied on: past it the function
is given up, named as skipped, and found neither right nor wrong.
"""

from collections.abc import Callable, Iterator

from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.dataflow.engine import Analysis, Worklist
from mtelint.flow.dataflow.natural_loops import NaturalLoops
from mtelint.flow.domain.path_state import PathState, StateKey
from mtelint.flow.domain.premises import Premises, rests_on_less
from mtelint.flow.paths.node_transfer import NodeTransfer
from mtelint.flow.paths.page_loops import EmptyLoops, cross
from mtelint.flow.paths.relevance import Relevance, relevance
from mtelint.flow.transfer.calls import CallHandler
from mtelint.flow.transfer.context import Context, Recorder
from mtelint.flow.transfer.evaluate import Evaluator
from mtelint.model.limits import limits

Known = dict[StateKey, tuple[Premises, ...]]
"""The states at a node, each with the sets of premises under which a path comes there."""
_CARRIED_PER_STEP = 16
"""Pages, and likewise variables, memory and decided conditions, that a step carries along at the price of one step."""

Watcher = Callable[[Cfg, int, PathState], None]
"""Is shown each state that is new at a node, to be looked at and left as it is."""


class PathAnalysis(Analysis[int, Known, PathState]):
    """A powerset of path states at each node; what flows is one state."""

    distributive = True

    def __init__(self, transfer: NodeTransfer, relevant: Relevance, watch: Watcher | None = None) -> None:
        self._transfer = transfer
        self._relevance = relevant
        self._heads = transfer.loops.heads
        self._watch = watch
        self._empty = EmptyLoops(transfer.loops, transfer.context, relevant.events)

    def bottom(self, place: int) -> Known:
        """No path leads here."""
        return {}

    def arrive(self, place: int, known: Known, arriving: PathState) -> tuple[Known, PathState] | None:
        """The union, widened: past the cap a state arrives without its decided conditions."""
        full = len(known) >= limits().states
        arriving.project(self._relevance.live[place], frozenset() if full else self._transfer.context.contract)
        if full:
            arriving.facts = {}
        key = arriving.key()
        rests_on = known.get(key, ())
        if rests_on and not rests_on_less(arriving.premises, rests_on):
            return None
        known[key] = (*rests_on, arriving.premises)
        if self._watch is not None:
            self._watch(self._transfer.cfg, place, arriving)
        return known, arriving

    def transfer(self, place: int, flow: PathState) -> Iterator[tuple[int, PathState]]:
        """One state through one node, and on past all that bears on no page."""
        heads = self._heads
        for edge, after in self._transfer(self._transfer.cfg.nodes[place], flow):
            if edge.source in heads or edge.target in heads:
                cross(edge, after, self._transfer.loops, self._relevance)
            target = self._relevance.targets[edge.target]
            if edge.source in heads or target in heads:
                self._empty.cross(edge, after, target)
            yield target, after

    def rank(self, place: int) -> int:
        """Reverse postorder: states that can merge have come before the node is left."""
        return place


class Solver:
    """Runs the analysis of one graph to its fixpoint, or to its limit.

    ``limit_hit`` tells that it was the limit; ``steps`` are the transfers so far, those of a state that knows much
    counted more than once; ``ends`` tells where the paths that were followed return, and where they leave what is in
    sight.
    """

    __slots__ = ("_entry", "_worklist", "ends", "limit_hit", "steps")

    def __init__(
        self, cfg: Cfg, context: Context, recorder: Recorder, handler: CallHandler, versions: int = 0,
        watch: Watcher | None = None, *, steps: int = 0,
    ) -> None:  # fmt: skip
        self.limit_hit = False
        self.steps = steps
        loops = NaturalLoops(cfg)
        relevant = relevance(cfg, context, handler, loops.heads)
        evaluator = Evaluator(context, recorder, handler)
        self.ends = NodeTransfer(cfg, context, recorder, evaluator, relevant.conditions, loops, versions)
        self._entry = relevant.targets[cfg.entry]
        self._worklist = Worklist(PathAnalysis(self.ends, relevant, watch))

    def run(self, entry: PathState) -> None:
        """Explore all paths from the entry; results are in the recorder and in ``ends``."""
        self._worklist.start(self._entry, entry)
        most = self.steps + limits().steps

        def spend(place: int, work: PathState) -> bool:
            known = len(work.env) + len(work.memory) + len(work.facts)
            self.steps += 1 + len(work.pages) // _CARRIED_PER_STEP + known // _CARRIED_PER_STEP
            return self.steps <= most

        if not self._worklist.run(spend):
            self.limit_hit = True
