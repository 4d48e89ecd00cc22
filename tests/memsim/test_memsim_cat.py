"""The kernel's own model files, run literally, against our named relations: same executions allowed, same races."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from litmus_cat import Env, Interpreter, library
from litmus_fuzz import Generator
from litmus_naive import candidates, coherent_executions
from litmus_programs import lock_programs, programs
from mutants import MUTANTS, OWN_TESTS, Mutant, load

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.event_path import Path as ThreadPath
from mtelint.memsim.event.rows import Rows, bits, empty
from mtelint.memsim.event.skeleton import Execution
from mtelint.memsim.litmus.ast import FenceKind, Program
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.search.decide import MODELS

pytestmark = pytest.mark.kernel

RELAXED = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
FENCES = {
    FenceKind.MB: "Mb", FenceKind.RMB: "Rmb", FenceKind.WMB: "Wmb", FenceKind.BARRIER: "Barrier",
    FenceKind.BEFORE_ATOMIC: "Before-atomic", FenceKind.AFTER_ATOMIC: "After-atomic",
    FenceKind.AFTER_SPINLOCK: "After-spinlock", FenceKind.AFTER_UNLOCK_LOCK: "After-unlock-lock",
    FenceKind.RCU_LOCK: "Rcu-lock", FenceKind.RCU_UNLOCK: "Rcu-unlock", FenceKind.SYNC_RCU: "Sync-rcu",
    FenceKind.SRCU_LOCK: "Srcu-lock", FenceKind.SRCU_UNLOCK: "Srcu-unlock", FenceKind.SYNC_SRCU: "Sync-srcu",
    FenceKind.AFTER_SRCU_UNLOCK: "After-srcu-read-unlock",
}  # fmt: skip
ABSENT = ("IW", "RL")


class Literal:
    """One execution with all fences as events, for the interpreter."""

    def __init__(self, chosen: tuple[ThreadPath, ...], x: Execution) -> None:
        self.events = [event for path in chosen for event in path.events]
        self.n = len(self.events)
        self.thread = [t for t, path in enumerate(chosen) for _ in path.events]
        self.offset = [sum(len(path.events) for path in chosen[:t]) for t in range(len(chosen))]
        self.number: dict[int, int] = {}
        for t, piece in enumerate(x.s.strips):
            for position, kept in enumerate(piece.positions):
                if kept >= 0:
                    self.number[kept + x.s.offsets[t]] = position + self.offset[t]
        self.chosen = chosen
        self.x = x

    def static(self, attribute: str) -> Rows:
        """A relation of the paths, from predecessors to rows."""
        result = empty(self.n)
        for path, offset in zip(self.chosen, self.offset, strict=True):
            for i, before in enumerate(getattr(path, attribute)):
                for j in bits(before):
                    result[j + offset] |= 1 << (i + offset)
        return result

    def dynamic(self, relation: Rows) -> Rows:
        """A relation between accesses, renumbered."""
        result = empty(self.n)
        for i, row in enumerate(relation):
            for j in bits(row):
                result[self.number[i]] |= 1 << self.number[j]
        return result

    def members(self, wanted: int, without: int = 0) -> int:
        """Events of a class."""
        return sum(1 << i for i, e in enumerate(self.events) if e.sets & wanted and not e.sets & without)

    def env(self) -> Env:
        """Everything that herd7 and lock.cat would supply."""
        po = self.static("po")
        env = library(self.n, po)
        same = [sum(1 << j for j in range(self.n) if self.thread[j] == t) for t in self.thread]
        here = [
            sum(1 << j for j, other in enumerate(self.events) if place(e) and place(other) == place(e))
            for e in self.events
        ]
        env.update({"po": po, "loc": here, "int": same, "ext": [~mask & ((1 << self.n) - 1) for mask in same]})
        env["po-loc"] = [a & b for a, b in zip(po, here, strict=True)]
        for name, relation in (("rf", self.x.rf), ("co", self.x.co), ("fr", self.x.fr)):
            rows = self.dynamic(relation)
            env[name] = rows
            env[name + "i"] = [a & b for a, b in zip(rows, same, strict=True)]
            env[name + "e"] = [a & ~b for a, b in zip(rows, same, strict=True)]
        env["rmw"] = self.dynamic([1 << self.x.s.rmw[i] if i in self.x.s.rmw else 0 for i in range(self.x.s.n)])
        env.update({name: self.static(name) for name in ("addr", "data", "ctrl")})
        locks, plain = ev.LOCK_ACCESS | ev.SRCU_LOCK | ev.SRCU_UNLOCK, ev.PLAIN
        env.update(
            {
                "R": self.members(ev.READ), "W": self.members(ev.WRITE), "M": self.members(ev.MEMORY),
                "F": self.members(ev.FENCE), "RMW": self.members(ev.ATOMIC), "Acquire": self.members(ev.ACQUIRE),
                "Release": self.members(ev.RELEASE), "Noreturn": self.members(ev.NORETURN),
                "Once": self.members(ev.MEMORY, plain | locks | ev.ACQUIRE | ev.RELEASE | ev.NORETURN),
                "LKR": self.members(ev.LKR), "LKW": self.members(ev.LKW), "UL": self.members(ev.UL),
                "LF": self.members(ev.LF), "RU": self.members(ev.RU),
            }
        )  # fmt: skip
        env.update(dict.fromkeys(ABSENT, 0))
        for kind, name in FENCES.items():
            env[name] = sum(1 << i for i, e in enumerate(self.events) if e.fence is kind)
        env["Srcu-lock"] |= self.members(ev.SRCU_LOCK)
        env["Srcu-unlock"] |= self.members(ev.SRCU_UNLOCK)
        return env


def place(event: ev.Event) -> str:
    """The location of an access, or the structure that a marker is about."""
    return event.location or event.domain


class Kernel:
    """The model files of one kernel tree."""

    def __init__(self, tree: Path) -> None:
        folder = tree / "tools" / "memory-model"
        self.bell = (folder / "linux-kernel.bell").read_text(encoding="utf-8")
        self.cat = (folder / "linux-kernel.cat").read_text(encoding="utf-8")

    def ask(self, literal: Literal) -> tuple[set[str], set[str]]:
        """Checks that fail and flags that are raised."""
        interpreter = Interpreter(literal.n, literal.env())
        interpreter.run(self.bell)
        interpreter.run(self.cat)
        return interpreter.verdicts.failed, interpreter.verdicts.flags


def compare(program: Program, kernel: Kernel, model: str | type[Lkmm]) -> int:
    """Compare on every coherent execution with possible values; returns how many there were."""
    count = 0
    accesses = (MODELS[model] if isinstance(model, str) else model).srcu_accesses
    for chosen, x in coherent_executions(program, accesses):
        rules = MODELS[model](x.s) if isinstance(model, str) else model(x.s)
        broken = rules.relate(x)
        failed, flags = kernel.ask(Literal(chosen, x))
        assert (broken is None) == (not failed), (program, broken, failed, x.source)
        if broken is None:
            assert rules.is_race(x) == ("data-race" in flags), (program, flags, x.source)
            assert any(rules.mixed_accesses) == ("mixed-accesses" in flags)
        else:
            assert broken in failed
        count += 1
    return count


@pytest.fixture(scope="session")
def kernels(kernel_61: Path, kernel_612: Path) -> dict[str, Kernel]:
    return {"lkmm-6.1": Kernel(kernel_61), "lkmm": Kernel(kernel_612)}


OURS = [p for p, wanted in load(OWN_TESTS) if wanted.verdict != "unknown" and candidates(p) <= 5000]


@pytest.mark.parametrize("model", ["lkmm", "lkmm-6.1"])
@pytest.mark.parametrize("program", OURS, ids=lambda program: program.name)
def test_our_own_litmus_tests(program: Program, model: str, kernels: dict[str, Kernel]) -> None:
    executions = compare(program, kernels[model], model)
    assert executions or "deadlock" in program.name


@RELAXED
@given(program=programs(threads=2, length=3), model=st.sampled_from(["lkmm", "lkmm-6.1"]))
def test_generated_programs(program: Program, model: str, kernels: dict[str, Kernel]) -> None:
    assume(candidates(program) <= 400)
    compare(program, kernels[model], model)


@RELAXED
@given(program=programs(threads=3, length=2), model=st.sampled_from(["lkmm", "lkmm-6.1"]))
def test_generated_programs_of_three_threads(program: Program, model: str, kernels: dict[str, Kernel]) -> None:
    assume(candidates(program) <= 400)
    compare(program, kernels[model], model)


@settings(RELAXED, max_examples=15)
@given(program=lock_programs(), model=st.sampled_from(["lkmm", "lkmm-6.1"]))
def test_generated_programs_with_locks(program: Program, model: str, kernels: dict[str, Kernel]) -> None:
    assume(candidates(program) <= 1500)
    compare(program, kernels[model], model)


@pytest.mark.parametrize("seed", range(4))
def test_random_programs_with_everything_in_them(seed: int, kernels: dict[str, Kernel]) -> None:
    generator = Generator(seed)
    executions = 0
    for _ in range(40):
        program = generator.program(300)
        executions += sum(compare(program, kernel, model) for model, kernel in kernels.items())
    assert executions > 100


WRONG = [mutant for mutant in MUTANTS if mutant.model is not Lkmm]


@pytest.mark.parametrize("mutant", WRONG, ids=lambda mutant: mutant.name.replace(" ", "-"))
def test_wrong_relations_disagree_with_the_files(mutant: Mutant, kernels: dict[str, Kernel]) -> None:
    def compare_all() -> None:
        for program in OURS:
            compare(program, kernels["lkmm"], mutant.model)

    with pytest.raises(AssertionError):
        compare_all()
