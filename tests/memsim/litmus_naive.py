"""The simulator's exploration, done the slow way: every reads-from and every coherence order, nothing pruned.

Shares the paths of threads and the relations of the model with the simulator, but none of its enumeration: used to
check that coherence-first exploration, early pruning, symmetry and the known-state shortcut lose and add nothing.
"""

import itertools
import math
from collections.abc import Iterator

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.event_path import Path
from mtelint.memsim.event.rows import Rows, empty, is_acyclic, union
from mtelint.memsim.event.skeleton import Execution, Skeleton, strip
from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.final_state import Observable, Value, atoms, holds
from mtelint.memsim.litmus.symbolic import evaluate
from mtelint.memsim.search.decide import MODELS, thread_paths

Result = tuple[set[tuple[Value, ...]], bool]


class _Values(dict[int, Value | None]):
    def __missing__(self, key: int) -> None:
        return None


def naive(program: Program, model: str = "lkmm") -> Result:
    """Final states (values of ``program.observed``) and whether some allowed execution races."""
    states: set[tuple[Value, ...]] = set()
    race = False
    for chosen, execution in coherent_executions(program, MODELS[model].srcu_accesses):
        rules = MODELS[model](execution.s)
        if rules.relate(execution) is not None:
            continue
        values = _solve(program, execution)
        state = {what: _final(program, chosen, execution, values, what) for what in _looked_at(program)}
        if program.filter is None or holds(program.filter, state):
            states.add(tuple(state[what] for what in program.observed))
            race = race or rules.is_race(execution)
    return states, race


def coherent_executions(program: Program, srcu_accesses: bool = True) -> Iterator[tuple[tuple[Path, ...], Execution]]:
    """Executions that respect coherence, atomicity and the constraints of their paths, with those paths."""
    for chosen in itertools.product(*thread_paths(program, srcu_accesses)):
        skeleton = Skeleton([strip(path, True) for path in chosen])
        for execution in _executions(skeleton):
            if _is_coherent(program, chosen, execution):
                yield chosen, execution


def candidates(program: Program) -> int:
    """How many executions :func:`naive` would look at."""
    total = 0
    for chosen in itertools.product(*thread_paths(program)):
        count = 1
        events = [event for path in chosen for event in path.events]
        for location in {event.location for event in events if event.location}:
            here = [event for event in events if event.location == location]
            writes = sum(bool(event.sets & ev.WRITE) for event in here)
            count *= math.factorial(writes) * (writes + 1) ** sum(bool(event.sets & ev.READ) for event in here)
        total += count
    return total


def _executions(s: Skeleton) -> Iterator[Execution]:
    writes: dict[str, list[int]] = {}
    reads = []
    for i, event in enumerate(s.events):
        if event.sets & ev.WRITE:
            writes.setdefault(event.location, []).append(i)
        if event.sets & ev.READ:
            reads.append(i)
    sources = [[-1, *writes.get(s.events[r].location, [])] for r in reads]
    for orders in itertools.product(*(itertools.permutations(members) for members in writes.values())):
        co = empty(s.n)
        for order in orders:
            for i, write in enumerate(order):
                co[write] = sum(1 << later for later in order[i + 1 :])
        for choice in itertools.product(*sources):
            source = dict(zip(reads, choice, strict=True))
            yield Execution(s, source, co, _from_reads(s, source, co, writes))


def _from_reads(s: Skeleton, source: dict[int, int], co: Rows, writes: dict[str, list[int]]) -> Rows:
    fr = empty(s.n)
    for read, write in source.items():
        fr[read] = co[write] if write >= 0 else sum(1 << w for w in writes.get(s.events[read].location, []))
    return fr


def _is_coherent(program: Program, chosen: tuple[Path, ...], x: Execution) -> bool:
    s = x.s
    if not is_acyclic(union(s.po_loc(), x.rf, x.co, x.fr)):
        return False
    for read, write in s.rmw.items():
        between = x.fr[read] & ~(1 << write)
        if any(between >> i & 1 and x.co[i] >> write & 1 and s.thread[i] != s.thread[read] for i in range(s.n)):
            return False
    values = _solve(program, x)
    for path in chosen:
        for symbol, truth in path.constraints:
            value = evaluate(symbol, values)
            assert value is not None  # programs of these tests have no value cycles
            if bool(value) != truth:
                return False
    return True


def _looked_at(program: Program) -> set[Observable]:
    return set(program.observed) | (atoms(program.filter) if program.filter is not None else set())


def _solve(program: Program, x: Execution) -> _Values:
    initial = dict(program.initial)
    values = _Values()
    for _ in range(x.s.n + 1):
        for read, write in x.source.items():
            event = x.s.events[read]
            value = initial.get(event.location, 0) if write < 0 else evaluate(x.s.events[write].value, values)
            values[event.slot] = value
    return values


def _final(program: Program, chosen: tuple[Path, ...], x: Execution, values: _Values, what: Observable) -> Value:
    if what.thread >= 0:
        held = dict(program.threads[what.thread].registers) | dict(chosen[what.thread].registers)
        symbol = held.get(what.name, 0)
        value = evaluate(symbol, values)
    else:
        last = [i for i, e in enumerate(x.s.events) if e.location == what.name and e.sets & ev.WRITE and not x.co[i]]
        value = evaluate(x.s.events[last[0]].value, values) if last else dict(program.initial).get(what.name, 0)
    assert value is not None
    return value
