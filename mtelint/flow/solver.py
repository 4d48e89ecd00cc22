"""The path-sensitive solver: one worklist over (node, state), with limits that have names.

States at a node are one where they agree on all that is tracked; otherwise they stay apart up to ``Limits.states``,
past which decided conditions are dropped so that they merge.  Past ``Limits.steps`` the function is skipped.
Each state keeps the trace that led to it first, so that a witness path is at hand.
"""

import heapq
from collections.abc import Callable, Iterator, Set
from dataclasses import field

from mtelint.flow.calls import CallHandler
from mtelint.flow.cfg_terms import calls_of
from mtelint.flow.context import Context, Recorder, kind_of_type
from mtelint.flow.effects import is_global
from mtelint.flow.evaluate import Evaluator
from mtelint.flow.events import Decision, Event
from mtelint.flow.graph import ArmLabel, CaseLabel, Cfg, Edge, Node, NodeKind
from mtelint.flow.inert import Known, steps_over
from mtelint.flow.liveness import Live, deciding, killed, live_in, names_of, read_by
from mtelint.flow.loops import end_loop, end_turn, leaps, no_turn, stepped
from mtelint.flow.refine import assume, branch, spelled_condition
from mtelint.flow.state import StateKey, Work
from mtelint.flow.values import UNKNOWN, Value, ValueKind
from mtelint.model import EffectKind
from mtelint.model.limits import limits
from mtelint.records import dataclass
from mtelint.syntax import nodes

_PAGES_PER_STEP = 16
"""Pages that a step carries along at the price of one step."""

_SPIN_BODY = 4
"""Nodes that the body of a waiting loop may have."""

_WARNINGS = ("WARN", "VM_WARN", "pr_warn")
_EXCLUSIVE_GUARDS = ("mutex", "spinlock", "raw_spinlock", "write_lock", "rwsem_write", "spinlock_irq")


@dataclass(slots=True)
class Solver:
    """Runs one function to its fixpoint."""

    cfg: Cfg
    context: Context
    recorder: Recorder
    handler: CallHandler
    versions: int = 0
    """Added to a node's number to name what is assigned there; parts of one function have ranges of their own."""
    evaluator: Evaluator = field(init=False)
    limit_hit: bool = False
    returns: list[tuple[Work, Value | None]] = field(default_factory=list)
    leaving: list[Work] = field(default_factory=list)
    """The states that fall off the end of what is in sight."""
    _queue: list[tuple[int, int, Work]] = field(default_factory=list)
    _seen: list[set[StateKey]] = field(default_factory=list)
    _live: list[Live] = field(init=False)
    _named: tuple[frozenset[str], ...] = ()
    """The names that each node mentions."""
    _spelled: tuple[str | None, ...] = ()
    _loops: dict[int, frozenset[int]] = field(default_factory=dict)
    _counters: dict[int, frozenset[str | None]] = field(default_factory=dict)
    _event_nodes: frozenset[int] = frozenset()
    _spinning: frozenset[int] = frozenset()
    """The branches of loops that only wait."""
    _heads: frozenset[int] = frozenset()
    """The nodes at which a loop begins or is left."""
    _targets: tuple[int, ...] = ()
    """For each node the first one at or behind it at which something may change."""
    _decisions: dict[tuple[int, bool], Decision] = field(default_factory=dict)
    _pushed: int = 0
    steps: int = 0
    """Transfers so far, those of a state with many pages counted more than once."""

    def __post_init__(self) -> None:
        self.evaluator = Evaluator(self.context, self.recorder, self.handler)
        self._named = tuple(names_of(node.expr) for node in self.cfg.nodes)
        self._spelled = tuple(self._condition(node) for node in self.cfg.nodes)
        pointers = self._names(lambda spelled: spelled.rstrip().endswith(("*", "]")))
        reads = [read_by(node, self.handler.wanted, pointers) for node in self.cfg.nodes]
        pages = self._names(lambda spelled: kind_of_type(spelled) is not ValueKind.TERM)
        self._event_nodes = self._events()
        choices = deciding(self.cfg, self._event_nodes)
        self._live = live_in(self.cfg, self._spelled, reads, self._event_nodes, choices, pages)
        self._seen = [set() for _ in self.cfg.nodes]
        self._spinning = frozenset(n.index for n in self.cfg.nodes if n.kind is NodeKind.BRANCH and self._spins(n))
        self._heads = frozenset(n.index for n in self.cfg.nodes if self._is_loop_head(n))
        types = frozenset(self.context.types)
        known = Known(self._event_nodes, choices, self._live, self._heads, pages, types, self._named, reads)
        self._targets = steps_over(self.cfg, known)

    def run(self, entry: Work) -> None:
        """Explore all paths from the entry; results are in the recorder and in ``returns``."""
        self._push(self.cfg.entry, entry)
        most = self.steps + limits().steps
        while self._queue:
            index, _, work = heapq.heappop(self._queue)
            self.steps += 1 + len(work.pages) // _PAGES_PER_STEP
            if self.steps > most:
                self.limit_hit = True
                return
            self._step(self.cfg.nodes[index], work)

    def _events(self) -> frozenset[int]:
        """The nodes at which something may happen to a page."""
        words = self.context.words_that_matter
        guards = (NodeKind.ACQUIRE, NodeKind.RELEASE)
        addresses = self._addresses()
        return frozenset(
            n.index for n in self.cfg.nodes
            if n.kind in guards or not words.isdisjoint(self._named[n.index]) or self._hands_over(n, addresses)
        )  # fmt: skip

    def _hands_over(self, node: Node, addresses: Set[str]) -> bool:
        """An unknown function gets the memory of a page."""
        if node.expr is None or addresses.isdisjoint(self._named[node.index]):
            return False
        return any(
            call.name is not None and self.handler.escapes(call.name) and names_of(call.args) & addresses
            for call in calls_of(node.expr)
        )

    def _addresses(self) -> Set[str]:
        """The conversions between a page and its memory, and the variables that take their results."""
        conversions = self.context.vocabulary.conversions.keys()
        taken = {killed(node) for node in self.cfg.nodes if self._named[node.index] & conversions}
        return conversions | {name for name in taken if name is not None}

    def _names(self, fits: Callable[[str], bool]) -> frozenset[str]:
        """The variables whose declared type fits."""
        declared = {n.target: n.type or "" for n in self.cfg.nodes if n.kind is NodeKind.DECLARE and n.target}
        types = {**self.context.types, **declared}
        return frozenset(name for name, spelled in types.items() if fits(spelled))

    def _push(self, index: int, work: Work) -> None:
        index = self._targets[index]
        seen = self._seen[index]
        full = len(seen) >= limits().states
        work.forget(self._live[index], frozenset() if full else self.context.contract)
        if full:
            work.facts = {}
        key = work.key()
        if key not in seen:
            seen.add(key)
            self._pushed += 1
            heapq.heappush(self._queue, (index, self._pushed, work))

    def _step(self, node: Node, work: Work) -> None:
        self.recorder.node = node.index
        self.evaluator.node = node.index + self.versions
        self.evaluator.deciding = node.kind in (NodeKind.BRANCH, NodeKind.SWITCH)
        self.evaluator.spinning = node.index in self._spinning
        self.evaluator.warned = node.discarded and any(w.startswith(_WARNINGS) for w in node.wrappers)
        for edge, after in self._transfer(node, work):
            self._push(edge.target, self._turned(edge, after))

    # --- node kinds ---------------------------------------------------------------------------------------------------

    def _transfer(self, node: Node, work: Work) -> Iterator[tuple[Edge, Work]]:
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

    def _straight(self, node: Node, work: Work) -> Iterator[Work]:
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
                after.env["$return"] = value
            yield after

    def _branch(self, node: Node, work: Work) -> Iterator[tuple[Edge, Work]]:
        assert node.expr is not None
        spelled = self._spelled[node.index] or ""
        for after, value, about in branch(self.evaluator, node.expr, spelled, work):
            for edge in self.cfg.successors[node.index]:
                outcome = edge.label is True
                taken = assume(after, value, about, outcome, spelled)
                if taken is None:
                    continue
                taken = after.fork() if taken is after else taken
                if outcome and _is_unseen(node):
                    self.recorder.emit(taken, Event(EffectKind.CALL, self.context.site(node.span)))
                if value.kind is not ValueKind.CONST and not node.discarded:
                    taken.push(self._decision(node, outcome))
                yield edge, taken

    def _decision(self, node: Node, outcome: bool) -> Decision:
        key = node.index, outcome
        if key not in self._decisions:
            self._decisions[key] = Decision(self.context.site(node.span), outcome, self.context.text(node.span))
        return self._decisions[key]

    def _macro_loop(self, node: Node, work: Work) -> Iterator[tuple[Edge, Work]]:
        assert isinstance(node.expr, nodes.Call)
        for after, _ in self.evaluator.sequence(node.expr.args, work):
            for edge in self.cfg.successors[node.index]:
                taken = after.fork()
                cursor = next((a.id for a in node.expr.args if isinstance(a, nodes.Name)), None)
                if edge.label is True and cursor is not None:
                    self.evaluator.bind(taken, cursor, UNKNOWN)
                yield edge, taken

    def _switch(self, node: Node, work: Work) -> Iterator[tuple[Edge, Work]]:
        assert node.expr is not None
        edges = self.cfg.successors[node.index]
        for after, value, about in branch(self.evaluator, node.expr, "", work):
            cases = [self._case(edge, after) for edge in edges]
            matched = any(c is not None and c.kind is ValueKind.CONST and c.ref == value.ref for c in cases)
            for edge, case in zip(edges, cases, strict=True):
                taken = self._chosen(value, about, case, cases, matched, after.fork())
                if taken is not None:
                    yield edge, taken

    def _case(self, edge: Edge, work: Work) -> Value | None:
        """The value of a case; None for ``default`` and for a range."""
        label = edge.label
        if not isinstance(label, CaseLabel) or label.low is None:
            return None
        return UNKNOWN if label.high is not None else self.evaluator.evaluate(label.low, work.fork())[0][1]

    def _chosen(
        self,
        value: Value,
        about: tuple[str, ...],
        case: Value | None,
        cases: list[Value | None],
        matched: bool,
        work: Work,
    ) -> Work | None:
        """The state in which a switch on ``value`` takes ``case`` (None is the default), or None if it cannot."""
        if value.kind is ValueKind.CONST:
            if case is None:
                return None if matched else work
            return work if case.kind is not ValueKind.CONST or case.ref == value.ref else None
        known = [c.ref for c in cases if c is not None and c.kind is ValueKind.CONST]
        if case is None:
            truth = True if "0" in known else False if "1" in known and _is_truth(value, about) else None
        else:
            truth = case.ref != "0" if case.kind is ValueKind.CONST else None
        return work if truth is None else assume(work, value, about, truth, "")

    def _variant(self, node: Node, work: Work) -> Iterator[tuple[Edge, Work]]:
        edges = self.cfg.successors[node.index]
        for edge in edges:
            label = edge.label.condition if isinstance(edge.label, ArmLabel) else ""
            if label.startswith("!") and any(k == ("#if", label[1:]) and t for k, t in work.facts.items()):
                continue
            taken = work.fork()
            if label and not label.startswith("!"):
                if any(k == ("#if", f"!{label}") and t for k, t in work.facts.items()):
                    continue
                taken.facts["#if", label] = True
            yield edge, taken

    def _guard(self, node: Node, work: Work) -> None:
        kind = EffectKind.ACQUIRE if node.kind is NodeKind.ACQUIRE else EffectKind.RELEASE
        if not isinstance(node.expr, nodes.Call) or not node.expr.args:
            return
        for after, value in self.evaluator.evaluate(node.expr.args[0], work.fork())[:1]:
            name = value.ref
            exclusive = (node.target or "").startswith(_EXCLUSIVE_GUARDS) and is_global(name)
            self.recorder.emit(work, Event(kind, self.context.site(node.span), lock=name, exclusive=exclusive))
            del after

    def _exit(self, work: Work) -> None:
        value = work.env.get("$return")
        for symbol, state in work.pages.items():
            self.recorder.retire(work, symbol, state, returns=True, value=value)
        self.returns.append((work, value))

    # --- loops over the pages of a folio ------------------------------------------------------------------------------

    def _turned(self, edge: Edge, work: Work) -> Work:
        """A turn of a loop ends, or the loop does: the folio learns whether all of its pages were written."""
        if not (edge.back or edge.source in self._heads or edge.target in self._heads):
            return work
        source = self.cfg.nodes[edge.source]
        if edge.back:
            end_turn(work)
            self._note_loop(work, edge.target, "turned")
        elif edge.label is False and edge.source in self._heads:
            covers = self._covers(source) and (source.index, "late") not in work.loops
            if any(e.back for e in self.cfg.successors[source.index]):
                end_turn(work)  # the question stands at the end of the turn
            elif covers and (source.index, "turned") not in work.loops and self._loop(source) & self._event_nodes:
                no_turn(work)
            end_loop(work, covers)
            work.loops = frozenset(item for item in work.loops if item[0] != source.index)
        if not edge.back and self._loop(self.cfg.nodes[edge.target]) and self._begins_late(edge.target, work):
            self._note_loop(work, edge.target, "late")
        return work

    def _note_loop(self, work: Work, head: int, what: str) -> None:
        if any(page.claim_huge for page in work.pages.values()):
            work.loops |= {(head, what)}

    def _begins_late(self, head: int, work: Work) -> bool:
        """``i = 1`` passes by the head page."""
        starts = [work.env[name] for name in self._counters_of(head) if name in work.env]
        return any(v.kind is ValueKind.CONST and v.ref.isdigit() and v.ref != "0" for v in starts)

    def _counters_of(self, head: int) -> frozenset[str | None]:
        """The variables that the loop of a head steps on and its condition reads."""
        if head not in self._counters:
            inside = self._loop(self.cfg.nodes[head])
            steps = frozenset(stepped(self.cfg.nodes[index].expr) for index in inside)
            self._counters[head] = steps & names_of(self.cfg.nodes[head].expr)
        return self._counters[head]

    def _loop(self, head: Node) -> frozenset[int]:
        """The natural loop of a head: the nodes from which a back edge leads to it, without the head itself."""
        if head.index not in self._loops:
            stack = [e.source for e in self.cfg.predecessors[head.index] if e.back]
            seen: set[int] = set()
            while stack:
                index = stack.pop()
                if index not in seen and index != head.index:
                    seen.add(index)
                    stack.extend(e.source for e in self.cfg.predecessors[index])
            self._loops[head.index] = frozenset(seen)
        return self._loops[head.index]

    def _is_loop_head(self, node: Node) -> bool:
        heads = any(e.back for e in self.cfg.predecessors[node.index])
        return heads or any(e.back for e in self.cfg.successors[node.index])

    def _spins(self, node: Node) -> bool:
        """Whether an edge leads straight back here: the loop only waits."""
        return any(self._leads_back(edge.target, node.index) for edge in self.cfg.successors[node.index])

    def _leads_back(self, index: int, goal: int) -> bool:
        for _ in range(_SPIN_BODY):
            if index == goal:
                return True
            edges = self.cfg.successors[index]
            if len(edges) != 1:
                return False
            index = edges[0].target
        return index == goal

    def _covers(self, node: Node) -> bool:
        """Whether a counted loop runs over all pages, as far as it can be seen: by its bound and its step."""
        text = "".join((self._spelled[node.index] or "").split()).replace("->", ".").replace("--", "")
        text = text.replace(">>PAGE_SHIFT", "")
        if any(op in text for op in ("-", "/", ">>")):
            return False
        names = names_of(node.expr)
        return not any(leaps(self.cfg.nodes[index].expr, names) for index in self._loop(node))

    def _condition(self, node: Node) -> str | None:
        if node.kind is NodeKind.VARIANT:
            return "#if"
        if node.kind is not NodeKind.BRANCH:
            return None
        return spelled_condition(node.expr, self.context.text(node.span))


def _is_truth(value: Value, about: tuple[str, ...]) -> bool:
    """Whether the value is 0 or 1 and nothing else."""
    return about[0] != "truth" or value.kind in (ValueKind.ZERO, ValueKind.HUGE) or value.ref.startswith("!")


def _is_unseen(node: Node) -> bool:
    """The condition of a block that opens above the hunk: what stands before in that block is out of sight."""
    return isinstance(node.expr, nodes.Opaque) and node.span.start == node.span.end == 0


def _discarded(node: Node) -> tuple[nodes.Expr, bool]:
    """The expression without a cast to void, and whether anybody looks at its value."""
    expr = node.expr
    assert expr is not None
    if isinstance(expr, nodes.Cast) and expr.type.strip() == "void":
        return expr.operand, False
    return expr, node.kind is not NodeKind.EVAL or not isinstance(expr, nodes.Call)
