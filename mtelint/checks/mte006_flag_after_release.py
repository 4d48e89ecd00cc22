"""MTE006: the reference or the lock is given up, or the PTE is set, between the write and the set."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.knowledge import Claim
from mtelint.flow.program.function_results import FunctionResults
from mtelint.model import Confidence
from mtelint.model.rules import Locks, Modelling, RepairKind


def flag_after_release(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """The reference or the lock is given up, or the PTE is set, between the write and the set."""
    del setting
    for record in common.records(analysis, "set"):
        page, event = record.before, record.event
        if page.tags.last is None or common.known_set(page):
            continue
        released = (
            page.given.put or page.given.published or (page.given.unlocked if page.claim.state is Claim.NONE else None)
        )
        if released is None or common.same_call(released, event):
            continue
        what = {"put": "the reference to the page is dropped", "publish": "the PTE is installed"}.get(
            released.kind.value, "the lock is released"
        )
        sure = Confidence.MEDIUM if released.guessed else Confidence.HIGH
        yield Defect(
            "MTE006", event.site, f"{what} before the flag of `{event.words}` is set",
            event.words, record.trace, sure, event, symbols=common.pages(event.page), premises=record.premises,
        )  # fmt: skip


RULE = Rule(
    "MTE006",
    check=flag_after_release,
    modelling=Modelling(locks=Locks.ANY),
    repairs=(RepairKind.SET_BEFORE_RELEASE,),
)
