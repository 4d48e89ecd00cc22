"""MTE016: the flag may be set on the zero page."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Event, Trace
from mtelint.flow.domain.knowledge import Flag, Zero
from mtelint.flow.domain.symbols import ZERO_PAGE
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence, EffectKind, Severity


def zero_page_flagged(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The flag may be set on the zero page."""
    del setting
    for record in common.records(analysis, "set", "claim"):
        event = record.event
        if event.kind is EffectKind.CLAIM and not (event.atomic and event.outcome):
            continue
        if event.inner is not None or record.before.known.flag is Flag.SET:
            continue
        if event.page == ZERO_PAGE:
            yield _zero(event, "the flag is set on the zero page, which is never flagged", record.trace)
        elif record.before.origin.zero in (Zero.MAYBE, Zero.YES):
            yield _zero(event, f"`{event.words}` comes from a guest fault and may be the zero page", record.trace)


def _zero(event: Event, message: str, trace: Trace | None) -> Defect:
    return Defect(
        "MTE016",
        event.site,
        message,
        event.words,
        trace,
        Confidence.MEDIUM,
        event,
        Severity.NOTE,
        common.pages(event.page),
    )


RULE = Rule("MTE016", check=zero_page_flagged)
