"""Names for herd7: which locations a thread uses, what they are declared as, and how registers are called."""

import re

from mtelint.memsim.litmus.ast import (
    OWN,
    AddUnless,
    Assign,
    BinOp,
    CmpXchg,
    Const,
    Expr,
    IsLocked,
    Load,
    Lock,
    Program,
    Reg,
    Rmw,
    SrcuLock,
    SrcuUnlock,
    Store,
    SyncSrcu,
    TryLock,
    Unlock,
)
from mtelint.memsim.litmus.final_state import Both, Either, Equals, Not, Observable, Prop, Truth, Value
from mtelint.memsim.litmus.nodes import Node, nodes

RESERVED = {
    "atomic", "atomic_int", "atomic_t", "attrs", "char", "const", "else", "exists", "false", "fault", "fence", "filter",
    "final", "forall", "if", "int", "intptr_t", "lock", "locations", "long", "mtx_lock", "mtx_t", "mtx_unlock", "nop",
    "not", "oa", "observed", "regions", "scopes", "spinlock_t", "struct", "tag", "true", "uintptr_t", "unlock", "void",
    "volatile", "while", "with",
}  # fmt: skip
"""Words that herd7 takes for something else than a name."""


class Untranslatable(ValueError):
    """A program that cannot be said in the C of herd7."""


_Address = (
    Load | Store | Rmw | Lock | Unlock | CmpXchg | AddUnless | TryLock | IsLocked | SrcuLock | SrcuUnlock | SyncSrcu
)


class Names:
    """What the locations and registers of a program are called, and what herd7 has to know of them."""

    def __init__(self, program: Program) -> None:
        self._holds = [dict(thread.registers) for thread in program.threads]
        self._initial = dict(program.initial)
        self._assigned: list[set[str]] = []
        self._by_thread: list[dict[str, None]] = []
        self._registers: list[dict[str, str]] = []
        self.atomic: set[str] = set()
        self.locks: set[str] = set()
        self.srcu: set[str] = set()
        for number, thread in enumerate(program.threads):
            self._assigned.append({n.reg for n in nodes(thread.body) if isinstance(n, Assign)})
            self._by_thread.append({})
            for node in nodes(thread.body):
                self._note(number, node)
        self.used = {name for found in self._by_thread for name in found}
        self.pointed = {value for value in self._initial.values() if isinstance(value, str)}
        self._located = _unlike(sorted(self.used | self.pointed | set(self._initial)), set())
        for number, thread in enumerate(program.threads):
            names = dict.fromkeys(n.reg for n in nodes(thread.body) if isinstance(n, Assign))
            names |= dict.fromkeys(
                n.name for n in nodes(thread.body) if isinstance(n, Reg) and not self.is_parameter(number, n.name)
            )
            names |= dict.fromkeys(a.name for a in _registers_of(program, number))
            locations = {self._located[name] for name in self._by_thread[number]}
            self._registers.append(_unlike([name for name in names if not self.is_parameter(number, name)], locations))

    def _note(self, thread: int, node: Node) -> None:
        if isinstance(node, Const) and isinstance(node.value, str):
            self._by_thread[thread][node.value] = None
        if isinstance(node, Reg | BinOp) and (name := self.address(thread, node)) is not None:
            self._by_thread[thread].setdefault(name, None)
        if not isinstance(node, _Address):
            return
        name = self.address(thread, node.addr)
        if name is None:
            return
        if isinstance(node, Rmw | CmpXchg | AddUnless) or name.startswith("flags"):
            self.atomic.add(name)
        elif isinstance(node, Lock | Unlock | TryLock | IsLocked):
            self.locks.add(name)
        elif isinstance(node, SrcuLock | SrcuUnlock | SyncSrcu):
            self.srcu.add(name)

    # Locations

    def address(self, thread: int, addr: Expr) -> str | None:
        """The location that an address always names; None if it is only known while the program runs."""
        match addr:
            case Const(str() as name):
                return name
            case Reg(name) if name not in self._assigned[thread]:
                held = self._holds[thread].get(name)
                return held if isinstance(held, str) else None
            case BinOp(op, left, _) if op[0] in ".[":
                base = self.address(thread, left)
                return None if base is None else base + op
            case _:
                return None

    def is_parameter(self, thread: int, register: str) -> bool:
        """Whether a register is a location's address all along."""
        return self.address(thread, Reg(register)) is not None

    def of_thread(self, thread: int) -> list[str]:
        """The locations that a thread names."""
        return sorted(self._by_thread[thread])

    def location(self, name: str) -> str:
        """A location as herd7 calls it."""
        return self._located.get(name) or _plain(name)

    def declared(self, name: str) -> str:
        """A parameter's declaration."""
        kind = "int"
        if name in self.srcu:
            kind = "struct srcu_struct"
        elif name in self.locks:
            kind = "spinlock_t"
        elif name in self.atomic:
            kind = "atomic_t"
        return f"{kind} *{self.location(name)}"

    def value(self, value: Value) -> str:
        """A number or the name of a location."""
        return self.location(value) if isinstance(value, str) else str(value)

    # Registers

    def registers(self, thread: int) -> list[str]:
        """The registers of a thread."""
        return list(self._registers[thread])

    def register(self, thread: int, name: str) -> str:
        """A register as herd7 calls it."""
        return self._registers[thread].get(name) or _plain(name)

    def unused(self, thread: int, stem: str) -> str:
        """A name that a thread does not use yet."""
        taken = {*self._registers[thread].values(), *self._located.values()}
        while stem in taken:
            stem += "_"
        return stem

    # Conditions

    def settled(self, prop: Prop) -> Prop:
        """A condition in herd7's names; what it says of locations that no thread has is decided."""
        match prop:
            case Truth():
                return prop
            case Equals(left, right):
                return self._equation(left, right)
            case Not(of):
                inner = self.settled(of)
                return Truth(not inner.value) if isinstance(inner, Truth) else Not(inner)
            case Both(left, right) | Either(left, right):
                return _joined(type(prop), self.settled(left), self.settled(right))

    def _equation(self, left: Observable, right: Value | Observable) -> Prop:
        if left.thread < 0 and left.name not in self.used and not isinstance(right, Observable):
            return Truth(self._initial.get(left.name, 0) == right)
        other = self.observable(right) if isinstance(right, Observable) else right
        return Equals(self.observable(left), self.location(other) if isinstance(other, str) else other)

    def observable(self, what: Observable) -> Observable:
        """A register or location as herd7 calls it."""
        if what.thread < 0:
            return Observable(-1, self.location(what.name))
        return Observable(what.thread, self.register(what.thread, what.name))


def _joined(kind: type[Both] | type[Either], left: Prop, right: Prop) -> Prop:
    absorbing = kind is Either
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Truth):
            return one if one.value is absorbing else other
    return kind(left, right)


def _registers_of(program: Program, thread: int) -> list[Observable]:
    return [what for what in program.observed if what.thread == thread]


def _plain(name: str) -> str:
    """A name that C takes."""
    stem = name.removeprefix(OWN)
    stem = f"t{stem}" if stem[:1].isdigit() else stem
    plain = re.sub(r"\W+", "_", stem).strip("_")
    return f"{plain}_" if plain in RESERVED else plain


def _unlike(names: list[str], taken: set[str]) -> dict[str, str]:
    """A name for each that C takes and that is not taken."""
    found: dict[str, str] = {}
    used = set(taken) | {name for name in names if name == _plain(name)}
    for name in names:
        stem = _plain(name)
        while stem in used and stem != name:
            stem += "_"
        used.add(stem)
        found[name] = stem
    return found
