"""Changes that may repair a finding, the best first; none is offered before :mod:`mtelint.fix.proof` has tried it."""

from collections.abc import Callable, Iterable, Iterator

from mtelint.fix import guards, moves, raw
from mtelint.fix.code import Code
from mtelint.fix.edits import Proposal
from mtelint.model.repairs import RepairKind

Proposer = Callable[[Code], Iterator[Proposal]]

PROPOSERS: dict[RepairKind, Proposer] = {
    RepairKind.CALL_HELPER: raw.to_helper,
    RepairKind.ADD_BARRIER: raw.order_set,
    RepairKind.MOVE_BARRIER: raw.barrier_to_set,
    RepairKind.SET_AFTER_TAGS: moves.set_after_tags,
    RepairKind.CLAIM_FOR_TEST_AND_SET: moves.claim_for_test_and_set,
    RepairKind.ADD_SET: moves.missing_set,
    RepairKind.SET_BEFORE_RELEASE: moves.set_before_release,
    RepairKind.FINISH_CLAIM: moves.finish_claim,
    RepairKind.INVERT_GUARD: guards.other_way_round,
    RepairKind.ADDRESS_OF_PAGE: guards.address_of_page,
}


def proposals(code: Code, kinds: Iterable[RepairKind]) -> Iterator[Proposal]:
    """All proposals of the kinds that the rule of a finding names, which may be none."""
    for kind in kinds:
        yield from PROPOSERS[kind](code)
