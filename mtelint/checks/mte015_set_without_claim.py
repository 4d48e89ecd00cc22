"""MTE015: since the claim exists, the flag is set for a page that was neither claimed nor new."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Claim, Cover, Tags
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence, Era


def set_without_claim(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """Since the claim exists, the flag is set for a page that was neither claimed nor new."""
    if not setting.claims or setting.era in (Era.A, Era.B) or common.is_helper(analysis, setting):
        return
    claimed = {r.event.page for r in common.records(analysis, "claim")}
    named = {r.event.words for r in common.records(analysis, "claim")}
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if common.known_set(page) or page.claim.state is not Claim.NONE or page.origin.fresh:
            continue
        if event.inner is not None and not common.left_to_callers(event, analysis):
            continue
        if page.tags.extent is Tags.UNTOUCHED and page.folio.cover is not Cover.ALL:
            continue
        if page.known.locks or page.known.found_clear:
            continue
        if common.asked_of_callers(analysis, event, setting):
            continue
        confidence = common.absence(analysis, setting, page, event.page)
        if event.page in claimed and confidence is Confidence.MEDIUM:
            confidence = Confidence.HIGH
        if event.page not in claimed and event.words in named:
            confidence = Confidence.LOW  # another loop may have claimed the pages of the same name
        message = f"the flag of `{event.words}` is set, but the page was not claimed before its tags"
        yield Defect(
            "MTE015", common.told_at(event, setting), message + common.by_caller(event, analysis),
            event.words, record.trace, confidence, event, symbols=common.pages(event.page), premises=record.premises,
        )  # fmt: skip


RULE = Rule("MTE015", check=set_without_claim)
