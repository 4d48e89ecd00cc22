"""Locks by name: what takes and what releases each of them.

Spin locks are the model's own.  Mutexes, semaphores and reader-writer locks are words: taking one is an atomic
operation with acquire that waits, releasing one an atomic operation with release, and nothing more orders (the model
knows no more of them).  A reader-writer lock counts its readers and is -1 while a writer holds it.
"""

from collections.abc import Callable

from mtelint.memsim.litmus.ast import (
    Assume,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
    Lock,
    Order,
    Reg,
    Rmw,
    SrcuLock,
    SrcuUnlock,
    Stmt,
    TryLock,
    Unlock,
)
from mtelint.memsim.litmus.symbolic import UnmodelledError

Keep = Callable[[Expr, int], Reg]
"""Puts a value into a register, before the statement at hand."""
_Call = Callable[[Expr, int, Keep], tuple[Stmt, ...]]


def _spin_lock(place: Expr, line: int, keep: Keep) -> tuple[Stmt, ...]:
    return (Lock(place, line),)


def _spin_unlock(place: Expr, line: int, keep: Keep) -> tuple[Stmt, ...]:
    return (Unlock(place, line),)


def _exclusive(held: int) -> _Call:
    """Take a free word, which holds ``held`` then."""

    def lock(place: Expr, line: int, keep: Keep) -> tuple[Stmt, ...]:
        old = keep(CmpXchg(place, Const(0), Const(held), Order.ACQUIRE, line), line)
        return (Assume(BinOp("==", old, Const(0)), line),)

    return lock


def _shared(place: Expr, line: int, keep: Keep) -> tuple[Stmt, ...]:
    old = keep(Rmw(place, "+", Const(1), Order.ACQUIRE, False, line), line)
    return (Assume(BinOp(">=", old, Const(0)), line),)


def _free(place: Expr, line: int, keep: Keep) -> tuple[Stmt, ...]:
    return (Do(Rmw(place, "xchg", Const(0), Order.RELEASE, False, line), line),)


def _one_less(place: Expr, line: int, keep: Keep) -> tuple[Stmt, ...]:
    return (Do(Rmw(place, "-", Const(1), Order.RELEASE, False, line), line),)


_MUTEX, _WRITER = 1, -1
_CONTEXTS = ("", "_irq", "_bh")
_SPINNING = ("spin", "raw_spin")
_PAIRS: dict[str, tuple[_Call, _Call]] = {
    "spin": (_spin_lock, _spin_unlock),
    "raw_spin": (_spin_lock, _spin_unlock),
    "read": (_shared, _one_less),
    "write": (_exclusive(_WRITER), _free),
}

LOCK_CALLS: dict[str, tuple[int, _Call]] = {
    f"{kind}_{verb}{context}": (1, pair[verb == "unlock"])
    for kind, pair in _PAIRS.items()
    for verb in ("lock", "unlock")
    for context in _CONTEXTS
    if (kind, context) != ("spin", "")
} | {
    f"{kind}_{verb}": (2, pair[verb.startswith("unlock")])
    for kind, pair in _PAIRS.items()
    for verb in ("lock_irqsave", "unlock_irqrestore", "lock_nested")
} | {
    "mutex_lock": (1, _exclusive(_MUTEX)),
    "mutex_lock_nested": (2, _exclusive(_MUTEX)),
    "mutex_unlock": (1, _free),
    "down_write": (1, _exclusive(_WRITER)),
    "up_write": (1, _free),
    "down_read": (1, _shared),
    "up_read": (1, _one_less),
}  # fmt: skip
"""Number of arguments, of which the first is the lock, and what the call does."""

_TRYLOCKS = {"mutex_trylock": _MUTEX, "write_trylock": _WRITER, "down_write_trylock": _WRITER}


def trylock(name: str, args: list[Expr], line: int, keep: Keep) -> Expr | None:
    """The meaning of a trylock other than ``spin_trylock``; None if ``name`` is none."""
    if name in ("raw_spin_trylock", "spin_trylock_bh", "spin_trylock_irq") and len(args) == 1:
        return TryLock(args[0], line)
    if name not in _TRYLOCKS or len(args) != 1:
        return None
    return BinOp("==", CmpXchg(args[0], Const(0), Const(_TRYLOCKS[name]), Order.ACQUIRE, line), Const(0))


_GUARDS = {
    **{f"{kind}lock{context}": (kind, context) for kind in _SPINNING for context in ("", "_irq", "_irqsave", "_bh")},
    **{f"{kind}_lock{context}": (kind, context) for kind in ("read", "write") for context in ("", "_irq", "_irqsave")},
}


def scope_ends(kind: str, args: list[Expr], line: int, keep: Keep) -> tuple[tuple[Stmt, ...], tuple[Stmt, ...]]:
    """What ``guard(kind)(...)`` does at once, and what at the end of its scope."""
    if kind == "rcu" and not args:
        return (Fence(FenceKind.RCU_LOCK, line),), (Fence(FenceKind.RCU_UNLOCK, line),)
    if kind == "srcu" and len(args) == 1:
        index = keep(SrcuLock(args[0], line), line)
        return (), (SrcuUnlock(args[0], index, line),)
    if kind in _GUARDS:
        take, release = _PAIRS[_GUARDS[kind][0]]
    elif kind in ("mutex", "rwsem_write"):
        take, release = _exclusive(_MUTEX if kind == "mutex" else _WRITER), _free
    elif kind == "rwsem_read":
        take, release = _shared, _one_less
    else:
        raise UnmodelledError(f"guard({kind}) is not modelled", line)
    if len(args) != 1:
        raise UnmodelledError(f"guard({kind}) takes a lock", line)
    return take(args[0], line, keep), release(args[0], line, keep)
