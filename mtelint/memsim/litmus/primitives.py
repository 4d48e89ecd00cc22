"""The kernel's functions that a litmus test may call, by name.

What each of them is made of follows the kernel's ``linux-kernel.def`` and herd-representation.txt, with the bitwise
operations (``atomic_or`` and its family) added as newer versions of herd7 know them.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from mtelint.memsim.litmus.ast import (
    AddUnless,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
    IsLocked,
    Load,
    Lock,
    Marking,
    Order,
    Reg,
    Rmw,
    SrcuLock,
    SrcuUnlock,
    Stmt,
    Store,
    SyncSrcu,
    TryLock,
    Unlock,
)
from mtelint.memsim.litmus.symbolic import UnmodelledError, apply

_OPERATORS = {"add": "+", "sub": "-", "inc": "+", "dec": "-", "or": "|", "and": "&", "xor": "^", "andnot": "&~"}
_ORDERS = {None: Order.FULL, "relaxed": Order.RELAXED, "acquire": Order.ACQUIRE, "release": Order.RELEASE}
_ATOMIC = re.compile(
    r"atomic_(?P<fetch>fetch_)?(?P<op>add|sub|inc|dec|or|and|xor|andnot)(?P<ret>_return)?"
    r"(?:_(?P<order>relaxed|acquire|release))?"
)
_EXCHANGE = re.compile(r"(?:atomic_)?(?P<cmp>cmp)?xchg(?:_(?P<order>relaxed|acquire|release))?")
_TEST = re.compile(r"atomic_(?P<op>sub|dec|inc)_and_test")
_NEGATIVE = re.compile(r"atomic_add_negative(?:_(?P<order>relaxed|acquire|release))?")

_FENCES = {kind.value: kind for kind in FenceKind if "srcu" not in kind.value or kind.value.startswith("smp")} | {
    "synchronize_rcu_expedited": FenceKind.SYNC_RCU,
    "synchronize_net": FenceKind.SYNC_RCU,
    "rcu_read_lock_bh": FenceKind.RCU_LOCK,
    "rcu_read_unlock_bh": FenceKind.RCU_UNLOCK,
    "rcu_read_lock_sched": FenceKind.RCU_LOCK,
    "rcu_read_unlock_sched": FenceKind.RCU_UNLOCK,
    "smp_acquire__after_ctrl_dep": FenceKind.RMB,
}
_NOTHING = {"cpu_relax", "preempt_disable", "preempt_enable", "might_sleep", "cond_resched", "local_irq_disable",
            "local_irq_enable"}  # fmt: skip
"""Calls that the model knows nothing of."""
_WIDTH = re.compile(r"(?:raw_|arch_)?(?:atomic(?:_long|64)_(?P<atomic>\w+)|(?P<exchange>(?:cmp)?xchg)64(?P<order>\w*))")


@lru_cache(maxsize=1024)
def plain_name(name: str) -> str:
    """``atomic_inc`` for ``atomic_long_inc``, ``xchg`` for ``xchg64``: the model knows no widths."""
    match = _WIDTH.fullmatch(name)
    if match is None:
        return name
    return f"atomic_{match['atomic']}" if match["atomic"] else f"{match['exchange']}{match['order']}"


def call_expression(name: str, args: list[Expr], line: int) -> Expr | None:
    """The meaning of a call that has a value; None if ``name`` is not such a function.

    Raises :class:`UnmodelledError` where the arguments do not fit.
    """
    simple = _VALUES.get(name)
    if simple is not None:
        count, build = simple
        _check_count(name, args, count, line)
        return build(args, line)
    return _atomic_value(name, args, line)


@lru_cache(maxsize=1024)
def is_statement(name: str) -> bool:
    """Whether :func:`call_statement` knows ``name`` as something other than a value that is not used."""
    match = _ATOMIC.fullmatch(name)
    operation = match is not None and not match["fetch"] and not match["ret"] and not match["order"]
    return operation or name in _FENCES or name in _STATEMENTS or name in _NOTHING


def call_statement(name: str, args: list[Expr], line: int) -> tuple[Stmt, ...] | None:
    """The meaning of a call as a statement; None if ``name`` is not known."""
    if name in _NOTHING:
        return ()
    if name in _FENCES:
        _check_count(name, args, 0, line)
        return (Fence(_FENCES[name], line),)
    simple = _STATEMENTS.get(name)
    if simple is not None:
        count, build = simple
        _check_count(name, args, count, line)
        return build(args, line)
    match = _ATOMIC.fullmatch(name)
    if match and not match["fetch"] and not match["ret"] and not match["order"]:
        return (Do(_operation(match["op"], args, Order.NORETURN, False, name, line), line),)
    value = call_expression(name, args, line)
    return None if value is None else (Do(value, line),)


def _check_count(name: str, args: list[Expr], count: int, line: int) -> None:
    if len(args) != count:
        raise UnmodelledError(f"{name}() takes {count} argument(s), not {len(args)}", line)


def _pointee(expr: Expr, name: str, line: int) -> Expr:
    """The address of an argument that must be a dereference, as in ``READ_ONCE(*x)``."""
    if isinstance(expr, Load) and expr.marking is Marking.PLAIN:
        return expr.addr
    hint = f": write {name}(*{expr.name}) for the location" if isinstance(expr, Reg) else ""
    raise UnmodelledError(f"the argument of {name}() is not a dereferenced pointer{hint}", line)


def compare_exchange(place: Expr, old: Expr, new: Expr, order: Order, line: int) -> CmpXchg:
    """``cmpxchg`` of that order."""
    return CmpXchg(place, old, new, order, line)


_VALUES: dict[str, tuple[int, Callable[[list[Expr], int], Expr]]] = {
    "READ_ONCE": (1, lambda a, n: Load(_pointee(a[0], "READ_ONCE", n), Marking.ONCE, n)),
    "rcu_dereference": (1, lambda a, n: Load(_pointee(a[0], "rcu_dereference", n), Marking.ONCE, n)),
    "rcu_dereference_raw": (1, lambda a, n: Load(_pointee(a[0], "rcu_dereference_raw", n), Marking.ONCE, n)),
    "rcu_dereference_bh": (1, lambda a, n: Load(_pointee(a[0], "rcu_dereference_bh", n), Marking.ONCE, n)),
    "rcu_dereference_sched": (1, lambda a, n: Load(_pointee(a[0], "rcu_dereference_sched", n), Marking.ONCE, n)),
    "rcu_access_pointer": (1, lambda a, n: Load(_pointee(a[0], "rcu_access_pointer", n), Marking.ONCE, n)),
    "rcu_dereference_check": (2, lambda a, n: Load(_pointee(a[0], "rcu_dereference_check", n), Marking.ONCE, n)),
    "srcu_dereference": (2, lambda a, n: Load(_pointee(a[0], "srcu_dereference", n), Marking.ONCE, n)),
    "rcu_dereference_protected": (
        2,
        lambda a, n: Load(_pointee(a[0], "rcu_dereference_protected", n), Marking.PLAIN, n),
    ),
    "srcu_read_lock": (1, lambda a, n: SrcuLock(a[0], n)),
    "srcu_down_read": (1, lambda a, n: SrcuLock(a[0], n)),
    "srcu_read_lock_nmisafe": (1, lambda a, n: SrcuLock(a[0], n)),
    "data_race": (1, lambda a, n: a[0]),
    "likely": (1, lambda a, n: a[0]),
    "unlikely": (1, lambda a, n: a[0]),
    "READ_ONCE_NOCHECK": (1, lambda a, n: Load(_pointee(a[0], "READ_ONCE_NOCHECK", n), Marking.ONCE, n)),
    "refcount_read": (1, lambda a, n: Load(a[0], Marking.ONCE, n)),
    "atomic_add_unless_relaxed": (3, lambda a, n: AddUnless(a[0], a[1], a[2], n, order=Order.RELAXED)),
    "atomic_add_unless_acquire": (3, lambda a, n: AddUnless(a[0], a[1], a[2], n, order=Order.ACQUIRE)),
    "atomic_add_unless_release": (3, lambda a, n: AddUnless(a[0], a[1], a[2], n, order=Order.RELEASE)),
    "atomic_inc_not_zero": (1, lambda a, n: AddUnless(a[0], Const(1), Const(0), n)),
    "refcount_inc_not_zero": (1, lambda a, n: AddUnless(a[0], Const(1), Const(0), n, order=Order.RELAXED)),
    "refcount_add_not_zero": (2, lambda a, n: AddUnless(a[1], a[0], Const(0), n, order=Order.RELAXED)),
    "BIT": (1, lambda a, n: _bit(a[0])),
    "BIT_ULL": (1, lambda a, n: _bit(a[0])),
    "GENMASK": (2, lambda a, n: _mask(a[0], a[1], n)),
    "atomic_read": (1, lambda a, n: Load(a[0], Marking.ONCE, n)),
    "smp_load_acquire": (1, lambda a, n: Load(a[0], Marking.ACQUIRE, n)),
    "atomic_read_acquire": (1, lambda a, n: Load(a[0], Marking.ACQUIRE, n)),
    "spin_trylock": (1, lambda a, n: TryLock(a[0], n)),
    "spin_is_locked": (1, lambda a, n: IsLocked(a[0], n)),
    "atomic_add_unless": (3, lambda a, n: AddUnless(a[0], a[1], a[2], n)),
}


def _bit(number: Expr) -> Expr:
    return Const(apply("<<", 1, number.value)) if isinstance(number, Const) else BinOp("<<", Const(1), number)


def _mask(high: Expr, low: Expr, line: int) -> Expr:
    if (
        isinstance(high, Const)
        and isinstance(low, Const)
        and isinstance(high.value, int)
        and isinstance(low.value, int)
    ):
        return Const(((1 << (high.value - low.value + 1)) - 1) << low.value)
    raise UnmodelledError("GENMASK() of what are not two bits of a word", line)


_STATEMENTS: dict[str, tuple[int, Callable[[list[Expr], int], tuple[Stmt, ...]]]] = {
    "WRITE_ONCE": (2, lambda a, n: (Store(_pointee(a[0], "WRITE_ONCE", n), a[1], Marking.ONCE, n),)),
    "atomic_set": (2, lambda a, n: (Store(a[0], a[1], Marking.ONCE, n),)),
    "smp_store_release": (2, lambda a, n: (Store(a[0], a[1], Marking.RELEASE, n),)),
    "atomic_set_release": (2, lambda a, n: (Store(a[0], a[1], Marking.RELEASE, n),)),
    "rcu_assign_pointer": (
        2, lambda a, n: (Store(_pointee(a[0], "rcu_assign_pointer", n), a[1], Marking.RELEASE, n),)),
    "smp_store_mb": (
        2, lambda a, n: (Store(_pointee(a[0], "smp_store_mb", n), a[1], Marking.ONCE, n), Fence(FenceKind.MB, n))),
    "spin_lock": (1, lambda a, n: (Lock(a[0], n),)),
    "spin_unlock": (1, lambda a, n: (Unlock(a[0], n),)),
    "RCU_INIT_POINTER": (
        2, lambda a, n: (Store(_pointee(a[0], "RCU_INIT_POINTER", n), a[1], Marking.ONCE, n),)),
    "srcu_read_unlock": (2, lambda a, n: (SrcuUnlock(a[0], a[1], n),)),
    "srcu_up_read": (2, lambda a, n: (SrcuUnlock(a[0], a[1], n),)),
    "srcu_read_unlock_nmisafe": (2, lambda a, n: (SrcuUnlock(a[0], a[1], n),)),
    "synchronize_srcu": (1, lambda a, n: (SyncSrcu(a[0], n),)),
    "synchronize_srcu_expedited": (1, lambda a, n: (SyncSrcu(a[0], n),)),
    "refcount_set": (2, lambda a, n: (Store(a[0], a[1], Marking.ONCE, n),)),
    "refcount_inc": (1, lambda a, n: (Do(Rmw(a[0], "+", Const(1), Order.RELAXED, False, n), n),)),
    "refcount_add": (2, lambda a, n: (Do(Rmw(a[1], "+", a[0], Order.RELAXED, False, n), n),)),
    "refcount_dec": (1, lambda a, n: (Do(Rmw(a[0], "-", Const(1), Order.RELEASE, False, n), n),)),
}  # fmt: skip


def _operation(op: str, args: list[Expr], order: Order, returns_new: bool, name: str, line: int) -> Rmw:
    unary = op in ("inc", "dec")
    _check_count(name, args, 1 if unary else 2, line)
    operand = Const(1) if unary else args[0]
    return Rmw(args[-1], _OPERATORS[op], operand, order, returns_new, line)


def _atomic_value(name: str, args: list[Expr], line: int) -> Expr | None:
    match = _ATOMIC.fullmatch(name)
    if match and match["fetch"] and not match["ret"]:
        return _operation(match["op"], args, _ORDERS[match["order"]], False, name, line)
    if match and match["ret"] and not match["fetch"] and match["op"] in ("add", "sub", "inc", "dec"):
        return _operation(match["op"], args, _ORDERS[match["order"]], True, name, line)
    match = _EXCHANGE.fullmatch(name)
    if match and match["cmp"]:
        _check_count(name, args, 3, line)
        return CmpXchg(args[0], args[1], args[2], _ORDERS[match["order"]], line)
    if match:
        _check_count(name, args, 2, line)
        return Rmw(args[0], "xchg", args[1], _ORDERS[match["order"]], False, line)
    match = _TEST.fullmatch(name)
    if match:
        return BinOp("==", _operation(match["op"], args, Order.FULL, True, name, line), Const(0))
    match = _NEGATIVE.fullmatch(name)
    if match:
        return BinOp("<", _operation("add", args, _ORDERS[match["order"]], True, name, line), Const(0))
    return None
