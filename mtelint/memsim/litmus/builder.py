"""Programs without text: build threads statement by statement, each with a tag of the caller's.

Example, the reader of a flag::

    b = ProgramBuilder("reader")
    t = b.thread("CPU 1")
    flag = t.read("flags", tag=where_the_source_tests_it)
    with t.when(BinOp("&", flag, Const(1))):
        t.fence(FenceKind.RMB)
        seen = t.read("tags", tag=where_the_source_reads_it)
    b.exists(both(t.equals(seen, 0), ...))

Tags come back on the steps of a witness (:class:`mtelint.memsim.search.execution_witness.Step`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from mtelint.memsim.litmus.ast import (
    Assign,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
    If,
    Load,
    Lock,
    Marking,
    Order,
    Program,
    Reg,
    Rmw,
    Stmt,
    Store,
    Thread,
    TryLock,
    Unlock,
)
from mtelint.memsim.litmus.final_state import Both, Either, Equals, Observable, Prop, Quantifier, Truth, Value, atoms


def place(location: str | Expr) -> Expr:
    """The address of a location by its name; expressions are left as they are."""
    return Const(location) if isinstance(location, str) else location


def operand(value: Value | Expr) -> Expr:
    """A value as an expression."""
    return Const(value) if isinstance(value, int | str) else value


class ThreadBuilder:
    """Statements of one CPU.  Methods that read return the register that holds the result."""

    def __init__(self, number: int, name: str) -> None:
        self.number = number
        self.name = name
        self._body: list[Stmt] = []
        self._registers = 0

    def add(self, stmt: Stmt) -> None:
        """Append any statement of :mod:`mtelint.memsim.litmus.ast`."""
        self._body.append(stmt)

    def register(self, name: str | None = None) -> Reg:
        """A register: the one of that name, or a new one."""
        if name is None:
            name = f"r{self._registers}"
            self._registers += 1
        return Reg(name)

    def evaluate(self, value: Expr, name: str | None = None, line: int = 0) -> Reg:
        """Assign an expression to a register."""
        target = self.register(name)
        self.add(Assign(target.name, value, line))
        return target

    def read(self, location: str | Expr, marking: Marking = Marking.ONCE, *, name: str | None = None,
             tag: object = None, line: int = 0) -> Reg:  # fmt: skip
        """A load."""
        return self.evaluate(Load(place(location), marking, line, tag), name, line)

    def write(self, location: str | Expr, value: Value | Expr, marking: Marking = Marking.ONCE, *,
              tag: object = None, line: int = 0) -> None:  # fmt: skip
        """A store."""
        self.add(Store(place(location), operand(value), marking, line, tag))

    def fence(self, kind: FenceKind, *, tag: object = None, line: int = 0) -> None:
        """A barrier."""
        self.add(Fence(kind, line, tag))

    def modify(self, location: str | Expr, op: str, value: Value | Expr, *, tag: object = None, line: int = 0) -> None:
        """An atomic operation that returns nothing, such as ``set_bit`` (``op`` is ``|``)."""
        self.add(Do(Rmw(place(location), op, operand(value), Order.NORETURN, False, line, tag), line))

    def fetch(self, location: str | Expr, op: str, value: Value | Expr, order: Order = Order.FULL, *,
              name: str | None = None, tag: object = None, line: int = 0) -> Reg:  # fmt: skip
        """An atomic operation that returns the old content, such as ``test_and_set_bit``."""
        return self.evaluate(Rmw(place(location), op, operand(value), order, False, line, tag), name, line)

    def compare_exchange(self, location: str | Expr, old: Value | Expr, new: Value | Expr,
                         order: Order = Order.FULL, *, name: str | None = None, tag: object = None,
                         line: int = 0) -> Reg:  # fmt: skip
        """``cmpxchg``; returns the old content."""
        return self.evaluate(CmpXchg(place(location), operand(old), operand(new), order, line, tag), name, line)

    def lock(self, location: str | Expr, *, tag: object = None, line: int = 0) -> None:
        """``spin_lock``."""
        self.add(Lock(place(location), line, tag))

    def trylock(self, location: str | Expr, *, name: str | None = None, tag: object = None, line: int = 0) -> Reg:
        """``spin_trylock``."""
        return self.evaluate(TryLock(place(location), line, tag), name, line)

    def unlock(self, location: str | Expr, *, tag: object = None, line: int = 0) -> None:
        """``spin_unlock``."""
        self.add(Unlock(place(location), line, tag))

    @contextmanager
    def when(self, cond: Expr, line: int = 0) -> Iterator[None]:
        """The statements of the block happen only if ``cond`` is not 0."""
        outer, self._body = self._body, []
        yield
        inner, self._body = self._body, outer
        self.add(If(cond, tuple(inner), (), line))

    @contextmanager
    def otherwise(self) -> Iterator[None]:
        """The other side of the :meth:`when` before it; raises :class:`ValueError` if there is none."""
        last = self._body[-1] if self._body else None
        if not isinstance(last, If) or last.orelse:
            raise ValueError("otherwise() without a when() before it")
        outer, self._body = self._body, []
        yield
        inner, self._body = self._body, outer
        self._body[-1] = If(last.cond, last.then, tuple(inner), last.line)

    def equals(self, register: Reg, value: Value) -> Prop:
        """The proposition that a register of this thread holds a value at the end."""
        return Equals(Observable(self.number, register.name), value)

    def build(self) -> Thread:
        """The finished thread."""
        return Thread(tuple(self._body), (), self.name)


class ProgramBuilder:
    """Collects threads, initial state and condition."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._threads: list[ThreadBuilder] = []
        self._initial: dict[str, Value] = {}
        self._condition: Prop = Truth(True)
        self._quantifier = Quantifier.EXISTS
        self._filter: Prop | None = None
        self._observed: set[Observable] = set()

    def thread(self, name: str = "") -> ThreadBuilder:
        """A new CPU."""
        thread = ThreadBuilder(len(self._threads), name or f"P{len(self._threads)}")
        self._threads.append(thread)
        return thread

    def start(self, location: str, value: Value) -> None:
        """Initial content of a location; 0 for those not named."""
        self._initial[location] = value

    def exists(self, condition: Prop) -> None:
        """The final state that is asked for."""
        self._condition = condition

    def only(self, condition: Prop) -> None:
        """Consider only executions that end in such a state."""
        self._filter = condition

    def observe(self, *what: Observable) -> None:
        """List these in the final states, besides what the condition looks at."""
        self._observed.update(what)

    def build(self) -> Program:
        """The finished program."""
        observed = sorted(
            self._observed | atoms(self._condition), key=lambda what: (what.thread < 0, what.thread, what.name)
        )
        return Program(
            self.name, tuple(thread.build() for thread in self._threads), tuple(sorted(self._initial.items())),
            self._condition, self._quantifier, self._filter, tuple(observed),
        )  # fmt: skip


def finally_holds(location: str, value: Value) -> Prop:
    """The proposition that a shared location holds a value at the end."""
    return Equals(Observable(-1, location), value)


def both(first: Prop, *others: Prop) -> Prop:
    """Conjunction."""
    for other in others:
        first = Both(first, other)
    return first


def either(first: Prop, *others: Prop) -> Prop:
    """Disjunction."""
    for other in others:
        first = Either(first, other)
    return first
