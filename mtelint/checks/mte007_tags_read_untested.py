"""MTE007: tags are read where no test of the page's flag is known to have been true."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Flag, Tags
from mtelint.flow.domain.symbols import ZERO_PAGE
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence, PremiseKind


def tags_read_untested(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """Tags are read where no test of the page's flag is known to have been true."""
    if common.callers_duty(analysis, setting):
        return
    for record in common.records(analysis, "read"):
        page, event = record.before, record.event
        if (
            page.known.flag is Flag.SET
            or page.tags.extent is not Tags.UNTOUCHED
            or event.page == ZERO_PAGE
            or record.wild
        ):
            continue
        if event.misused or common.asked_of_callers(analysis, event, setting):
            continue
        if event.inner is not None and not common.left_to_callers(event, analysis):
            continue
        warned = any(premise.kind is PremiseKind.ASSERTION_FAILS for premise in record.premises)
        message = f"the tags of `{event.words}` are read where its flag was not found set"
        if warned:
            message = f"the tags of `{event.words}` are read though the test of its flag only feeds a warning"
        confidence = Confidence.LOW if event.guessed else common.absence(analysis, setting, page, event.page)
        if page.known.asked and confidence is Confidence.MEDIUM:
            confidence = Confidence.HIGH
        message += common.by_caller(event, analysis)
        yield Defect(
            "MTE007", common.told_at(event, setting), message, event.words, record.trace, confidence, event,
            symbols=common.pages(event.page), premises=record.premises,
        )  # fmt: skip


RULE = Rule("MTE007", check=tags_read_untested)
