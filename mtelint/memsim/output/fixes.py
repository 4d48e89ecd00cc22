"""The smallest changes that forbid an outcome: barriers, acquire and release, put in and decided again."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from mtelint.memsim.litmus.ast import (
    Assign,
    BinOp,
    CmpXchg,
    Do,
    Expr,
    Fence,
    FenceKind,
    If,
    Load,
    Marking,
    Order,
    Program,
    Rmw,
    Stmt,
    Store,
)
from mtelint.memsim.model.lkmm import Lkmm
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Verdict

Block = tuple[Stmt, ...]
Path = tuple[tuple[int, bool], ...]
"""Leads to a block: statements with the side that is taken of each."""

_BARRIERS = (FenceKind.WMB, FenceKind.RMB, FenceKind.MB)
_STRONGER = {
    Order.RELAXED: (Order.ACQUIRE, Order.RELEASE, Order.FULL),
    Order.ACQUIRE: (Order.FULL,),
    Order.RELEASE: (Order.FULL,),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one thread: ``place`` tells changes apart of which a weaker one is to be preferred."""

    thread: int
    place: tuple[object, ...]
    strength: int
    text: str
    make: Callable[[Block], Block]


@dataclass(frozen=True, slots=True)
class Fix:
    """Changes that together forbid the outcome; none of them can be left out or be weaker."""

    changes: tuple[Change, ...]


def fix_text(fix: Fix) -> str:
    """``P0: smp_wmb() between line 5 and line 6, and P1: ...``."""
    return ", and ".join(change.text for change in fix.changes)


def fixes(program: Program, model: str = Lkmm.name, *, seconds: float = 20.0) -> tuple[Fix, ...]:
    """All minimal fixes of one change, or if there is none, of two; empty if nothing is found within ``seconds``."""
    until = time.monotonic() + seconds
    candidates = [change for i, thread in enumerate(program.threads) for change in _changes(thread.body, i, (), 0, 0)]
    for size in (1, 2):
        found: list[Fix] = []
        for chosen in itertools.combinations(candidates, size):
            if time.monotonic() > until:
                break
            apart = len({change.place for change in chosen}) == size
            if apart and not _weaker_is_known(chosen, found) and _forbids(program, chosen, model, until):
                found.append(Fix(chosen))
        if found:
            return tuple(fix for fix in found if not _weaker_is_known(fix.changes, found))
    return ()


def _weaker_is_known(chosen: tuple[Change, ...], found: list[Fix]) -> bool:
    """Whether the same places changed by less are a fix already."""
    return any(
        fix.changes != chosen
        and all(
            a.place == b.place and (a == b or a.strength < b.strength) for a, b in zip(fix.changes, chosen, strict=True)
        )
        for fix in found
    )


def _forbids(program: Program, chosen: tuple[Change, ...], model: str, until: float) -> bool:
    threads = list(program.threads)
    # Later places first, so that the indices of the earlier ones stay right.
    for change in reversed(chosen):
        thread = threads[change.thread]
        threads[change.thread] = replace(thread, body=change.make(thread.body))
    changed = replace(program, threads=tuple(threads))
    left = max(0.05, min(2.0, until - time.monotonic()))
    return decide(changed, model, verdict_only=True, timeout=left).verdict is Verdict.NEVER


def _changes(body: Block, thread: int, path: Path, above: int, below: int) -> Iterator[Change]:
    """What can be changed in a block, in order of its statements; the lines around it are those of its neighbours."""
    for index, stmt in enumerate(body):
        before = next((s.line for s in reversed(body[:index]) if s.line), above)
        if (index or path) and stmt.line:
            yield from _barriers(thread, path, index, before, stmt.line)
        yield from _marks(stmt, thread, path, index)
        if isinstance(stmt, If):
            for side, inner in ((True, stmt.then), (False, stmt.orelse)):
                yield from _changes(inner, thread, (*path, (index, side)), stmt.line, below)


def _barriers(thread: int, path: Path, index: int, before: int, line: int) -> Iterator[Change]:
    place = f"between line {before} and line {line}" if before else f"before line {line}"
    for kind in _BARRIERS:
        text = f"P{thread}: {kind.value}() {place}"
        strength = 1 if kind is FenceKind.MB else 0
        yield Change(thread, (thread, path, index, "gap"), strength, text, _inserting(path, index, Fence(kind)))


def _inserting(path: Path, index: int, stmt: Stmt) -> Callable[[Block], Block]:
    return lambda body: _at(body, path, lambda block: (*block[:index], stmt, *block[index:]))


def _marks(stmt: Stmt, thread: int, path: Path, index: int) -> Iterator[Change]:
    for strength, (text, changed) in enumerate(_stronger(stmt)):
        made = f"P{thread} line {stmt.line}: {text}"
        yield Change(thread, (thread, path, index, "mark"), strength, made, _replacing(path, index, changed))


def _replacing(path: Path, index: int, stmt: Stmt) -> Callable[[Block], Block]:
    return lambda body: _at(body, path, lambda block: (*block[:index], stmt, *block[index + 1 :]))


def _stronger(stmt: Stmt) -> Iterator[tuple[str, Stmt]]:
    """A statement with its access marked more strongly, and in words how."""
    match stmt:
        case Store(_, _, Marking.ONCE):
            yield "release instead of once for the store", replace(stmt, marking=Marking.RELEASE)
        case Assign(_, value) | Do(value):
            for text, changed in _stronger_value(value):
                yield text, replace(stmt, value=changed)
        case If(cond):
            for text, changed in _stronger_value(cond):
                yield text, replace(stmt, cond=changed)
        case _:
            return


def _stronger_value(expr: Expr) -> Iterator[tuple[str, Expr]]:
    match expr:
        case Load(_, Marking.ONCE):
            yield "acquire instead of once for the load", replace(expr, marking=Marking.ACQUIRE)
        case Rmw() | CmpXchg():
            for order in _STRONGER.get(expr.order, ()):
                yield f"{order.value} instead of {expr.order.value} for the operation", replace(expr, order=order)
        case BinOp(_, left, right):
            yield from ((text, replace(expr, left=changed)) for text, changed in _stronger_value(left))
            yield from ((text, replace(expr, right=changed)) for text, changed in _stronger_value(right))
        case _:
            return


def _at(body: Block, path: Path, change: Callable[[Block], Block]) -> Block:
    """``body`` with the block at ``path`` changed."""
    if not path:
        return change(body)
    (index, side), rest = path[0], path[1:]
    branch = body[index]
    assert isinstance(branch, If)  # paths lead through branches only
    if side:
        changed = replace(branch, then=_at(branch.then, rest, change))
    else:
        changed = replace(branch, orelse=_at(branch.orelse, rest, change))
    return (*body[:index], changed, *body[index + 1 :])
