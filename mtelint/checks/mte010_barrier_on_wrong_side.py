"""MTE010: the barrier stands where it orders nothing useful."""

from collections.abc import Iterator

from mtelint.checks import common, ordering
from mtelint.checks.common import Setting
from mtelint.checks.rule import Evidence, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import Record
from mtelint.model import Confidence, EffectKind
from mtelint.model.rules import Completion, Modelling, RepairKind


def barrier_on_wrong_side(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The barrier stands where it orders nothing useful."""
    helper = common.is_helper(analysis, setting)
    for record in common.records(analysis, "set", "claim"):
        site = ordering.misplaced(analysis, record) if ordering.unordered_set(record, helper) else None
        if site is not None:
            yield _wrong_side(site, "before the tags or after the flag", record)
    for record in common.records(analysis, "read"):
        test = record.before.known.test
        site = ordering.misplaced_read(analysis, test) if ordering.unordered_read(record) and test is not None else None
        if site is not None:
            asked = common.event_at(record.trace, test, record.event.page, EffectKind.TEST) if test else None
            yield common.told_of(_wrong_side(site, "before the test", record), asked)
    for end in analysis.exits:
        test = end.state.known.test
        if end.state.known.ordered or test is None or not ordering.returns_unordered(end, helper):
            continue
        site = ordering.misplaced_read(analysis, test)
        if site is not None:
            words = end.state.words
            yield Defect(
                "MTE010", site, f"this barrier stands before the test and orders no read of the tags of `{words}`",
                words, end.trace, Confidence.HIGH, symbols=common.pages(end.page), premises=end.premises,
            )  # fmt: skip


def _wrong_side(site: Site, where: str, record: Record) -> Defect:
    words = record.event.words
    return Defect(
        "MTE010", site, f"this barrier stands {where} and does not order the tags of `{words}` against its flag",
        words, record.trace, Confidence.HIGH, record.event, symbols=common.pages(record.event.page),
        premises=record.premises,
    )  # fmt: skip


RULE = Rule(
    "MTE010",
    check=barrier_on_wrong_side,
    evidence=Evidence.EVENTS,
    modelling=Modelling(completion=Completion.CALLER),
    repairs=(RepairKind.MOVE_BARRIER,),
)
