"""What orders tags and flag where the operations are raw: shared by the rules on barriers."""

from mtelint.checks import common
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.knowledge import KnownBy
from mtelint.flow.domain.values import truth_of
from mtelint.flow.program.function_results import FunctionResults
from mtelint.flow.transfer.context import ExitRecord, Record
from mtelint.model import BarrierKind, EffectKind

_WRITE_BARRIERS = (BarrierKind.WRITE, BarrierKind.FULL)
_READ_BARRIERS = (BarrierKind.READ, BarrierKind.FULL)


def returns_unordered(end: ExitRecord, helper: bool) -> bool:
    """A helper tells its caller that the flag is set, with nothing between the test and what the caller reads."""
    return bool(helper and end.state.known.by is KnownBy.TEST and end.returns and end.value and truth_of(end.value))


def unordered_set(record: Record, helper: bool) -> bool:
    """A raw set, or test and set, of the flag that nothing orders behind the tags before it."""
    event, page = record.event, record.before
    if event.kind is EffectKind.CLAIM and not (event.atomic and event.outcome):
        return False
    if not event.raw or event.inner is not None or event.barrier in (BarrierKind.FULL, BarrierKind.RELEASE):
        return False
    if page.tags.last is not None:
        return not page.tags.ordered and not common.known_set(page)
    return helper and page.tags.early_barrier is None


def unordered_read(record: Record) -> bool:
    """A read of tags behind a true raw test, with no read barrier between them."""
    page = record.before
    return common.known_set(page) and page.known.raw and not page.known.ordered and page.known.by is KnownBy.TEST


def misplaced(analysis: FunctionResults, record: Record) -> Site | None:
    """The write barrier right behind the set, or right before the write."""
    event = record.event
    for other in common.records(analysis, "barrier"):
        if other.event.barrier not in _WRITE_BARRIERS or other.event.page != event.page or other.event.inner:
            continue
        behind = other.before.set.event == event and other.trace is not None and other.trace.item == event
        if behind:
            return other.event.site
    if analysis.open_entry:
        return None  # what the early barrier is for may be out of sight
    tags = record.before.tags
    return tags.early_barrier if tags.last is not None and not tags.foreign else None


def misplaced_read(analysis: FunctionResults, test: Site) -> Site | None:
    """The read barrier right before the test."""
    for record in common.records(analysis, "test"):
        last = record.trace.item if record.trace else None
        if record.event.site == test and isinstance(last, Event) and last.barrier in _READ_BARRIERS and not last.page:
            return last.site
    return None
