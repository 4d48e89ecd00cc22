"""The path of a finding as acts on locations: which event does what to which word, and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain.events import Decision, Event, Site
from mtelint.flow.domain.symbols import Symbol, head_page
from mtelint.model import BarrierKind, Domain, EffectKind, Extent, WriteHow
from mtelint.model.rules import Completion, Locks, Modelling, Pages, Parts, PathEnd

Place = Callable[[Site], tuple[str, int]]
"""Path and line (from 1) of a site."""
SUBJECT = ""
"""Suffix of the locations of the page that the finding is about; other pages have ``_1``, ``_2`` and so on."""


class Do(StrEnum):
    """What an act does to its location."""

    TEST = "test"
    CLAIM = "claim"
    TEST_AND_SET = "test-and-set"
    SET = "set"
    CLEAR = "clear"
    WRITE = "write"
    READ = "read"
    BARRIER = "barrier"
    LOCK = "lock"
    UNLOCK = "unlock"
    PUBLISH = "publish"
    PUT = "put"
    WAIT = "wait"
    SELF_WAIT = "self-wait"
    """Claims a page that this very path holds claimed, and looks for its flag."""


NO_PAGE = (Do.BARRIER, Do.LOCK, Do.UNLOCK)
"""Acts that are about no page."""
INITIALISED, USERS, RESTORED = 1, 2, 3


class Act(Struct, frozen=True):
    """One act of the path.

    ``page`` is a suffix of locations; ``outcome`` the answer that the path got; ``order`` the ordering of the act
    itself; ``value`` the tags written; ``mask`` marks an operation that reads and writes the word apart; ``helper``
    a helper of the kernel, whose parts are known; ``event`` where the act comes from, None for one that was added.
    ``asked`` and ``aside`` mark the act whose answer is the question, and a write that misses its page; ``right`` an
    act on the right word where the question is about the wrong one.
    """

    do: Do
    page: str = SUBJECT
    outcome: bool | None = None
    order: BarrierKind | None = None
    whole: bool = True
    value: int = INITIALISED
    mask: bool = False
    helper: bool = False
    lock: str = ""
    right: bool = False
    asked: bool = False
    aside: bool = False
    event: Event | None = None


_VALUES = {WriteHow.USER: USERS, WriteHow.RESTORE: RESTORED, WriteHow.COPY: RESTORED}
_KINDS = {
    EffectKind.TEST: Do.TEST, EffectKind.SET: Do.SET, EffectKind.CLEAR: Do.CLEAR, EffectKind.WRITE: Do.WRITE,
    EffectKind.READ: Do.READ, EffectKind.BARRIER: Do.BARRIER, EffectKind.ACQUIRE: Do.LOCK,
    EffectKind.RELEASE: Do.UNLOCK, EffectKind.PUT: Do.PUT, EffectKind.PUBLISH: Do.PUBLISH, EffectKind.WAIT: Do.WAIT,
}  # fmt: skip


def acts_of(
    items: Iterable[Event | Decision], last: Event | None, page: Symbol, others: Sequence[Symbol], modelling: Modelling
) -> tuple[Act, ...]:
    """The acts of a path that ends in ``last``; ``page`` is the symbol of the page in question."""
    events = path_events(items, last, modelling)
    page, others = subject_of(modelling, events, page, others)
    events = _this_turn(events, page)
    names = _Names(events, page, others)
    acts = [act for event in events for act in _acts(event, names, modelling)]
    return tuple(_completed(_matched_locks(_sliced(acts, modelling)), modelling.completion))


_ANSWERED = (Do.TEST, Do.CLAIM, Do.TEST_AND_SET, Do.WAIT)


def _sliced(acts: list[Act], modelling: Modelling) -> list[Act]:
    """Leave out what bears on no location of the page: of other pages only what the path asked can order anything."""
    if modelling.pages is Pages.MISTAKEN:
        return acts
    return [act for act in acts if act.page == SUBJECT or act.do in _ANSWERED or act.do in NO_PAGE]


def path_events(items: Iterable[Event | Decision], last: Event | None, modelling: Modelling) -> list[Event]:
    """The events up to the end of the path.

    A path that ends at an exit is whole, with ``last`` somewhere on it; others end in ``last``, which may also have
    happened in an earlier turn of a loop.
    """
    events = [item for item in items if isinstance(item, Event)]
    if last is None or (last in events and (modelling.end is PathEnd.EXIT or events[-1] == last)):
        return events
    return [*events, last]


def subject_of(
    modelling: Modelling, events: Sequence[Event], page: Symbol, others: Sequence[Symbol]
) -> tuple[Symbol, tuple[Symbol, ...]]:
    """The page that others look at: where the wrong page was written, the one that was flagged or claimed for it."""
    if modelling.pages is not Pages.MISTAKEN or not others:
        return page, tuple(others)
    theirs = [event for event in events if _is_same(event.page, others[0])]
    known = any(event.kind is EffectKind.TEST and event.outcome for event in theirs)
    touched = any(event.kind in (EffectKind.SET, EffectKind.CLAIM) for event in theirs)
    if touched and not known:
        return others[0], (page, *others[1:])
    return page, tuple(others)


class _Names:
    """Symbols of pages and locks to suffixes of locations."""

    def __init__(self, events: Sequence[Event], page: Symbol, others: Sequence[Symbol]) -> None:
        self.page = page.latest
        self.huge = any(event.domain is Domain.HUGETLB and _is_same(event.page, page) for event in events)
        self.suffixes = {self.page: SUBJECT}
        for other in others:
            self.suffixes.setdefault(other.latest, f"_{len(self.suffixes)}")
        released = [event.lock for event in events if event.kind is EffectKind.RELEASE and event.lock]
        self.locks = {released[-1]: "lock"} if released else {}

    def suffix(self, page: Symbol, tags: bool = False) -> str:
        """The suffix of a page; new pages get new ones.

        A part of the folio in question shares its tags, and where it is the head, its flags word.
        """
        symbol = page.latest
        if self.is_part(symbol) and (tags or symbol == head_page(self.page)):
            return SUBJECT
        return self.suffixes.setdefault(symbol, f"_{len(self.suffixes)}")

    def is_part(self, page: Symbol) -> bool:
        """Whether a page is one of the folio in question."""
        symbol = page.latest
        return self.huge and symbol != self.page and (symbol.holds(self.page) or self.page.holds(symbol))

    def lock(self, name: str) -> str:
        """The location of a lock."""
        return self.locks.setdefault(name, f"lock_{len(self.locks)}")


def _is_same(page: Symbol | None, other: Symbol) -> bool:
    """Whether an event is on that page, in whichever turn of a loop."""
    return page is not None and page.latest == other.latest


def _this_turn(events: list[Event], page: Symbol) -> list[Event]:
    """Leave out what earlier turns of a loop did to pages of the same symbol: a new turn is a new page."""
    if not page.is_versioned:
        return events
    seen: set[tuple[EffectKind, Site, Site | None]] = set()
    kept: list[Event] = []
    for event in events:
        mine = _is_same(event.page, page)
        key = (event.kind, event.site, event.inner)
        if mine and key in seen:
            seen.clear()
            kept = [each for each in kept if not _is_same(each.page, page)]
        if mine:
            seen.add(key)
        kept.append(event)
    return kept


def _acts(event: Event, names: _Names, modelling: Modelling) -> Iterable[Act]:
    if event.kind is EffectKind.FAULT:
        if modelling.completion is Completion.FAULT:
            yield Act(Do.SELF_WAIT, event=event)
        return
    do = _kind(event)
    if do is None:
        return
    if do in (Do.LOCK, Do.UNLOCK):
        if do is Do.UNLOCK or event.exclusive or modelling.locks is Locks.ANY:
            yield Act(do, lock=names.lock(event.lock), event=event)
        return
    if do is Do.BARRIER:
        yield Act(do, order=event.barrier, event=event)
        return
    assert event.page is not None
    part = do is Do.WRITE and names.is_part(event.page)
    only_warns = do is Do.TEST and event.warned
    yield Act(
        do, names.suffix(event.page, do in (Do.WRITE, Do.READ)), None if only_warns else event.outcome, event.barrier,
        whole=event.extent is Extent.WHOLE and not (part and modelling.parts is Parts.PART),
        value=_VALUES.get(event.how, INITIALISED) if event.how is not None else INITIALISED,
        mask=event.raw and do in (Do.SET, Do.CLEAR) and event.barrier is None and _is_mask(event),
        helper=not event.raw, aside=event.misused, event=event,
    )  # fmt: skip


def _kind(event: Event) -> Do | None:
    if event.kind is EffectKind.CLAIM:
        return Do.TEST_AND_SET if event.atomic else Do.CLAIM
    return _KINDS.get(event.kind)


def _is_mask(event: Event) -> bool:
    """An assignment to the word, or one of the bit operations that are not atomic."""
    return event.inner is None and (not event.callee or event.callee.startswith("__"))


def _matched_locks(acts: Sequence[Act]) -> list[Act]:
    """Leave out what a lock needs to make sense: a release of what is not held, a second taking."""
    held: set[str] = set()
    kept = []
    for act in acts:
        if act.do is Do.LOCK:
            if act.lock in held:
                continue
            held.add(act.lock)
        elif act.do is Do.UNLOCK:
            if act.lock not in held:
                continue
            held.discard(act.lock)
        kept.append(act)
    return kept


# --- what the end of a path stands for -------------------------------------------------------------------------------


def _completed(acts: list[Act], completion: Completion) -> list[Act]:
    """The path with what its rule takes for granted: the caller of a helper, the second claim, the question asked."""
    match completion:
        case Completion.CALLER:
            return _with_caller(acts)
        case Completion.SECOND_CLAIM if claimed_twice(acts):
            return [*acts[:-1], replace(acts[-1], do=Do.SELF_WAIT)]
        case Completion.FAULT:
            return [act for act in acts[:-1] if act.do is not Do.SELF_WAIT] + acts[-1:]
        case Completion.QUESTION if acts:
            return [*acts[:-1], replace(acts[-1], asked=True)]
        case _:
            return acts


def _with_caller(acts: list[Act]) -> list[Act]:
    """The body of a helper: its caller writes the tags before the set, or reads them after the test."""
    mine = [act for act in acts if act.page == SUBJECT]
    kinds = {act.do for act in mine}
    if kinds & {Do.SET, Do.TEST_AND_SET} and Do.WRITE not in kinds and Do.READ not in kinds:
        return [Act(Do.WRITE), *acts]
    if not kinds & {Do.SET, Do.TEST_AND_SET, Do.READ} and kinds & {Do.TEST, Do.WAIT}:
        return [*acts, Act(Do.READ)]
    return acts


def claimed_twice(acts: Sequence[Act]) -> bool:
    """The path ends in a claim on a page that it holds claimed."""
    mine = [act for act in acts if act.page == SUBJECT]
    if not mine or mine[-1].do not in (Do.CLAIM, Do.SELF_WAIT):
        return False
    before = [act for act in mine[:-1] if act.do in (Do.CLAIM, Do.SET, Do.TEST_AND_SET)]
    return bool(before) and before[-1].do is Do.CLAIM and before[-1].outcome is not False
