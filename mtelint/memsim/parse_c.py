"""The C of litmus tests: one function per CPU."""

import re
from dataclasses import dataclass

from mtelint.memsim.lexer import Token, Tokens
from mtelint.memsim.primitives import call_expression, call_statement
from mtelint.memsim.program import (
    Assign,
    BinOp,
    Const,
    Do,
    Expr,
    If,
    Load,
    Marking,
    Reg,
    Stmt,
    Store,
)
from mtelint.memsim.symbolic import UnmodelledError, binary

_TYPE_WORDS = {
    "int", "long", "char", "short", "unsigned", "signed", "void", "volatile", "const", "struct", "bool", "_Bool",
    "register",
}  # fmt: skip
_TYPE_NAME = re.compile(r"(?:u?int\d+|u?intptr|__u?int128|spinlock|atomic|mtx|size|u\d+|s\d+)_t|atomic_int|u\d+|s\d+")
_LOOPS = {"while", "for", "do", "goto", "switch", "return", "break", "continue"}
_LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!=", "<", ">", "<=", ">="), ("+", "-"), ("*", "/"),
)  # fmt: skip
"""Binary operators from weakest to strongest.  Relations share a level and do not chain, as in herd7."""
_LEVEL_OF = {op: level for level, ops in enumerate(_LEVELS) for op in ops}


@dataclass(frozen=True, slots=True)
class Function:
    """A parsed ``Pn``: parameters (names of shared locations) and statements."""

    number: int
    parameters: tuple[str, ...]
    body: tuple[Stmt, ...]


def is_type(token: Token) -> bool:
    """Whether a token can only be part of a type."""
    return token.kind == "name" and (token.text in _TYPE_WORDS or _TYPE_NAME.fullmatch(token.text) is not None)


class CParser:
    """Recursive descent over the tokens of one function."""

    def __init__(self, tokens: Tokens) -> None:
        self.t = tokens

    def parameters(self) -> tuple[str, ...]:
        """``(type *name, ...)``; raises :class:`UnmodelledError` for what is not a pointer."""
        self.t.expect("(")
        names: list[str] = []
        while not self.t.accept(")"):
            if names:
                self.t.expect(",")
            names.append(self._parameter())
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
        if self.t.here.text == "[" or not stars:
            raise UnmodelledError("a parameter that is not a pointer", line)
        if len(words) < 2:
            raise self.t.error("expected a parameter with a type and a name")
        return words[-1]

    def body(self) -> tuple[Stmt, ...]:
        """``{ ... }``."""
        self.t.expect("{")
        stmts: list[Stmt] = []
        while not self.t.accept("}"):
            stmts.extend(self.statement())
        return tuple(stmts)

    # Statements

    def statement(self) -> tuple[Stmt, ...]:
        """One statement; declarations without a value are none."""
        token = self.t.here
        if token.text == "{":
            return self.body()
        if self.t.accept(";"):
            return ()
        if token.text == "if":
            return (self._if(),)
        if token.text in _LOOPS:
            raise UnmodelledError(f"'{token.text}' is not modelled", token.line)
        if token.text == "(" and self.t.ahead(1).text == "void" and self.t.ahead(2).text == ")":
            return self._discarded()
        if self._declares():
            return self._declaration()
        return self._simple()

    def _if(self) -> If:
        line = self.t.take().line
        self.t.expect("(")
        cond = self.expression()
        self.t.expect(")")
        then = self.statement()
        orelse = self.statement() if self.t.accept("else") else ()
        return If(cond, then, orelse, line)

    def _discarded(self) -> tuple[Stmt, ...]:
        line = self.t.here.line
        for text in ("(", "void", ")"):
            self.t.expect(text)
        value = self.expression()
        self.t.expect(";")
        return (Do(value, line),)

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
        stmts: list[Stmt] = []
        while True:
            while self.t.accept("*", "volatile", "const"):
                pass
            line = self.t.here.line
            name = self.t.name()
            if self.t.here.text == "[":
                raise UnmodelledError("arrays are not modelled", line)
            if self.t.accept("="):
                stmts.append(Assign(name, self.expression(), line))
            if not self.t.accept(","):
                break
        self.t.expect(";")
        return tuple(stmts)

    def _simple(self) -> tuple[Stmt, ...]:
        """Assignment, store or call."""
        token = self.t.here
        if token.kind == "name" and self.t.ahead(1).text == "(":
            return self._call_statement()
        target = self.unary()
        if self.t.here.text in ("++", "--", "+=", "-=", "|=", "&=", "^=", "[", "->", "."):
            raise UnmodelledError(f"'{self.t.here.text}' is not modelled", self.t.here.line)
        self.t.expect("=")
        value = self.expression()
        self.t.expect(";")
        if isinstance(target, Reg):
            return (Assign(target.name, value, token.line),)
        if isinstance(target, Load) and target.marking is Marking.PLAIN:
            return (Store(target.addr, value, Marking.PLAIN, token.line),)
        raise self.t.error("nothing that can be assigned to before")

    def _call_statement(self) -> tuple[Stmt, ...]:
        token = self.t.take()
        args = self._arguments()
        self.t.expect(";")
        stmts = call_statement(token.text, args, token.line)
        if stmts is None:
            raise UnmodelledError(f"{token.text}() is not modelled", token.line)
        return stmts

    # Expressions

    def expression(self, least: int = 0) -> Expr:
        """An expression whose operators bind at least as strongly as the level ``least``."""
        left = self.unary()
        while (level := _LEVEL_OF.get(self.t.here.text, -1)) >= least:
            left = self._operator(level, left)
        if self.t.here.text in ("<<", ">>", "%", "?", "[", "->", ".", "++", "--"):
            raise UnmodelledError(f"'{self.t.here.text}' is not modelled", self.t.here.line)
        return left

    def _operator(self, level: int, left: Expr) -> Expr:
        token = self.t.take()
        op = token.text
        if op == "&" and self.t.accept("~"):
            op = "&~"
        right = self.expression(level + 1)
        if len(_LEVELS[level]) > 2 and self.t.here.text in _LEVELS[level]:
            raise UnmodelledError("comparisons that are chained", token.line)
        if op in ("&&", "||") and not (_is_pure(left) and _is_pure(right)):
            raise UnmodelledError(f"'{op}' with an access to memory", token.line)
        if isinstance(left, Const) and isinstance(right, Const):
            return Const(binary(op, left.value, right.value))
        return BinOp(op, left, right)

    def unary(self) -> Expr:
        """A value with its prefix operators."""
        token = self.t.here
        if self.t.accept("*"):
            return Load(self.unary(), Marking.PLAIN, token.line)
        if self.t.accept("-"):
            return _folded("-", Const(0), self.unary())
        if self.t.accept("!"):
            return _folded("==", self.unary(), Const(0))
        if self.t.accept("~"):
            return _folded("-", Const(-1), self.unary())
        if token.text == "&":
            raise UnmodelledError("taking an address is not modelled", token.line)
        if token.text == "(":
            return self._parenthesis()
        return self._primary()

    def _parenthesis(self) -> Expr:
        self.t.expect("(")
        if is_type(self.t.here):
            while not self.t.accept(")"):
                if not (self.t.here.kind == "name" or self.t.here.text == "*"):
                    raise self.t.error("expected a type")
                self.t.take()
            return self.unary()
        value = self.expression()
        self.t.expect(")")
        return value

    def _primary(self) -> Expr:
        token = self.t.take()
        if token.kind == "number":
            return Const(int(token.text, 16) if token.text[:2] in ("0x", "0X") else int(token.text))
        if token.kind != "name":
            self.t.at -= token.kind != "end"
            raise self.t.error("expected a value")
        if self.t.here.text == "{":
            raise UnmodelledError(f"{token.text}{{...}} is not modelled", token.line)
        if self.t.here.text != "(":
            return Const(0) if token.text == "NULL" else Reg(token.text)
        args = self._arguments()
        value = call_expression(token.text, args, token.line)
        if value is None:
            raise UnmodelledError(f"{token.text}() is not modelled as a value", token.line)
        return value

    def _arguments(self) -> list[Expr]:
        self.t.expect("(")
        args: list[Expr] = []
        while not self.t.accept(")"):
            if args:
                self.t.expect(",")
            args.append(self.expression())
        return args


def _folded(op: str, left: Expr, right: Expr) -> Expr:
    if isinstance(left, Const) and isinstance(right, Const):
        return Const(binary(op, left.value, right.value))
    return BinOp(op, left, right)


def _is_pure(expr: Expr) -> bool:
    """Whether an expression looks at registers and constants alone."""
    match expr:
        case Const() | Reg():
            return True
        case BinOp(_, left, right):
            return _is_pure(left) and _is_pure(right)
        case _:
            return False
