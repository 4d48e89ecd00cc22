"""What is known of one page at one point of one path, and how an event changes it.

A product of the aspects of :mod:`mtelint.flow.domain.knowledge`: is the flag known, is the claim held, are the tags
written, what is ordered, who has the page.  Here is what one event does to several of them.
"""

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.knowledge import (
    ClaimState,
    Cover,
    Flag,
    FlagKnowledge,
    FlagSet,
    FolioState,
    GivenAway,
    KnownBy,
    OutOfSight,
    Provenance,
    Tags,
    TagState,
)
from mtelint.flow.domain.symbols import Symbol
from mtelint.model import BarrierKind, Domain, EffectKind


class PageState(Struct, frozen=True, cache_hash=True):
    """One page on one path.  Sites and events in it name what made the state what it is."""

    words: str = ""
    known: FlagKnowledge = FlagKnowledge()
    claim: ClaimState = ClaimState()
    tags: TagState = TagState()
    set: FlagSet = FlagSet()
    given: GivenAway = GivenAway()
    origin: Provenance = Provenance()
    unseen: OutOfSight = OutOfSight()
    folio: FolioState = FolioState()

    @property
    def is_written(self) -> bool:
        """All tags that the flag stands for are written: those of the page, or of all pages of the folio."""
        return self.tags.extent is Tags.WHOLE or self.folio.cover is Cover.ALL

    @property
    def acted_on(self) -> bool:
        """This path set the flag, wrote the tags or asked for the claim."""
        return bool(self.set.event or self.tags.last or self.claim.site)

    @property
    def has_neighbours(self) -> bool:
        """Something is known of the pages beside it: they are of one folio with it, or of one allocation."""
        return self.folio.parent is not None or self.origin.fresh

    def neighbour(self) -> "PageState":
        """What is known of a page beside it."""
        page = page_of(self.folio.parent, self.words)
        return replace(page, origin=self.origin) if self.origin.fresh else page

    def after(self, event: Event, locks: frozenset[str]) -> "PageState":
        """The state once ``event`` (on this page) has happened with ``locks`` held."""
        match event.kind:
            case EffectKind.TEST | EffectKind.WAIT:
                return replace(self, known=self.known.tested(event, locks))
            case EffectKind.CLAIM:
                return self._tested_and_set(event) if event.atomic else self._claimed(event, locks)
            case EffectKind.SET:
                return self._set(event)
            case EffectKind.CLEAR:
                return replace(self, known=self.known.cleared(), set=self.set.cleared())
            case EffectKind.WRITE:
                return self._written(event, locks)
            case EffectKind.CALL:
                return replace(self, unseen=self.unseen.after(event))
            case EffectKind.STORE:
                return replace(self, tags=replace(self.tags, other=True))
            case EffectKind.PUT:
                return replace(self, given=replace(self.given, put=event))
            case EffectKind.PUBLISH:
                return replace(self, given=replace(self.given, published=event))
            case _:
                return self

    def _claimed(self, event: Event, locks: frozenset[str]) -> "PageState":
        known, claim = self.known.claimed(event, locks), self.claim.after(event)
        return replace(self, known=known, claim=claim, tags=self.tags.claimed())

    def _tested_and_set(self, event: Event) -> "PageState":
        """``test_and_set_bit`` on the flag; ``event.outcome`` True means that it was clear and is set by us now."""
        known = self.known.tested_and_set(event)
        if event.outcome is False:
            return replace(self, known=known)
        return replace(self, known=known, set=self.set.tested_and_set(event, whole=self.tags.extent is Tags.WHOLE))

    def _set(self, event: Event) -> "PageState":
        known, doubtful = self.known.is_set, self.unseen.tags
        done = self.set.after(event, whole=self.is_written, known=known, doubtful=doubtful)
        return replace(self, known=self.known.set(), set=done)

    def _written(self, event: Event, locks: frozenset[str]) -> "PageState":
        folio = self.folio.after(event) if event.domain is Domain.HUGETLB else self.folio
        return replace(self, tags=self.tags.after(event, locks), given=GivenAway(), folio=folio)

    def fenced(self, kind: BarrierKind, site: Site) -> "PageState":
        """The state after a barrier that names no page."""
        state = self
        if kind in (BarrierKind.WRITE, BarrierKind.FULL, BarrierKind.RELEASE):
            tags = self.tags.fenced(site, self.set.pending is not None)
            state = replace(state, tags=tags, set=self.set.fenced(site))
        if kind in (BarrierKind.READ, BarrierKind.FULL, BarrierKind.ACQUIRE):
            state = replace(state, known=replace(self.known, ordered=True))
        return state

    def unlocked(self, event: Event, names: frozenset[str]) -> "PageState":
        """The state after the release of a lock, kept under ``names``, by ``event``."""
        held = bool(names & self.tags.locks) and self.tags.last is not None
        if not held and event.lock not in self.known.locks:
            return self
        given = replace(self.given, unlocked=event) if held else self.given
        return replace(self, given=given, known=replace(self.known, locks=self.known.locks - {event.lock}))

    def page_written(self, event: Event, part: Event, locks: frozenset[str]) -> "PageState":
        """The state of a folio once ``event`` wrote one of its pages, told of the folio as ``part``."""
        written = self.after(part, locks)
        return replace(written, folio=replace(written.folio, cover=self.folio.cover, write=event))

    def with_folio(self, folio: "PageState") -> "PageState":
        """What is known of a page as one of ``folio``: a page of a flagged folio counts as flagged."""
        known, unseen, tie = self.known, self.unseen.with_folio(folio.unseen), self.folio
        if folio.known.flag is Flag.SET and known.flag is not Flag.SET:
            known = replace(known, flag=Flag.SET, by=folio.known.by, ordered=folio.known.ordered)
        if folio.folio.huge is not None:
            tie = replace(tie, huge=folio.folio.huge)
        if known is self.known and unseen is self.unseen and tie is self.folio:
            return self
        return replace(self, known=known, unseen=unseen, folio=tie)

    def forgotten(self) -> "PageState":
        """The state where what was asked of the flag went where it cannot be followed."""
        known = replace(self.known, flag=Flag.UNKNOWN, by=KnownBy.NOTHING)
        return replace(self, known=known, claim=self.claim.forgotten())


def fresh_page(words: str) -> PageState:
    """A page that nobody else has."""
    return PageState(words=words, origin=Provenance(fresh=True))


def page_of(folio: Symbol | None, words: str) -> PageState:
    """A page of a folio, of which nothing else is known yet."""
    return PageState(words=words, folio=FolioState(parent=folio))
