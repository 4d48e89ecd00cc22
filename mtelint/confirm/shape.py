"""What describes a path, in the words by which questions choose it."""

from collections.abc import Sequence

from mtelint.confirm.acts import INITIALISED, NO_PAGE, SUBJECT, Act, Do, claimed_twice
from mtelint.flow.domain.symbols import Symbol
from mtelint.model import WriteHow

_OF_NEW_PAGES = (WriteHow.COPY, WriteHow.ZERO_CLEAR)


def shape(acts: Sequence[Act], page: Symbol) -> frozenset[str]:
    """The words for a path; ``page`` is the symbol of the page in question."""
    mine = [act for act in acts if act.page == SUBJECT and act.do not in NO_PAGE]
    words = {f"ends-in-{act.do.value}" for act in mine[-1:]}
    tests = {
        "mask": any(act.mask for act in mine[-1:]),
        "cleared": any(act.value == INITIALISED for act in [a for a in mine if a.do is Do.WRITE][-1:]),
        "claimed-twice": claimed_twice(acts),
        "claimed": _claim_kept(mine),
        "unflagged": not any(act.do in (Do.SET, Do.TEST_AND_SET) for act in mine),
        "test-and-set": any(act.do is Do.TEST_AND_SET for act in mine),
        "misread": any(act.aside and act.do is Do.READ for act in acts[-1:]),
        "misused": any(act.aside for act in acts),
        "tested-clear": _tested_clear(mine),
        "fault": any(act.do is Do.SELF_WAIT for act in mine),
        "unpublished": _unpublished(mine, page),
    }
    return frozenset(words | _given_away(acts) | {word for word, holds in tests.items() if holds})


def _given_away(acts: Sequence[Act]) -> set[str]:
    """How the page is given away: between tags and flag, or, where nothing stands there, anywhere."""
    ways = {Do.PUT: "put", Do.PUBLISH: "publish", Do.UNLOCK: "unlock"}
    between = {word for do, word in ways.items() if _between(acts, do)}
    return between or {ways[act.do] for act in acts if act.do in ways}


def _between(acts: Sequence[Act], do: Do) -> bool:
    """Whether such an act stands between the last write of the tags and the set of the flag."""
    after = False
    for act in acts:
        if act.do is Do.WRITE and act.page == SUBJECT:
            after = False
        elif act.do is do and (act.page == SUBJECT or do is Do.UNLOCK):
            after = True
        elif act.do is Do.SET and act.page == SUBJECT and after:
            return True
    return False


def _claim_kept(mine: Sequence[Act]) -> bool:
    claims = [i for i, act in enumerate(mine) if act.do is Do.CLAIM and act.outcome is not False]
    return bool(claims) and not any(act.do is Do.SET for act in mine[claims[-1] :])


def _tested_clear(mine: Sequence[Act]) -> bool:
    """The flag was found clear before the claim was asked for."""
    claim = next((i for i, act in enumerate(mine) if act.do is Do.CLAIM), len(mine))
    return any(act.do is Do.TEST and act.outcome is False for act in mine[:claim])


def _unpublished(mine: Sequence[Act], page: Symbol) -> bool:
    """Nobody else can have the page: it is new, or the target of a copy that nothing on the path maps."""
    if any(act.do is Do.PUBLISH for act in mine):
        return False
    if page.is_allocated:
        return True
    if any(act.do in (Do.TEST, Do.WAIT) or (act.do is Do.TEST_AND_SET) for act in mine):
        return False
    return any(act.event is not None and act.event.how in _OF_NEW_PAGES for act in mine if act.do is Do.WRITE)
