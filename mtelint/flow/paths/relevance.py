"""What of a graph bears on a page, found before the graph is solved.

Which nodes are events, which variables and conditions a path may still ask for, which nodes can be stepped over: what
Weiser (1981) calls relevant.  Apart from the solver, because nothing here depends on a state: it is found once for each
graph, and tells the solver what to forget and where to go on, so that states merge.
"""

from collections.abc import Callable, Mapping, Sequence, Set

from msgspec import Struct

from mtelint.flow.cfg.graph import Cfg, Node, NodeKind
from mtelint.flow.cfg.terms import calls_of
from mtelint.flow.dataflow.liveness import Live, deciding, killed, live_in, names_of, read_by
from mtelint.flow.dataflow.slicing import Known, steps_over
from mtelint.flow.domain.values import ValueKind
from mtelint.flow.transfer.calls import CallHandler
from mtelint.flow.transfer.context import Context, kind_of_type
from mtelint.flow.transfer.refine import spelled_condition

_GUARDS = (NodeKind.ACQUIRE, NodeKind.RELEASE)


class Relevance(Struct, frozen=True):
    """What bears on a page, for each node of a graph by its index."""

    conditions: Sequence[str | None]
    """The condition of a node as it is compared, None where it has none."""
    events: frozenset[int]
    """The nodes at which something may happen to a page."""
    live: Sequence[Live]
    targets: Sequence[int]
    """The first node at or behind each at which something may change."""


def relevance(cfg: Cfg, context: Context, handler: CallHandler, heads: Set[int]) -> Relevance:
    """What bears on a page in a graph; ``heads`` are the nodes at which a loop begins or is left."""
    named = tuple(names_of(node.expr) for node in cfg.nodes)
    conditions = tuple(_condition(node, context) for node in cfg.nodes)
    types = _types(cfg, context)
    pointers = _names(types, lambda spelled: spelled.rstrip().endswith(("*", "]")))
    reads = [read_by(node, handler.wanted, pointers) for node in cfg.nodes]
    pages = _names(types, lambda spelled: kind_of_type(spelled, context.vocabulary) is not ValueKind.TERM)
    events = _events(cfg, named, context, handler)
    choices = deciding(cfg, events)
    live = live_in(cfg, conditions, reads, events, choices, pages)
    known = Known(events, choices, live, heads, pages, frozenset(context.types), named, reads)
    return Relevance(conditions, events, live, steps_over(cfg, known))


def _condition(node: Node, context: Context) -> str | None:
    if node.kind is NodeKind.VARIANT:
        return "#if"
    if node.kind is not NodeKind.BRANCH:
        return None
    return spelled_condition(node.expr, context.text(node.span))


def _types(cfg: Cfg, context: Context) -> Mapping[str, str]:
    """The declared types of the variables, those of the graph before those from elsewhere."""
    declared = {n.target: n.type or "" for n in cfg.nodes if n.kind is NodeKind.DECLARE and n.target}
    return {**context.types, **declared}


def _names(types: Mapping[str, str], fits: Callable[[str], bool]) -> frozenset[str]:
    """The variables whose declared type fits."""
    return frozenset(name for name, spelled in types.items() if fits(spelled))


def _events(cfg: Cfg, named: Sequence[Set[str]], context: Context, handler: CallHandler) -> frozenset[int]:
    words = context.words_that_matter
    addresses = _addresses(cfg, named, context)
    return frozenset(
        n.index for n in cfg.nodes
        if n.kind in _GUARDS or not words.isdisjoint(named[n.index])
        or (not addresses.isdisjoint(named[n.index]) and _hands_over(n, addresses, handler))
    )  # fmt: skip


def _addresses(cfg: Cfg, named: Sequence[Set[str]], context: Context) -> Set[str]:
    """The conversions between a page and its memory, and the variables that take their results."""
    conversions = context.vocabulary.conversions.keys()
    taken = {killed(node) for node in cfg.nodes if named[node.index] & conversions}
    return conversions | {name for name in taken if name is not None}


def _hands_over(node: Node, addresses: Set[str], handler: CallHandler) -> bool:
    """An unknown function gets the memory of a page."""
    return node.expr is not None and any(
        call.name is not None and handler.escapes(call.name) and names_of(*call.args) & addresses
        for call in calls_of(node.expr)
    )
