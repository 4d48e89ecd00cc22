"""Changes that may repair a finding, the best first; none is offered before :mod:`mtelint.fix.proof` has tried it."""

from collections.abc import Callable, Iterator

from mtelint.fix import guards, moves, raw
from mtelint.fix.code import Code
from mtelint.fix.edits import Proposal

Proposer = Callable[[Code], Iterator[Proposal]]

_PROPOSERS: dict[str, tuple[Proposer, ...]] = {
    "MTE001": (raw.to_helper,),
    "MTE002": (moves.set_after_tags, moves.claim_for_test_and_set),
    "MTE005": (moves.missing_set,),
    "MTE006": (moves.set_before_release,),
    "MTE008": (guards.other_way_round,),
    "MTE009": (raw.to_helper, raw.order_set),
    "MTE010": (raw.barrier_to_set,),
    "MTE012": (guards.address_of_page,),
    "MTE013": (moves.finish_claim,),
}
"""The rules that have one safe answer, with what may be it."""


def proposals(code: Code) -> Iterator[Proposal]:
    """All proposals for a finding, which may be none."""
    for proposer in _PROPOSERS.get(code.finding.rule, ()):
        yield from proposer(code)
