"""Expressions of the C of litmus tests.

What an expression does besides reading, such as ``x++`` or the second operand of ``&&``, becomes statements before the
one that it is part of, with registers of our own in between; operands are evaluated from left to right then.
"""

from collections.abc import Iterable

from mtelint.errors import InputError
from mtelint.memsim.litmus.ast import (
    Assign,
    Assume,
    BinOp,
    Const,
    Do,
    Expr,
    If,
    Load,
    Marking,
    Order,
    Reg,
    Store,
)
from mtelint.memsim.litmus.c_values import (
    RELATIONS,
    Before,
    element_of,
    folded,
    is_pure,
    is_type,
    part_of,
    special_call,
    truth,
)
from mtelint.memsim.litmus.expansions import expanded
from mtelint.memsim.litmus.lexer import Token, Tokens
from mtelint.memsim.litmus.primitives import call_expression, compare_exchange, plain_name
from mtelint.memsim.litmus.symbolic import UnmodelledError

_LEVELS = (
    ("||",), ("&&",), ("|",), ("^",), ("&",), ("==", "!=", "<", ">", "<=", ">="), ("<<", ">>"), ("+", "-"),
    ("*", "/", "%"),
)  # fmt: skip
"""Binary operators from weakest to strongest.  Relations share a level and do not chain, as in herd7."""
_LEVEL_OF = {op: level for level, ops in enumerate(_LEVELS) for op in ops}

COMPOUND = {f"{op}=": op for op in ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>")}


_POSTFIX = ("->", ".", "[", "++", "--")


class ExpressionParser(Before):
    """Recursive descent over expressions; ``shared`` are the locations that the function knows without a parameter."""

    def __init__(self, tokens: Tokens, shared: Iterable[str] = ()) -> None:
        super().__init__()
        self.t = tokens
        self.shared = set(shared)
        self.parameters_: set[str] = set()
        self.declared: set[str] = set()
        self.looked_at: dict[str, int] = {}
        """Registers that are looked at, with the line of the first look."""

    # Expressions

    def expression(self, least: int = 0) -> Expr:
        """An expression whose operators bind at least as strongly as the level ``least``."""
        left = self.unary()
        while (level := _LEVEL_OF.get(self.t.here.text, -1)) >= least:
            left = self._operator(level, left)
        return self._choice(left) if least == 0 and self.t.here.text == "?" else left

    def _operator(self, level: int, left: Expr) -> Expr:
        token = self.t.take()
        op = token.text
        if op == "&" and self.t.accept("~"):
            op = "&~"
        if op in ("&&", "||"):
            return self._short_circuit(op, left, level, token.line)
        at = len(self.before)
        right = self.expression(level + 1)
        left = self._settled(left, at, token.line)
        if op in RELATIONS and self.t.here.text in RELATIONS:
            raise UnmodelledError("comparisons that are chained", token.line)
        return folded(op, left, right)

    def _settled(self, left: Expr, at: int, line: int) -> Expr:
        """``left``, evaluated before what its right neighbour does."""
        if len(self.before) == at or is_pure(left):
            return left
        target = self.temporary()
        self.before.insert(at, Assign(target.name, left, line))
        return target

    def _short_circuit(self, op: str, left: Expr, level: int, line: int) -> Expr:
        outer = self.aside()
        right = self.expression(level + 1)
        inner = self.back(outer)
        if not inner and is_pure(left) and is_pure(right):
            return folded(op, left, right)
        result = self.kept(truth(left), line)
        combined = BinOp("&" if op == "&&" else "|", result, truth(right))
        goes_on: Expr = result if op == "&&" else BinOp("==", result, Const(0))
        self.before.append(If(goes_on, (*inner, Assign(result.name, combined, line)), (), line))
        return result

    def _choice(self, cond: Expr) -> Expr:
        line = self.t.take().line
        outer = self.aside()
        then = self.expression() if self.t.here.text != ":" else cond
        first = self.back(outer)
        self.t.expect(":")
        outer = self.aside()
        orelse = self.expression()
        second = self.back(outer)
        result = self.temporary()
        self.before.append(
            If(cond, (*first, Assign(result.name, then, line)), (*second, Assign(result.name, orelse, line)), line)
        )
        return result

    # Operands

    def unary(self) -> Expr:
        """A value with its prefix and postfix operators."""
        token = self.t.here
        if token.kind != "op":
            return self._postfix(self._primary())
        if self.t.accept("*"):
            return Load(self.unary(), Marking.PLAIN, token.line)
        if self.t.accept("-"):
            return folded("-", Const(0), self.unary())
        if self.t.accept("+"):
            return self.unary()
        if self.t.accept("!"):
            return folded("==", self.unary(), Const(0))
        if self.t.accept("~"):
            return folded("-", Const(-1), self.unary())
        if self.t.accept("&"):
            return self._address(token)
        if step := self.t.accept("++", "--"):
            target = self.unary()
            return self.changed(target, folded(step.text[0], target, Const(1)), token)
        return self._postfix(self._parenthesis() if token.text == "(" else self._primary())

    def _address(self, token: Token) -> Expr:
        target = self.unary()
        if isinstance(target, Load) and target.marking is Marking.PLAIN:
            return target.addr
        if isinstance(target, Reg) and target.name in self.parameters_:
            raise UnmodelledError(f"the address of a parameter ('{target.name}' is a pointer already: drop the '&')",
                                  token.line)  # fmt: skip
        raise UnmodelledError("the address of what is no location", token.line)

    def _postfix(self, value: Expr) -> Expr:
        while (token := self.t.here).text in _POSTFIX:
            if self.t.accept("->"):
                value = Load(part_of(value, f".{self.t.name()}"), Marking.PLAIN, token.line)
            elif self.t.accept("."):
                value = Load(part_of(self._place(value, token), f".{self.t.name()}"), Marking.PLAIN, token.line)
            elif self.t.accept("["):
                value = self._element(value, token)
            elif self.t.accept("++", "--"):
                old = self.kept(value, token.line)
                self.changed(value, folded(token.text[0], old, Const(1)), token)
                value = old
        return value

    def _element(self, value: Expr, token: Token) -> Expr:
        index = self.expression()
        self.t.expect("]")
        if not isinstance(index, Const) or not isinstance(index.value, int) or index.value < 0:
            raise UnmodelledError("an index that is not constant", token.line)
        base = value.addr if isinstance(value, Load) and value.marking is Marking.PLAIN else value
        return Load(element_of(base, index.value), Marking.PLAIN, token.line)

    def _place(self, value: Expr, token: Token) -> Expr:
        if isinstance(value, Load) and value.marking is Marking.PLAIN:
            return value.addr
        raise UnmodelledError("a member of what is no location", token.line)

    def changed(self, target: Expr, value: Expr, token: Token) -> Expr:
        """Assign ``value`` to ``target`` before everything else; returns what it holds then."""
        if isinstance(target, Reg):
            self.declared.add(target.name)
            self.before.append(Assign(target.name, value, token.line))
            return target
        if isinstance(target, Load) and target.marking is Marking.PLAIN:
            new = value if isinstance(value, Const | Reg) else self.kept(value, token.line)
            self.before.append(Store(target.addr, new, Marking.PLAIN, token.line))
            return new
        raise InputError(f"{self.t.path}:{token.line}: '{token.text}' needs something that can be assigned to")

    def _parenthesis(self) -> Expr:
        self.t.expect("(")
        if is_type(self.t.here):
            while not self.t.accept(")"):
                if not (self.t.here.kind == "name" or self.t.here.text == "*"):
                    raise self.t.error("expected a type")
                self.t.take()
            return self.unary()
        value = self.expression()
        if self.t.here.text == "=" or self.t.here.text in COMPOUND:
            value = self.assignment(value)
        self.t.expect(")")
        return value

    def assignment(self, target: Expr) -> Expr:
        """``= value``, ``+= value`` and kin behind their target; returns the value."""
        token = self.t.take()
        at = len(self.before)
        value = self.expression()
        if token.text in COMPOUND:
            value = folded(COMPOUND[token.text], self._settled(target, at, token.line), value)
        return self.changed(target, value, token)

    def _primary(self) -> Expr:
        token = self.t.take()
        if token.kind == "number":
            return Const(int(token.text, 16) if token.text[:2] in ("0x", "0X") else int(token.text))
        if token.kind != "name":
            self.t.at -= token.kind != "end"
            raise self.t.error("expected a value")
        if self.t.here.text == "{":
            raise UnmodelledError(f"{token.text}{{...}} is not modelled", token.line)
        if self.t.here.text == "(":
            return self._call(token)
        return self._named(token)

    def _named(self, token: Token) -> Expr:
        constant = {"NULL": 0, "true": 1, "false": 0}.get(token.text)
        if constant is not None and token.text not in self.declared:
            return Const(constant)
        if token.text in self.shared and token.text not in self.declared | self.parameters_:
            return Load(Const(token.text), Marking.PLAIN, token.line)
        self.looked_at.setdefault(token.text, token.line)
        return Reg(token.text)

    # Calls

    def _call(self, token: Token) -> Expr:
        kind, order = special_call(token.text)
        if kind == "try":
            return self._try_cmpxchg(token, order)
        if kind == "wait":
            return self._cond_load(token, Marking.ACQUIRE if order is Order.ACQUIRE else Marking.ONCE)
        args = self.arguments()
        name = plain_name(token.text)
        value = call_expression(name, args, token.line) or expanded(name, args, token.line, self)
        if value is None:
            raise UnmodelledError(f"{token.text}() is not modelled", token.line)
        return value

    def arguments(self) -> list[Expr]:
        """``(value, ...)``."""
        self.t.expect("(")
        args: list[Expr] = []
        while not self.t.accept(")"):
            if args:
                self.t.expect(",")
            at, line = len(self.before), self.t.here.line
            value = self.expression()
            args = [self._settled(arg, at, line) for arg in args]
            args.append(value)
        return args

    def _try_cmpxchg(self, token: Token, order: Order) -> Expr:
        """``try_cmpxchg(x, &old, new)``: whether it did; if not, ``old`` is what was there."""
        self.t.expect("(")
        place = self.expression()
        self.t.expect(",")
        if not (self.t.here.text == "&" and self.t.ahead(1).kind == "name"):
            raise UnmodelledError(f"{token.text}() without the address of a local variable", token.line)
        self.t.take()
        name = self.t.name()
        self.looked_at.setdefault(name, token.line)
        self.t.expect(",")
        new = self.expression()
        self.t.expect(")")
        was = self.kept(compare_exchange(place, Reg(name), new, order, token.line), token.line)
        done = self.kept(BinOp("==", was, Reg(name)), token.line)
        self.before.append(If(BinOp("==", done, Const(0)), (Assign(name, was, token.line),), (), token.line))
        return done

    def _cond_load(self, token: Token, marking: Marking) -> Expr:
        """``smp_cond_load_acquire(x, VAL == 1)``: the load that ends the waiting; those before order nothing."""
        self.t.expect("(")
        place = self.expression()
        self.t.expect(",")
        self.declared.add("VAL")
        self.before.append(Assign("VAL", Load(place, marking, token.line), token.line))
        cond = self.expression()
        self.t.expect(")")
        self.before.append(Assume(cond, token.line))
        return self.kept(Reg("VAL"), token.line)

    def discarded(self, value: Expr, line: int) -> None:
        """Evaluate ``value`` for its effect."""
        if not is_pure(value):
            self.before.append(Do(value, line))
