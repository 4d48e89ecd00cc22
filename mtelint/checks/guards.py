"""Rules on tests and guards: MTE007, MTE008, MTE011, MTE016, MTE017."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Defect, Setting
from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.domain.page_state import Claim, Flag, Tags, Zero
from mtelint.flow.program.analysis import Analysis
from mtelint.flow.transfer.context import Record
from mtelint.model import Confidence, Severity, WriteHow

_INITIALISES = (WriteHow.CLEAR, WriteHow.ZERO_CLEAR, WriteHow.RESTORE)


def tags_read_untested(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE007: tags are read where no test of the page's flag is known to have been true."""
    if common.callers_duty(analysis, setting):
        return
    for record in common.records(analysis, "read"):
        page, event = record.before, record.event
        if (
            common.known_set(page)
            or page.tags is not Tags.UNTOUCHED
            or event.page == conversions.ZERO_PAGE
            or record.wild
        ):
            continue
        if event.misused or common.judged_elsewhere(analysis, event.page):
            continue
        if event.inner is not None and not common.left_to_callers(event, analysis):
            continue
        warned = page.known_by == "warn"
        message = f"the tags of `{event.words}` are read where its flag was not found set"
        if warned:
            message = f"the tags of `{event.words}` are read though the test of its flag only feeds a warning"
        confidence = Confidence.LOW if event.guessed else common.absence(analysis, setting, page, event.page)
        if page.seen_test and confidence is Confidence.MEDIUM:
            confidence = Confidence.HIGH
        yield Defect(
            "MTE007", event.place, message, event.words, record.trace, confidence, event,
            Severity.NOTE if warned else None, (event.page,),
        )  # fmt: skip


def inverted_guard(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE008: tags are initialised only where the flag is known to be set."""
    del setting
    guarded: dict[tuple[str, Site], Record] = {}
    for record in common.records(analysis, "write"):
        guard = _guard(record) if record.event.how in _INITIALISES else None
        if guard is not None:
            guarded.setdefault((record.event.page, guard), record)
    for (page, guard), record in guarded.items():
        if _other_side_writes(analysis, page, guard) or not _clear_side(analysis, page, guard):
            continue
        # Below the end of a hunk the other outcome may have its write.
        confidence = Confidence.HIGH if analysis.function.tail else Confidence.MEDIUM
        yield Defect(
            "MTE008", guard,
            f"the tags of `{record.event.words}` are written only if its flag is already set, so never for a page "
            "that needs it", record.event.words, record.trace, confidence, record.event, symbols=(page,),
        )  # fmt: skip


def _guard(record: Record) -> Site | None:
    """The test or the lost claim that lets this write happen only on a flagged page."""
    page = record.before
    if page.flag is not Flag.SET or page.pending is not None or page.set is not None or page.write is not None:
        return None
    if page.known_by == "test" and not page.test_inner:
        return page.test
    if page.known_by == "claim" and page.claim is Claim.LOST and not page.claim_inner and not page.claim_warned:
        return page.claim_site
    if page.known_by == "testset":
        return page.test
    return None


def _other_side_writes(analysis: Analysis, page: str, guard: Site) -> bool:
    """The outcome that needs the tags gets them, or what is written is not an initialisation."""
    return any(
        r.event.page == page
        and guard in (r.before.test, r.before.claim_site)
        and (r.event.how not in _INITIALISES or r.before.flag is not Flag.SET)
        for r in common.records(analysis, "write")
    )


def _clear_side(analysis: Analysis, page: str, guard: Site) -> bool:
    """The outcome that needs the tags is there, and nothing is written on it."""
    return any(
        r.event.page == page and r.event.site == guard and r.event.outcome is not None
        for r in common.records(analysis, "test", "claim")
    )


def check_then_init(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE011: the flag is tested clear, the tags are written, the flag is set, and nothing excludes a second CPU."""
    if common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if page.flag is not Flag.CLEAR or page.known_by != "test" or page.claim is not Claim.NONE or page.fresh:
            continue
        if (page.tags is Tags.UNTOUCHED and not page.cover) or page.test_locks or page.test is None:
            continue
        if event.inner is not None and page.test_inner and page.test == event.site:
            continue
        # What the page was handed to may have taken a claim; above a hunk there may be a lock.
        unsure = Confidence.MEDIUM if analysis.open_entry else Confidence.HIGH
        confidence = Confidence.LOW if page.escaped else unsure
        yield Defect(
            "MTE011", page.test,
            f"another CPU may initialise `{event.words}` between this test and the set of its flag",
            event.words, record.trace, confidence, event, symbols=(event.page,),
        )  # fmt: skip


def zero_page_flagged(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE016: the flag may be set on the zero page."""
    del setting
    for record in common.records(analysis, "set"):
        event = record.event
        if event.inner is not None or record.before.flag is Flag.SET:
            continue
        if event.page == conversions.ZERO_PAGE:
            yield _zero(event, "the flag is set on the zero page, which is never flagged", record.trace)
        elif record.before.zero in (Zero.MAYBE, Zero.YES):
            yield _zero(event, f"`{event.words}` comes from a guest fault and may be the zero page", record.trace)


def _zero(event: Event, message: str, trace: Trace | None) -> Defect:
    return Defect(
        "MTE016", event.site, message, event.words, trace, Confidence.MEDIUM, event, Severity.NOTE, (event.page,)
    )


def helper_domain(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE017: a page helper on a hugetlb folio, or the reverse, where the path has established which it is."""
    if not setting.huge or common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "test", "claim", "set"):
        event, huge = record.event, record.before.huge
        if event.raw or event.inner is not None or huge is None or huge == (event.domain == "hugetlb"):
            continue
        right = "the folio_*_hugetlb_* helpers on the head" if huge else "the page helpers"
        what = "is hugetlb" if huge else "is not hugetlb"
        yield Defect(
            "MTE017", event.site, f"the folio of `{event.words}` {what} on this path: use {right}",
            event.words, record.trace, Confidence.HIGH, event, symbols=(event.page,),
        )  # fmt: skip
