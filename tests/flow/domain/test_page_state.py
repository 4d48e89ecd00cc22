"""Laws of the state of one page: what repeats, what commutes, what a folio tells of its pages."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pages import FOLIO, event, site

from mtelint.flow.domain.events import Event
from mtelint.flow.domain.knowledge import Cover, Flag, FlagKnowledge, FolioState, KnownBy, OutOfSight, shared
from mtelint.flow.domain.page_state import PageState, fresh_page, page_of
from mtelint.model import BarrierKind, Domain, EffectKind, Extent, WriteHow

OUTCOMES = st.sampled_from([None, True, False])
KINDS = (EffectKind.CLAIM, EffectKind.TEST, EffectKind.SET, EffectKind.CLEAR, EffectKind.WRITE, EffectKind.CALL,
         EffectKind.PUT, EffectKind.PUBLISH, EffectKind.WAIT, EffectKind.READ)  # fmt: skip

events: st.SearchStrategy[Event] = st.builds(
    lambda kind, line, outcome, extent, raw, atomic, domain, misused: event(
        kind, line, outcome=outcome, extent=extent, raw=raw, atomic=atomic, domain=domain, misused=misused,
        how=WriteHow.CLEAR if kind is EffectKind.WRITE else None,
    ),
    st.sampled_from(KINDS), st.integers(1, 9), OUTCOMES, st.sampled_from(Extent), st.booleans(), st.booleans(),
    st.sampled_from(Domain), st.booleans(),
)  # fmt: skip
barriers = st.sampled_from(BarrierKind)


def state_after(happened: list[Event]) -> PageState:
    state = PageState(words="page")
    for each in happened:
        state = state.after(each, frozenset())
    return state


states = st.lists(events, max_size=5).map(state_after)


@given(states, barriers)
def test_a_barrier_again_changes_nothing(state: PageState, kind: BarrierKind) -> None:
    once = state.fenced(kind, site(1))
    assert once.fenced(kind, site(1)) == once


@given(states, st.sampled_from([EffectKind.PUT, EffectKind.PUBLISH, EffectKind.CALL, EffectKind.CLEAR]))
def test_an_event_that_only_notes_itself_again_changes_nothing(state: PageState, kind: EffectKind) -> None:
    once = state.after(event(kind), frozenset())
    assert once.after(event(kind), frozenset()) == once


@given(states, events)
def test_who_gets_the_page_is_another_aspect_than_flag_and_claim(state: PageState, happens: Event) -> None:
    """Two events that bear on different aspects commute."""
    given_away = event(EffectKind.PUT)
    if happens.kind not in (EffectKind.WRITE, EffectKind.PUT):
        one = state.after(given_away, frozenset()).after(happens, frozenset())
        assert one == state.after(happens, frozenset()).after(given_away, frozenset())


@given(states, barriers)
def test_a_read_barrier_and_a_write_commute(state: PageState, kind: BarrierKind) -> None:
    write = event(EffectKind.WRITE, how=WriteHow.CLEAR)
    if kind in (BarrierKind.READ, BarrierKind.ACQUIRE):
        one = state.fenced(kind, site(1)).after(write, frozenset())
        assert one == state.after(write, frozenset()).fenced(kind, site(1))


@given(states)
def test_a_test_leaves_the_tags_and_the_claim_alone(state: PageState) -> None:
    tested = state.after(event(EffectKind.TEST, outcome=True), frozenset())
    assert replace(tested, known=state.known) == state


@given(states)
def test_both_outcomes_of_a_test_cover_what_the_flag_can_be(state: PageState) -> None:
    both = [event(EffectKind.TEST, outcome=outcome) for outcome in (True, False)]
    possible = [each for each in both if state.known.allows(each)]
    assert len(possible) == (1 if state.known.flag is Flag.SET else 2)
    found = {state.after(each, frozenset()).known.flag for each in possible}
    assert found == {Flag.SET} if len(possible) == 1 else found == {Flag.SET, Flag.CLEAR}


@given(states, states)
def test_what_a_folio_tells_it_tells_once(page: PageState, folio: PageState) -> None:
    once = page.with_folio(folio)
    assert once.with_folio(folio) == once
    assert once.tags == page.tags
    assert once.claim == page.claim


def test_a_page_of_a_flagged_folio_counts_as_flagged() -> None:
    folio = PageState(known=FlagKnowledge(Flag.SET, KnownBy.TEST), folio=FolioState(huge=True))
    page = page_of(FOLIO, "page").with_folio(folio)
    assert page.known.is_set
    assert page.folio == FolioState(parent=FOLIO, huge=True)


def test_a_write_takes_back_that_the_page_was_given_away() -> None:
    put = PageState().after(event(EffectKind.PUT), frozenset())
    assert put.after(event(EffectKind.WRITE, how=WriteHow.CLEAR), frozenset()).given == PageState().given


def test_a_page_of_a_folio_is_a_part_of_it_in_this_turn() -> None:
    write = event(EffectKind.WRITE, how=WriteHow.CLEAR)
    part = replace(write, page=FOLIO, domain=Domain.HUGETLB, extent=Extent.PART)
    folio = PageState().page_written(write, part, frozenset())
    assert (folio.folio.cover, folio.folio.write, folio.tags.last) == (Cover.NONE, write, part)
    assert folio.folio.is_touched
    assert not folio.is_written


def test_the_release_of_a_lock_counts_where_it_was_held_at_the_write() -> None:
    release = event(EffectKind.RELEASE, page=None, lock="&all")
    names = frozenset({"&all", shared("&all")})
    written = PageState().after(event(EffectKind.WRITE, how=WriteHow.CLEAR), frozenset({"&all"}))
    assert written.unlocked(release, names).given.unlocked == release
    assert PageState().unlocked(release, names) == PageState()


def test_an_answer_that_is_lost_takes_the_knowledge_with_it() -> None:
    claimed = PageState().after(event(EffectKind.CLAIM, outcome=True), frozenset())
    lost = claimed.forgotten()
    assert (lost.known.flag, lost.known.by, lost.claim.site) == (Flag.UNKNOWN, KnownBy.NOTHING, None)


def test_a_fresh_page_is_nobody_elses() -> None:
    assert fresh_page("page").origin.fresh
    assert fresh_page("page").unseen == OutOfSight()
