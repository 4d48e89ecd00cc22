"""A litmus test as frozen values: threads of statements, initial state, condition.

Conditions are in :mod:`mtelint.memsim.litmus.final_state`.

The vocabulary is that of herd7's C dialect with the macros of the kernel's ``linux-kernel.def`` already resolved:
a load is a load with a marking, a read-modify-write knows its operator and its ordering.  ``tag`` is opaque: whoever
builds a program may hang anything on a statement or access, and finds it again on the events of a witness.
"""

from dataclasses import dataclass, field
from enum import Enum

from mtelint.memsim.litmus.final_state import Observable, Prop, Quantifier, Value

OWN = "__"
"""How the names of registers begin that the translation of C makes: each is set before it is looked at."""
LEAVING = OWN + "leaving"
"""The register of jumps: 0 while nothing is left, and wherever a loop begins a turn."""


class Marking(Enum):
    """How a plain or marked load or store is annotated."""

    PLAIN = "plain"
    ONCE = "once"
    ACQUIRE = "acquire"
    RELEASE = "release"


class Order(Enum):
    """The ordering of a read-modify-write."""

    NORETURN = "noreturn"
    """A void operation such as ``atomic_or``: neither acquire nor release, its read part outside ``smp_rmb``."""
    RELAXED = "relaxed"
    ACQUIRE = "acquire"
    RELEASE = "release"
    FULL = "full"


class FenceKind(Enum):
    """Barriers and RCU markers; the values are the names of the kernel's functions."""

    MB = "smp_mb"
    RMB = "smp_rmb"
    WMB = "smp_wmb"
    BARRIER = "barrier"
    BEFORE_ATOMIC = "smp_mb__before_atomic"
    AFTER_ATOMIC = "smp_mb__after_atomic"
    AFTER_SPINLOCK = "smp_mb__after_spinlock"
    AFTER_UNLOCK_LOCK = "smp_mb__after_unlock_lock"
    RCU_LOCK = "rcu_read_lock"
    RCU_UNLOCK = "rcu_read_unlock"
    SYNC_RCU = "synchronize_rcu"
    SRCU_LOCK = "srcu_read_lock"
    """Only where the model has no accesses for it, as before Linux 6.3."""
    SRCU_UNLOCK = "srcu_read_unlock"
    SYNC_SRCU = "synchronize_srcu"
    AFTER_SRCU_UNLOCK = "smp_mb__after_srcu_read_unlock"


# Expressions.  All are frozen; ``line`` counts from 1 in the litmus file, 0 where there is none.


@dataclass(frozen=True, slots=True)
class Const:
    """A number or a pointer to a location."""

    value: Value


@dataclass(frozen=True, slots=True)
class Reg:
    """A register (local variable); one never written holds 0."""

    name: str


@dataclass(frozen=True, slots=True)
class BinOp:
    """Operator on two values, as in C: ``+ - * / % & | ^ &~ << >> == != < > <= >=``, ``&&``, ``||`` on registers alone.

    ``.name`` and ``[3]`` are operators, too: the address of a part of what ``left`` points to; ``right`` means nothing.
    """

    op: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True, slots=True)
class Load:
    """A read of the location that ``addr`` evaluates to."""

    addr: "Expr"
    marking: Marking
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Rmw:
    """A read-modify-write; ``op`` is one of ``+ - & | ^ &~`` or ``xchg``; its value is the old or the new content."""

    addr: "Expr"
    op: str
    operand: "Expr"
    order: Order
    returns_new: bool = False
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CmpXchg:
    """Compare and exchange; its value is the old content.  A failing one is a relaxed read."""

    addr: "Expr"
    old: "Expr"
    new: "Expr"
    order: Order
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AddUnless:
    """``atomic_add_unless(addr, add, unless)``: 1 and ordered by ``order`` if it added, else 0 and a relaxed read."""

    addr: "Expr"
    add: "Expr"
    unless: "Expr"
    line: int = 0
    tag: object = field(default=None, compare=False)
    order: Order = Order.FULL


@dataclass(frozen=True, slots=True)
class TryLock:
    """``spin_trylock``: 1 and a lock taken, or 0 and no ordering."""

    addr: "Expr"
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class IsLocked:
    """``spin_is_locked``: 1 or 0, no ordering."""

    addr: "Expr"
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SrcuLock:
    """``srcu_read_lock``: a load of the index, where the model takes it for one."""

    addr: "Expr"
    line: int = 0
    tag: object = field(default=None, compare=False)


Expr = Const | Reg | BinOp | Load | Rmw | CmpXchg | AddUnless | TryLock | IsLocked | SrcuLock


@dataclass(frozen=True, slots=True)
class Assign:
    """``reg = value``."""

    reg: str
    value: Expr
    line: int = 0


@dataclass(frozen=True, slots=True)
class Store:
    """A write to the location that ``addr`` evaluates to."""

    addr: Expr
    value: Expr
    marking: Marking
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Do:
    """An expression evaluated for its effect."""

    value: Expr
    line: int = 0


@dataclass(frozen=True, slots=True)
class Fence:
    """A barrier or an RCU marker."""

    kind: FenceKind
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Lock:
    """``spin_lock``."""

    addr: Expr
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unlock:
    """``spin_unlock``."""

    addr: Expr
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """A branch; its control dependency ends with its bodies."""

    cond: Expr
    then: tuple["Stmt", ...]
    orelse: tuple["Stmt", ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class While:
    """``again``, then out unless ``cond``, then ``body``, and over; control dependencies end with it, as in herd7."""

    again: tuple["Stmt", ...]
    cond: Expr
    body: tuple["Stmt", ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Assume:
    """Wait until ``cond`` holds; what follows in the block depends on it.  Failed attempts leave nothing behind."""

    cond: Expr
    line: int = 0


@dataclass(frozen=True, slots=True)
class SrcuUnlock:
    """``srcu_read_unlock``: a store of the index, where the model takes it for one."""

    addr: Expr
    value: Expr
    line: int = 0
    tag: object = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SyncSrcu:
    """``synchronize_srcu``."""

    addr: Expr
    line: int = 0
    tag: object = field(default=None, compare=False)


Stmt = Assign | Store | Do | Fence | Lock | Unlock | If | While | Assume | SrcuUnlock | SyncSrcu


@dataclass(frozen=True, slots=True)
class Thread:
    """One CPU: its statements, the registers that hold something at the start, and a name for display."""

    body: tuple[Stmt, ...]
    registers: tuple[tuple[str, Value], ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """A whole litmus test.  ``result`` is the word of its ``Result:`` comment, where it has one."""

    name: str
    threads: tuple[Thread, ...]
    initial: tuple[tuple[str, Value], ...]
    condition: Prop
    quantifier: Quantifier = Quantifier.EXISTS
    filter: Prop | None = None
    observed: tuple[Observable, ...] = ()
    """What a listed state holds: the atoms of the condition and of the ``locations`` clause, in order of listing."""
    source: str = ""
    result: str | None = None
    notes: tuple[tuple[str, int], ...] = ()
    """What looks like a slip of the author's pen: text and line (0 where there is none)."""
    unmodelled: tuple[str, int] | None = None
    """Reason and line where the test uses something that is not modelled; such a program is never run."""
