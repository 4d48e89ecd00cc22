"""Random programs with everything in them, against the kernel's model files run literally.

The tests run a few; as a program it goes on for as long as it is told to:
``PYTHONPATH=. python tests/memsim/litmus_fuzz.py SECONDS [SEED]``.
"""

import random
import sys
import time
from pathlib import Path

from litmus_naive import candidates
from litmus_programs import make_program

from mtelint.memsim.litmus.ast import (
    AddUnless,
    Assign,
    BinOp,
    CmpXchg,
    Const,
    Do,
    Expr,
    Fence,
    FenceKind,
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
    TryLock,
    Unlock,
)

BARRIERS = [kind for kind in FenceKind if kind not in (FenceKind.RCU_LOCK, FenceKind.RCU_UNLOCK)]
READ_MARKINGS = (Marking.ONCE, Marking.ONCE, Marking.PLAIN, Marking.ACQUIRE)
WRITE_MARKINGS = (Marking.ONCE, Marking.ONCE, Marking.PLAIN, Marking.RELEASE)
RMW_ORDERS = (Order.RELAXED, Order.ACQUIRE, Order.RELEASE, Order.FULL)


class Generator:
    """Draws programs of two or three threads from a seed."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def program(self, limit: int) -> Program:
        """A program with at most ``limit`` candidate executions."""
        while True:
            threads = self.r.choice((2, 2, 3))
            program = make_program([self._body() for _ in range(threads)])
            if candidates(program) <= limit:
                return program

    def _body(self) -> tuple[Stmt, ...]:
        return tuple(stmt for _ in range(self.r.randint(1, 3)) for stmt in self._statement())

    def _where(self) -> Const:
        return Const(self.r.choice("xyz"))

    def _value(self) -> Expr:
        depends = BinOp("+", BinOp("&", Reg(self.r.choice(("r0", "r1"))), Const(0)), Const(1))
        return self.r.choice((Const(1), Const(2), depends))

    def _read(self) -> Expr:
        order = self.r.choice(RMW_ORDERS)
        reads: tuple[Expr, ...] = (
            *(Load(self._where(), marking) for marking in READ_MARKINGS),
            Rmw(self._where(), self.r.choice(("+", "|", "xchg")), self._value(), order),
            CmpXchg(self._where(), Const(self.r.randrange(2)), self._value(), order),
            AddUnless(self._where(), Const(1), Const(self.r.randrange(2))),
        )
        return self.r.choice(reads)

    def _simple(self) -> Stmt:
        statements: tuple[Stmt, ...] = (
            *[Assign(self.r.choice(("r0", "r1")), self._read())] * 4,
            *[Store(self._where(), self._value(), self.r.choice(WRITE_MARKINGS))] * 3,
            Do(Rmw(self._where(), "+", self._value(), Order.NORETURN)),
            *[Fence(self.r.choice(BARRIERS))] * 2,
        )
        return self.r.choice(statements)

    def _statement(self) -> list[Stmt]:
        kind = self.r.randrange(10)
        if kind < 7:
            return [self._simple()]
        if kind == 7:
            orelse = (self._simple(),) if self.r.random() < 0.3 else ()
            return [If(Reg(self.r.choice(("r0", "r1"))), (self._simple(),), orelse)]
        if kind == 8:
            inside = [self._simple() for _ in range(self.r.randint(1, 2))]
            return [Fence(FenceKind.RCU_LOCK), *inside, Fence(FenceKind.RCU_UNLOCK)]
        return self._locked()

    def _locked(self) -> list[Stmt]:
        lock = Const(self.r.choice("lm"))
        kind = self.r.random()
        if kind < 0.2:
            return [Assign("r1", IsLocked(lock))]
        if kind < 0.5:
            return [Assign("r1", TryLock(lock)), If(Reg("r1"), (self._simple(), Unlock(lock)))]
        behind = (FenceKind.AFTER_SPINLOCK, FenceKind.AFTER_UNLOCK_LOCK, FenceKind.BARRIER)
        return [Lock(lock), Fence(self.r.choice(behind)), self._simple(), Unlock(lock)]


def main(seconds: float, seed: int) -> None:
    """Compare random programs until the time is over."""
    from test_memsim_cat import Kernel, compare

    kernels = Path("~/.cache/mtelint/kernels").expanduser()
    models = {"lkmm": Kernel(kernels / "linux-source-6.12"), "lkmm-6.1": Kernel(kernels / "linux-source-6.1")}
    generator = Generator(seed)
    programs = executions = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        program = generator.program(600)
        executions += sum(compare(program, kernel, model) for model, kernel in models.items())
        programs += 1
    print(f"{programs} programs, {executions} executions: all as the kernel's files say")


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
