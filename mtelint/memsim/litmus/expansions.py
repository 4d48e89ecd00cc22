"""Functions of the kernel that take more than one access: bits of words, references, locks that sleep or are shared.

Each is what the kernel's generic implementation makes of it (``include/asm-generic/bitops``,
``include/linux/refcount.h``), in the operations that the model knows.  The words of bits have 64 bits.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Protocol

from mtelint.memsim.litmus.ast import (
    Assign,
    Assume,
    BinOp,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
    If,
    Load,
    Marking,
    Order,
    Reg,
    Rmw,
    Stmt,
    Store,
)
from mtelint.memsim.litmus.locking import LOCK_CALLS, trylock
from mtelint.memsim.litmus.symbolic import WORD, UnmodelledError


class Hoist(Protocol):
    """Where statements go that stand before the one that a value is part of."""

    before: list[Stmt]

    def kept(self, value: Expr, line: int) -> Reg:
        """``value`` in a register of our own."""


_OPERATORS = {"set": "|", "clear": "&~", "change": "^"}
_PLAIN_BIT = re.compile(r"__(?P<op>set|clear|change)_bit")
_BIT = re.compile(r"(?P<op>set|clear|change)_bit")
_TEST_AND = re.compile(r"test_and_(?P<op>set|clear|change)_bit(?P<lock>_lock)?")


@lru_cache(maxsize=1024)
def expands(name: str) -> bool:
    """Whether :func:`expanded_statement` knows ``name``."""
    return name in _STATEMENTS or name in LOCK_CALLS or _PLAIN_BIT.fullmatch(name) is not None or (
        _BIT.fullmatch(name) is not None
    )  # fmt: skip


def expanded_statement(name: str, args: list[Expr], line: int, hoist: Hoist) -> tuple[Stmt, ...]:
    """The meaning of a call that has no value; raises :class:`UnmodelledError` where the arguments do not fit."""
    if name in LOCK_CALLS:
        count, lock = LOCK_CALLS[name]
        _check_count(name, args, count, line)
        return lock(args[0], line, hoist.kept)
    count, build = _STATEMENTS.get(name) or (2, lambda a, n, h: _change_bit(name, a, n))
    _check_count(name, args, count, line)
    return build(args, line, hoist)


def expanded(name: str, args: list[Expr], line: int, hoist: Hoist) -> Expr | None:
    """The meaning of a call that has a value; None if ``name`` is not such a function."""
    match = _TEST_AND.fullmatch(name)
    if match is not None:
        _check_count(name, args, 2, line)
        build = _test_and_set_lock if match["lock"] and match["op"] == "set" else None
        return build(args, line, hoist) if build else _test_and_change(_OPERATORS[match["op"]], args, line)
    if name not in _VALUES:
        return trylock(name, args, line, hoist.kept)
    count, value = _VALUES[name]
    _check_count(name, args, count, line)
    return value(args, line, hoist)


def _check_count(name: str, args: list[Expr], count: int, line: int) -> None:
    if len(args) != count:
        raise UnmodelledError(f"{name}() takes {count} argument(s), not {len(args)}", line)


# Bits


def _word(args: list[Expr]) -> tuple[Expr, Expr]:
    """The address of the word that holds a bit, and the bit as a mask."""
    number, place = args[0], args[1]
    if not isinstance(number, Const) or not isinstance(number.value, int):
        return place, BinOp("<<", Const(1), number)
    index, bit = divmod(number.value, WORD)
    if index:
        place = BinOp(f"[{index}]", place, Const(0))
    return place, Const(1 << bit)


def _is_set(word: Expr, mask: Expr) -> Expr:
    return BinOp("!=", BinOp("&", word, mask), Const(0))


def _change_bit(name: str, args: list[Expr], line: int) -> tuple[Stmt, ...]:
    place, mask = _word(args)
    plain = _PLAIN_BIT.fullmatch(name)
    if plain is not None:
        old = Load(place, Marking.PLAIN, line)
        return (Store(place, BinOp(_OPERATORS[plain["op"]], old, mask), Marking.PLAIN, line),)
    operator = _OPERATORS[name.removesuffix("_bit")]
    return (Do(Rmw(place, operator, mask, Order.NORETURN, False, line), line),)


def _test(args: list[Expr], marking: Marking, line: int) -> Expr:
    place, mask = _word(args)
    return _is_set(Load(place, marking, line), mask)


def _test_and_change(operator: str, args: list[Expr], line: int) -> Expr:
    place, mask = _word(args)
    return _is_set(Rmw(place, operator, mask, Order.FULL, False, line), mask)


def _plain_test_and_change(operator: str, args: list[Expr], line: int, hoist: Hoist) -> Expr:
    place, mask = _word(args)
    old = hoist.kept(Load(place, Marking.PLAIN, line), line)
    hoist.before.append(Store(place, BinOp(operator, old, mask), Marking.PLAIN, line))
    return _is_set(old, mask)


def _test_and_set_lock(args: list[Expr], line: int, hoist: Hoist) -> Expr:
    """Looks first; only if the bit is clear there is a read-modify-write, with acquire."""
    place, mask = _word(args)
    held = hoist.kept(_is_set(Load(place, Marking.ONCE, line), mask), line)
    taken = _is_set(Rmw(place, "|", mask, Order.ACQUIRE, False, line), mask)
    hoist.before.append(If(BinOp("==", held, Const(0)), (Assign(held.name, taken, line),), (), line))
    return held


def _bit_lock(args: list[Expr], line: int, hoist: Hoist) -> tuple[Stmt, ...]:
    place, mask = _word(args)
    held = hoist.kept(_is_set(Rmw(place, "|", mask, Order.ACQUIRE, False, line), mask), line)
    return (Assume(BinOp("==", held, Const(0)), line),)


def _bit_unlock(args: list[Expr], line: int) -> tuple[Stmt, ...]:
    place, mask = _word(args)
    return (Do(Rmw(place, "&~", mask, Order.RELEASE, False, line), line),)


def _plain_bit_unlock(args: list[Expr], line: int) -> tuple[Stmt, ...]:
    place, mask = _word(args)
    rest = BinOp("&~", Load(place, Marking.ONCE, line), mask)
    return (Store(place, rest, Marking.RELEASE, line),)


def _assign_bit(args: list[Expr], line: int, names: tuple[str, str]) -> tuple[Stmt, ...]:
    then, orelse = (_change_bit(name, args, line) for name in names)
    return (If(args[2], then, orelse, line),)


def _wait_on_bit(args: list[Expr], line: int, hoist: Hoist) -> Expr:
    free = hoist.kept(BinOp("==", _test([args[1], args[0]], Marking.ACQUIRE, line), Const(0)), line)
    hoist.before.append(Assume(free, line))
    return Const(0)


# References


def _dropped_last(amount: Expr, place: Expr, line: int, hoist: Hoist) -> Expr:
    """Release, and acquire behind the last one: a control dependency and a read barrier."""
    old = hoist.kept(Rmw(place, "-", amount, Order.RELEASE, False, line), line)
    last = hoist.kept(BinOp("==", old, amount), line)
    hoist.before.append(If(last, (Fence(FenceKind.RMB, line),), (), line))
    return last


# Pointers


def _replace_pointer(args: list[Expr], line: int, hoist: Hoist) -> Expr:
    if not (isinstance(args[0], Load) and args[0].marking is Marking.PLAIN):
        raise UnmodelledError("the argument of rcu_replace_pointer() is not a dereferenced pointer", line)
    old = hoist.kept(args[0], line)
    hoist.before.append(Store(args[0].addr, args[1], Marking.RELEASE, line))
    return old


_Value = Callable[[list[Expr], int, Hoist], Expr]
_Statement = Callable[[list[Expr], int, Hoist], tuple[Stmt, ...]]

_VALUES: dict[str, tuple[int, _Value]] = {
    "test_bit": (2, lambda a, n, h: _test(a, Marking.ONCE, n)),
    "test_bit_acquire": (2, lambda a, n, h: _test(a, Marking.ACQUIRE, n)),
    "__test_and_set_bit": (2, lambda a, n, h: _plain_test_and_change("|", a, n, h)),
    "__test_and_clear_bit": (2, lambda a, n, h: _plain_test_and_change("&~", a, n, h)),
    "__test_and_change_bit": (2, lambda a, n, h: _plain_test_and_change("^", a, n, h)),
    "wait_on_bit": (3, _wait_on_bit),
    "refcount_dec_and_test": (1, lambda a, n, h: _dropped_last(Const(1), a[0], n, h)),
    "refcount_sub_and_test": (2, lambda a, n, h: _dropped_last(a[0], a[1], n, h)),
    "rcu_replace_pointer": (3, _replace_pointer),
}

_STATEMENTS: dict[str, tuple[int, _Statement]] = {
    "clear_bit_unlock": (2, lambda a, n, h: _bit_unlock(a, n)),
    "__clear_bit_unlock": (2, lambda a, n, h: _plain_bit_unlock(a, n)),
    "bit_spin_lock": (2, _bit_lock),
    "bit_spin_unlock": (2, lambda a, n, h: _bit_unlock(a, n)),
    "assign_bit": (3, lambda a, n, h: _assign_bit(a, n, ("set_bit", "clear_bit"))),
    "__assign_bit": (3, lambda a, n, h: _assign_bit(a, n, ("__set_bit", "__clear_bit"))),
}
