"""Loops over the pages of a folio: were all of them written, or only some; and loops that a path leaves without a turn.

A path that passes by a loop takes for granted that the loop can have nothing to do.  It often cannot: a folio has
pages, a size has been checked by a caller.  Where the function itself asks for that case, it is no premise.
"""

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.flow.cfg.graph import Edge, Node, NodeKind
from mtelint.flow.dataflow.liveness import names_of
from mtelint.flow.dataflow.natural_loops import NaturalLoops
from mtelint.flow.domain.knowledge import Claim, Cover
from mtelint.flow.domain.path_state import PathState, Turn
from mtelint.flow.domain.premises import Premise
from mtelint.flow.domain.values import ValueKind
from mtelint.flow.paths.relevance import Relevance
from mtelint.flow.transfer.context import Context
from mtelint.model import Extent, PremiseKind
from mtelint.syntax import c_tree

_ORDERED = ("<", ">", "<=", ">=", "!=")
_FEW = ("0", "1")
"""What a bound is compared with where somebody thinks of a loop without a turn."""


def cross(edge: Edge, work: PathState, loops: NaturalLoops, relevance: Relevance) -> None:
    """The path takes an edge at a head: a turn ends, or the loop does, and folios learn whether all was written."""
    source = edge.source
    if edge.back:
        _end_turn(work)
        _note(work, edge.target, Turn.TURNED)
    elif edge.label is False and source in loops.heads:
        covers = loops.covers(source, relevance.conditions[source] or "") and (source, Turn.LATE) not in work.loops
        if loops.turns_at(source):
            _end_turn(work)
        elif covers and (source, Turn.TURNED) not in work.loops and loops.body(source) & relevance.events:
            _no_turn(work)
        _end_loop(work, covers)
        work.loops = frozenset(item for item in work.loops if item[0] != source)
    if not edge.back and loops.body(edge.target) and _begins_late(edge.target, work, loops):
        _note(work, edge.target, Turn.LATE)


def _note(work: PathState, head: int, what: Turn) -> None:
    if any(page.claim.huge for page in work.pages.values()):
        work.loops |= {(head, what)}


def _begins_late(head: int, work: PathState, loops: NaturalLoops) -> bool:
    """``i = 1`` passes by the head page."""
    starts = [work.env[name] for name in loops.counters(head) if name in work.env]
    return any(v.kind is ValueKind.CONST and v.ref.text.isdigit() and not v.is_zero for v in starts)


def _end_turn(work: PathState) -> None:
    """One turn is over: each folio learns whether a page of it was written in this turn, and another than before."""
    for symbol, page in work.pages.items():
        if page.folio.is_touched:
            work.pages[symbol] = replace(page, folio=page.folio.turned())


def _no_turn(work: PathState) -> None:
    """A loop over the pages of a claimed folio made no turn; a folio has at least one page, so this path is none."""
    for symbol, page in work.pages.items():
        if page.claim.huge and page.claim.state is not Claim.LOST and page.folio.cover is Cover.NONE:
            work.pages[symbol] = replace(page, folio=replace(page.folio, cover=Cover.ALL))


def _end_loop(work: PathState, covers: bool) -> None:
    """The loop is over by its condition; ``covers`` tells that this takes a turn for each page."""
    for symbol, page in work.pages.items():
        if page.folio.cover is Cover.EVERY:
            work.pages[symbol] = replace(page, folio=page.folio.left(covers))
            if covers and page.tags.last is not None:
                work.push(replace(page.tags.last, extent=Extent.WHOLE))


# --- loops without a turn ---------------------------------------------------------------------------------------------


class EmptyLoops(Struct):
    """The loops of one graph that can be passed by, each with its premise, by the index of the head."""

    loops: NaturalLoops
    context: Context
    events: frozenset[int]
    """The nodes at which something may happen to a page: a loop without any is of no account."""
    _premises: dict[int, Premise | None] = field(default_factory=dict)

    def cross(self, edge: Edge, work: PathState, target: int) -> None:
        """The path takes an edge that leads on to ``target``: it comes to a loop, or makes a turn."""
        if edge.source in self.loops.heads and edge.target in self._within(edge.source):
            premise = self._premise(edge.source)
            if premise is not None:
                work.drop(premise)
        if target in self.loops.heads and edge.source not in self._within(target):
            premise = self._premise(target)
            if premise is not None:
                work.take(premise)

    def _within(self, head: int) -> frozenset[int]:
        return self.loops.body(head) | {head}

    def _premise(self, head: int) -> Premise | None:
        if head not in self._premises:
            self._premises[head] = self._found(head)
        return self._premises[head]

    def _found(self, head: int) -> Premise | None:
        node, body = self.loops.cfg.nodes[head], self.loops.body(head)
        successors = self.loops.cfg.successors[head]
        leaves = any(edge.target not in body and edge.target != head for edge in successors)
        if node.kind not in (NodeKind.BRANCH, NodeKind.LOOP) or not leaves or not body & self.events:
            return None
        if self._turns_first(head) or self._is_thought_of(head, node):
            return None
        return Premise(PremiseKind.NO_TURN, self.context.site(node.span), self._words(node))

    def _turns_first(self, head: int) -> bool:
        """The loop asks at its end: ``do``."""
        return any(
            back.back and any(e.target not in self._within(head) for e in self.loops.cfg.successors[back.source])
            for back in self.loops.cfg.predecessors[head]
        )

    def _is_thought_of(self, head: int, node: Node) -> bool:
        """Whether the function asks elsewhere whether there is anything to do."""
        bound = self._bound(head, node)
        return any(
            other.kind is NodeKind.BRANCH and other.index not in self._within(head)
            and _asks_for_nothing(other.expr, bound, listed=node.kind is NodeKind.LOOP)
            for other in self.loops.cfg.nodes
        )  # fmt: skip

    def _bound(self, head: int, node: Node) -> frozenset[str]:
        """The names that decide how many turns there are."""
        if node.kind is NodeKind.LOOP and isinstance(node.expr, c_tree.Call):
            return names_of(*node.expr.args[1:])  # the first one is what the macro sets
        found = names_of(node.expr)
        counted = found - self.loops.counters(head)
        return frozenset(counted or found)

    def _words(self, node: Node) -> str:
        match node.expr:
            case c_tree.Binary(op="<", right=right):
                return f"`{self.context.text(right.span)}` is 0"
            case c_tree.Name(id=name):
                return f"`{name}` is 0"
            case c_tree.Call(function=c_tree.Name(id=name)) if node.kind is NodeKind.LOOP:
                return f"{name}() has nothing to go through"
            case _:
                return f"the loop over `{self.context.text(node.span)}` makes no turn"


def _asks_for_nothing(expr: c_tree.Expr | None, bound: frozenset[str], *, listed: bool) -> bool:
    """``if (!nr)``, ``if (nr > 0)``; of a list, ``if (list_empty(parts))``."""
    match expr:
        case c_tree.Name(id=name):
            return name in bound and not listed
        case c_tree.Unary(op="!", operand=operand):
            return _asks_for_nothing(operand, bound, listed=listed)
        case c_tree.Binary(op=op, left=c_tree.Name(id=name), right=c_tree.Literal(text=text)):
            return name in bound and text.rstrip("uUlL") in _FEW and (op == "==" or op in _ORDERED)
        case c_tree.Call(args=args) if listed:
            return bool(names_of(*args) & bound)
        case _:
            return False
