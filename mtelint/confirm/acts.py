"""What a path does to the locations of a page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mtelint.flow.domain.events import Event, Site
from mtelint.model import BarrierKind

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


@dataclass(frozen=True, slots=True)
class Act:
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


def claimed_twice(acts: Sequence[Act]) -> bool:
    """The path ends in a claim on a page that it holds claimed."""
    mine = [act for act in acts if act.page == SUBJECT]
    if not mine or mine[-1].do not in (Do.CLAIM, Do.SELF_WAIT):
        return False
    before = [act for act in mine[:-1] if act.do in (Do.CLAIM, Do.SET, Do.TEST_AND_SET)]
    return bool(before) and before[-1].do is Do.CLAIM and before[-1].outcome is not False
