"""What other rooms are told of a rule: what it covers, how the simulator is asked, what may repair a defect, and how
loud what its defects rest on lets them be.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from msgspec import Struct

from mtelint.model.findings import Confidence, Severity


class RepairKind(StrEnum):
    """A change of the source that a rule proposes; none is offered before it is proved."""

    CALL_HELPER = "call-helper"
    """The helper takes the place of a raw operation."""
    SET_AFTER_TAGS = "set-after-tags"
    """The set moves behind the write of the tags."""
    CLAIM_FOR_TEST_AND_SET = "claim-for-test-and-set"
    """A claim takes the place of a test and set, and the set stands behind the tags."""
    ADD_SET = "add-set"
    """A set is added behind the write of the tags."""
    SET_BEFORE_RELEASE = "set-before-release"
    """The set moves before what gives the page away."""
    INVERT_GUARD = "invert-guard"
    """The guard is asked the other way round."""
    ADD_BARRIER = "add-barrier"
    """A write barrier is added before a raw set."""
    MOVE_BARRIER = "move-barrier"
    """The barrier moves between the tags and the raw set."""
    ADDRESS_OF_PAGE = "address-of-page"
    """The address of the page takes the place of its ``struct page``."""
    FINISH_CLAIM = "finish-claim"
    """The flag of a claimed page is set behind its tags."""


class Covers(Struct, frozen=True):
    """The rules, by id, whose defects on the same page stay silent under a defect of one rule."""

    at_place: tuple[str, ...] = ()
    """Those that are covered where they stand at the same place."""
    in_function: tuple[str, ...] = ()
    """Those that are covered anywhere in the function."""

    def may_cover(self, rule: str) -> bool:
        """Whether a defect of ``rule`` may be covered at all."""
        return rule in self.at_place or rule in self.in_function


class PathEnd(StrEnum):
    """Where the path of a defect ends."""

    EVENT = "event"
    """In the event at which the defect is certain."""
    EXIT = "exit"
    """At an exit of the function; the event at which the defect is certain stands somewhere before."""


class Pages(StrEnum):
    """Whose locations the program has."""

    SUBJECT = "subject"
    """Those of the page of the defect; of other pages only what the path asked, since that can order its accesses."""
    MISTAKEN = "mistaken"
    """Two pages are taken for each other: the acts on all pages are kept, and the others look at the page that was
    flagged or claimed in place of the written one."""


class Locks(StrEnum):
    """Which locks of the path the program has."""

    EXCLUSIVE = "exclusive"
    """Those that keep every other initialiser out."""
    ANY = "any"
    """All: the defect is that one is dropped."""


class Parts(StrEnum):
    """What the write of one page of a folio stands for where the defect is about the folio."""

    WHOLE = "whole"
    """All tags of the folio: the other pages are written alike."""
    PART = "part"
    """No more than a part of them."""


class Completion(StrEnum):
    """What the path is completed with: what its rule takes for granted."""

    NONE = "none"
    CALLER = "caller"
    """The caller of a helper, which writes the tags before the set, or reads them after the test."""
    SECOND_CLAIM = "second-claim"
    """A second claim at the end of the path waits for the first, which is the path's own."""
    FAULT = "fault"
    """The access at the end of the path faults, and the handler claims the page."""
    QUESTION = "question"
    """The answer of the last act is what the question is about."""


class Modelling(Struct, frozen=True):
    """What the simulator is to know of a rule; the defaults fit a rule that speaks of one page at one event."""

    end: PathEnd = PathEnd.EVENT
    pages: Pages = Pages.SUBJECT
    locks: Locks = Locks.EXCLUSIVE
    parts: Parts = Parts.WHOLE
    completion: Completion = Completion.NONE


# --- premises ---------------------------------------------------------------------------------------------------------


class PremiseKind(StrEnum):
    """What was taken for granted instead of seen; ``rules/premises.toml`` says how loud each lets a finding be."""

    NO_TURN = "no-turn"
    """A loop makes no turn, and the code nowhere treats that case."""
    ASSERTION_FAILS = "assertion-fails"
    """The path goes on behind an assertion that failed."""
    SAME_PAGE = "same-page"
    """A user address is taken to map the page in hand."""


class Ceiling(Struct, frozen=True):
    """How loud a finding can be at most; None where nothing is said."""

    severity: Severity | None = None
    confidence: Confidence | None = None

    def hold(self, severity: Severity, confidence: Confidence) -> tuple[Severity, Confidence]:
        """Both, but no more than this lets them be."""
        lower = self.severity is not None and self.severity.rank < severity.rank
        doubted = self.confidence is not None and self.confidence.rank < confidence.rank
        return (
            self.severity if lower and self.severity is not None else severity,
            self.confidence if doubted and self.confidence is not None else confidence,
        )


class Loudness(Struct, frozen=True):
    """Per kind of premise the ceiling of any rule, and those of rules, by their ids, that have one of their own."""

    any_rule: Mapping[PremiseKind, Ceiling] = MappingProxyType({})
    of_rule: Mapping[tuple[PremiseKind, str], Ceiling] = MappingProxyType({})

    def ceiling(self, kind: PremiseKind, rule: str) -> Ceiling:
        """What a finding of a rule can be that rests on a premise of that kind."""
        return self.of_rule.get((kind, rule)) or self.any_rule.get(kind) or Ceiling()
