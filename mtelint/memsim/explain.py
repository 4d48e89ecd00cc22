"""Why an outcome is possible, or why not.

:func:`remedies` asks which barriers would forbid an outcome, by putting them in and deciding again;
:func:`forbidding` finds an execution with the outcome that only the model rules out, and the cycle that does it.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mtelint.memsim.explore import MODELS, decide
from mtelint.memsim.lkmm import Lkmm
from mtelint.memsim.outcome import Verdict
from mtelint.memsim.program import (
    Assign,
    Do,
    Fence,
    FenceKind,
    If,
    Program,
    Stmt,
    Thread,
)
from mtelint.memsim.rows import Rows, empty, find_cycle
from mtelint.memsim.skeleton import Execution
from mtelint.memsim.witness import Witness

BARRIERS = (FenceKind.WMB, FenceKind.RMB, FenceKind.MB)
"""Barriers that are tried, the weaker ones first."""


@dataclass(frozen=True, slots=True)
class Insertion:
    """A barrier of CPU ``thread`` between two statements, told by their lines and tags (None at an end)."""

    thread: int
    kind: FenceKind
    after_line: int = 0
    before_line: int = 0
    after_tag: object = None
    before_tag: object = None


@dataclass(frozen=True, slots=True)
class Remedy:
    """Barriers that together forbid the outcome; with fewer of them, or weaker ones, it stays possible."""

    insertions: tuple[Insertion, ...]


@dataclass(frozen=True, slots=True)
class _Gap:
    """A place between two statements of one block; ``path`` leads to the block."""

    thread: int
    path: tuple[tuple[int, bool], ...]
    index: int


def remedies(program: Program, model: str = Lkmm.name, *, timeout: float | None = 5.0) -> tuple[Remedy, ...]:
    """Smallest sets of one or two barriers that make the condition of ``program`` unreachable.

    Single barriers first: all places where one does, each with the weakest kind.  Only if there is none, pairs on two
    CPUs, stopping at the first kinds that work.  Empty where the condition is unreachable anyway, undecided, or out of
    reach of barriers.  ``timeout`` is in seconds for each run.
    """
    if decide(program, model, verdict_only=True, timeout=timeout).verdict in (Verdict.NEVER, Verdict.UNKNOWN):
        return ()
    gaps = [gap for thread in range(len(program.threads)) for gap in _gaps(program.threads[thread].body, thread, ())]
    single = []
    for gap in gaps:
        for kind in BARRIERS:
            if _forbids(program, ((gap, kind),), model, timeout):
                single.append(Remedy((_describe(program, gap, kind),)))
                break
    return tuple(single) or _pairs(program, gaps, model, timeout)


def _pairs(program: Program, gaps: list[_Gap], model: str, timeout: float | None) -> tuple[Remedy, ...]:
    kinds = sorted(itertools.product(BARRIERS, repeat=2), key=lambda pair: sum(kind is FenceKind.MB for kind in pair))
    for pair in kinds:
        found = tuple(
            Remedy((_describe(program, a, pair[0]), _describe(program, b, pair[1])))
            for a, b in itertools.combinations(gaps, 2)
            if a.thread != b.thread and _forbids(program, ((a, pair[0]), (b, pair[1])), model, timeout)
        )
        if found:
            return found
    return ()


def _gaps(body: tuple[Stmt, ...], thread: int, path: tuple[tuple[int, bool], ...]) -> Iterator[_Gap]:
    """Places where a barrier could go: between statements, and at the start of a branch."""
    for index, stmt in enumerate(body):
        if index or path:
            yield _Gap(thread, path, index)
        if isinstance(stmt, If):
            yield from _gaps(stmt.then, thread, (*path, (index, True)))
            yield from _gaps(stmt.orelse, thread, (*path, (index, False)))


def _forbids(program: Program, barriers: tuple[tuple[_Gap, FenceKind], ...], model: str, timeout: float | None) -> bool:
    changed = program
    # Later places first, so that the indices of the earlier ones stay right.
    for gap, kind in sorted(barriers, key=lambda item: (item[0].path, item[0].index), reverse=True):
        thread = changed.threads[gap.thread]
        body = _with_fence(thread.body, gap.path, gap.index, Fence(kind))
        threads = list(changed.threads)
        threads[gap.thread] = Thread(body, thread.registers, thread.name)
        changed = replace(changed, threads=tuple(threads))
    return decide(changed, model, verdict_only=True, timeout=timeout).verdict is Verdict.NEVER


def _with_fence(
    body: tuple[Stmt, ...], path: tuple[tuple[int, bool], ...], index: int, fence: Fence
) -> tuple[Stmt, ...]:
    if not path:
        return (*body[:index], fence, *body[index:])
    (at, then), rest = path[0], path[1:]
    branch = body[at]
    assert isinstance(branch, If)  # paths lead through branches only
    if then:
        changed = replace(branch, then=_with_fence(branch.then, rest, index, fence))
    else:
        changed = replace(branch, orelse=_with_fence(branch.orelse, rest, index, fence))
    return (*body[:at], changed, *body[at + 1 :])


def _describe(program: Program, gap: _Gap, kind: FenceKind) -> Insertion:
    body = program.threads[gap.thread].body
    before: Stmt | None = None
    for at, then in gap.path:
        branch = body[at]
        assert isinstance(branch, If)  # as above
        before, body = branch, branch.then if then else branch.orelse
    previous = body[gap.index - 1] if gap.index else before
    following = body[gap.index]
    return Insertion(
        gap.thread, kind, previous.line if previous else 0, following.line, _tag(previous), _tag(following)
    )


def _tag(stmt: Stmt | None) -> object:
    """The tag of a statement, or of the access that it is about."""
    match stmt:
        case Assign(_, value) | Do(value):
            return getattr(value, "tag", None)
        case If(_, then):
            return _tag(then[0]) if then else None
        case None:
            return None
        case _:
            return stmt.tag


# Why not


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
    return None


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
