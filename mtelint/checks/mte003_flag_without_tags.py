"""MTE003: the flag is set and no tags of the page were written at all."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.knowledge import Tags
from mtelint.flow.domain.symbols import Symbol
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import ExitRecord
from mtelint.model import Confidence
from mtelint.model.rules import Modelling, PathEnd


def flag_without_tags(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The flag is set and no tags of the page were written at all."""
    later = {r.before.set.pending for r in common.records(analysis, "write") if r.before.set.pending is not None}
    wrapper = not any(r.event.kind in ("write", "read", "test", "claim") for r in analysis.records)
    for end in common.exits_of(analysis):
        pending = end.state.set.pending
        if pending is not None and pending.inner is not None and not _deferred(pending, analysis):
            continue
        if pending is None or end.state.tags.extent is not Tags.UNTOUCHED or end.wild:
            continue
        if end.state.folio.is_touched or _elsewhere(analysis, setting, pending, end.page, wrapper):
            continue
        confidence = _unwritten(analysis, setting, end)
        yield Defect(
            "MTE003", pending.site if pending in later or not _deferred(pending, analysis) else pending.place,
            f"the flag of `{pending.words}` is set, but its tags are not written on this path",
            pending.words, end.trace, confidence, pending, symbols=common.pages(end.page), root=pending.place,
            premises=end.premises,
        )  # fmt: skip


def _unwritten(analysis: FunctionResults, setting: Setting, end: ExitRecord) -> Confidence:
    """How sure it is that nothing wrote the tags before: a test or a claim in sight is where writing would begin."""
    page = end.state
    if page.unseen.tags or page.unseen.escaped:
        return Confidence.LOW
    if not page.known.asked:
        return common.absence(analysis, setting, page, end.page)
    return Confidence.MEDIUM if analysis.open_entry or page.unseen.half_seen else Confidence.HIGH


def _deferred(event: Event, analysis: FunctionResults) -> bool:
    return event.inner is not None and event.inner.path == analysis.path


def _elsewhere(analysis: FunctionResults, setting: Setting, pending: Event, page: Symbol, wrapper: bool) -> bool:
    """The tags may be written by a caller, or the callee that sets the flag is reviewed by itself."""
    if common.is_helper(analysis, setting) or common.judged_elsewhere(analysis, page):
        return True
    return wrapper and common.of_parameter(analysis, page) and not common.is_protocol(analysis, setting)


RULE = Rule(
    "MTE003",
    check=flag_without_tags,
    named_if_new=True,
    modelling=Modelling(end=PathEnd.EXIT),
)
