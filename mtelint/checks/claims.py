"""Rules on the claim and on what must follow a write: MTE005, MTE012, MTE013, MTE014, MTE015, MTE019."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Defect, Setting
from mtelint.flow.domain.events import Site
from mtelint.flow.domain.page_state import Claim, Flag, PageState, Tags
from mtelint.flow.program.analysis import Analysis
from mtelint.flow.transfer.context import ExitRecord
from mtelint.model import Confidence, Era, Severity, WriteHow


def tags_without_flag(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE005: the whole page was written and an exit is reached without the flag, or user tags go unflagged."""
    if common.callers_duty(analysis, setting) or common.is_helper(analysis, setting):
        return
    for end in common.exits_of(analysis):
        write = end.state.write
        if write is None or end.state.tags is not Tags.WHOLE or end.state.flag is Flag.SET:
            continue
        if (end.state.fresh and end.state.put is not None) or _folio_answers(analysis, end.state.parent):
            continue
        published = common.sets_page(analysis, end.page, end.state.words, write)
        if not published and not common.is_protocol(analysis, setting):
            continue
        if common.judged_elsewhere(analysis, end.page) and analysis.name in setting.finished_by_callers:
            continue
        confidence = Confidence.LOW if end.state.escaped or _unseen_start(analysis, end) else Confidence.HIGH
        yield Defect(
            "MTE005", write.site, f"the tags of `{write.words}` are written and its flag is not set on this path",
            write.words, end.trace, confidence, write, symbols=(end.page,),
        )  # fmt: skip
    yield from _user_tags(analysis, setting)


def _folio_answers(analysis: Analysis, folio: str) -> bool:
    """The flag that stands for this page is the folio's, and the function minds that one."""
    found = common.records(analysis, "set", "claim")
    name = folio.replace("'", "")  # whichever generation of the variable
    return bool(folio) and any(r.event.page.replace("'", "") == name and r.event.domain == "hugetlb" for r in found)


def _unseen_start(analysis: Analysis, end: ExitRecord) -> bool:
    return analysis.open_entry and end.state.flag is Flag.UNKNOWN


def _user_tags(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """A copy from the user into a page whose flag nobody tests or sets."""
    touched = {r.event.page for r in common.records(analysis, "test", "set", "claim", "wait") if not r.event.warned}
    warned = {r.event.page for r in common.records(analysis, "test") if r.event.warned}
    for record in common.records(analysis, "write"):
        event = record.event
        if event.domain == "hugetlb" or event.how is not WriteHow.USER or event.page in touched:
            continue
        if event.inner is not None or event.misused:
            continue
        if common.judged_elsewhere(analysis, event.page) or record.before.flag is Flag.SET:
            continue
        confidence = common.absence(analysis, setting, record.before, event.page)
        yield Defect(
            "MTE005", event.site, f"tags are copied into `{event.words}`, whose flag is neither tested nor set",
            event.words, record.trace, confidence, event,
            Severity.NOTE if event.page in warned else None, (event.page,),
        )  # fmt: skip


def wrong_page(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE012: tested, written and flagged page differ, or a ``struct page *`` is used as an address."""
    del setting
    for record in common.records(analysis, "write", "read"):
        event = record.event
        if event.misused and event.inner is None:
            yield Defect(
                "MTE012", event.site, f"`{event.words}` is a struct page pointer, not the address of its memory",
                event.words, record.trace, Confidence.HIGH, event, symbols=(event.page,),
            )  # fmt: skip
    for end in common.exits_of(analysis):
        write = end.state.write
        if write is None or write.inner is not None or write.misused or end.wild:
            continue
        other = _mistaken(end)
        if other is None:
            continue
        confidence = Confidence.LOW if analysis.open_entry or end.state.escaped or other[1].escaped else Confidence.HIGH
        yield Defect(
            "MTE012", write.site,
            f"the tags of `{write.words}` are written, but {_what(other[1])} `{other[1].words}`",
            write.words, end.trace, confidence, write, symbols=(end.page, other[0]),
        )  # fmt: skip


def _what(other: PageState) -> str:
    return "the flag is set on" if other.set is not None else "the claim was taken on"


def _mistaken(end: ExitRecord) -> tuple[str, PageState] | None:
    """The page that got the flag, or the claim, which the written page should have had."""
    page = end.state
    for symbol, other in end.others:
        if other.write is not None or other.cover or page.parent == symbol or other.parent == end.page:
            continue
        if page.flag is not Flag.SET and other.set is not None and other.set.inner is None:
            return symbol, other
        unclaimed = page.set is not None and page.claim is Claim.NONE and not page.seen_test
        if unclaimed and other.claim is Claim.HELD and other.set is None and not page.parent:
            return symbol, other
    return None


def claim_not_released(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE013: after a true claim some path leaves without the flag, or the claim is taken twice."""
    if common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "claim"):
        again = record.before.claim is Claim.HELD and record.before.flag is not Flag.SET
        if again and not record.event.atomic and record.before.claim_site != record.event.site:
            yield Defect(
                "MTE013", record.event.site, f"`{record.event.words}` is claimed twice: it waits for itself",
                record.event.words, record.trace, Confidence.HIGH, record.event, symbols=(record.event.page,),
            )  # fmt: skip
    for end in common.exits_of(analysis):
        site, page = end.state.claim_site, end.state
        if site is None or page.claim not in (Claim.HELD, Claim.OPEN) or page.flag is Flag.SET:
            continue
        confidence = _unreleased(analysis, end)
        if confidence is not None and not (page.fresh and page.put is not None):
            yield _kept(site, end, confidence)


def _kept(site: Site, end: ExitRecord, confidence: Confidence) -> Defect:
    words = end.state.words
    return Defect(
        "MTE013", site, f"the claim on `{words}` is taken and its flag is not set on this path: others wait for ever",
        words, end.trace, confidence, symbols=(end.page,),
    )  # fmt: skip


def _unreleased(analysis: Analysis, end: ExitRecord) -> Confidence | None:
    """How sure it is that nobody sets the flag later; None where the caller may do it by contract."""
    own_set = any(
        r.event.page == end.page and (r.event.inner is None or not end.state.claim_inner)
        for r in common.records(analysis, "set")
    )
    if common.judged_elsewhere(analysis, end.page) and not own_set:
        return None
    if own_set:
        return Confidence.MEDIUM if end.state.escaped else Confidence.HIGH
    if end.state.escaped:
        return Confidence.LOW
    if common.of_parameter(analysis, end.page) and analysis.callers:
        return None
    handed_over = end.state.write is None and end.value is not None and common.of_parameter(analysis, end.page)
    return None if handed_over else Confidence.MEDIUM


def claim_ignored(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE014: the claim failed or was not looked at, and the first write after it is a clear or a restore."""
    del setting
    for record in common.records(analysis, "write"):
        page, event = record.before, record.event
        if page.claim not in (Claim.LOST, Claim.OPEN) or page.first_write is not None or page.fresh:
            continue
        if record.wild or event.misused or page.claim_site is None:
            continue
        if page.claim_inner and (page.claim is Claim.LOST or page.claim_warned):
            continue
        if event.how not in (WriteHow.CLEAR, WriteHow.RESTORE):
            continue
        why = "failed" if page.claim is Claim.LOST else "was not looked at"
        yield Defect(
            "MTE014", page.claim_site,
            f"the claim on `{event.words}` {why}, and its tags, which may be in use, are overwritten",
            event.words, record.trace, _overwritten(page, event.page), event,
            Severity.WARNING if page.claim_warned else None, (event.page,),
        )  # fmt: skip


def _overwritten(page: PageState, symbol: str) -> Confidence:
    """How sure it is that the lost claim leads here: who won which element of an array may be kept elsewhere."""
    if page.claim is Claim.LOST and "[" in symbol:
        return Confidence.LOW
    return Confidence.MEDIUM if page.claim_warned else Confidence.HIGH


def set_without_claim(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE015: since the claim exists, the flag is set for a page that was neither claimed nor new."""
    if not setting.claims or setting.era in (Era.A, Era.B) or common.is_helper(analysis, setting):
        return
    claimed = {r.event.page for r in common.records(analysis, "claim")}
    named = {r.event.words for r in common.records(analysis, "claim")}
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if common.known_set(page) or page.claim is not Claim.NONE or page.fresh:
            continue
        if event.inner is not None and not common.left_to_callers(event, analysis):
            continue
        if page.tags is Tags.UNTOUCHED and page.cover != "all":
            continue
        if page.test_locks or (page.flag is Flag.CLEAR and page.known_by == "test"):
            continue
        if common.judged_elsewhere(analysis, event.page):
            continue
        confidence = common.absence(analysis, setting, page, event.page)
        if event.page in claimed and confidence is Confidence.MEDIUM:
            confidence = Confidence.HIGH
        if event.page not in claimed and event.words in named:
            confidence = Confidence.LOW  # another loop may have claimed the pages of the same name
        yield Defect(
            "MTE015", event.place, f"the flag of `{event.words}` is set, but the page was not claimed before its tags",
            event.words, record.trace, confidence, event, symbols=(event.page,),
        )  # fmt: skip


def fault_under_claim(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE019: a user access that may fault while the claim is held."""
    del setting
    for record in common.records(analysis, "fault"):
        site = record.before.claim_site
        if site is not None and not record.before.claim_inner:
            yield Defect(
                "MTE019", site, f"a user access may fault while the claim on `{record.event.words}` is held",
                record.event.words, record.trace, Confidence.MEDIUM, record.event, Severity.NOTE,
                (record.event.page,),
            )  # fmt: skip
