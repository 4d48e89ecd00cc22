"""Expressions in the C that herd7 takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from mtelint.memsim.litmus.ast import (
    AddUnless,
    BinOp,
    CmpXchg,
    Const,
    Expr,
    IsLocked,
    Load,
    Marking,
    Order,
    Reg,
    Rmw,
    SrcuLock,
    TryLock,
)
from mtelint.memsim.output.litmus_names import Names, Untranslatable

_SUFFIX = {Order.FULL: "", Order.RELAXED: "_relaxed", Order.ACQUIRE: "_acquire", Order.RELEASE: "_release"}
_WORDS = {Order.FULL: "mb", Order.RELAXED: "once", Order.ACQUIRE: "acquire", Order.RELEASE: "release"}
_OPERATIONS = {"|": "or", "&": "and", "^": "xor", "&~": "andnot", "+": "add", "-": "sub"}


@dataclass(frozen=True, slots=True)
class Macro:
    """A definition that the ``linux-kernel.def`` of Linux 6.12 lacks, and that of 7.2 (empty where it has it)."""

    v612: str
    v72: str = ""


class ExpressionWriter:
    """Expressions of one thread; ``made`` are the registers that it adds, ``macros`` what the text needs."""

    def __init__(self, number: int, names: Names, compat: bool) -> None:
        self.number = number
        self.names = names
        self.compat = compat
        self.made: list[str] = []
        self.macros: set[Macro] = set()
        self._pending: list[str] = []

    def fresh(self) -> str:
        """A register of our own."""
        name = self.names.unused(self.number, f"t{len(self.made)}")
        self.made.append(name)
        return name

    def flush(self, depth: int) -> Iterator[str]:
        """Statements that the text of the last expressions needs before it."""
        pending, self._pending = self._pending, []
        for text in pending:
            yield "\t" * depth + text + ";"

    def place(self, addr: Expr) -> str:
        """An address: a parameter, or a register that holds a pointer."""
        name = self.names.address(self.number, addr)
        if name is not None:
            return self.names.location(name)
        match addr:
            case Reg(register):
                return self.names.register(self.number, register)
            case BinOp(op, _, _) if op[0] in ".[":
                raise Untranslatable(f"a pointer that is read leads to the part '{op}' of a location")
            case _:
                return self._kept(self.expr(addr))

    def is_atomic(self, addr: Expr) -> bool:
        """Whether an address is that of an ``atomic_t``."""
        name = self.names.address(self.number, addr)
        return name is not None and name in self.names.atomic

    def is_statement(self, expr: Expr) -> bool:
        """Whether herd7 takes the text of ``expr`` as a statement."""
        return isinstance(expr, Rmw) and expr.order is Order.NORETURN

    def _kept(self, text: str) -> str:
        name = self.fresh()
        self._pending.append(f"{name} = {text}")
        return name

    def expr(self, expr: Expr, inner: bool = False) -> str:
        """The text of an expression; ``inner`` ones have parentheses where they are operators."""
        match expr:
            case Const(value):
                return self.names.value(value)
            case Reg(name):
                located = self.names.address(self.number, expr)
                return self.names.location(located) if located is not None else self._register(name)
            case BinOp(op, _, _) if op[0] in ".[":
                located = self.names.address(self.number, expr)
                if located is None:
                    raise Untranslatable(f"a pointer that is read leads to the part '{op}' of a location")
                return self.names.location(located)
            case BinOp():
                text = self._operator(expr)
                return f"({text})" if inner else text
            case Load():
                return self._load(expr)
            case Rmw():
                return self._rmw(expr)
            case CmpXchg(addr, old, new, order):
                prefix = "atomic_" if self.is_atomic(addr) else ""
                return f"{prefix}cmpxchg{_SUFFIX[order]}({self.place(addr)}, {self.expr(old)}, {self.expr(new)})"
            case AddUnless():
                return self._add_unless(expr)
            case TryLock(addr):
                return f"spin_trylock({self.place(addr)})"
            case IsLocked(addr):
                return f"spin_is_locked({self.place(addr)})"
            case SrcuLock(addr):
                return f"srcu_read_lock({self.place(addr)})"

    def _register(self, name: str) -> str:
        return name if name in self.made else self.names.register(self.number, name)

    def _operator(self, expr: BinOp) -> str:
        op, left, right = expr.op, expr.left, expr.right
        if op in ("&&", "||"):
            return f"({self.expr(left, True)} != 0) {op[0]} ({self.expr(right, True)} != 0)"
        if op == "&~":
            return self._operator(BinOp("&", left, _inverted(right)))
        if op == "<<":
            return f"{self.expr(left, True)} * {self._power(right)}"
        if op in (">>", "%"):
            return self._remainder(op, self._twice(left), right)
        return f"{self.expr(left, True)} {op} {self.expr(right, True)}"

    def _twice(self, value: Expr) -> str:
        """The text of a value that is written more than once."""
        return self.expr(value) if isinstance(value, Reg | Const) else self._kept(self.expr(value))

    def _remainder(self, op: str, left: str, right: Expr) -> str:
        if op == "%":
            divisor = self._twice(right)
            return f"{left} - {divisor} * ({left} / {divisor})"
        power = self._power(right)
        return f"({left} - ({left} & {power - 1})) / {power}"

    def _power(self, places: Expr) -> int:
        if isinstance(places, Const) and isinstance(places.value, int):
            return 1 << places.value
        raise Untranslatable("a shift by what is not constant")

    def _load(self, load: Load) -> str:
        place = self.place(load.addr)
        if load.marking is Marking.PLAIN:
            return f"*{place}"
        acquire = load.marking is Marking.ACQUIRE
        if self.is_atomic(load.addr):
            return f"atomic_read{'_acquire' if acquire else ''}({place})"
        return f"smp_load_acquire({place})" if acquire else f"READ_ONCE(*{place})"

    def _rmw(self, rmw: Rmw) -> str:
        place, operand = self.place(rmw.addr), self.expr(rmw.operand)
        if rmw.op == "xchg":
            return f"{'atomic_' if self.is_atomic(rmw.addr) else ''}xchg{_SUFFIX[rmw.order]}({place}, {operand})"
        word = "add" if self.compat and rmw.op == "|" else _OPERATIONS[rmw.op]
        symbol = "+" if word == "add" else rmw.op
        if rmw.order is Order.NORETURN:
            if word not in ("add", "sub"):
                self.macros.add(Macro(f"atomic_{word}(V,X) {{ __atomic_op(X,{symbol},V); }}"))
            return f"atomic_{word}({operand}, {place})"
        if rmw.returns_new:
            if word not in ("add", "sub"):
                raise Untranslatable(f"an operation that returns the result of '{rmw.op}'")
            return f"atomic_{word}_return{_SUFFIX[rmw.order]}({operand}, {place})"
        name = f"atomic_fetch_{word}{_SUFFIX[rmw.order]}"
        if word not in ("add", "sub"):
            self.macros.add(Macro(f"{name}(V,X) __atomic_fetch_op{{{_WORDS[rmw.order]}}}(X,{symbol},V)"))
        return f"{name}({operand}, {place})"

    def _add_unless(self, expr: AddUnless) -> str:
        name = f"atomic_add_unless{_SUFFIX[expr.order]}"
        body = f"{name}(X,V,W) __atomic_add_unless{{{_WORDS[expr.order]}}}(X,V,W)"
        newer = body.replace(f"{{{_WORDS[expr.order]}}}", f"{{{_WORDS[expr.order].upper()}}}")
        self.macros.add(Macro(body, "" if expr.order is Order.FULL else newer))
        return f"{name}({self.place(expr.addr)}, {self.expr(expr.add)}, {self.expr(expr.unless)})"


def _inverted(value: Expr) -> Expr:
    if isinstance(value, Const) and isinstance(value.value, int):
        return Const(~value.value)
    return BinOp("-", Const(-1), value)
