"""Rules on raw operations and barriers: MTE001, MTE009, MTE010."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Defect, Setting
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.values import truth_of
from mtelint.flow.program.analysis import Analysis
from mtelint.flow.transfer.context import ExitRecord, Record
from mtelint.model import BarrierKind, Confidence, EffectKind, Era, Severity

_WRITE_BARRIERS = (BarrierKind.WRITE, BarrierKind.FULL)
_READ_BARRIERS = (BarrierKind.READ, BarrierKind.FULL)


def raw_flag_op(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE001: a raw bit operation on the flag or the lock bit outside the helpers' own definitions."""
    if common.is_helper(analysis, setting) or analysis.path.endswith(setting.vocabulary.raw_is_right):
        return
    sure = Confidence.MEDIUM if analysis.open_entry else Confidence.HIGH  # the whole function may have a graver name
    for record in common.records(analysis, "test", "set", "clear", "claim"):
        event = record.event
        if event.raw and event.inner is None:
            yield Defect(
                "MTE001", event.site, f"a raw bit operation on the flags of `{event.words}` bypasses the helpers",
                event.words, record.trace, sure, event, _raw_severity(setting), (event.page,),
            )  # fmt: skip


def _raw_severity(setting: Setting) -> Severity | None:
    """In era A raw operations are the only API."""
    return Severity.NOTE if setting.era is Era.A else None


def missing_barrier(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE009: nothing orders the tags against a raw operation on the flag."""
    helper = common.is_helper(analysis, setting)
    for record in common.records(analysis, "set", "claim"):
        if _unordered_set(record, helper) and _misplaced(analysis, record) is None:
            message = f"no write barrier stands between the tags of `{record.event.words}` and the set of its flag"
            yield _missing(record.event.site, message, record.event, record, setting, helper)
    for record in common.records(analysis, "read"):
        site = record.before.test
        if _unordered_read(record) and site is not None and _misplaced_read(analysis, site) is None:
            message = f"no read barrier stands between this test and the read of the tags of `{record.event.words}`"
            yield _missing(site, message, record.event, record, setting, helper)
    for record in common.records(analysis, "publish"):
        before = record.before
        if before.set is not None and before.set.raw and not before.set_ordered:
            message = f"no barrier stands between the set of the flag of `{record.event.words}` and the PTE"
            yield _missing(before.set.site, message, record.event, record, setting, helper)
    yield from _unordered_ends(analysis, setting, helper)


def _unordered_ends(analysis: Analysis, setting: Setting, helper: bool) -> Iterator[Defect]:
    """A wait without acquire, and a helper that returns a true test without a read barrier."""
    for end in analysis.exits:
        page = end.state
        if page.read_ordered or page.test is None or page.test_inner:
            continue
        if page.known_by == "wait":
            message = f"this wait for the flag of `{page.words}` orders nothing: it needs acquire"
        elif _returns_unordered(end, helper):
            if _misplaced_read(analysis, page.test) is not None:
                continue
            message = f"no read barrier stands between this test and the return to a reader of `{page.words}`"
        else:
            continue
        yield Defect(
            "MTE009", page.test, message, page.words, end.trace, Confidence.HIGH,
            severity=_raw_severity(setting), symbols=(end.page,),
        )  # fmt: skip


def _returns_unordered(end: ExitRecord, helper: bool) -> bool:
    """A helper tells its caller that the flag is set, with nothing between the test and what the caller reads."""
    return bool(helper and end.state.known_by == "test" and end.returns and end.value and truth_of(end.value))


def _missing(site: Site, message: str, event: Event, record: Record, setting: Setting, helper: bool) -> Defect:
    severity = None if helper else _raw_severity(setting)
    return Defect("MTE009", site, message, event.words, record.trace, Confidence.HIGH, event, severity, (event.page,))


def _unordered_set(record: Record, helper: bool) -> bool:
    event, page = record.event, record.before
    if event.kind is EffectKind.CLAIM and not (event.atomic and event.outcome):
        return False
    if not event.raw or event.inner is not None or event.barrier in (BarrierKind.FULL, BarrierKind.RELEASE):
        return False
    if page.write is not None:
        return not page.write_ordered and not common.known_set(page)
    return helper and page.early_barrier is None


def _unordered_read(record: Record) -> bool:
    page = record.before
    return common.known_set(page) and page.test_raw and not page.read_ordered and page.known_by == "test"


def barrier_on_wrong_side(analysis: Analysis, setting: Setting) -> Iterator[Defect]:
    """MTE010: the barrier stands where it orders nothing useful."""
    helper = common.is_helper(analysis, setting)
    for record in common.records(analysis, "set", "claim"):
        site = _misplaced(analysis, record) if _unordered_set(record, helper) else None
        if site is not None:
            yield _wrong_side(site, "before the tags or after the flag", record)
    for record in common.records(analysis, "read"):
        test = record.before.test
        site = _misplaced_read(analysis, test) if _unordered_read(record) and test is not None else None
        if site is not None:
            yield _wrong_side(site, "before the test", record)
    for end in analysis.exits:
        test = end.state.test
        if end.state.read_ordered or test is None or not _returns_unordered(end, helper):
            continue
        site = _misplaced_read(analysis, test)
        if site is not None:
            words = end.state.words
            yield Defect(
                "MTE010", site, f"this barrier stands before the test and orders no read of the tags of `{words}`",
                words, end.trace, Confidence.HIGH, symbols=(end.page,),
            )  # fmt: skip


def _wrong_side(site: Site, where: str, record: Record) -> Defect:
    words = record.event.words
    return Defect(
        "MTE010", site, f"this barrier stands {where} and does not order the tags of `{words}` against its flag",
        words, record.trace, Confidence.HIGH, record.event, symbols=(record.event.page,),
    )  # fmt: skip


def _misplaced(analysis: Analysis, record: Record) -> Site | None:
    """The write barrier right behind the set, or right before the write."""
    event = record.event
    for other in common.records(analysis, "barrier"):
        if other.event.barrier not in _WRITE_BARRIERS or other.event.page != event.page or other.event.inner:
            continue
        behind = other.before.set == event and other.trace is not None and other.trace.item == event
        if behind:
            return other.event.site
    if analysis.open_entry:
        return None  # what the early barrier is for may be out of sight
    return record.before.early_barrier if record.before.write is not None else None


def _misplaced_read(analysis: Analysis, test: Site) -> Site | None:
    """The read barrier right before the test."""
    for record in common.records(analysis, "test"):
        last = record.trace.item if record.trace else None
        if record.event.site == test and isinstance(last, Event) and last.barrier in _READ_BARRIERS and not last.page:
            return last.site
    return None
