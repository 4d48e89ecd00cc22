"""The C of litmus tests: one function per CPU.

``break``, ``continue`` and ``return`` set a register that the statements behind them look at, so that a program has no
jumps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mtelint.memsim.litmus.ast import LEAVING, Assign, Const, Expr, If, Load, Marking, Reg, Stmt, Store
from mtelint.memsim.litmus.c_control import JUMPS, ControlParser, rotate, unless_left
from mtelint.memsim.litmus.c_expressions import COMPOUND
from mtelint.memsim.litmus.c_values import folded, is_type
from mtelint.memsim.litmus.expansions import expanded_statement, expands
from mtelint.memsim.litmus.lexer import Tokens
from mtelint.memsim.litmus.locking import scope_ends
from mtelint.memsim.litmus.primitives import call_statement, is_statement, plain_name
from mtelint.memsim.litmus.symbolic import UnmodelledError


@dataclass(frozen=True, slots=True)
class Function:
    """A parsed ``Pn``: parameters (names of shared locations), statements, and names that nothing declares."""

    number: int
    parameters: tuple[str, ...]
    body: tuple[Stmt, ...]
    undeclared: tuple[tuple[str, int], ...] = ()
    """Names that are looked at but never declared nor set, each with a line."""


class CParser(ControlParser):
    """Recursive descent over the tokens of one function; ``shared`` are the locations of the initial state."""

    def __init__(self, tokens: Tokens, shared: Iterable[str] = ()) -> None:
        super().__init__(tokens)
        self._locations = set(shared)

    def function(self, number: int) -> Function:
        """Parameters and body."""
        parameters = self.parameters()
        body = self.body()
        unknown = [item for item in self.looked_at.items() if item[0] not in self.declared | self.parameters_]
        return Function(number, parameters, body, tuple(unknown))

    def parameters(self) -> tuple[str, ...]:
        """``(type *name, ...)``; raises :class:`UnmodelledError` for what is not a pointer."""
        self.t.expect("(")
        names: list[str] = []
        if self.t.here.text == "void" and self.t.ahead(1).text == ")":
            self.t.take()
        while not self.t.accept(")"):
            if names:
                self.t.expect(",")
            names.append(self._parameter())
        self.parameters_ = set(names)
        if not names:
            self.shared = self._locations
        return tuple(names)

    def _parameter(self) -> str:
        line = self.t.here.line
        words: list[str] = []
        stars = 0
        while self.t.here.text not in (",", ")", "["):
            token = self.t.take()
            if token.kind == "name":
                words.append(token.text)
            elif token.text == "*":
                stars += 1
            else:
                raise self.t.error("expected a parameter")
        if self.t.accept("["):
            while not self.t.accept("]"):
                self.t.take()
        elif not stars:
            raise UnmodelledError("a parameter that is not a pointer", line)
        if len(words) < 2:
            raise self.t.error("expected a parameter with a type and a name")
        return words[-1]

    def body(self) -> tuple[Stmt, ...]:
        """``{ ... }``."""
        self.t.expect("{")
        return self._rest_of_block()

    def _rest_of_block(self) -> tuple[Stmt, ...]:
        """Statements up to the closing brace; what follows a jump is left out where it was taken."""
        stmts: list[Stmt] = []
        while not self.t.accept("}"):
            if self.t.here.text == "guard" and self.t.ahead(1).text == "(":
                taken, released = self._scope()
                return (*stmts, *taken, *self._rest_of_block(), *released)
            jumps = self._jumps
            stmts.extend(self.statement())
            rotate(stmts)
            if self._jumps != jumps:
                rest = self._rest_of_block()
                return (*stmts, *unless_left(rest))
        return tuple(stmts)

    # Statements

    def statement(self) -> tuple[Stmt, ...]:
        """One statement; declarations without a value are none."""
        outer = self.aside()
        stmts = self._statement()
        return (*self.back(outer), *stmts)

    def _statement(self) -> tuple[Stmt, ...]:
        token = self.t.here
        if token.text == "{":
            return self.body()
        if self.t.accept(";"):
            return ()
        special = _SPECIAL.get(token.text)
        if special is not None:
            return special(self)
        if token.text in JUMPS:
            return self._jump()
        if token.text == "goto":
            raise UnmodelledError("'goto' is not modelled", token.line)
        if token.text == "(" and self.t.ahead(1).text == "void" and self.t.ahead(2).text == ")":
            return self._discarded()
        if self._declares():
            return self._declaration()
        return self._simple()

    def if_statement(self) -> tuple[Stmt, ...]:
        """``if`` and what follows ``else``."""
        line = self.t.take().line
        cond = self._condition()
        then = self.statement()
        orelse = self.statement() if self.t.accept("else") else ()
        return (If(cond, then, orelse, line),)

    def _jump(self) -> tuple[Stmt, ...]:
        token = self.t.take()
        if token.text == "return" and self.t.here.text != ";":
            self.discarded(self.expression(), token.line)
        self.t.expect(";")
        self._jumps += 1
        return (Assign(LEAVING, Const(JUMPS[token.text]), token.line),)

    def _discarded(self) -> tuple[Stmt, ...]:
        line = self.t.here.line
        for text in ("(", "void", ")"):
            self.t.expect(text)
        self.discarded(self.expression(), line)
        self.t.expect(";")
        return ()

    # Guards

    def _scope(self) -> tuple[tuple[Stmt, ...], tuple[Stmt, ...]]:
        """``guard(kind)(lock);``: what takes it, and what releases it."""
        line = self.t.take().line
        self.t.expect("(")
        kind = self.t.name()
        self.t.expect(")")
        outer = self.aside()
        args = self.arguments()
        self.t.expect(";")
        taken, released = scope_ends(kind, args, line, self.kept)
        return (*self.back(outer), *taken), released

    def scoped_guard_statement(self) -> tuple[Stmt, ...]:
        """``scoped_guard()``: a lock around a statement."""
        line = self.t.take().line
        self.t.expect("(")
        kind = self.t.name()
        args = []
        while self.t.accept(","):
            args.append(self.expression())
        self.t.expect(")")
        taken, released = scope_ends(kind, args, line, self.kept)
        return (*taken, *self.statement(), *released)

    # Declarations, assignments, calls

    def _declares(self) -> bool:
        """Whether a declaration begins here: a type, or two names in a row, perhaps with stars between them."""
        if is_type(self.t.here):
            return True
        if self.t.here.kind != "name":
            return False
        distance = 1
        while self.t.ahead(distance).text == "*":
            distance += 1
        return self.t.ahead(distance).kind == "name" and self.t.ahead(distance + 1).text in ("=", ";", ",")

    def _declaration(self) -> tuple[Stmt, ...]:
        while self.t.here.kind == "name" and (
            is_type(self.t.here) or self.t.ahead(1).kind == "name" or self.t.ahead(1).text == "*"
        ):
            self.t.take()
        while True:
            while self.t.accept("*", "volatile", "const"):
                pass
            line = self.t.here.line
            name = self.t.name()
            if self.t.here.text == "[":
                raise UnmodelledError("local arrays are not modelled", line)
            self.declared.add(name)
            if self.t.accept("="):
                self.before.append(Assign(name, self.expression(), line))
            if not self.t.accept(","):
                break
        self.t.expect(";")
        return ()

    def _simple(self) -> tuple[Stmt, ...]:
        """Assignment, store or call."""
        self._effect()
        self.t.expect(";")
        return ()

    def _effect(self) -> None:
        """An expression that stands alone; what it does is collected."""
        token = self.t.here
        if token.kind == "name" and self.t.ahead(1).text == "(":
            name = plain_name(token.text)
            if is_statement(name) or expands(name):
                self.t.take()
                args = self.arguments()
                stmts = call_statement(name, args, token.line)
                if stmts is None:
                    stmts = expanded_statement(name, args, token.line, self)
                self.before.extend(stmts)
                return
        value = self.unary()
        if self.t.here.text == "=":
            self._assignment(value)
        elif self.t.here.text in COMPOUND:
            op = COMPOUND[self.t.take().text]
            self._assigned(value, folded(op, value, self.expression()), token.line)
        else:
            self.discarded(value, token.line)

    def _assignment(self, target: Expr) -> None:
        line = self.t.take().line
        self._assigned(target, self.expression(), line)

    def _assigned(self, target: Expr, value: Expr, line: int) -> None:
        if isinstance(target, Reg):
            self.declared.add(target.name)
            self.before.append(Assign(target.name, value, line))
        elif isinstance(target, Load) and target.marking is Marking.PLAIN:
            self.before.append(Store(target.addr, value, Marking.PLAIN, line))
        else:
            raise self.t.error("nothing that can be assigned to before")


_SPECIAL: dict[str, Callable[[CParser], tuple[Stmt, ...]]] = {
    "if": lambda parser: parser.if_statement(),
    "while": lambda parser: parser.while_statement(),
    "do": lambda parser: parser.do_statement(),
    "for": lambda parser: parser.for_statement(),
    "switch": lambda parser: parser.switch_statement(),
    "scoped_guard": lambda parser: parser.scoped_guard_statement(),
}
"""Statements that begin with a word of their own."""
