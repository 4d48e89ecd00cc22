"""MTE009: nothing orders the tags against a raw operation on the flag."""

from collections.abc import Iterator

from msgspec.structs import replace

from mtelint.checks import common, ordering
from mtelint.checks.common import Setting
from mtelint.checks.rule import Gravity, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.knowledge import KnownBy
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import Record
from mtelint.model import Confidence, EffectKind, Severity
from mtelint.model.rules import Completion, Modelling, RepairKind


def missing_barrier(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """Nothing orders the tags against a raw operation on the flag."""
    helper = common.is_helper(analysis, setting)
    for record in common.records(analysis, "set", "claim"):
        if ordering.unordered_set(record, helper) and ordering.misplaced(analysis, record) is None:
            message = f"no write barrier stands between the tags of `{record.event.words}` and the set of its flag"
            yield _missing(record.event.site, message, record.event, record, setting, helper)
    for record in common.records(analysis, "read"):
        site = record.before.known.test
        if ordering.unordered_read(record) and site is not None and ordering.misplaced_read(analysis, site) is None:
            message = f"no read barrier stands between this test and the read of the tags of `{record.event.words}`"
            found = _missing(site, message, record.event, record, setting, helper)
            test = common.event_at(record.trace, site, record.event.page, EffectKind.TEST)
            yield common.told_of(found, test)
    for record in common.records(analysis, "publish"):
        before = record.before
        if before.set.event is not None and before.set.event.raw and not before.set.ordered:
            message = f"no barrier stands between the set of the flag of `{record.event.words}` and the PTE"
            found = _missing(before.set.event.site, message, record.event, record, setting, helper)
            yield common.told_of(found, before.set.event)
        elif _tags_before_pte(record):
            message = f"no barrier stands between the tags of `{record.event.words}` and the PTE"
            found = _missing(record.event.site, message, record.event, record, setting, helper)
            yield replace(found, severity=Severity.NOTE)
    yield from _unordered_ends(analysis, setting, helper)


def _tags_before_pte(record: Record) -> bool:
    """A write of the tags that nothing orders before the PTE, where a raw set came first and so ordered nothing."""
    before = record.before
    flag = before.set.event
    return flag is not None and flag.raw and not before.tags.ordered and record.event.inner is None


def _unordered_ends(analysis: FunctionResults, setting: Setting, helper: bool) -> Iterator[Defect]:
    """A wait without acquire, and a helper that returns a true test without a read barrier."""
    for end in analysis.exits:
        page = end.state
        if page.known.ordered or page.known.test is None or page.known.inner:
            continue
        if page.known.by is KnownBy.WAIT:
            message = f"this wait for the flag of `{page.words}` orders nothing: it needs acquire"
        elif ordering.returns_unordered(end, helper):
            if ordering.misplaced_read(analysis, page.known.test) is not None:
                continue
            message = f"no read barrier stands between this test and the return to a reader of `{page.words}`"
        else:
            continue
        yield Defect(
            "MTE009", page.known.test, message, page.words, end.trace, Confidence.HIGH,
            severity=common.raw_severity(setting), symbols=common.pages(end.page), premises=end.premises,
        )  # fmt: skip


def _missing(site: Site, message: str, event: Event, record: Record, setting: Setting, helper: bool) -> Defect:
    severity = None if helper else common.raw_severity(setting)
    return Defect(
        "MTE009",
        site,
        message,
        event.words,
        record.trace,
        Confidence.HIGH,
        event,
        severity,
        common.pages(event.page),
        premises=record.premises,
    )


RULE = Rule(
    "MTE009",
    check=missing_barrier,
    gravity=Gravity.MINOR,
    modelling=Modelling(completion=Completion.CALLER),
    repairs=(RepairKind.CALL_HELPER, RepairKind.ADD_BARRIER),
)
