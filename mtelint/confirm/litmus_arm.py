"""A program as an AArch64 litmus test with memory tagging, for ``herd7 -variant memtag,precise``.

Tags become colours: a store of tags is STG with a coloured address, a load is LDG.  Atomic operations are those of
LSE, as the kernel uses them.  A condition on the final tags is asked of a load at the end of P0, since conditions of
herd7 name registers.  Locks, and what else the paths of findings do not hold, have no translation.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from mtelint.memsim.litmus.ast import (
    Assign,
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
    Program,
    Reg,
    Rmw,
    Stmt,
    Store,
    Thread,
)
from mtelint.memsim.litmus.final_state import Both, Either, Equals, Not, Prop, Truth, Value, atoms

COLOURS = ("green", "red", "blue", "yellow", "black")
_FENCES = {FenceKind.WMB: "DMB ISHST", FenceKind.RMB: "DMB ISHLD", FenceKind.MB: "DMB ISH"}
_SUFFIX = {Order.NORETURN: "", Order.RELAXED: "", Order.ACQUIRE: "A", Order.RELEASE: "L", Order.FULL: "AL"}
_LSE = {"|": "LDSET", "&~": "LDCLR"}
_FINAL = "final:"
"""Register that P0's last load of a location's tags goes to, by location."""


class Untranslatable(ValueError):
    """A program that has no AArch64 form here."""


def litmus_aarch64(program: Program, comment: str = "") -> str:
    """The AArch64 litmus test of ``program``; ``comment`` goes below its name.

    Raises:
        Untranslatable: the program holds a lock or another statement that has no translation.
    """
    initial = dict(program.initial)
    asked = sorted({a.name for a in atoms(program.condition) if a.thread < 0 and _is_tags(a.name)})
    threads = [_Thread(i, each, initial, asked if i == 0 else ()) for i, each in enumerate(program.threads)]
    state = [f"{name}={value};" for name, value in sorted(initial.items()) if value and not _is_tags(name)]
    state += [f"{i}:X{n}={value};" for i, each in enumerate(threads) for value, n in each.addresses.items()]
    lines = [f"AArch64 {program.name}"]
    if comment:
        lines += ["(*", *(f" * {line}".rstrip() for line in comment.strip().split("\n")), " *)"]
    lines += ["{", " ".join(state), "}", *_table([each.code for each in threads])]
    if program.filter is not None:
        lines.append(f"filter ({_prop(program.filter, threads)})")
    lines.append(f"exists ({_prop(program.condition, threads)})")
    return "\n".join(lines) + "\n"


def _is_tags(location: str) -> bool:
    return location.startswith("mt")


def _table(columns: list[list[str]]) -> Iterator[str]:
    """The code side by side, as herd7 reads it."""
    heads = [f"P{i}" for i in range(len(columns))]
    widths = [max(map(len, [head, *column])) for head, column in zip(heads, columns, strict=True)]
    for row in [heads, *zip_longest(*columns, fillvalue="")]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f" {' | '.join(cells)} ;"


class _Thread:
    """The code of one thread; ``addresses`` maps initial values to the registers that hold them.

    ``asked`` are the locations whose final tags the condition asks for.
    """

    def __init__(self, number: int, thread: Thread, initial: Mapping[str, Value], asked: Sequence[str]) -> None:
        self.number = number
        self.names = dict(thread.registers)
        self.initial = initial
        self.addresses: dict[str, int] = {}
        self.registers: dict[str, int] = {}
        self.tags: dict[str, str] = {}
        self.used = 0
        self.labels = 0
        self.code: list[str] = []
        self._block(thread.body)
        for location in asked:
            self._assign_tags(_FINAL + location, location)

    # --- registers ----------------------------------------------------------------------------------------------------

    def _new(self) -> int:
        self.used += 1
        if self.used > 29:
            raise Untranslatable("more registers than there are")
        return self.used - 1

    def register(self, name: str) -> int:
        """The register of a local variable."""
        if name not in self.registers:
            self.registers[name] = self._new()
        return self.registers[name]

    def _address(self, text: str) -> int:
        if text not in self.addresses:
            self.addresses[text] = self._new()
        return self.addresses[text]

    def _location(self, addr: Expr) -> str:
        match addr:
            case Const(str() as name):
                return name
            case Reg(name) if isinstance(self.names.get(name), str):
                return str(self.names[name])
            case _:
                raise Untranslatable("an address that is computed")

    def colour(self, location: str, value: Value) -> str:
        """The colour of a tag value; the one that the location starts with is the default of herd7, green."""
        if not isinstance(value, int) or not 0 <= value < len(COLOURS):
            raise Untranslatable(f"tags with the value {value}")
        first = self.initial.get(location, 0)
        swapped = {first: 0, 0: first}.get(value, value)
        return COLOURS[swapped if isinstance(swapped, int) else 0]

    def _tagged(self, location: str, value: Value) -> int:
        return self._address(f"{location}:{self.colour(location, value)}")

    # --- statements ---------------------------------------------------------------------------------------------------

    def _block(self, body: tuple[Stmt, ...]) -> None:
        for stmt in body:
            self._statement(stmt)

    def _statement(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(reg, value):
                self._assign(reg, value)
            case Do(Rmw() as rmw):
                self._rmw(rmw, None)
            case Store():
                self._store(stmt)
            case Fence(kind) if kind in _FENCES:
                self.code.append(_FENCES[kind])
            case If():
                self._if(stmt)
            case _:
                raise Untranslatable(f"{type(stmt).__name__.lower()} has no translation")

    def _assign(self, reg: str, value: Expr) -> None:
        match value:
            case Load(addr) if _is_tags(self._location(addr)):
                self._assign_tags(reg, self._location(addr))
            case BinOp("&", inner, Const(int() as mask)):
                self._assign(reg, inner)
                self.code.append(f"AND W{self.register(reg)},W{self.register(reg)},#{mask}")
            case Load(addr, marking):
                self._load(self.register(reg), self._location(addr), marking)
            case Rmw():
                self._rmw(value, self.register(reg))
            case Const(int() as number):
                self.code.append(f"MOV W{self.register(reg)},#{number}")
            case _:
                raise Untranslatable("an expression that has no translation")

    def _assign_tags(self, reg: str, location: str) -> None:
        self.tags[reg] = location
        self.code.append(f"LDG X{self.register(reg)},[X{self._tagged(location, self.initial.get(location, 0))}]")

    def _load(self, register: int, location: str, marking: Marking) -> None:
        word = "LDAR" if marking is Marking.ACQUIRE else "LDR"
        self.code.append(f"{word} W{register},[X{self._address(location)}]")

    def _store(self, stmt: Store) -> None:
        location = self._location(stmt.addr)
        if _is_tags(location):
            if not isinstance(stmt.value, Const):
                raise Untranslatable("tags that are computed")
            start = self._tagged(location, self.initial.get(location, 0))
            self.code.append(f"STG X{self._tagged(location, stmt.value.value)},[X{start}]")
            return
        word = "STLR" if stmt.marking is Marking.RELEASE else "STR"
        self.code.append(f"{word} W{self._operand(stmt.value)},[X{self._address(location)}]")

    def _operand(self, value: Expr) -> int:
        register = self._new()
        match value:
            case Const(int() as number):
                self.code.append(f"MOV W{register},#{number}")
            case BinOp("|" | "&" as op, Reg(name), Const(int() as number)):
                word = "ORR" if op == "|" else "AND"
                self.code.append(f"{word} W{register},W{self.register(name)},#{number}")
            case _:
                raise Untranslatable("a value that has no translation")
        return register

    def _rmw(self, rmw: Rmw, result: int | None) -> None:
        if rmw.op not in _LSE or rmw.returns_new:
            raise Untranslatable(f"the operator {rmw.op}")
        operand = self._operand(rmw.operand)
        address = self._address(self._location(rmw.addr))
        into = "WZR" if result is None else f"W{result}"
        self.code.append(f"{_LSE[rmw.op]}{_SUFFIX[rmw.order]} W{operand},{into},[X{address}]")

    def _if(self, stmt: If) -> None:
        match stmt.cond:
            case BinOp("==" | "!=" as op, Reg(name), Const(0)):
                leave = "CBNZ" if op == "==" else "CBZ"
            case Reg(name):
                leave = "CBZ"
            case _:
                raise Untranslatable("a condition that has no translation")
        self.labels += 1
        other, end = f"L{self.number}{self.labels}0", f"L{self.number}{self.labels}1"
        self.code.append(f"{leave} W{self.register(name)},{other}")
        self._block(stmt.then)
        if stmt.orelse:
            self.code.append(f"B {end}")
        self.code.append(f"{other}:")
        if stmt.orelse:
            self._block(stmt.orelse)
            self.code.append(f"{end}:")


# --- conditions -------------------------------------------------------------------------------------------------------


def _prop(prop: Prop, threads: list[_Thread]) -> str:
    match prop:
        case Truth(value):
            return "true" if value else "false"
        case Equals():
            return _equals(prop, threads)
        case Not(of):
            return f"not ({_prop(of, threads)})"
        case Both(left, right):
            return f"{_operand(left, threads)} /\\ {_operand(right, threads)}"
        case Either(left, right):
            return f"{_prop(left, threads)} \\/ {_prop(right, threads)}"


def _operand(prop: Prop, threads: list[_Thread]) -> str:
    text = _prop(prop, threads)
    return f"({text})" if isinstance(prop, Either) else text


def _equals(prop: Equals, threads: list[_Thread]) -> str:
    left, right = prop.left, prop.right
    if not isinstance(right, int | str):
        raise Untranslatable("a comparison of two places")
    number, name = (left.thread, left.name) if left.thread >= 0 else (0, _FINAL + left.name)
    thread = threads[number]
    if left.thread < 0 and not _is_tags(left.name):
        return f"{left.name}={right}"
    register = thread.register(name)
    if name in thread.tags:
        location = thread.tags[name]
        return f"{number}:X{register}={location}:{thread.colour(location, right)}"
    return f"{number}:X{register}={right}"
