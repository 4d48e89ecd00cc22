"""What is known of one page at one point of one path, and how an event changes it.

The states of section 2 of the protocol: is the flag known, is the claim held, are the tags written, what is ordered.
"""

from enum import StrEnum

from mtelint.flow.domain.events import Event, Site
from mtelint.model import BarrierKind, EffectKind, Extent, WriteHow
from mtelint.records import dataclass, replace


class Flag(StrEnum):
    """What this path knows of the flag."""

    UNKNOWN = "unknown"
    CLEAR = "clear"
    SET = "set"


class Claim(StrEnum):
    """The right to initialise the tags."""

    NONE = "none"
    HELD = "held"
    LOST = "lost"
    OPEN = "open"
    """Asked for, and nobody looked at the answer."""


class Tags(StrEnum):
    """What this path wrote."""

    UNTOUCHED = "untouched"
    PART = "part"
    WHOLE = "whole"


class Zero(StrEnum):
    """Whether the page may be the zero page."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"
    EXCLUDED = "excluded"
    """A test says that it is not."""


@dataclass(frozen=True, slots=True)
class PageState:
    """One page on one path.  Sites name the events that made the state what it is."""

    words: str = ""
    flag: Flag = Flag.UNKNOWN
    known_by: str = ""
    """How the flag is known: ``test``, ``warn``, ``claim``, ``set``, ``testset``, ``wait`` or nothing."""
    test: Site | None = None
    test_inner: bool = False
    test_raw: bool = False
    test_locks: frozenset[str] = frozenset()
    read_ordered: bool = True
    """A read barrier stands between the test that found the flag set and here."""
    claim: Claim = Claim.NONE
    claim_site: Site | None = None
    claim_inner: bool = False
    claim_warned: bool = False
    claim_huge: bool = False
    """The claim is on a hugetlb folio, and so on all of its pages."""
    tags: Tags = Tags.UNTOUCHED
    write: Event | None = None
    """The last write."""
    first_write: WriteHow | None = None
    """How the tags were first written since the claim."""
    write_locks: frozenset[str] = frozenset()
    write_ordered: bool = True
    early_barrier: Site | None = None
    """A write barrier before any write: it orders nothing of this page."""
    pending: Event | None = None
    """The flag was set while the tags were not whole."""
    pending_doubtful: bool = False
    """An unknown function had the page before the flag was set: it may have written the tags."""
    pending_barrier: Site | None = None
    set: Event | None = None
    set_ordered: bool = True
    """False where a raw set has no barrier behind it yet."""
    put: Event | None = None
    unlocked: Event | None = None
    published: Event | None = None
    seen_test: bool = False
    fresh: bool = False
    zero: Zero = Zero.NO
    escaped: bool = False
    """An unknown function got the page: what is not seen may have happened there."""
    half_seen: bool = False
    """A callee of which a part is out of sight got the page; what is in sight of it touches the page."""
    tags_escaped: bool = False
    """An unknown function got the page or its address: its tags may have been written there."""
    parent: str = ""
    """The folio that the page is part of."""
    cover: str = ""
    """Of a folio: ``some`` or ``every`` page was written in the loop so far, ``all`` once the loop is through."""
    cover_write: Event | None = None
    """The write of a page of this folio in the present turn of the loop."""
    cover_turn: Event | None = None
    """The same of the turns before."""
    huge: bool | None = None


def shared(lock: str) -> str:
    """The name under which a lock is kept that does not exclude every other initialiser."""
    return f"~{lock}"


def _excluding(locks: frozenset[str]) -> frozenset[str]:
    return frozenset(lock for lock in locks if not lock.startswith("~"))


def after(page: PageState, event: Event, locks: frozenset[str]) -> PageState:
    """The state of ``page`` once ``event`` (on this page) has happened with ``locks`` held."""
    match event.kind:
        case EffectKind.TEST | EffectKind.WAIT:
            return _tested(page, event, locks)
        case EffectKind.CLAIM:
            return _test_and_set(page, event) if event.atomic else _claimed(page, event, locks)
        case EffectKind.SET:
            return _set(page, event)
        case EffectKind.CLEAR:
            return replace(page, flag=Flag.CLEAR, known_by="set", set=None, pending=None)
        case EffectKind.WRITE:
            return _written(page, event, locks)
        case EffectKind.CALL:
            return replace(page, tags_escaped=True, escaped=page.escaped or event.misused)
        case EffectKind.PUT:
            return replace(page, put=event)
        case EffectKind.PUBLISH:
            return replace(page, published=event)
        case _:
            return page


def _tested(page: PageState, event: Event, locks: frozenset[str]) -> PageState:
    known_by = "wait" if event.kind is EffectKind.WAIT else "warn" if event.warned else "test"
    if event.warned and page.known_by not in ("", "warn"):
        return replace(page, seen_test=True)
    flag = page.flag if event.outcome is None else Flag.SET if event.outcome else Flag.CLEAR
    if page.flag is Flag.SET and page.known_by in ("set", "testset"):
        known_by = page.known_by
    return replace(
        page,
        flag=flag,
        known_by=known_by,
        test=event.site,
        test_inner=event.inner is not None,
        test_raw=event.raw,
        test_locks=_excluding(locks),
        read_ordered=event.barrier is not None,
        seen_test=True,
    )


def _claimed(page: PageState, event: Event, locks: frozenset[str]) -> PageState:
    claim = Claim.OPEN if event.outcome is None else Claim.HELD if event.outcome else Claim.LOST
    flag = {Claim.HELD: Flag.CLEAR, Claim.LOST: Flag.SET}.get(claim, page.flag)
    return replace(
        page,
        claim=claim,
        claim_site=event.site,
        claim_inner=event.inner is not None,
        claim_warned=event.warned,
        claim_huge=event.domain == "hugetlb",
        flag=flag,
        known_by="claim" if flag is not page.flag else page.known_by,
        first_write=None,
        seen_test=True,
        test_locks=_excluding(locks),
        read_ordered=True,
    )


def _test_and_set(page: PageState, event: Event) -> PageState:
    """``test_and_set_bit`` on the flag; ``event.outcome`` True means that it was clear and is set by us now."""
    if event.outcome is False:
        return replace(page, flag=Flag.SET, known_by="testset", test=event.site, seen_test=True, read_ordered=True)
    pending = event if page.tags is not Tags.WHOLE else None
    return replace(page, flag=Flag.SET, known_by="testset", test=event.site, seen_test=True, set=event, pending=pending)


def _set(page: PageState, event: Event) -> PageState:
    whole = page.tags is Tags.WHOLE or page.cover == "all"
    known = page.flag is Flag.SET and page.known_by != "warn"
    pending = page.pending if whole or known else event
    return replace(
        page,
        flag=Flag.SET,
        known_by=page.known_by if known else "set",
        set=event,
        pending=pending,
        pending_doubtful=page.tags_escaped,
        set_ordered=not event.raw or event.barrier is not None,
        read_ordered=True,
    )


def _written(page: PageState, event: Event, locks: frozenset[str]) -> PageState:
    if event.domain == "hugetlb":
        return _folio_written(page, event, locks)
    tags = Tags.WHOLE if event.extent is Extent.WHOLE or page.tags is Tags.WHOLE else Tags.PART
    return replace(
        page,
        tags=tags,
        write=event,
        first_write=page.first_write or event.how,
        write_locks=locks,
        write_ordered=False,
        put=None,
        unlocked=None,
        published=None,
    )


def _folio_written(folio: PageState, event: Event, locks: frozenset[str]) -> PageState:
    """Pages of a folio were written: ``event`` tells whether all of them were."""
    written = _written(folio, replace(event, domain="page"), locks)
    if event.extent is Extent.WHOLE:
        return replace(written, tags=folio.tags, write=event, cover="all", cover_write=None)
    return replace(written, tags=folio.tags, write=event, cover_write=event)


def ordered(page: PageState, kind: BarrierKind, site: Site) -> PageState:
    """The state of a page after a barrier that names no page."""
    if kind in (BarrierKind.WRITE, BarrierKind.FULL, BarrierKind.RELEASE):
        early = site if page.write is None and page.pending is None else page.early_barrier
        late = page.pending_barrier or (site if page.pending is not None else None)
        page = replace(page, write_ordered=True, set_ordered=True, early_barrier=early, pending_barrier=late)
    if kind in (BarrierKind.READ, BarrierKind.FULL, BarrierKind.ACQUIRE):
        page = replace(page, read_ordered=True)
    return page
