"""Loops over the pages of a folio: were all of them written, or only some."""

from msgspec.structs import replace

from mtelint.flow.cfg.graph import Edge
from mtelint.flow.dataflow.natural_loops import NaturalLoops
from mtelint.flow.domain.knowledge import Claim, Cover
from mtelint.flow.domain.path_state import PathState, Turn
from mtelint.flow.domain.values import ValueKind
from mtelint.flow.paths.relevance import Relevance
from mtelint.model import Extent


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
