"""What one event makes of one aspect of a page: tables *event x state -> state*, of what bears on a rule."""

import pytest
from pages import event, site

from mtelint.flow.domain.knowledge import (
    Claim,
    ClaimState,
    Cover,
    Flag,
    FlagKnowledge,
    FlagSet,
    FolioState,
    KnownBy,
    OutOfSight,
    Tags,
    TagState,
)
from mtelint.flow.domain.symbols import variable
from mtelint.model import BarrierKind, Domain, EffectKind, Extent, WriteHow

NONE, TEST, WARN, CLAIM, SET, WAIT = (
    KnownBy.NOTHING, KnownBy.TEST, KnownBy.WARN, KnownBy.CLAIM, KnownBy.SET, KnownBy.WAIT,
)  # fmt: skip
UNKNOWN, CLEAR, FLAGGED = Flag.UNKNOWN, Flag.CLEAR, Flag.SET

found_set = event(EffectKind.TEST, outcome=True)
found_clear = event(EffectKind.TEST, outcome=False)
unlooked = event(EffectKind.TEST)
warned = event(EffectKind.TEST, outcome=True, warned=True)
waited = event(EffectKind.WAIT, outcome=True)


@pytest.mark.parametrize(
    ("flag", "by", "happens", "then", "then_by"),
    [
        (UNKNOWN, NONE, found_set, FLAGGED, TEST),
        (UNKNOWN, NONE, found_clear, CLEAR, TEST),
        (UNKNOWN, NONE, unlooked, UNKNOWN, TEST),
        (UNKNOWN, NONE, warned, FLAGGED, WARN),
        (UNKNOWN, NONE, waited, FLAGGED, WAIT),
        (CLEAR, TEST, found_set, FLAGGED, TEST),  # somebody else set it in the meantime
        (CLEAR, TEST, warned, CLEAR, TEST),  # a warning adds nothing to what is known by more
        (FLAGGED, WARN, found_set, FLAGGED, TEST),
        (FLAGGED, SET, found_set, FLAGGED, SET),  # the path's own set stays its own
        (FLAGGED, KnownBy.TEST_AND_SET, waited, FLAGGED, KnownBy.TEST_AND_SET),
    ],
)
def test_a_test_of_the_flag(flag: Flag, by: KnownBy, happens: object, then: Flag, then_by: KnownBy) -> None:
    known = FlagKnowledge(flag, by).tested(happens, frozenset())  # type: ignore[arg-type]  # an event of the table
    assert (known.flag, known.by, known.asked) == (then, then_by, True)


@pytest.mark.parametrize(
    ("flag", "by", "outcome", "then", "then_by"),
    [
        (UNKNOWN, NONE, True, CLEAR, CLAIM),
        (UNKNOWN, NONE, False, FLAGGED, CLAIM),
        (UNKNOWN, NONE, None, UNKNOWN, NONE),
        (CLEAR, TEST, True, CLEAR, TEST),  # it was known before
        (CLEAR, TEST, False, FLAGGED, CLAIM),
    ],
)
def test_a_claim_tells_the_flag(flag: Flag, by: KnownBy, outcome: bool | None, then: Flag, then_by: KnownBy) -> None:
    known = FlagKnowledge(flag, by).claimed(event(EffectKind.CLAIM, outcome=outcome), frozenset())
    assert (known.flag, known.by) == (then, then_by)


@pytest.mark.parametrize(
    ("flag", "by", "then_by"),
    [(UNKNOWN, NONE, SET), (CLEAR, TEST, SET), (FLAGGED, TEST, TEST), (FLAGGED, WARN, SET), (FLAGGED, SET, SET)],
)
def test_a_set_of_the_flag(flag: Flag, by: KnownBy, then_by: KnownBy) -> None:
    known = FlagKnowledge(flag, by, ordered=False).set()
    assert (known.flag, known.by, known.ordered) == (FLAGGED, then_by, True)


@pytest.mark.parametrize(
    ("flag", "kind", "outcome", "possible"),
    [
        (FLAGGED, EffectKind.TEST, False, False), (FLAGGED, EffectKind.TEST, True, True),
        (FLAGGED, EffectKind.CLAIM, True, False), (FLAGGED, EffectKind.CLAIM, False, True),
        (FLAGGED, EffectKind.TEST, None, True), (FLAGGED, EffectKind.SET, None, True),
        (CLEAR, EffectKind.TEST, True, True), (CLEAR, EffectKind.CLAIM, False, True),
        (UNKNOWN, EffectKind.TEST, False, True),
    ],
)  # fmt: skip
def test_a_flag_that_is_set_is_never_found_clear(
    flag: Flag, kind: EffectKind, outcome: bool | None, possible: bool
) -> None:
    assert FlagKnowledge(flag).allows(event(kind, outcome=outcome)) is possible


def test_a_test_keeps_the_locks_that_exclude_others() -> None:
    assert FlagKnowledge().tested(found_clear, frozenset({"&all", "~&mm->lock"})).locks == {"&all"}


@pytest.mark.parametrize(("outcome", "state"), [(True, Claim.HELD), (False, Claim.LOST), (None, Claim.OPEN)])
def test_a_claim(outcome: bool | None, state: Claim) -> None:
    claim = ClaimState().after(event(EffectKind.CLAIM, 7, outcome=outcome, domain=Domain.HUGETLB))
    assert claim == ClaimState(state, site(7), huge=True)
    assert claim.may_be_held is (state is not Claim.LOST)
    assert claim.forgotten().state is Claim.NONE


WHOLE, PART = Extent.WHOLE, Extent.PART


@pytest.mark.parametrize(
    ("before", "extent", "domain", "then"),
    [
        (Tags.UNTOUCHED, WHOLE, Domain.PAGE, Tags.WHOLE), (Tags.UNTOUCHED, PART, Domain.PAGE, Tags.PART),
        (Tags.PART, PART, Domain.PAGE, Tags.PART), (Tags.PART, WHOLE, Domain.PAGE, Tags.WHOLE),
        (Tags.WHOLE, PART, Domain.PAGE, Tags.WHOLE),
        (Tags.UNTOUCHED, WHOLE, Domain.HUGETLB, Tags.UNTOUCHED),  # of a folio the coverage tells
    ],
)  # fmt: skip
def test_a_write_of_tags(before: Tags, extent: Extent, domain: Domain, then: Tags) -> None:
    written = event(EffectKind.WRITE, extent=extent, domain=domain, how=WriteHow.CLEAR)
    tags = TagState(before).after(written, frozenset({"&lock"}))
    assert (tags.extent, tags.last, tags.first, tags.locks, tags.ordered) == (
        then, written, WriteHow.CLEAR, frozenset({"&lock"}), False,
    )  # fmt: skip


def test_the_first_write_is_told_from_the_last_until_a_claim() -> None:
    clear, restore = (event(EffectKind.WRITE, how=how) for how in (WriteHow.CLEAR, WriteHow.RESTORE))
    twice = TagState().after(clear, frozenset()).after(restore, frozenset())
    assert (twice.first, twice.last) == (WriteHow.CLEAR, restore)
    assert twice.claimed().first is None


@pytest.mark.parametrize(
    ("written", "pending", "early"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_a_write_barrier_is_early_before_all_else(written: bool, pending: bool, early: bool) -> None:
    tags = TagState(last=event(EffectKind.WRITE) if written else None, ordered=False).fenced(site(9), pending)
    assert tags.ordered
    assert (tags.early_barrier == site(9)) is early


@pytest.mark.parametrize(
    ("whole", "known", "pending"),
    [(False, False, True), (True, False, False), (False, True, False), (True, True, False)],
)
def test_a_set_is_pending_until_the_tags_are_written(whole: bool, known: bool, pending: bool) -> None:
    happens = event(EffectKind.SET)
    done = FlagSet().after(happens, whole=whole, known=known, doubtful=False)
    assert (done.event, done.pending) == (happens, happens if pending else None)


@pytest.mark.parametrize(
    ("raw", "barrier", "ordered"), [(False, None, True), (True, None, False), (True, BarrierKind.RELEASE, True)]
)
def test_a_raw_set_is_in_no_order(raw: bool, barrier: BarrierKind | None, ordered: bool) -> None:
    done = FlagSet().after(event(EffectKind.SET, raw=raw, barrier=barrier), whole=True, known=False, doubtful=False)
    assert done.ordered is ordered
    assert done.fenced(site(9)).ordered


ONE = event(EffectKind.WRITE, page=variable("pages", 3))
SAME = event(EffectKind.WRITE, page=variable("page"))


@pytest.mark.parametrize(
    ("cover", "write", "before", "then"),
    [
        (Cover.NONE, ONE, None, Cover.EVERY), (Cover.EVERY, ONE, ONE, Cover.EVERY),
        (Cover.EVERY, None, ONE, Cover.SOME),  # a turn passed one by
        (Cover.EVERY, SAME, SAME, Cover.SOME),  # each turn wrote one and the same page
        (Cover.SOME, ONE, ONE, Cover.SOME), (Cover.ALL, None, None, Cover.ALL), (Cover.NONE, None, None, Cover.NONE),
    ],
)  # fmt: skip
def test_a_turn_of_a_loop_over_pages(cover: Cover, write: object, before: object, then: Cover) -> None:
    folio = FolioState(cover=cover, write=write, before=before)  # type: ignore[arg-type]  # events of the table
    assert folio.turned().cover is then


@pytest.mark.parametrize(
    ("cover", "covers", "then"),
    [(Cover.EVERY, True, Cover.ALL), (Cover.EVERY, False, Cover.SOME), (Cover.SOME, True, Cover.SOME)],
)
def test_the_end_of_a_loop_over_pages(cover: Cover, covers: bool, then: Cover) -> None:
    assert FolioState(cover=cover).left(covers).cover is then


@pytest.mark.parametrize("misused", [True, False])
def test_an_unknown_function_that_has_the_address_may_write_tags_and_no_more(misused: bool) -> None:
    assert OutOfSight().after(event(EffectKind.CALL, misused=misused)) == OutOfSight(escaped=misused, tags=True)


def test_a_page_of_a_folio_that_escaped_escaped() -> None:
    assert OutOfSight().with_folio(OutOfSight(escaped=True)) == OutOfSight(escaped=True, tags=True)
    assert OutOfSight().with_folio(OutOfSight()) == OutOfSight()
