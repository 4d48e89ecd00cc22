"""MTE013: after a true claim some path leaves without the flag, or the claim is taken twice."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.flow.domain.knowledge import Claim, Flag
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import ExitRecord
from mtelint.model import Confidence, EffectKind
from mtelint.model.rules import Completion, Modelling, RepairKind


def claim_not_released(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """After a true claim some path leaves without the flag, or the claim is taken twice."""
    if common.is_helper(analysis, setting):
        return
    for record in common.records(analysis, "claim"):
        again = record.before.claim.state is Claim.HELD and record.before.known.flag is not Flag.SET
        if again and not record.event.atomic and record.before.claim.site != record.event.site:
            event = record.event
            twice = Defect(
                "MTE013", event.site, f"`{event.words}` is claimed twice: it waits for itself",
                event.words, record.trace, Confidence.HIGH, event, symbols=common.pages(event.page),
                premises=record.premises,
            )  # fmt: skip
            yield common.told_of(twice, event)
    for end in common.exits_of(analysis):
        site, page = end.state.claim.site, end.state
        if site is None or not page.claim.may_be_held or page.known.flag is Flag.SET:
            continue
        confidence = _unreleased(analysis, end)
        if confidence is not None and not (page.origin.fresh and page.given.put is not None):
            yield _kept(site, end, confidence)


def _kept(site: Site, end: ExitRecord, confidence: Confidence) -> Defect:
    words = end.state.words
    defect = Defect(
        "MTE013", site, f"the claim on `{words}` is taken and its flag is not set on this path: others wait for ever",
        words, end.trace, confidence, symbols=common.pages(end.page), premises=end.premises,
    )  # fmt: skip
    return common.told_of(defect, common.event_at(end.trace, site, end.page, EffectKind.CLAIM))


def _unreleased(analysis: FunctionResults, end: ExitRecord) -> Confidence | None:
    """How sure it is that nobody sets the flag later; None where the caller may do it by contract."""
    own_set = any(
        r.event.page == end.page and (r.event.inner is None or not end.state.claim.inner)
        for r in common.records(analysis, "set")
    )
    if common.judged_elsewhere(analysis, end.page) and not own_set:
        return None
    if own_set:
        return Confidence.MEDIUM if end.state.unseen.escaped else Confidence.HIGH
    if end.state.unseen.escaped:
        return Confidence.LOW
    if common.of_parameter(analysis, end.page) and analysis.callers:
        return None
    handed_over = end.state.tags.last is None and end.value is not None and common.of_parameter(analysis, end.page)
    return None if handed_over else Confidence.MEDIUM


RULE = Rule(
    "MTE013",
    check=claim_not_released,
    named_if_new=True,
    modelling=Modelling(completion=Completion.SECOND_CLAIM),
    repairs=(RepairKind.FINISH_CLAIM,),
)
