"""Programs built without text, witnesses that carry tags back, and explanations."""

from pathlib import Path

import pytest
from mutants import OWN_TESTS

from mtelint.memsim.litmus.ast import BinOp, Const, Fence, FenceKind, Order, Program, Reg
from mtelint.memsim.litmus.builder import ProgramBuilder, both, either, finally_holds
from mtelint.memsim.litmus.final_state import Observable
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.forbidding import forbidding
from mtelint.memsim.output.remedies import remedies
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.execution_witness import Step, Witness
from mtelint.memsim.search.outcome import Outcome, Verdict


def own(name: str) -> Program:
    path = Path(OWN_TESTS / f"{name}.litmus")
    return parse_litmus(path.read_text(encoding="utf-8"), path.name)


def publisher(with_barrier: bool) -> Program:
    """A writer that publishes tags by a flag bit, and a reader with both halves of the helper."""
    b = ProgramBuilder("publish")
    writer = b.thread("initialiser")
    writer.write("tags", 1, tag="mm.c:10")
    if with_barrier:
        writer.fence(FenceKind.WMB, tag="mm.c:11")
    writer.modify("flags", "|", 1, tag="mm.c:12")
    reader = b.thread("reader")
    flag = reader.evaluate(BinOp("&", reader.read("flags", tag="mte.h:20"), Const(1)))
    with reader.when(flag):
        reader.fence(FenceKind.RMB, tag="mte.h:21")
        seen = reader.read("tags", tag="mte.h:22")
    b.exists(both(reader.equals(flag, 1), reader.equals(seen, 0)))
    return b.build()


def witness_of(outcome: Outcome) -> Witness:
    assert outcome.witness is not None
    return outcome.witness


def by_tag(witness: Witness, tag: str, *, reads: bool) -> Step:
    return next(step for step in witness.steps if step.tag == tag and (step.reads if reads else not step.reads))


def test_a_built_program_is_decided() -> None:
    assert decide(publisher(True)).verdict is Verdict.NEVER
    assert decide(publisher(False)).verdict is Verdict.SOMETIMES


def test_a_witness_carries_tags_and_values() -> None:
    witness = witness_of(decide(publisher(False)))
    stale = by_tag(witness, "mte.h:22", reads=True)
    flag = by_tag(witness, "mte.h:20", reads=True)
    set_bit = by_tag(witness, "mm.c:12", reads=False)
    tags = by_tag(witness, "mm.c:10", reads=False)
    assert (stale.value, stale.source, stale.thread) == (0, None, 1)
    assert (flag.value, flag.source) == (1, set_bit.number)
    assert flag.number < stale.number < tags.number, "the stale read comes before the write that it misses"
    assert any(step.tag == "mte.h:21" and not step.location for step in witness.steps), "fences are shown, too"


def test_a_witness_says_what_was_reordered() -> None:
    witness = witness_of(decide(publisher(False)))
    tags, set_bit = by_tag(witness, "mm.c:10", reads=False), by_tag(witness, "mm.c:12", reads=False)
    assert (tags.number, set_bit.number) in witness.reordered
    assert all(witness.steps[a].thread == witness.steps[b].thread for a, b in witness.reordered)


@pytest.mark.parametrize(
    "name", ["MP", "SB", "LB", "IRIW+acquire", "R+wmb+mb", "RMW-lost", "lock-two-locks", "is_locked"]
)
def test_steps_are_ordered_as_communication_demands(name: str) -> None:
    outcome = decide(own(name))
    witness = outcome.witness or outcome.counter
    assert witness is not None
    assert [step.number for step in witness.steps] == list(range(len(witness.steps)))
    for relation in ("rf", "co", "fr"):
        assert all(a < b for a, b in witness.relations[relation]), relation
    for step in witness.steps:
        if step.source is not None:
            origin = witness.steps[step.source]
            assert (origin.location, origin.value) == (step.location, step.value)
    for location, writes in witness.coherence.items():
        assert list(writes) == sorted(writes), location


def test_a_strong_execution_needs_no_reordering() -> None:
    assert witness_of(decide(own("RMW-lost"))).reordered == ()
    assert witness_of(decide(own("lock-two-locks"))).reordered == ()


def test_the_witness_satisfies_the_condition_and_the_counter_does_not() -> None:
    outcome = decide(own("MP"))
    assert dict(witness_of(outcome).state) == {"1:r0": 1, "1:r1": 0}
    assert outcome.counter is not None
    assert dict(outcome.counter.state) != {"1:r0": 1, "1:r1": 0}


def test_everything_a_thread_can_be_built_of() -> None:
    b = ProgramBuilder("all")
    b.start("x", 3)
    t = b.thread()
    t.lock("l")
    old = t.fetch("x", "|", 4, Order.ACQUIRE, name="old")
    swapped = t.compare_exchange("x", 7, 9)
    t.unlock("l")
    taken = t.trylock("m")
    with t.when(taken):
        t.add(Fence(FenceKind.MB))
        t.write("y", old)
    with t.otherwise():
        t.write("y", 99)
    b.exists(both(t.equals(old, 3), t.equals(swapped, 7), finally_holds("x", 9),
                  either(finally_holds("y", 3), finally_holds("y", 4))))  # fmt: skip
    b.observe(Observable(-1, "y"))
    outcome = decide(b.build())
    assert outcome.verdict is Verdict.ALWAYS
    assert outcome.states[0]["y"] == 3
    assert Reg("old") == old


def test_a_filter_of_a_built_program() -> None:
    b = ProgramBuilder("filtered")
    b.thread().write("x", 1)
    reader = b.thread()
    seen = reader.read("x")
    b.only(reader.equals(seen, 1))
    b.exists(reader.equals(seen, 0))
    assert decide(b.build()).verdict is Verdict.NEVER


def test_otherwise_needs_a_when() -> None:
    with pytest.raises(ValueError, match="without a when"), ProgramBuilder("p").thread().otherwise():
        pass


# Explanations


def test_the_missing_barrier_is_named() -> None:
    found = remedies(publisher(False))
    assert [len(remedy.insertions) for remedy in found] == [1]
    insertion = found[0].insertions[0]
    assert (insertion.thread, insertion.kind) == (0, FenceKind.WMB)
    assert (insertion.after_tag, insertion.before_tag) == ("mm.c:10", "mm.c:12")


def test_two_barriers_where_one_is_not_enough() -> None:
    kinds = {tuple(i.kind for i in remedy.insertions) for remedy in remedies(own("SB"))}
    assert kinds == {(FenceKind.MB, FenceKind.MB)}
    assert [tuple(i.kind for i in remedy.insertions) for remedy in remedies(own("MP"))] == [
        (FenceKind.WMB, FenceKind.RMB)
    ]


def test_a_barrier_inside_a_branch_or_before_it() -> None:
    places = [(r.insertions[0].after_line, r.insertions[0].before_line) for r in remedies(own("MP+wmb+ctrl"))]
    assert len(places) == 2
    assert {remedy.insertions[0].kind for remedy in remedies(own("MP+wmb+ctrl"))} == {FenceKind.RMB}


@pytest.mark.parametrize("name", ["RMW-lost", "MP+wmb+rmb", "unknown-loop"])
def test_nothing_is_proposed_where_no_barrier_helps_or_none_is_needed(name: str) -> None:
    assert remedies(own(name)) == ()


@pytest.mark.parametrize(
    ("name", "axiom"), [("MP+wmb+rmb", "happens-before"), ("IRIW+mb+mb", "propagation"), ("RCU-gp", "rcu")]
)
def test_a_refusal_names_axiom_and_cycle(name: str, axiom: str) -> None:
    found = forbidding(own(name))
    assert found is not None
    assert found.axiom == axiom
    assert found.cycle
    assert all(0 <= number < len(found.execution.steps) for number in found.cycle)


def test_what_coherence_alone_forbids_has_no_cycle_to_show() -> None:
    assert forbidding(own("RMW-atomic")) is None
    assert forbidding(own("CoRR")) is None
