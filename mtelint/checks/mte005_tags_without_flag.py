"""MTE005: the whole page was written and an exit is reached without the flag, or user tags go unflagged."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Flag, Tags
from mtelint.flow.domain.symbols import Symbol
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import ExitRecord
from mtelint.model import Confidence, Domain, Severity, WriteHow
from mtelint.model.rules import Modelling, PathEnd, RepairKind


def tags_without_flag(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The whole page was written and an exit is reached without the flag, or user tags go unflagged."""
    if common.callers_duty(analysis, setting) or common.is_helper(analysis, setting):
        return
    for end in common.exits_of(analysis):
        write = end.state.tags.last
        if write is None or end.state.tags.extent is not Tags.WHOLE or end.state.known.flag is Flag.SET:
            continue
        if (end.state.origin.fresh and end.state.given.put is not None) or _folio_answers(
            analysis, end.state.folio.parent
        ):
            continue
        published = common.sets_page(analysis, end.page, end.state.words, write)
        if not published and not common.is_protocol(analysis, setting):
            continue
        if common.judged_elsewhere(analysis, end.page) and analysis.name in setting.finished_by_callers:
            continue
        confidence = Confidence.LOW if end.state.unseen.escaped or _unseen_start(analysis, end) else Confidence.HIGH
        yield Defect(
            "MTE005", write.site, f"the tags of `{write.words}` are written and its flag is not set on this path",
            write.words, end.trace, confidence, write, symbols=common.pages(end.page), premises=end.premises,
        )  # fmt: skip
    yield from _user_tags(analysis, setting)


def _folio_answers(analysis: FunctionResults, folio: Symbol | None) -> bool:
    """The flag that stands for this page is the folio's, and the function minds that one."""
    if folio is None:
        return False
    found = [r.event.page for r in common.records(analysis, "set", "claim") if r.event.domain is Domain.HUGETLB]
    return any(page is not None and page.latest == folio.latest for page in found)  # of whichever turn of a loop


def _unseen_start(analysis: FunctionResults, end: ExitRecord) -> bool:
    return analysis.open_entry and end.state.known.flag is Flag.UNKNOWN


def _user_tags(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """A copy from the user into a page whose flag nobody tests or sets."""
    touched = {r.event.page for r in common.records(analysis, "test", "set", "claim", "wait") if not r.event.warned}
    warned = {r.event.page for r in common.records(analysis, "test") if r.event.warned}
    for record in common.records(analysis, "write"):
        event = record.event
        if event.domain is Domain.HUGETLB or event.how is not WriteHow.USER or event.page in touched:
            continue
        if event.inner is not None or event.misused:
            continue
        if common.judged_elsewhere(analysis, event.page) or record.before.known.flag is Flag.SET:
            continue
        confidence = common.absence(analysis, setting, record.before, event.page)
        yield Defect(
            "MTE005", event.site, f"tags are copied into `{event.words}`, whose flag is neither tested nor set",
            event.words, record.trace, confidence, event,
            Severity.NOTE if event.page in warned else None, common.pages(event.page), premises=record.premises,
        )  # fmt: skip


RULE = Rule(
    "MTE005",
    check=tags_without_flag,
    named_if_new=True,
    modelling=Modelling(end=PathEnd.EXIT),
    repairs=(RepairKind.ADD_SET,),
)
