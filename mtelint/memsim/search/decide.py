"""Decides a program: every execution that the model allows, coherence first.

Method: per thread the symbolic paths, then per combination of paths one location after the other.  For a location
every interleaving of its accesses gives one coherence order and one reads-from; coherence and atomicity hold by
construction, values follow from the predecessor, and constraints of the paths prune at once.  After each location the
model sees the partial execution: its axioms forbid what no completion can make good.
"""

import itertools
import time
from collections.abc import Iterable

from mtelint.memsim.event.event_path import Path
from mtelint.memsim.event.memory_event import PLAIN
from mtelint.memsim.event.path_enumeration import DEFAULT_UNROLL, PathFinder
from mtelint.memsim.event.pointers import pointer_values
from mtelint.memsim.event.skeleton import GRACE_PERIODS, strip
from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.litmus.symbolic import UnmodelledError
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.model.lkmm61 import Lkmm61
from mtelint.memsim.search.combination import Combination
from mtelint.memsim.search.exploration import Choice, Search, StopSearch
from mtelint.memsim.search.outcome import Outcome, Verdict
from mtelint.memsim.search.symmetry import signature

MODELS: dict[str, type[Lkmm]] = {Lkmm.name: Lkmm, Lkmm61.name: Lkmm61}
"""The models by the name that the command line knows them by."""


def decide(
    program: Program,
    model: str | type[Lkmm] = Lkmm.name,
    *,
    verdict_only: bool = False,
    bound: int | None = None,
    timeout: float | None = None,
    unroll: int = DEFAULT_UNROLL,
) -> Outcome:
    """Decide ``program`` under ``model`` (a name of :data:`MODELS`, or a model class).

    ``verdict_only`` stops as soon as verdict and data race are known; ``bound`` limits the number of candidate
    executions, ``timeout`` the time in seconds; ``unroll`` are the turns of a loop that are followed.  What is not
    modelled, or not decided within the limits, has the verdict *unknown* and a reason; no other exception escapes for a
    well-formed program.
    """
    chosen = MODELS[model] if isinstance(model, str) else model
    started = time.perf_counter()
    search = Search(program, chosen, verdict_only, bound, None if timeout is None else started + timeout, unroll)
    reason: str | None = None
    line = 0
    try:
        if program.unmodelled is not None:
            raise UnmodelledError(*program.unmodelled)
        _run(search)
    except UnmodelledError as problem:
        reason, line = problem.reason, problem.line
    except RecursionError:
        reason = "the program is too large"
    except StopSearch:
        pass
    if reason is None and search.cut and not (search.positive and search.negative):
        so_far = _verdict(search.positive, search.negative).value
        line = min(search.cut)
        reason = f"{so_far} within {unroll} turns of a loop that may go on (see --unroll)"
    return _outcome(search, reason, line, time.perf_counter() - started)


def _run(search: Search) -> None:
    program = search.program
    finder = PathFinder(pointer_values(program), 0, search.model.srcu_accesses, search.unroll)
    paths = [finder.paths(thread) for thread in program.threads]
    search.cut = finder.cut
    events = [event for found in paths for path in found for event in path.events]
    rcu = any(event.fence in GRACE_PERIODS for event in events)
    search.may_race = any(event.sets & PLAIN for event in events)
    # With two threads, exchanging them saves nothing worth the signatures.
    alike = len(paths) > 2
    choices = [
        [
            Choice(path, strip(path, rcu), signature(path) if alike else index, (index, place))
            for place, path in enumerate(found)
        ]
        for index, found in enumerate(paths)
    ]
    if not search.verdict_only:
        search.unreached = {choice.number for found in choices for choice in found}
    for chosen in itertools.product(*choices):
        search.step()
        Combination(search, chosen).explore()
    if not search.verdict_only:
        search.taken = tuple(c for found in choices for c in found if c.number not in search.unreached)


def thread_paths(program: Program, srcu_accesses: bool = True) -> list[list[Path]]:
    """The paths of every thread, with reads numbered through."""
    finder = PathFinder(pointer_values(program), 0, srcu_accesses)
    return [finder.paths(thread) for thread in program.threads]


def _outcome(search: Search, reason: str | None, line: int, seconds: float) -> Outcome:
    known = reason is None
    flags = tuple(sorted(search.flags | ({"data-race"} if search.race else set()))) if known else ()
    return Outcome(
        search.program,
        search.model.name,
        _verdict(search.positive, search.negative) if known else Verdict.UNKNOWN,
        tuple(_sorted_states(search.states.values())) if known else (),
        search.positive if known else 0,
        search.negative if known else 0,
        search.race if known else False,
        flags,
        search.witness if known else None,
        search.counter if known else None,
        reason,
        line,
        seconds,
        search.candidates,
        known and not search.stopped and not search.cut,
        search.taken if known else None,
        tuple(sorted(search.cut)) if known else (),
    )


def _verdict(positive: int, negative: int) -> Verdict:
    if positive == 0:
        return Verdict.NEVER
    return Verdict.ALWAYS if negative == 0 else Verdict.SOMETIMES


def _sorted_states(states: Iterable[dict[str, int | str]]) -> list[dict[str, int | str]]:
    """Numbers before names, each in rising order, as herd7 lists them."""
    return sorted(states, key=lambda state: [(isinstance(v, str), v) for v in state.values()])
