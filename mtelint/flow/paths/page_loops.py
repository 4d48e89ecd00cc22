"""Loops over the pages of a folio: were all of them written, or only some."""

from mtelint.flow.cfg.graph import Edge
from mtelint.flow.dataflow.natural_loops import NaturalLoops
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.page_state import Claim
from mtelint.flow.domain.path_state import Work
from mtelint.flow.domain.values import ValueKind
from mtelint.flow.paths.relevance import Relevance
from mtelint.model import Extent
from mtelint.records import replace


def cross(edge: Edge, work: Work, loops: NaturalLoops, relevance: Relevance) -> None:
    """The path takes an edge at a head: a turn ends, or the loop does, and folios learn whether all was written."""
    source = edge.source
    if edge.back:
        _end_turn(work)
        _note(work, edge.target, "turned")
    elif edge.label is False and source in loops.heads:
        covers = loops.covers(source, relevance.conditions[source] or "") and (source, "late") not in work.loops
        if loops.turns_at(source):
            _end_turn(work)
        elif covers and (source, "turned") not in work.loops and loops.body(source) & relevance.events:
            _no_turn(work)
        _end_loop(work, covers)
        work.loops = frozenset(item for item in work.loops if item[0] != source)
    if not edge.back and loops.body(edge.target) and _begins_late(edge.target, work, loops):
        _note(work, edge.target, "late")


def _note(work: Work, head: int, what: str) -> None:
    if any(page.claim_huge for page in work.pages.values()):
        work.loops |= {(head, what)}


def _begins_late(head: int, work: Work, loops: NaturalLoops) -> bool:
    """``i = 1`` passes by the head page."""
    starts = [work.env[name] for name in loops.counters(head) if name in work.env]
    return any(v.kind is ValueKind.CONST and v.ref.isdigit() and v.ref != "0" for v in starts)


def _same_page(now: Event | None, before: Event | None) -> bool:
    """Both turns wrote one and the same page: nothing in its symbol changes from turn to turn."""
    if now is None or before is None or now.domain == "hugetlb" or now.extent is not Extent.WHOLE:
        return False
    return now.page == before.page and "@" not in now.page


def _end_turn(work: Work) -> None:
    """One turn is over: each folio learns whether a page of it was written in this turn, and another than before."""
    for symbol, page in work.pages.items():
        if _same_page(page.cover_write, page.cover_turn):
            work.pages[symbol] = replace(page, cover="some", cover_turn=page.cover_write, cover_write=None)
        elif page.cover_write is not None and page.cover in ("", "every"):
            work.pages[symbol] = replace(page, cover="every", cover_turn=page.cover_write, cover_write=None)
        elif page.cover == "every" and page.cover_write is None:
            work.pages[symbol] = replace(page, cover="some")


def _no_turn(work: Work) -> None:
    """A loop over the pages of a claimed folio made no turn; a folio has at least one page, so this path is none."""
    for symbol, page in work.pages.items():
        if page.claim_huge and page.claim is not Claim.LOST and not page.cover:
            work.pages[symbol] = replace(page, cover="all")


def _end_loop(work: Work, covers: bool) -> None:
    """The loop is over by its condition; ``covers`` tells that this takes a turn for each page."""
    for symbol, page in work.pages.items():
        if page.cover == "every":
            work.pages[symbol] = replace(page, cover="all" if covers else "some")
            if covers and page.write is not None:
                work.push(replace(page.write, extent=Extent.WHOLE))
