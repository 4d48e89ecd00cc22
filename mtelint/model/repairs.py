"""The kinds of changes that may repair a finding."""

from enum import StrEnum


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
