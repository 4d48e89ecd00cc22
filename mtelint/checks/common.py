"""What a check sees and what it says."""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain import conversions
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.symbols import ZERO_PAGE, Symbol
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import ExitRecord, Record
from mtelint.model import Confidence, EffectKind, Era, FunctionEntry, Severity, Vocabulary


class Setting(Struct, frozen=True):
    """What holds for all functions under review.

    ``claims`` and ``huge`` tell that the claim helpers and the hugetlb helpers exist in the code under review: rules
    that ask for them need that evidence.  ``fragments`` tells that callers may be out of sight.
    """

    era: Era
    vocabulary: Vocabulary
    claims: bool
    huge: bool
    fragments: bool = False
    finished_by_callers: frozenset[str] = frozenset()
    """Functions whose callers set the flag of the page that they hand in."""
    handed_on: frozenset[tuple[str, Site]] = frozenset()
    """Events that callers in sight see, each by the callee that it comes out of and by its place."""
    judged: frozenset[int] = frozenset()
    """The units of which findings are shown."""


def entry_of(analysis: FunctionResults, setting: Setting) -> FunctionEntry | None:
    """The vocabulary's word on the function under review."""
    return setting.vocabulary.functions.get(analysis.name)


def is_helper(analysis: FunctionResults, setting: Setting) -> bool:
    """The function is one of the kernel's own helpers around the flag."""
    entry = entry_of(analysis, setting)
    return entry is not None and entry.helper


def callers_duty(analysis: FunctionResults, setting: Setting) -> bool:
    """The protocol is kept by the callers by contract (hibernation)."""
    entry = entry_of(analysis, setting)
    return entry is not None and entry.callers_duty


def is_protocol(analysis: FunctionResults, setting: Setting) -> bool:
    """By contract the function runs the whole protocol, which binds even where the body is seen."""
    entry = entry_of(analysis, setting)
    return entry is not None and entry.protocol


def of_parameter(analysis: FunctionResults, symbol: Symbol | None) -> bool:
    """Whether the page is one that a caller hands in."""
    parameters = tuple(p.name for p in analysis.function.params)
    return symbol is not None and conversions.parameter_of(symbol, parameters) is not None


def judged_elsewhere(analysis: FunctionResults, symbol: Symbol | None) -> bool:
    """All callers are in sight and the page is theirs: what is missing here may stand there."""
    return analysis.deferred and of_parameter(analysis, symbol)


def finished_by_callers(analyses: Sequence[FunctionResults]) -> frozenset[str]:
    """The functions whose callers in sight set, by themselves or through another call, the flag of a page they got."""
    found = set()
    for analysis in analyses:
        setters = {(r.event.page, r.event.callee) for r in records(analysis, "set")}
        for record in analysis.records:
            callee = record.event.callee
            if record.event.inner is not None and any(p == record.event.page and c != callee for p, c in setters):
                found.add(callee)
    return frozenset(found)


def handed_on(analyses: Sequence[FunctionResults]) -> frozenset[tuple[str, Site]]:
    """The events on pages of parameters that callers in sight see, for :class:`Setting`."""
    seen = (r.event for a in analyses for r in a.records if r.event.inner is not None)
    return frozenset((e.callee, e.inner) for e in seen if e.inner is not None)


def asked_of_callers(analysis: FunctionResults, event: Event, setting: Setting) -> bool:
    """Whether what must stand before the event may stand in callers, which are in sight and are judged for it."""
    if judged_elsewhere(analysis, event.page):
        return True
    called = bool(analysis.callers) and (analysis.name, event.place) in setting.handed_on
    return called and of_parameter(analysis, event.page)


def left_to_callers(event: Event, analysis: FunctionResults) -> bool:
    """A callee left the question to its callers, of which this is one."""
    return event.inner is not None and event.inner.function != analysis.name


def told_at(event: Event, setting: Setting) -> Site:
    """Where a defect of an event is told: in the callee it comes out of, or at the call where that is not shown."""
    return event.place if event.place.unit in setting.judged else event.site


def by_caller(event: Event, analysis: FunctionResults) -> str:
    """The words that name the caller that leaves a duty undone, for the end of a message."""
    return f"; reached from {analysis.name}()" if event.inner is not None and analysis.name else ""


def absence(analysis: FunctionResults, setting: Setting, page: PageState, symbol: Symbol | None) -> Confidence:
    """How sure it is that something did *not* happen before."""
    if analysis.open_entry or page.unseen.escaped:
        return Confidence.LOW
    if not of_parameter(analysis, symbol):
        return Confidence.HIGH
    if analysis.static and setting.fragments and not analysis.callers:
        return Confidence.LOW
    return Confidence.MEDIUM


def known_set(page: PageState) -> bool:
    """The flag is known set by more than a warning."""
    return page.known.is_set


def raw_severity(setting: Setting) -> Severity | None:
    """In era A raw operations are the only API."""
    return Severity.NOTE if setting.era is Era.A else None


def records(analysis: FunctionResults, *kinds: str) -> Iterator[Record]:
    """The records of the given event kinds."""
    return (r for r in analysis.records if r.event.kind in kinds)


def sets_page(analysis: FunctionResults, symbol: Symbol | None, words: str, write: Event) -> bool:
    """Whether some path of the function sets the flag of the page, other than in the call that does ``write``."""
    found = [r.event for r in records(analysis, "set") if r.event.page == symbol or r.event.words == words]
    found += [r.event for r in records(analysis, "claim") if r.event.atomic and r.event.page == symbol]
    return any(not same_call(write, event) for event in found)


def pages(page: Symbol | None) -> tuple[Symbol, ...]:
    """The page that a defect is about, where it is about one."""
    return (page,) if page is not None else ()


def same_call(first: Event | None, second: Event) -> bool:
    """Both events come out of one call: the callee's own review has them."""
    return first is not None and first.inner is not None and second.inner is not None and first.site == second.site


def event_at(trace: Trace | None, site: Site, page: Symbol | None, *kinds: EffectKind) -> Event | None:
    """The last event of the kinds on the page that stands at a site of this function."""
    found = [i for i in (trace.forwards() if trace else ()) if isinstance(i, Event) and i.kind in kinds]
    return next((e for e in reversed(found) if e.site == site and e.page == page), None)


def told_of(defect: Defect, event: Event | None) -> Defect:
    """The defect with where its event comes from, so that callers do not tell it again."""
    if event is None:
        return defect
    return replace(defect, root=event.place, through=event.callee if event.inner is not None else "")


def exits_of(analysis: FunctionResults) -> Iterator[ExitRecord]:
    """The ends of pages' paths, the zero page's left out: it is cleared and unflagged on purpose."""
    return (e for e in analysis.exits if e.page != ZERO_PAGE)
