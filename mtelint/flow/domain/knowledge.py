"""What one path knows of one page, aspect by aspect: small frozen values, each with its own transfer function.

``after(event, ...)`` gives the aspect once an event on the page has happened.  No aspect reads another one: what it
needs of them is an argument, so that each can be tested as a table *event x state -> state*.

Each aspect is a flat order: the state at entry is at the bottom, and two states that differ are not comparable.  The
solver joins by keeping them apart, so that the join of two page states is the set of both; it ends because each aspect
has finitely many values for one function (its events and sites are those of the function's nodes).
"""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.symbols import Symbol
from mtelint.model import Domain, EffectKind, Extent, WriteHow


class Flag(StrEnum):
    """What this path knows of the flag."""

    UNKNOWN = "unknown"
    CLEAR = "clear"
    SET = "set"


class KnownBy(StrEnum):
    """By what the flag is known."""

    NOTHING = ""
    TEST = "test"
    WARN = "warn"
    """A test that only feeds a warning: the kernel goes on whatever comes out."""
    CLAIM = "claim"
    SET = "set"
    """This path set it, or cleared it."""
    TEST_AND_SET = "testset"
    WAIT = "wait"


OWN_DOING = (KnownBy.SET, KnownBy.TEST_AND_SET)
"""The flag is known since this path itself changed it."""


class FlagKnowledge(Struct, frozen=True, cache_hash=True):
    """The flag, by what it is known, and the test that told.

    ``locks`` are the exclusive locks held since the test; ``ordered``: a read barrier stands between the test and here;
    ``asked``: somebody looked at the flag at all.
    """

    flag: Flag = Flag.UNKNOWN
    by: KnownBy = KnownBy.NOTHING
    test: Site | None = None
    inner: bool = False
    raw: bool = False
    locks: frozenset[str] = frozenset()
    ordered: bool = True
    asked: bool = False

    @property
    def is_set(self) -> bool:
        """The flag is known set by more than a warning."""
        return self.flag is Flag.SET and self.by is not KnownBy.WARN

    @property
    def found_clear(self) -> bool:
        """A test found the flag clear."""
        return self.flag is Flag.CLEAR and self.by is KnownBy.TEST

    def allows(self, event: Event) -> bool:
        """Whether the event can come out so: a flag known set is never found clear, as nobody clears it."""
        if self.flag is not Flag.SET or event.outcome is None:
            return True
        if event.kind is EffectKind.TEST:
            return event.outcome
        return not (event.kind is EffectKind.CLAIM and event.outcome)

    def tested(self, event: Event, locks: frozenset[str]) -> "FlagKnowledge":
        """After a test of the flag, or a wait for it."""
        by = KnownBy.WAIT if event.kind is EffectKind.WAIT else KnownBy.WARN if event.warned else KnownBy.TEST
        if event.warned and self.by not in (KnownBy.NOTHING, KnownBy.WARN):
            return replace(self, asked=True)
        flag = self.flag if event.outcome is None else Flag.SET if event.outcome else Flag.CLEAR
        if self.flag is Flag.SET and self.by in OWN_DOING:
            by = self.by
        return FlagKnowledge(
            flag, by, event.site, event.inner is not None, event.raw, excluding(locks), event.barrier is not None, True
        )

    def claimed(self, event: Event, locks: frozenset[str]) -> "FlagKnowledge":
        """After a claim, which finds the flag clear where it is won, and waits until it is set where it is lost."""
        flag = self.flag if event.outcome is None else Flag.CLEAR if event.outcome else Flag.SET
        by = KnownBy.CLAIM if flag is not self.flag else self.by
        return replace(self, flag=flag, by=by, locks=excluding(locks), ordered=True, asked=True)

    def tested_and_set(self, event: Event) -> "FlagKnowledge":
        """After ``test_and_set_bit`` on the flag, which is set whatever it found."""
        ordered = self.ordered or event.outcome is False
        by = KnownBy.TEST_AND_SET
        return replace(self, flag=Flag.SET, by=by, test=event.site, asked=True, ordered=ordered)

    def set(self) -> "FlagKnowledge":
        """After a set by this path; what was known for sure stays known by what it was."""
        return replace(self, flag=Flag.SET, by=self.by if self.is_set else KnownBy.SET, ordered=True)

    def cleared(self) -> "FlagKnowledge":
        """After a clearing by this path."""
        return replace(self, flag=Flag.CLEAR, by=KnownBy.SET)


class Claim(StrEnum):
    """The right to initialise the tags."""

    NONE = "none"
    HELD = "held"
    LOST = "lost"
    OPEN = "open"
    """Asked for, and nobody looked at the answer."""


class ClaimState(Struct, frozen=True, cache_hash=True):
    """The last claim; ``huge``: it is on a hugetlb folio, and so on all of its pages.

    ``told``: it is one of a callee, which tells by its value whether it was won.
    """

    state: Claim = Claim.NONE
    site: Site | None = None
    inner: bool = False
    warned: bool = False
    huge: bool = False
    told: bool = False

    @property
    def may_be_held(self) -> bool:
        """Others may be waiting for this path to set the flag."""
        return self.state in (Claim.HELD, Claim.OPEN)

    def after(self, event: Event) -> "ClaimState":
        """After a claim, which is won, lost, or not looked at."""
        state = Claim.OPEN if event.outcome is None else Claim.HELD if event.outcome else Claim.LOST
        return ClaimState(
            state, event.site, event.inner is not None, event.warned, event.domain is Domain.HUGETLB, event.told
        )

    def forgotten(self) -> "ClaimState":
        """Once the answer went where it cannot be followed."""
        return replace(self, state=Claim.NONE, site=None)


class Tags(StrEnum):
    """How much of the tags this path wrote."""

    UNTOUCHED = "untouched"
    PART = "part"
    WHOLE = "whole"


class TagState(Struct, frozen=True, cache_hash=True):
    """The tags: ``last`` is the last write, ``first`` how they were first written since the claim.

    ``locks`` are those held at the last write; ``ordered``: a write barrier stands behind it; ``early_barrier`` is one
    before any write, which orders nothing of this page; ``foreign`` tells that it is for something else, ``other`` that
    something else was stored for which a barrier may follow.
    """

    extent: Tags = Tags.UNTOUCHED
    last: Event | None = None
    first: WriteHow | None = None
    locks: frozenset[str] = frozenset()
    ordered: bool = True
    early_barrier: Site | None = None
    foreign: bool = False
    other: bool = False

    def after(self, event: Event, locks: frozenset[str]) -> "TagState":
        """After a write of this page, or of pages of this folio, of which the folio's coverage tells more."""
        whole = event.extent is Extent.WHOLE or self.extent is Tags.WHOLE
        extent = self.extent if event.domain is Domain.HUGETLB else Tags.WHOLE if whole else Tags.PART
        return TagState(extent, event, self.first or event.how, locks, False, self.early_barrier, self.foreign)

    def claimed(self) -> "TagState":
        """After a claim: what is written from here on is the first."""
        return replace(self, first=None)

    def fenced(self, site: Site, pending: bool) -> "TagState":
        """After a write barrier; ``pending``: the flag is set already, so that it is not early."""
        if self.last is not None or pending:
            return replace(self, ordered=True, other=False)
        return replace(self, ordered=True, early_barrier=site, foreign=self.other, other=False)


class FlagSet(Struct, frozen=True, cache_hash=True):
    """The last set of the flag by this path.

    ``ordered`` is False where a raw set has no barrier behind it yet.  ``pending`` is the set where the tags were not
    whole, ``doubtful`` that an unknown function had the page before and may have written them.
    """

    event: Event | None = None
    ordered: bool = True
    pending: Event | None = None
    doubtful: bool = False
    barrier: Site | None = None
    """The first write barrier while a set was pending."""

    def after(self, event: Event, *, whole: bool, known: bool, doubtful: bool) -> "FlagSet":
        """After a set; ``whole``: the tags are written, ``known``: the flag was set already, for sure."""
        pending = self.pending if whole or known else event
        ordered = not event.raw or event.barrier is not None
        return FlagSet(event, ordered, pending, doubtful, self.barrier)

    def tested_and_set(self, event: Event, *, whole: bool) -> "FlagSet":
        """After ``test_and_set_bit``, where it found the flag clear and set it."""
        return replace(self, event=event, pending=None if whole else event)

    def cleared(self) -> "FlagSet":
        """After a clearing: nothing is set any more."""
        return replace(self, event=None, pending=None)

    def fenced(self, site: Site) -> "FlagSet":
        """After a write barrier."""
        return replace(self, ordered=True, barrier=self.barrier or (site if self.pending is not None else None))


class GivenAway(Struct, frozen=True, cache_hash=True):
    """How the page left this path's hands since the last write: reference dropped, lock released, PTE installed."""

    put: Event | None = None
    unlocked: Event | None = None
    published: Event | None = None


class Zero(StrEnum):
    """Whether the page may be the zero page."""

    NO = "no"
    MAYBE = "maybe"
    YES = "yes"
    EXCLUDED = "excluded"
    """A test says that it is not."""


class Provenance(Struct, frozen=True, cache_hash=True):
    """Where the page comes from, as far as it bears on its flag: ``fresh`` is newly allocated and nobody else's."""

    fresh: bool = False
    zero: Zero = Zero.NO


class OutOfSight(Struct, frozen=True, cache_hash=True):
    """What may have happened to the page where nobody looked.

    ``escaped``: an unknown function got the page; ``tags``: it, or its address, so that its tags may have been written
    there; ``half_seen``: a callee got it of which a part is in sight, and what is in sight touches the page.
    """

    escaped: bool = False
    half_seen: bool = False
    tags: bool = False

    def after(self, call: Event) -> "OutOfSight":
        """After an unknown function got the page (``misused``) or its address."""
        return replace(self, tags=True, escaped=self.escaped or call.misused)

    def with_folio(self, folio: "OutOfSight") -> "OutOfSight":
        """Of a page whose folio escaped."""
        if not (folio.escaped or folio.tags):
            return self
        return replace(self, escaped=self.escaped or folio.escaped, tags=True)


class Cover(StrEnum):
    """How many pages of a folio were written."""

    NONE = ""
    SOME = "some"
    EVERY = "every"
    """One in each turn of the loop so far."""
    ALL = "all"


class FolioState(Struct, frozen=True, cache_hash=True):
    """What ties pages and folios: the ``parent`` of a page; of a folio, whether it is hugetlb and what was written.

    ``write`` is the write of a page of this folio in the present turn of a loop, ``before`` that of the turns before.
    """

    parent: Symbol | None = None
    cover: Cover = Cover.NONE
    write: Event | None = None
    before: Event | None = None
    huge: bool | None = None

    @property
    def is_touched(self) -> bool:
        """A page of the folio was written."""
        return self.cover is not Cover.NONE or self.write is not None

    def after(self, event: Event) -> "FolioState":
        """After a write of pages of this folio: ``event`` tells whether of all of them."""
        if event.extent is Extent.WHOLE:
            return replace(self, cover=Cover.ALL, write=None)
        return replace(self, write=event)

    def turned(self) -> "FolioState":
        """After one turn of a loop: was a page written in it, and another one than before?"""
        if _same_page(self.write, self.before):
            return replace(self, cover=Cover.SOME, before=self.write, write=None)
        if self.write is not None and self.cover in (Cover.NONE, Cover.EVERY):
            return replace(self, cover=Cover.EVERY, before=self.write, write=None)
        if self.cover is Cover.EVERY and self.write is None:
            return replace(self, cover=Cover.SOME)
        return self

    def left(self, covers: bool) -> "FolioState":
        """After a loop; ``covers``: it took a turn for each page."""
        return replace(self, cover=Cover.ALL if covers else Cover.SOME) if self.cover is Cover.EVERY else self


def _same_page(now: Event | None, before: Event | None) -> bool:
    """Both turns wrote one and the same page: nothing in its symbol changes from turn to turn."""
    if now is None or before is None or now.domain is Domain.HUGETLB or now.extent is not Extent.WHOLE:
        return False
    return now.page is not None and now.page == before.page and not now.page.is_versioned


def shared(lock: str) -> str:
    """The name under which a lock is kept that does not exclude every other initialiser."""
    return f"~{lock}"


def excluding(locks: frozenset[str]) -> frozenset[str]:
    """The locks that exclude every other initialiser."""
    return frozenset(lock for lock in locks if not lock.startswith("~"))
