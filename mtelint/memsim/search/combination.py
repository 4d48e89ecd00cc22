"""All executions of one combination of paths."""

import math
from collections.abc import Sequence

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.skeleton import Execution, Skeleton
from mtelint.memsim.litmus.final_state import Equals, Observable, Value, holds
from mtelint.memsim.litmus.symbolic import Symbol, UnmodelledError, evaluate, slots_of
from mtelint.memsim.search.coverage import FEW, LARGE, SMALL, interleavings, number_of_final_values, number_of_values
from mtelint.memsim.search.exploration import Capture, Choice, Search, StopSearch
from mtelint.memsim.search.interleaving import Access, Interleaving
from mtelint.memsim.search.preconditions import check_locks, may_race
from mtelint.memsim.search.symmetry import groups, variants, with_partners
from mtelint.memsim.search.valuation import Valuation


class Combination(Valuation):
    """One path per thread: enumerates its executions and records the allowed ones in the search."""

    def __init__(self, search: Search, choices: Sequence[Choice]) -> None:
        self.search = search
        paths = [choice.path for choice in choices]
        self.numbers = {choice.number for choice in choices}
        self.groups = groups([choice.signature for choice in choices], search.program.filter)
        self.paths = paths
        self.fault = next((path.fault for path in paths if path.fault), None)
        self.needed = with_partners(self.search.needed, self.groups)
        self.s = Skeleton([choice.strip for choice in choices])
        self.registers = [dict(path.registers) for path in paths]
        constraints = [c for path in paths for c in path.constraints]
        constraints += [(self._equation(atom), True) for atom in search.required]
        super().__init__(self.s.events, constraints, search.initial)
        self.co = [0] * self.s.n
        self.fr = [0] * self.s.n
        self.last: dict[str, int] = {}

    def _equation(self, atom: Equals) -> Symbol:
        return ("==", self._register(atom.left), atom.right)

    def _register(self, what: Observable) -> Symbol:
        """The symbolic final value of a register."""
        if what.thread >= len(self.registers):
            return 0
        found = self.registers[what.thread].get(what.name)
        if found is not None:
            return found
        return dict(self.search.program.threads[what.thread].registers).get(what.name, 0)

    def step(self) -> None:
        """Count a step of an interleaving."""
        self.search.step()

    # Set-up

    def explore(self) -> None:
        """Enumerate the executions; raises StopSearch once the search knows enough."""
        if not self.satisfiable():
            return
        self.model = self.search.model(self.s)
        check_locks(self.s, self.initial, self.search.needed)
        self.racy = may_race(self.s)
        if self.s.plain and any(self.model.mixed_accesses):
            self.mixed = True
        else:
            self.mixed = False
        self.ahead = self.s.n > SMALL and interleavings(self.s) > LARGE
        """Whether to look ahead for states that are known already."""
        if self.ahead:
            self._look_ahead()
        self.locations = self._ordered_locations()
        self.leaders = self._leaders()
        self._location(0)

    def _look_ahead(self) -> None:
        """How many values every observable may have, and which reads decide them."""
        observed = self.search.program.observed
        self.sizes = [
            number_of_values(self.s, self._register(what), self.initial)
            if what.thread >= 0
            else number_of_final_values(self.s, what.name)
            for what in observed
        ]
        self.watched = {n for what in observed if what.thread >= 0 for n in slots_of(self._register(what))}
        self.ahead = math.prod(size for size in self.sizes if size != math.inf) <= FEW

    def _leaders(self) -> list[dict[int, int]]:
        """Per location: for a thread the one whose first access there must come before its own (symmetry)."""
        leaders: list[dict[int, int]] = [{} for _ in self.locations]
        for members in self.groups:
            for index, (_, steps) in enumerate(self.locations):
                if steps[members[0]]:
                    leaders[index].update(zip(members[1:], members, strict=False))
                    break
        return leaders

    def _ordered_locations(self) -> list[tuple[str, list[list[Access]]]]:
        """Locations with their steps per thread, those first that are likely to prune."""
        steps: dict[str, list[list[Access]]] = {}
        written = set(self.s.rmw.values())
        for i, event in enumerate(self.s.events):
            if not event.location or i in written:
                continue
            per_thread = steps.setdefault(event.location, [[] for _ in self.s.strips])
            if event.sets & ev.WRITE:
                per_thread[self.s.thread[i]].append((-1, i))
            else:
                per_thread[self.s.thread[i]].append((i, self.s.rmw.get(i, -1)))
        return sorted(steps.items(), key=lambda item: self._rank(item[1]))

    def _rank(self, per_thread: list[list[Access]]) -> tuple[bool, bool, int]:
        constrained = any(
            read >= 0 and self.s.events[read].slot in self.by_slot for steps in per_thread for read, _ in steps
        )
        watched = self.ahead and any(
            read >= 0 and self.s.events[read].slot in self.watched for steps in per_thread for read, _ in steps
        )
        return (not constrained, self.ahead and not watched, sum(len(steps) for steps in per_thread))

    # Interleavings of one location

    def _location(self, index: int) -> None:
        if index == len(self.locations):
            self._complete()
            return
        name, steps = self.locations[index]
        Interleaving(self, index, name, steps, self.leaders[index], self.ahead).walk(-1, -1)

    def placed(self, index: int, name: str, writes: list[int], reads: list[tuple[int, int]]) -> None:
        """One interleaving of location ``index``: writes in coherence order, reads with the place of their source."""
        self.search.tick()
        later = 0
        suffix = [0] * (len(writes) + 1)
        for i in range(len(writes) - 1, -1, -1):
            self.co[writes[i]] = later
            later |= 1 << writes[i]
            suffix[i] = later
        for read, place in reads:
            self.fr[read] = suffix[place + 1]
        self.last[name] = writes[-1] if writes else -1
        filled = self.resolve()
        if self.satisfiable() and self._goes_on(index):
            self._location(index + 1)
        for number in filled:
            self.values[number] = None
        for write in writes:
            self.co[write] = 0
        for read, _ in reads:
            self.fr[read] = 0
        del self.last[name]

    def _goes_on(self, index: int) -> bool:
        """Whether the model lets the partial execution pass, and something new may come of it."""
        if self.ahead and self.covered():
            return False
        if index + 1 == len(self.locations):
            return self._is_new() and self._check()
        # Communication through one location alone makes no cycle that coherence has not excluded already, and what
        # grace periods or plain accesses would add is seen with the next location.
        return index == 0 or self._check()

    def bind(self, read: int, write: int, location: str) -> bool:
        """As in :class:`Valuation`; also False where only known states could follow."""
        if not super().bind(read, write, location):
            return False
        return not (self.ahead and self.s.events[read].slot in self.watched and self.covered())

    def learned(self) -> int:
        """How many states are known."""
        return len(self.search.states)

    def covered(self) -> bool:
        """Whether all states that could follow are known, and nothing else is to be learned from them."""
        if self._teaches():
            return False
        observed = self.search.program.observed
        partial = [self._final_value(what) if what.thread >= 0 or what.name in self.last else None for what in observed]
        return self.search.coverage.covers(partial, self.sizes)

    def _teaches(self) -> bool:
        """Whether executions with known states are of use: for races, flags, or reads not reached so far."""
        search = self.search
        if self.racy and not search.race:
            return True
        if self.mixed and "mixed-accesses" not in search.flags:
            return True
        return not search.unreached.isdisjoint(self.numbers)

    def _is_new(self) -> bool:
        """False where a complete execution ends in a state that is filtered out, or that is known already."""
        state = self._final_state()
        if state is None or self.fault:
            return True
        program = self.search.program
        if program.filter is not None and not holds(program.filter, state):
            return False
        return self._teaches() or self._key(state) not in self.search.states

    def _check(self) -> bool:
        """Whether the model allows what has been placed so far."""
        self.x = Execution(self.s, self.source, self.co, self.fr)
        return self.model.relate(self.x) is None

    # Complete executions

    def _final_value(self, what: Observable) -> Value | None:
        if what.thread >= 0:
            return evaluate(self._register(what), self.values)
        write = self.last.get(what.name, -1)
        if write < 0:
            return self.initial.get(what.name, 0)
        return evaluate(self.s.events[write].value, self.values)

    def _final_state(self) -> dict[Observable, Value] | None:
        """The final state, None while values are open."""
        state: dict[Observable, Value] = {}
        for what in self.needed:
            value = self._final_value(what)
            if value is None:
                return None
            state[what] = value
        return state

    def _key(self, state: dict[Observable, Value]) -> tuple[Value, ...]:
        return tuple(state[what] for what in self.search.program.observed)

    def _complete(self) -> None:
        """Record an allowed execution."""
        if not self.locations:
            self._relate_empty()
        if any(value is None for value in self.values.values()):
            raise UnmodelledError("values that depend on themselves (out of thin air)")
        if self.fault is not None:
            raise UnmodelledError(*self.fault)
        state = self._final_state()
        assert state is not None  # all reads are bound
        program, search = self.search.program, self.search
        if program.filter is not None and not holds(program.filter, state):
            return
        search.unreached -= self.numbers
        if self.racy and not search.race and self.model.is_race(self.x):
            search.race = True
        if self.mixed:
            search.flags.add("mixed-accesses")
        for variant in variants(state, self.groups, search.visible):
            self._record(variant)
        if search.verdict_only and search.positive and search.negative and (search.race or not search.may_race):
            search.stopped = True
            raise StopSearch

    def _relate_empty(self) -> None:
        self.x = Execution(self.s, {}, self.co, self.fr)
        self.model.relate(self.x)

    def _record(self, state: dict[Observable, Value]) -> None:
        search = self.search
        key = self._key(state)
        if key in search.states:
            return
        shown = {str(what): state[what] for what in search.program.observed}
        search.states[key] = shown
        search.coverage.add(key)
        if holds(search.program.condition, state):
            search.positive += 1
            if search.witness is None:
                search.witness = self._capture(shown)
        else:
            search.negative += 1
            if search.counter is None:
                search.counter = self._capture(shown)

    def _capture(self, state: dict[str, Value]) -> Capture:
        """The present execution, kept as a witness to be."""
        values: dict[int, Value] = {}
        for i, event in enumerate(self.s.events):
            value = self.values[event.slot] if event.slot >= 0 else evaluate(event.value, self.values)
            if value is not None and event.location:
                values[i] = value
        execution = Execution(self.s, dict(self.source), list(self.co), list(self.fr))
        return Capture(self.model, execution, values, state)
