"""Rules on the order of flag and tags: MTE002, MTE003, MTE004, MTE006."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Defect, Setting
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.page_state import Claim, Tags
from mtelint.flow.program.analysis import Analysis
from mtelint.flow.transfer.context import ExitRecord, Record
from mtelint.model import Confidence


def flag_before_tags(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE002: the flag becomes set, and the tags are written after."""
    del setting
    for record in common.records(analysis, "write"):
        pending = record.before.pending
        if pending is None or common.same_call(pending, record.event):
            continue
        yield Defect(
            "MTE002", pending.site, f"the flag of `{pending.words}` is set before its tags are written",
            pending.words, record.trace, Confidence.LOW if record.before.pending_doubtful else Confidence.HIGH,
            record.event, symbols=(pending.page,), root=pending.place,
        )  # fmt: skip


def flag_without_tags(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE003: the flag is set and no tags of the page were written at all."""
    later = {r.before.pending for r in common.records(analysis, "write") if r.before.pending is not None}
    wrapper = not any(r.event.kind in ("write", "read", "test", "claim") for r in analysis.records)
    for end in common.exits_of(analysis):
        pending = end.state.pending
        if pending is not None and pending.inner is not None and not _deferred(pending, analysis):
            continue
        if pending is None or end.state.tags is not Tags.UNTOUCHED or end.wild:
            continue
        if end.state.cover or end.state.cover_write or _elsewhere(analysis, setting, pending, end.page, wrapper):
            continue
        confidence = _unwritten(analysis, setting, end)
        yield Defect(
            "MTE003", pending.site if pending in later or not _deferred(pending, analysis) else pending.place,
            f"the flag of `{pending.words}` is set, but its tags are not written on this path",
            pending.words, end.trace, confidence, pending, symbols=(end.page,), root=pending.place,
        )  # fmt: skip


def _unwritten(analysis: Analysis, setting: Setting, end: ExitRecord) -> Confidence:
    """How sure it is that nothing wrote the tags before: a test or a claim in sight is where writing would begin."""
    page = end.state
    if page.tags_escaped or page.escaped:
        return Confidence.LOW
    if not page.seen_test:
        return common.absence(analysis, setting, page, end.page)
    return Confidence.MEDIUM if analysis.open_entry or page.half_seen else Confidence.HIGH


def _deferred(event: Event, analysis: Analysis) -> bool:
    return event.inner is not None and event.inner.path == analysis.path


def _elsewhere(analysis: Analysis, setting: Setting, pending: Event, page: str, wrapper: bool) -> bool:
    """The tags may be written by a caller, or the callee that sets the flag is reviewed by itself."""
    if common.is_helper(analysis, setting) or common.judged_elsewhere(analysis, page):
        return True
    return wrapper and common.of_parameter(analysis, page) and not common.is_protocol(analysis, setting)


def partial_tags_flagged(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE004: the flag is set where only a part of the page or of the folio was written."""
    del setting
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if common.known_set(page) or page.cover == "all":
            continue
        if event.domain == "hugetlb" and (page.cover or page.cover_write):
            yield _partial(record, "only some pages of the folio")
        elif page.tags is Tags.PART and event.domain == "page":
            yield _partial(record, "only a part of the page")


def _partial(record: Record, part: str) -> Defect:
    event = record.event
    message = f"the flag of `{event.words}` is set where the tags of {part} may have been written"
    confidence = Confidence.LOW if record.before.tags_escaped else Confidence.HIGH
    return Defect("MTE004", event.site, message, event.words, record.trace, confidence, event, symbols=(event.page,))


def flag_after_release(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE006: the reference or the lock is given up, or the PTE is set, between the write and the set."""
    del setting
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if page.write is None or common.known_set(page):
            continue
        released = page.put or page.published or (page.unlocked if page.claim is Claim.NONE else None)
        if released is None or common.same_call(released, event):
            continue
        what = {"put": "the reference to the page is dropped", "publish": "the PTE is installed"}.get(
            released.kind.value, "the lock is released"
        )
        yield Defect(
            "MTE006", event.site, f"{what} before the flag of `{event.words}` is set",
            event.words, record.trace, Confidence.HIGH, event, symbols=(event.page,),
        )  # fmt: skip
