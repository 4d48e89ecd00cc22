"""Which barriers would forbid an outcome: by putting them in and deciding again."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mtelint.memsim.litmus.ast import (
    Assign,
    Do,
    Fence,
    FenceKind,
    If,
    Lock,
    Program,
    Stmt,
    Store,
    Thread,
    Unlock,
)
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Verdict

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
        case Store() | Fence() | Lock() | Unlock():
            return stmt.tag
        case _:
            return None
