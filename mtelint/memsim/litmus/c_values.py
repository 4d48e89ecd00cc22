"""Small questions about expressions of the C of litmus tests, and which words are types."""

import re
from functools import lru_cache

from mtelint.memsim.litmus.ast import OWN, Assign, BinOp, Const, Expr, Order, Reg, Stmt
from mtelint.memsim.litmus.lexer import Token
from mtelint.memsim.litmus.symbolic import binary

RELATIONS = ("==", "!=", "<", ">", "<=", ">=")

_TRY_CMPXCHG = re.compile(
    r"(?:arch_|raw_)?(?:atomic(?:_long|64)?_)?try_cmpxchg(?:64)?(?:_(?P<order>relaxed|acquire|release))?"
)
_COND_LOAD = re.compile(r"(?:smp|atomic(?:_long|64)?)_cond_(?:load|read)_(?P<order>acquire|relaxed)")
_ORDERS = {None: Order.FULL, "relaxed": Order.RELAXED, "acquire": Order.ACQUIRE, "release": Order.RELEASE}

_TYPE_WORDS = {
    "int", "long", "char", "short", "unsigned", "signed", "void", "volatile", "const", "struct", "bool", "_Bool",
    "register",
}  # fmt: skip
_TYPE_NAME = re.compile(
    r"(?:u?int\d+|u?intptr|__u?int128|(?:raw_)?spinlock|rwlock|seqlock|refcount|atomic|atomic_long|atomic64|mtx|size|ssize"
    r"|u\d+|s\d+)_t|atomic_int|u\d+|s\d+"
)


@lru_cache(maxsize=1024)
def special_call(name: str) -> tuple[str, Order]:
    """Whether a call takes the address of a local variable or a condition, and its order."""
    if match := _TRY_CMPXCHG.fullmatch(name):
        return "try", _ORDERS[match["order"]]
    if match := _COND_LOAD.fullmatch(name):
        return "wait", _ORDERS[match["order"]]
    return "", Order.FULL


class Before:
    """Statements that stand before the one at hand, and the registers that they need."""

    def __init__(self) -> None:
        self.before: list[Stmt] = []
        self._made = 0

    def temporary(self) -> Reg:
        """A new register of our own."""
        self._made += 1
        return Reg(f"{OWN}{self._made}")

    def kept(self, value: Expr, line: int) -> Reg:
        """``value`` in a register of our own."""
        target = self.temporary()
        self.before.append(Assign(target.name, value, line))
        return target

    def aside(self) -> list[Stmt]:
        """Statements collected so far, set aside; whoever asks puts them back with :meth:`back`."""
        outer, self.before = self.before, []
        return outer

    def back(self, outer: list[Stmt]) -> tuple[Stmt, ...]:
        """Statements collected since :meth:`aside`; those of before are collected again."""
        inner, self.before = self.before, outer
        return tuple(inner)


def is_type(token: Token) -> bool:
    """Whether a token can only be part of a type."""
    return token.kind == "name" and (token.text in _TYPE_WORDS or _TYPE_NAME.fullmatch(token.text) is not None)


def part_of(address: Expr, member: str) -> Expr:
    """The address of a member of what ``address`` points to."""
    if isinstance(address, Const) and isinstance(address.value, str):
        return Const(address.value + member)
    return BinOp(member, address, Const(0))


def element_of(address: Expr, index: int) -> Expr:
    """The address of an array's element; the first one is the array itself."""
    return part_of(address, f"[{index}]") if index else address


def truth(value: Expr) -> Expr:
    """1 or 0 for a value that is looked at for its truth."""
    if isinstance(value, BinOp) and value.op in (*RELATIONS, "&&", "||"):
        return value
    return folded("!=", value, Const(0))


def folded(op: str, left: Expr, right: Expr) -> Expr:
    """An operator on two values, computed if both are known."""
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(binary(op, left.value, right.value))
    return BinOp(op, left, right)


def is_pure(expr: Expr) -> bool:
    """Whether an expression looks at registers and constants alone."""
    match expr:
        case Const() | Reg():
            return True
        case BinOp(_, left, right):
            return is_pure(left) and is_pure(right)
        case _:
            return False
