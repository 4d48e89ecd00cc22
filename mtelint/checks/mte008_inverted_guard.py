"""MTE008: tags are initialised only where the flag is known to be set."""

from collections.abc import Iterator

from mtelint.checks import common
from mtelint.checks.common import Setting
from mtelint.checks.rule import Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.flow.domain.knowledge import Claim, Flag, KnownBy
from mtelint.flow.domain.symbols import Symbol
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import Record
from mtelint.model import Confidence, WriteHow
from mtelint.model.rules import RepairKind

_INITIALISES = (WriteHow.CLEAR, WriteHow.ZERO_CLEAR, WriteHow.RESTORE)


def inverted_guard(analysis: FunctionResults, setting: Setting) -> Iterator[Defect]:
    """Tags are initialised only where the flag is known to be set."""
    del setting
    guarded: dict[tuple[Symbol | None, Site], Record] = {}
    for record in common.records(analysis, "write"):
        guard = _guard(record) if record.event.how in _INITIALISES else None
        if guard is not None:
            guarded.setdefault((record.event.page, guard), record)
    for (page, guard), record in guarded.items():
        if _other_side_writes(analysis, page, guard) or not _clear_side(analysis, page, guard):
            continue
        # Below the end of a hunk the other outcome may have its write.
        confidence = Confidence.HIGH if analysis.function.tail else Confidence.MEDIUM
        yield Defect(
            "MTE008", guard,
            f"the tags of `{record.event.words}` are written only if its flag is already set, so never for a page "
            "that needs it", record.event.words, record.trace, confidence, record.event, symbols=common.pages(page),
            premises=record.premises,
        )  # fmt: skip


def _guard(record: Record) -> Site | None:
    """The test or the lost claim that lets this write happen only on a flagged page."""
    page = record.before
    if (
        page.known.flag is not Flag.SET
        or page.set.pending is not None
        or page.set.event is not None
        or page.tags.last is not None
    ):
        return None
    if page.known.by is KnownBy.TEST and not page.known.inner:
        return page.known.test
    if (
        page.known.by is KnownBy.CLAIM
        and page.claim.state is Claim.LOST
        and not page.claim.inner
        and not page.claim.warned
    ):
        return page.claim.site
    if page.known.by is KnownBy.TEST_AND_SET:
        return page.known.test
    return None


def _other_side_writes(analysis: FunctionResults, page: Symbol | None, guard: Site) -> bool:
    """The outcome that needs the tags gets them, or what is written is not an initialisation."""
    return any(
        r.event.page == page
        and guard in (r.before.known.test, r.before.claim.site)
        and (r.event.how not in _INITIALISES or r.before.known.flag is not Flag.SET)
        for r in common.records(analysis, "write")
    )


def _clear_side(analysis: FunctionResults, page: Symbol | None, guard: Site) -> bool:
    """The outcome that needs the tags is there, and nothing is written on it."""
    return any(
        r.event.page == page and r.event.site == guard and r.event.outcome is not None
        for r in common.records(analysis, "test", "claim")
    )


RULE = Rule(
    "MTE008",
    check=inverted_guard,
    repairs=(RepairKind.INVERT_GUARD,),
)
