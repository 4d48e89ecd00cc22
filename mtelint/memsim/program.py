"""A litmus test as frozen values: threads of statements, initial state, condition.

The vocabulary is that of herd7's C dialect with the macros of the kernel's ``linux-kernel.def`` already resolved:
a load is a load with a marking, a read-modify-write knows its operator and its ordering.  ``tag`` is opaque: whoever
builds a program may hang anything on a statement or access, and finds it again on the events of a witness.
"""

from dataclasses import dataclass, field
from enum import Enum

Value = int | str
"""A number, or the name of a location (a pointer to it)."""


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


# Expressions.  All of them are frozen; ``line`` counts from 1 in the litmus file, 0 where there is none.


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
    """Operator on two values: ``+ - * / & | ^ &~ == != < > <= >=`` as in C, ``&&`` and ``||`` on registers alone."""

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
    """``atomic_add_unless(addr, add, unless)``: 1 and fully ordered if it added, else 0 and a relaxed read."""

    addr: "Expr"
    add: "Expr"
    unless: "Expr"
    line: int = 0
    tag: object = field(default=None, compare=False)


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


Expr = Const | Reg | BinOp | Load | Rmw | CmpXchg | AddUnless | TryLock | IsLocked

# Statements.


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


Stmt = Assign | Store | Do | Fence | Lock | Unlock | If


@dataclass(frozen=True, slots=True)
class Thread:
    """One CPU: its statements, the registers that hold something at the start, and a name for display."""

    body: tuple[Stmt, ...]
    registers: tuple[tuple[str, Value], ...] = ()
    name: str = ""


# Final states and conditions.


@dataclass(frozen=True, slots=True, order=True)
class Observable:
    """A register of a thread (``thread >= 0``) or a shared location (``thread == -1``)."""

    thread: int
    name: str

    def __str__(self) -> str:
        return self.name if self.thread < 0 else f"{self.thread}:{self.name}"


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition that holds always or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Equals:
    """An observable holds a value, or the same as another observable."""

    left: Observable
    right: Value | Observable


@dataclass(frozen=True, slots=True)
class Not:
    """Negation."""

    of: "Prop"


@dataclass(frozen=True, slots=True)
class Both:
    """Conjunction."""

    left: "Prop"
    right: "Prop"


@dataclass(frozen=True, slots=True)
class Either:
    """Disjunction."""

    left: "Prop"
    right: "Prop"


Prop = Truth | Equals | Not | Both | Either


class Quantifier(Enum):
    """What is asked of the condition."""

    EXISTS = "exists"
    NOT_EXISTS = "~exists"
    FORALL = "forall"


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
    unmodelled: tuple[str, int] | None = None
    """Reason and line where the test uses something that is not modelled; such a program is never run."""


def atoms(prop: Prop) -> set[Observable]:
    """The observables that a condition looks at."""
    match prop:
        case Truth():
            return set()
        case Equals(left, right):
            return {left, right} if isinstance(right, Observable) else {left}
        case Not(of):
            return atoms(of)
        case Both(left, right) | Either(left, right):
            return atoms(left) | atoms(right)


def holds(prop: Prop, state: dict[Observable, Value]) -> bool:
    """Whether a condition holds in a final state; an observable that is missing counts as 0."""
    match prop:
        case Truth(value):
            return value
        case Equals(left, right):
            other = state.get(right, 0) if isinstance(right, Observable) else right
            return state.get(left, 0) == other
        case Not(of):
            return not holds(of, state)
        case Both(left, right):
            return holds(left, state) and holds(right, state)
        case Either(left, right):
            return holds(left, state) or holds(right, state)
