"""What must hold for every program."""

from dataclasses import replace

from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from litmus_programs import REGISTERS, make_program, programs

from mtelint.memsim.litmus.ast import Assign, Do, Fence, FenceKind, Load, Marking, Program, Stmt, Store, Thread
from mtelint.memsim.litmus.final_state import Observable
from mtelint.memsim.search.decide import decide

RELAXED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def states(program: Program, model: str = "lkmm") -> set[tuple[tuple[str, object], ...]]:
    return {tuple(sorted(state.items())) for state in decide(program, model).states}


def with_body(program: Program, thread: int, body: tuple[Stmt, ...]) -> Program:
    threads = list(program.threads)
    threads[thread] = Thread(body)
    return replace(program, threads=tuple(threads))


@RELAXED
@given(programs(), st.data())
def test_a_barrier_never_adds_states(program: Program, data: st.DataObject) -> None:
    thread = data.draw(st.integers(0, len(program.threads) - 1))
    body = program.threads[thread].body
    at = data.draw(st.integers(0, len(body)))
    kind = data.draw(st.sampled_from([FenceKind.MB, FenceKind.RMB, FenceKind.WMB, FenceKind.SYNC_RCU]))
    assert states(with_body(program, thread, (*body[:at], Fence(kind), *body[at:]))) <= states(program)


@RELAXED
@given(programs())
def test_full_barriers_everywhere_leave_interleavings_only(program: Program) -> None:
    """With smp_mb() between all statements the weaker of the two models has nothing left to allow."""
    strong = program
    for thread, made in enumerate(program.threads):
        body: list[Stmt] = []
        for stmt in made.body:
            body += [stmt, Fence(FenceKind.MB)]
        strong = with_body(strong, thread, tuple(body))
    assert states(strong, "lkmm-6.1") == states(strong)


@RELAXED
@given(programs())
def test_the_newer_model_is_the_stronger_one(program: Program) -> None:
    assert states(program) <= states(program, "lkmm-6.1")


@RELAXED
@given(programs())
def test_acquire_and_release_never_add_states(program: Program) -> None:
    def strengthen(stmt: Stmt) -> Stmt:
        match stmt:
            case Assign(reg, Load(addr, Marking.ONCE)):
                return Assign(reg, Load(addr, Marking.ACQUIRE))
            case Store(addr, value, Marking.ONCE):
                return Store(addr, value, Marking.RELEASE)
            case _:
                return stmt

    stronger = program
    for thread, made in enumerate(program.threads):
        stronger = with_body(stronger, thread, tuple(strengthen(stmt) for stmt in made.body))
    assert states(stronger) <= states(program)


@RELAXED
@given(programs(threads=3, length=2), st.permutations(range(3)))
def test_the_order_of_cpus_does_not_matter(program: Program, order: list[int]) -> None:
    moved = make_program([program.threads[i].body for i in order])
    registers = [(new, old, reg) for new, old in enumerate(order) for reg in REGISTERS]
    back = {str(Observable(new, reg)): str(Observable(old, reg)) for new, old, reg in registers}
    renamed = {tuple(sorted((back.get(name, name), value) for name, value in state)) for state in states(moved)}
    assert renamed == states(program)
    assert decide(moved).data_race == decide(program).data_race


@RELAXED
@given(programs())
def test_the_quick_verdict_is_the_verdict(program: Program) -> None:
    full, quick = decide(program), decide(program, verdict_only=True)
    assert (full.verdict, full.data_race) == (quick.verdict, quick.data_race)


@RELAXED
@given(programs(threads=1, length=4))
def test_one_cpu_alone_has_one_outcome(program: Program) -> None:
    """A thread sees its own accesses in order, whatever the barriers; nobody races with it."""
    outcome = decide(program)
    assert len(outcome.states) == 1
    assert not outcome.data_race


@RELAXED
@given(programs(), st.sampled_from([Marking.ONCE, Marking.PLAIN]))
def test_marking_everything_removes_races(program: Program, marking: Marking) -> None:
    def mark(stmt: Stmt) -> Stmt:
        match stmt:
            case Assign(reg, Load(addr, Marking.PLAIN)):
                return Assign(reg, Load(addr, Marking.ONCE))
            case Store(addr, value, Marking.PLAIN):
                return Store(addr, value, Marking.ONCE)
            case _:
                return stmt

    marked = program
    for thread, made in enumerate(program.threads):
        body = tuple(mark(stmt) for stmt in made.body if isinstance(stmt, Assign | Store | Do | Fence))
        marked = with_body(marked, thread, body)
    assert not decide(marked).data_race


def test_the_laws_are_tried_on_programs_with_more_than_one_state() -> None:
    """A guard: generated programs must not all be trivial."""
    quick = settings(max_examples=300, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    assert find(programs(), lambda program: len(states(program)) > 3, settings=quick)
