"""MTE014: the claim failed or was not looked at, and the first write after it is a clear or a restore."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Claim
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.symbols import Symbol
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence, WriteHow


def claim_ignored(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The claim failed or was not looked at, and the first write after it is a clear or a restore."""
    del setting
    for record in common.records(analysis, "write"):
        page, event = record.before, record.event
        if page.claim.state not in (Claim.LOST, Claim.OPEN) or page.tags.first is not None or page.origin.fresh:
            continue
        if record.wild or event.misused or page.claim.site is None:
            continue
        if page.claim.inner and not page.claim.told and (page.claim.state is Claim.LOST or page.claim.warned):
            continue
        if event.how not in (WriteHow.CLEAR, WriteHow.RESTORE):
            continue
        why = "failed" if page.claim.state is Claim.LOST else "was not looked at"
        yield Defect(
            "MTE014", page.claim.site,
            f"the claim on `{event.words}` {why}, and its tags, which may be in use, are overwritten",
            event.words, record.trace, _overwritten(page, event.page), event,
            symbols=common.pages(event.page), premises=record.premises,
        )  # fmt: skip


def _overwritten(page: PageState, symbol: Symbol | None) -> Confidence:
    """How sure it is that the lost claim leads here: who won which element of an array may be kept elsewhere."""
    if page.claim.state is Claim.LOST and symbol is not None and symbol.is_element:
        return Confidence.LOW
    return Confidence.HIGH


RULE = Rule("MTE014", check=claim_ignored)
