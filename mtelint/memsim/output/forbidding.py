"""Why an outcome is impossible: an execution that has it and that only the model rules out, with the cycle."""

from dataclasses import dataclass

from mtelint.memsim.event.rows import Rows, empty, find_cycle
from mtelint.memsim.event.skeleton import Execution
from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.search.decide import MODELS, decide
from mtelint.memsim.search.execution_witness import Witness


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An execution that has the outcome but breaks ``axiom``; ``cycle`` holds the numbers of its steps on the cycle."""

    axiom: str
    cycle: tuple[int, ...]
    execution: Witness


def forbidding(program: Program, model: str = Lkmm.name, *, bound: int = 20000) -> Forbidden | None:
    """An execution that would satisfy the condition if the model let it; None if there is none within ``bound``."""
    outcome = decide(program, _permissive(MODELS[model]), verdict_only=True, bound=bound)
    witness: Witness | None = outcome.witness
    if witness is None:
        return None
    for name, pairs in witness.relations.items():
        if name.startswith(_BROKEN) and pairs:
            return Forbidden(name.removeprefix(_BROKEN), tuple(a for a, _ in _in_order(pairs)), witness)
    broken = next((name for name in witness.relations if name.startswith(_BROKEN)), None)
    return None if broken is None else Forbidden(broken.removeprefix(_BROKEN), (), witness)


_BROKEN = "violates "


def _in_order(pairs: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """The pairs of a cycle, each beginning where the one before ends."""
    following = dict(pairs)
    ordered = [pairs[0]]
    while ordered[-1][1] != pairs[0][0]:
        start = ordered[-1][1]
        ordered.append((start, following[start]))
    return ordered


def _permissive(base: type[Lkmm]) -> type[Lkmm]:
    """``base`` without force: it lets everything pass and notes what it would have forbidden."""

    class Permissive(base):  # type: ignore[valid-type, misc]  # a class made from a class at run time
        """Notes violations instead of forbidding them."""

        def relate(self, x: Execution) -> str | None:
            self.broken = super().relate(x)
            return None

        def named(self, x: Execution) -> dict[str, Rows]:
            relations: dict[str, Rows] = super().named(x)
            if self.broken is not None:
                relations[_BROKEN + self.broken] = _cycle_rows(self.s.n, _suspect(self.broken, x))
            return relations

    return Permissive


def _suspect(axiom: str, x: Execution) -> Rows:
    return {"happens-before": x.hb, "propagation": x.pb, "rcu": x.rb}.get(axiom, empty(x.s.n))


def _cycle_rows(n: int, rows: Rows) -> Rows:
    cycle = find_cycle(rows)
    result = empty(n)
    for i, event in enumerate(cycle):
        result[event] |= 1 << cycle[(i + 1) % len(cycle)]
    return result
