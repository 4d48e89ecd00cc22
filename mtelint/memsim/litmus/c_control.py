"""Loops and ``switch`` of the C of litmus tests.

A jump sets a register (:data:`~mtelint.memsim.litmus.ast.LEAVING`) to a number of its kind; what is behind it runs only
while that is 0, and where the jump leads to it becomes 0 again.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from typing import Any

from mtelint.errors import InputError
from mtelint.memsim.litmus.ast import LEAVING, Assign, BinOp, Const, Expr, If, Reg, Stmt, While
from mtelint.memsim.litmus.c_expressions import ExpressionParser
from mtelint.memsim.litmus.lexer import Tokens

Block = tuple[Stmt, ...]

JUMPS = {"continue": 1, "break": 2, "return": 3}
"""What the register holds after each kind of jump."""


class ControlParser(ExpressionParser):
    """Knows loops and choices; what a single statement is, a parser made of this one says."""

    def __init__(self, tokens: Tokens, shared: Iterable[str] = ()) -> None:
        super().__init__(tokens, shared)
        self._jumps = 0

    def statement(self) -> Block:
        """One statement."""
        raise NotImplementedError

    def _effect(self) -> None:
        """An expression that stands alone."""
        raise NotImplementedError

    def _condition(self) -> Expr:
        self.t.expect("(")
        cond = self.expression()
        if self.t.here.text == "=":
            raise InputError(
                f"{self.t.path}:{self.t.here.line}: '=' in a condition: write '==' to compare, "
                f"or '((x = value))' to assign"
            )
        self.t.expect(")")
        return cond

    # Loops

    def while_statement(self) -> tuple[Stmt, ...]:
        """``while``: what the loop does, turn by turn."""
        line = self.t.take().line
        outer = self.aside()
        cond = self._condition()
        again = self.back(outer)
        jumps = self._jumps
        body = self.statement()
        return self._loop(again, cond, body, (), self._jumps != jumps, line)

    def for_statement(self) -> tuple[Stmt, ...]:
        """``for``, with what stands before the first turn."""
        line = self.t.take().line
        self.t.expect("(")
        start: tuple[Stmt, ...] = () if self.t.accept(";") else self.statement()
        outer = self.aside()
        cond = self.expression() if self.t.here.text != ";" else Const(1)
        again = self.back(outer)
        self.t.expect(";")
        outer = self.aside()
        while self.t.here.text != ")":
            self._effect()
            self.t.accept(",")
        step = self.back(outer)
        self.t.expect(")")
        jumps = self._jumps
        body = self.statement()
        return (*start, *self._loop(again, cond, body, step, self._jumps != jumps, line))

    def do_statement(self) -> tuple[Stmt, ...]:
        """``do``: a first turn, then a ``while``."""
        line = self.t.take().line
        jumps = self._jumps
        body = self.statement()
        jumped = self._jumps != jumps
        self.t.expect("while")
        outer = self.aside()
        cond = self._condition()
        again = self.back(outer)
        self.t.expect(";")
        if not jumped:
            return (While((*body, *again), cond, (), line),)
        goes_on = self.temporary()
        asked = (*again, Assign(goes_on.name, cond, line))
        turn = (*body, *_arrive(1), Assign(goes_on.name, Const(0), line), *unless_left(asked))
        return (While(turn, goes_on, (), line), *_arrive(2))

    def _loop(self, again: Block, cond: Expr, body: Block, step: Block, jumped: bool, line: int) -> Block:
        if not jumped:
            return (While(again, cond, (*body, *step), line),)
        goes_on = self.temporary()
        asked = (*again, Assign(goes_on.name, cond, line))
        turn = (Assign(goes_on.name, Const(0), line), *unless_left(asked))
        return (While(turn, goes_on, (*body, *_arrive(1), *unless_left(step)), line), *_arrive(2))

    # Choice of several

    def switch_statement(self) -> tuple[Stmt, ...]:
        """``switch`` as branches, one after the other."""
        line = self.t.take().line
        value = self.kept(self._condition(), line)
        self.t.expect("{")
        jumps = self._jumps
        cases: list[tuple[list[Expr], bool, tuple[Stmt, ...]]] = []
        while not self.t.accept("}"):
            cases.append(self._case(value))
        chosen: tuple[Stmt, ...] = next((self._falling(cases, i) for i, each in enumerate(cases) if each[1]), ())
        for i, (labels, _, _) in reversed(list(enumerate(cases))):
            for label in reversed(labels):
                chosen = (If(label, self._falling(cases, i), chosen, line),)
        arrived = _arrive(2) if self._jumps != jumps else ()
        return (*chosen, *arrived)

    def _case(self, value: Reg) -> tuple[list[Expr], bool, tuple[Stmt, ...]]:
        """Labels as conditions, whether ``default`` is among them, and what follows up to the next label."""
        labels: list[Expr] = []
        default = False
        while self.t.here.text in ("case", "default"):
            if self.t.take().text == "default":
                default = True
            else:
                labels.append(BinOp("==", value, self.expression()))
            self.t.expect(":")
        if not labels and not default:
            raise self.t.error("expected 'case' or 'default'")
        stmts: list[Stmt] = []
        while self.t.here.text not in ("case", "default", "}"):
            jumps = self._jumps
            made = self.statement()
            stmts = [*stmts, *made] if self._jumps == jumps else [*stmts, *made, _SEAM]
        return labels, default, tuple(stmts)

    def _falling(self, cases: list[tuple[list[Expr], bool, tuple[Stmt, ...]]], first: int) -> tuple[Stmt, ...]:
        """The statements from a label on, through the labels below unless a jump leaves them."""
        return _sewn([stmt for case in cases[first:] for stmt in case[2]])


def unless_left(stmts: Block) -> Block:
    """``stmts``, unless a jump has been taken."""
    return (If(BinOp("==", Reg(LEAVING), Const(0)), stmts),) if stmts else ()


def _arrive(jump: int) -> Block:
    """Where jumps of that kind lead to."""
    return (If(BinOp("==", Reg(LEAVING), Const(jump)), (Assign(LEAVING, Const(0)),)),)


_SEAM = Assign(LEAVING, Reg(LEAVING))
"""Marks, while a ``switch`` is read, where a jump may have been taken."""


def _sewn(stmts: list[Stmt]) -> Block:
    """Statements with everything behind a seam left out where the jump was taken."""
    if _SEAM not in stmts:
        return tuple(stmts)
    at = stmts.index(_SEAM)
    return (*stmts[:at], *unless_left(_sewn(stmts[at + 1 :])))


def rotate(stmts: list[Stmt]) -> None:
    """Make ``S; while (c) { B; S }`` at the end of a block one loop that does ``S`` again before each look at ``c``."""
    if not stmts or not isinstance(loop := stmts[-1], While) or loop.again:
        return
    length = 0
    while length < min(len(stmts) - 1, len(loop.body)) and _alike(stmts[-2 - length], loop.body[-1 - length]):
        length += 1
    if length:
        cut = len(loop.body) - length
        stmts[-1 - length :] = [While(loop.body[cut:], loop.cond, loop.body[:cut], loop.line)]


def _alike(one: Any, other: Any) -> bool:
    """Whether two pieces of a program are the same but for their lines."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_alike, one, other))
    if type(one) is not type(other) or not is_dataclass(one):
        return bool(one == other)
    names = (each.name for each in fields(one) if each.name != "line")
    return all(_alike(getattr(one, name), getattr(other, name)) for name in names)
