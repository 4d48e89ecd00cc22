"""MTE012: tested, written and flagged page differ, or a ``struct page *`` is used as an address."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Evidence, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Claim, Cover, Flag
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.symbols import Symbol, head_page
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import ExitRecord
from mtelint.model import Confidence
from mtelint.model.rules import Modelling, Pages, PathEnd, RepairKind


def wrong_page(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """Tested, written and flagged page differ, or a ``struct page *`` is used as an address."""
    del setting
    for record in common.records(analysis, "write", "read"):
        event = record.event
        if event.misused and event.inner is None:
            yield Defect(
                "MTE012", event.site, f"`{event.words}` is a struct page pointer, not the address of its memory",
                event.words, record.trace, Confidence.HIGH, event, symbols=common.pages(event.page),
                premises=record.premises,
            )  # fmt: skip
    for end in common.exits_of(analysis):
        write = end.state.tags.last
        if write is None or write.inner is not None or write.misused or end.wild:
            continue
        other = _mistaken(end)
        if other is None:
            continue
        confidence = (
            Confidence.LOW
            if analysis.open_entry or end.state.unseen.escaped or other[1].unseen.escaped
            else Confidence.HIGH
        )
        yield Defect(
            "MTE012", write.site,
            f"the tags of `{write.words}` are written, but {_what(other[1])} `{other[1].words}`",
            write.words, end.trace, confidence, write, symbols=(end.page, other[0]), premises=end.premises,
        )  # fmt: skip


def _what(other: PageState) -> str:
    return "the flag is set on" if other.set.event is not None else "the claim was taken on"


def _mistaken(end: ExitRecord) -> tuple[Symbol, PageState] | None:
    """The page that got the flag, or the claim, which the written page should have had."""
    page = end.state
    if any(symbol == head_page(end.page) and other.known.flag is Flag.SET for symbol, other in end.others):
        return None  # the written page is a folio, and its flag is that of its head
    for symbol, other in end.others:
        if (
            other.tags.last is not None
            or other.claim.state is Claim.LOST  # it is another CPU's, and written there
            or other.folio.cover is not Cover.NONE
            or page.folio.parent == symbol
            or other.folio.parent == end.page
        ):
            continue
        if page.known.flag is not Flag.SET and other.set.event is not None and other.set.event.inner is None:
            return symbol, other
        unclaimed = page.set.event is not None and page.claim.state is Claim.NONE and not page.known.asked
        if unclaimed and other.claim.state is Claim.HELD and other.set.event is None and page.folio.parent is None:
            return symbol, other
    return None


RULE = Rule(
    "MTE012",
    check=wrong_page,
    evidence=Evidence.EVENTS,
    modelling=Modelling(end=PathEnd.EXIT, pages=Pages.MISTAKEN),
    repairs=(RepairKind.ADDRESS_OF_PAGE,),
)
