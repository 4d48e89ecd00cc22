"""The transfer function of the path-sensitive analysis: one path state through one node, by the kind of the node.

A node evaluates an expression (:mod:`mtelint.flow.transfer.evaluate`); a choice gives each of its edges the states in
which it is taken, of which none is lost: what cannot be decided goes both ways.  What happens on the way goes to the
recorder, where rules find it.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from mtelint.flow.cfg.graph import NEGATED, ArmLabel, CaseLabel, Cfg, Edge, Node, NodeKind
from mtelint.flow.dataflow.natural_loops import NaturalLoops
from mtelint.flow.domain.events import Decision, Event
from mtelint.flow.domain.path_state import RETURNED, Fact, PathState
from mtelint.flow.domain.premises import LINE, Premise
from mtelint.flow.domain.values import UNKNOWN, Value, ValueKind
from mtelint.flow.transfer.context import Context, Recorder
from mtelint.flow.transfer.effects import is_global
from mtelint.flow.transfer.evaluate import Evaluator
from mtelint.flow.transfer.name_patterns import matches
from mtelint.flow.transfer.refine import assume, branch, choose, take_arm
from mtelint.model import EffectKind, PremiseKind
from mtelint.syntax import c_tree


class NodeTransfer(Struct):
    """The transfer function over the nodes of one graph, and the ends of the paths that it has seen."""

    cfg: Cfg
    context: Context
    recorder: Recorder
    evaluator: Evaluator
    conditions: Sequence[str | None]
    """The condition of a node as it is compared, None where it has none."""
    loops: NaturalLoops
    versions: int = 0
    """Added to a node's number to name what is assigned there; parts of one function have ranges of their own."""
    returns: list[tuple[PathState, Value | None]] = field(default_factory=list)
    leaving: list[PathState] = field(default_factory=list)
    """The states that fall off the end of what is in sight."""
    _decisions: dict[tuple[int, bool], Decision] = field(default_factory=dict)

    def __call__(self, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        """The states in which the path goes on, each with the edge that it takes; ``work`` is used up."""
        self.recorder.node = node.index
        self.evaluator.node = node.index + self.versions
        self.evaluator.deciding = node.kind in (NodeKind.BRANCH, NodeKind.SWITCH)
        self.evaluator.spinning = node.index in self.loops.spinning
        self.evaluator.warned = self._complaint(node) is not None
        return self._transfer(node, work)

    # --- node kinds ---------------------------------------------------------------------------------------------------

    def _transfer(self, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        edges = self.cfg.successors[node.index]
        match node.kind:
            case NodeKind.EVAL | NodeKind.DECLARE | NodeKind.RETURN:
                for after in self._straight(node, work):
                    for edge in edges:
                        yield edge, after if len(edges) == 1 else after.fork()
            case NodeKind.BRANCH:
                yield from self._branch(node, work)
            case NodeKind.LOOP:
                yield from self._macro_loop(node, work)
            case NodeKind.SWITCH:
                yield from self._switch(node, work)
            case NodeKind.VARIANT:
                yield from self._variant(node, work)
            case NodeKind.EXIT:
                self._exit(work)
            case NodeKind.LEAVES if node.span.start == node.span.end:
                self.leaving.append(work)
            case NodeKind.ACQUIRE | NodeKind.RELEASE:
                self._guard(node, work)
                for edge in edges:
                    yield edge, work.fork()
            case _:
                for edge in edges:
                    yield edge, work if len(edges) == 1 else work.fork()

    def _straight(self, node: Node, work: PathState) -> Iterator[PathState]:
        if node.kind is NodeKind.DECLARE:
            assert node.target is not None
            self.context.types[node.target] = node.type or ""
            if node.expr is None:
                self.evaluator.bind(work, node.target, UNKNOWN)
                yield work
                return
            for after, value in self.evaluator.evaluate(node.expr, work):
                self.evaluator.bind(after, node.target, value)
                yield after
            return
        if node.expr is None:
            yield work
            return
        expr, used = _discarded(node)
        for after, value in self.evaluator.evaluate(expr, work, used):
            if node.kind is NodeKind.RETURN:
                after.env[RETURNED] = value
            yield after

    def _branch(self, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        assert node.expr is not None
        spelled, complaint = self.conditions[node.index] or "", self._complaint(node)
        for after, value, about in branch(self.evaluator, node.expr, work):
            for edge in self.cfg.successors[node.index]:
                outcome = edge.label is True
                taken = assume(after, value, about, outcome, spelled)
                if taken is None:
                    continue
                taken = after.fork() if taken is after else taken
                if outcome and _is_unseen(node):
                    self.recorder.emit(taken, Event(EffectKind.CALL, self.context.site(node.span)))
                if complaint is not None and complaint.truth is outcome and _asked_of_flag(taken):
                    site = self.context.site(node.span)
                    taken.take(
                        Premise(PremiseKind.ASSERTION_FAILS, site, f"the {complaint.spelled} in line {LINE} fires")
                    )
                if value.kind is not ValueKind.CONST and not node.discarded:
                    taken.push(self._decision(node, outcome))
                yield edge, taken

    def _complaint(self, node: Node) -> Fact | None:
        """The wrapper that complains of the condition of a node, and the truth of which; the kernel goes on then."""
        words, wrappers = self.context.vocabulary, node.wrappers if node.discarded else ()
        for index, name in enumerate(wrappers):
            as_it_is, negated = matches(name, words.warnings), matches(name, words.warn_where_false)
            if as_it_is or negated:
                turned = wrappers[index + 1 :].count(NEGATED) % 2 == 1
                return Fact(as_it_is is not turned, name)
        return None

    def _decision(self, node: Node, outcome: bool) -> Decision:
        key = node.index, outcome
        if key not in self._decisions:
            self._decisions[key] = Decision(self.context.site(node.span), outcome, self.context.text(node.span))
        return self._decisions[key]

    def _macro_loop(self, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        args = node.expr.args if isinstance(node.expr, c_tree.Call) else ()  # a wait that is given up is a loop, too
        for after, _ in self.evaluator.sequence(args, work):
            for edge in self.cfg.successors[node.index]:
                taken = after.fork()
                cursor = next((a.id for a in args if isinstance(a, c_tree.Name)), None)
                if edge.label is True and cursor is not None:
                    self.evaluator.bind(taken, cursor, UNKNOWN)
                yield edge, taken

    def _switch(self, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        assert node.expr is not None
        edges = self.cfg.successors[node.index]
        for after, value, about in branch(self.evaluator, node.expr, work):
            cases = [self._case(edge, after) for edge in edges]
            for edge, case in zip(edges, cases, strict=True):
                taken = choose(after.fork(), value, about, case, cases)
                if taken is not None:
                    yield edge, taken

    def _case(self, edge: Edge, work: PathState) -> Value | None:
        """The value of a case; None for ``default`` and for a range."""
        label = edge.label
        if not isinstance(label, CaseLabel) or label.low is None:
            return None
        return UNKNOWN if label.high is not None else self.evaluator.evaluate(label.low, work.fork())[0][1]

    def _variant(self, node: Node, work: PathState) -> Iterator[tuple[Edge, PathState]]:
        for edge in self.cfg.successors[node.index]:
            condition = edge.label.condition if isinstance(edge.label, ArmLabel) else ""
            taken = take_arm(work, condition)
            if taken is not None:
                yield edge, taken

    def _guard(self, node: Node, work: PathState) -> None:
        kind = EffectKind.ACQUIRE if node.kind is NodeKind.ACQUIRE else EffectKind.RELEASE
        if not isinstance(node.expr, c_tree.Call) or not node.expr.args:
            return
        for after, value in self.evaluator.evaluate(node.expr.args[0], work.fork())[:1]:
            guards = self.context.vocabulary.exclusive_guards
            exclusive = matches(node.target or "", guards) and is_global(value.ref)
            self.recorder.emit(
                work, Event(kind, self.context.site(node.span), lock=value.ref.text, exclusive=exclusive)
            )
            del after

    def _exit(self, work: PathState) -> None:
        value = work.env.get(RETURNED)
        for symbol, state in work.pages.items():
            self.recorder.retire(work, symbol, state, returns=True, value=value)
        self.returns.append((work, value))


def _asked_of_flag(state: PathState) -> bool:
    """Whether what an assertion asked of was the flag, or the claim, of a page."""
    last = state.trace.item if state.trace is not None else None
    return isinstance(last, Event) and last.warned


def _is_unseen(node: Node) -> bool:
    """The condition of a block that opens above the hunk: what stands before in that block is out of sight."""
    return isinstance(node.expr, c_tree.Opaque) and node.span.start == node.span.end == 0


def _discarded(node: Node) -> tuple[c_tree.Expr, bool]:
    """The expression without a cast to void, and whether anybody looks at its value."""
    expr = node.expr
    assert expr is not None
    if isinstance(expr, c_tree.Cast) and expr.type.strip() == "void":
        return expr.operand, False
    return expr, node.kind is not NodeKind.EVAL or not isinstance(expr, c_tree.Call)
