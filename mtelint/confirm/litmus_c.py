"""A program as a C litmus test for herd7."""

from collections.abc import Iterator

from mtelint.memsim.litmus.ast import (
    AddUnless,
    Assign,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    If,
    IsLocked,
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
from mtelint.memsim.output.herd_text import prop_text

_SUFFIX = {Order.FULL: "", Order.RELAXED: "_relaxed", Order.ACQUIRE: "_acquire", Order.RELEASE: "_release"}
_OPERATIONS = {"|": "or", "&": "and", "^": "xor", "&~": "andnot", "+": "add", "-": "sub"}


def litmus_c(program: Program, compat: bool = False, comment: str = "") -> str:
    """The C litmus test of ``program``.

    ``compat`` writes ``atomic_add`` for ``atomic_or``, for versions of herd7 that do not know the latter; whoever asks
    for it has made sure that no bit is set twice.  ``comment`` goes between name and initial state.
    """
    kinds = _Kinds(program)
    initial = "".join(f"\t{name}={value};\n" for name, value in program.initial if name in kinds.used and value)
    threads = "\n".join(_thread(i, each, kinds, compat) for i, each in enumerate(program.threads))
    parts = [f"C {program.name}\n", f"(*\n{_starred(comment)} *)\n" if comment else "", f"{{\n{initial}}}\n", threads]
    if program.filter is not None:
        parts.append(f"filter ({prop_text(program.filter)})")
    parts.append(f"{program.quantifier.value} ({prop_text(program.condition)})")
    return "\n".join(part for part in parts if part) + "\n"


def _starred(text: str) -> str:
    return "".join(f" * {line}".rstrip() + "\n" for line in text.strip().split("\n"))


class _Kinds:
    """Which locations are atomic words, which locks, and which are used at all."""

    def __init__(self, program: Program) -> None:
        self.atomic: set[str] = set()
        self.locks: set[str] = set()
        self.used: set[str] = set()
        self.by_thread = [dict(thread.registers) for thread in program.threads]
        for i, thread in enumerate(program.threads):
            for node in _walk(thread.body):
                self._note(node, i)

    def _note(self, node: Stmt | Expr, thread: int) -> None:
        if not isinstance(node, Load | Store | Rmw | Lock | Unlock | CmpXchg | AddUnless | TryLock | IsLocked):
            return
        name = self.location(node.addr, thread)
        self.used.add(name)
        if isinstance(node, Rmw | CmpXchg | AddUnless) or name.startswith("flags"):
            self.atomic.add(name)
        elif isinstance(node, Lock | Unlock | TryLock | IsLocked):
            self.locks.add(name)

    def location(self, addr: Expr, thread: int) -> str:
        """The name of the location that an address stands for."""
        match addr:
            case Const(value):
                return str(value)
            case Reg(name):
                return str(self.by_thread[thread].get(name, name))
            case _:
                return "?"

    def declared(self, name: str) -> str:
        """A parameter's declaration."""
        kind = "atomic_t" if name in self.atomic else "spinlock_t" if name in self.locks else "int"
        return f"{kind} *{name}"


def _walk(body: tuple[Stmt, ...]) -> Iterator[Stmt | Expr]:
    for stmt in body:
        yield stmt
        match stmt:
            case Assign(_, value) | Do(value):
                yield from _expressions(value)
            case Store(_, value):
                yield from _expressions(value)
            case If(cond, then, orelse):
                yield from _expressions(cond)
                yield from _walk(then)
                yield from _walk(orelse)


def _expressions(expr: Expr) -> Iterator[Expr]:
    yield expr
    if isinstance(expr, BinOp):
        yield from _expressions(expr.left)
        yield from _expressions(expr.right)
    elif isinstance(expr, Rmw):
        yield from _expressions(expr.operand)


def _thread(number: int, thread: Thread, kinds: _Kinds, compat: bool) -> str:
    writer = _Writer(number, kinds, compat)
    names = sorted({kinds.location(n.addr, number) for n in _walk(thread.body)
                    if isinstance(n, Load | Store | Rmw | Lock | Unlock)})  # fmt: skip
    registers = dict.fromkeys(stmt.reg for stmt in _walk(thread.body) if isinstance(stmt, Assign))
    declared = "".join(f"\tint {name};\n" for name in registers)
    lines = "".join(f"{line}\n" for line in writer.block(thread.body, 1))
    head = ", ".join(kinds.declared(name) for name in names)
    return f"P{number}({head})\n{{\n{declared}{chr(10) if declared else ''}{lines}}}\n"


class _Writer:
    """Statements of one thread as lines of C."""

    def __init__(self, number: int, kinds: _Kinds, compat: bool) -> None:
        self.number = number
        self.kinds = kinds
        self.compat = compat

    def block(self, body: tuple[Stmt, ...], depth: int) -> Iterator[str]:
        """The lines of a block."""
        for stmt in body:
            if isinstance(stmt, If):
                yield from self._if(stmt, depth)
            else:
                yield "\t" * depth + self._statement(stmt) + ";"

    def _if(self, stmt: If, depth: int) -> Iterator[str]:
        tabs = "\t" * depth
        yield f"{tabs}if ({self._expr(stmt.cond)}) {{"
        yield from self.block(stmt.then, depth + 1)
        if stmt.orelse:
            yield f"{tabs}}} else {{"
            yield from self.block(stmt.orelse, depth + 1)
        yield f"{tabs}}}"

    def _name(self, addr: Expr) -> str:
        return self.kinds.location(addr, self.number)

    def _statement(self, stmt: Stmt) -> str:
        match stmt:
            case Assign(reg, value):
                return f"{reg} = {self._expr(value)}"
            case Do(value):
                return self._expr(value)
            case Fence(kind):
                return f"{kind.value}()"
            case Lock(addr):
                return f"spin_lock({self._name(addr)})"
            case Unlock(addr):
                return f"spin_unlock({self._name(addr)})"
            case Store():
                return self._store(stmt)
            case _:
                raise ValueError(f"no C for {type(stmt).__name__}")

    def _store(self, stmt: Store) -> str:
        name, value = self._name(stmt.addr), self._expr(stmt.value)
        release = stmt.marking is Marking.RELEASE
        if name in self.kinds.atomic:
            return f"atomic_set{'_release' if release else ''}({name}, {value})"
        if stmt.marking is Marking.PLAIN:
            return f"*{name} = {value}"
        return f"smp_store_release({name}, {value})" if release else f"WRITE_ONCE(*{name}, {value})"

    def _expr(self, expr: Expr, inner: bool = False) -> str:
        match expr:
            case Const(value):
                return str(value)
            case Reg(name):
                return name
            case BinOp(op, left, right):
                text = f"{self._expr(left, True)} {op} {self._expr(right, True)}"
                return f"({text})" if inner else text
            case Load():
                return self._load(expr)
            case Rmw():
                return self._rmw(expr)
            case _:
                raise ValueError(f"no C for {type(expr).__name__}")

    def _load(self, load: Load) -> str:
        name = self._name(load.addr)
        acquire = load.marking is Marking.ACQUIRE
        if name in self.kinds.atomic:
            return f"atomic_read{'_acquire' if acquire else ''}({name})"
        if load.marking is Marking.PLAIN:
            return f"*{name}"
        return f"smp_load_acquire({name})" if acquire else f"READ_ONCE(*{name})"

    def _rmw(self, rmw: Rmw) -> str:
        name, operand = self._name(rmw.addr), self._expr(rmw.operand)
        word = _OPERATIONS[rmw.op]
        if self.compat and rmw.op == "|":
            word = "add"
        if rmw.order is Order.NORETURN:
            return f"atomic_{word}({operand}, {name})"
        return f"atomic_fetch_{word}{_SUFFIX[rmw.order]}({operand}, {name})"
