"""Initial states and conditions of litmus tests."""

import re

from mtelint.memsim.litmus.final_state import Both, Either, Equals, Not, Observable, Prop, Quantifier, Truth, Value
from mtelint.memsim.litmus.lexer import Tokens
from mtelint.memsim.litmus.symbolic import UnmodelledError

_THREAD = re.compile(r"P?(\d+)")
_HINTS = {
    "&&": "conditions join with '/\\'", "||": "conditions join with '\\/'", "!": "conditions are negated with '~'",
    "<": "conditions compare with '=' and '!=' alone", ">": "conditions compare with '=' and '!=' alone",
    "<=": "conditions compare with '=' and '!=' alone", ">=": "conditions compare with '=' and '!=' alone",
    "|": "conditions join with '\\/'", "&": "conditions join with '/\\'",
}  # fmt: skip
"""What to write instead of C's operators, which mean nothing here."""

Initial = dict[Observable, Value]

MAX_ELEMENTS = 1024
"""Elements of an array that are given a value of their own; the others are 0 like every location without one."""


def part_name(index: int) -> str:
    """What the name of an array becomes for one of its elements; the first one is the array itself."""
    return f"[{index}]" if index else ""


def element(array: Observable, index: int) -> Observable:
    """An element of an array."""
    return Observable(array.thread, array.name + part_name(index))


class StateParser:
    """Recursive descent over the tokens of an initial state, or of what follows the program."""

    def __init__(self, tokens: Tokens) -> None:
        self.t = tokens

    # Initial state

    def initial(self) -> Initial:
        """``type x = value; 0:r1 = value; ...`` up to the end; what is not given a value gets 0."""
        state: Initial = {}
        while self.t.here.kind != "end":
            if self.t.accept(";"):
                continue
            state.update(self._initial_item())
            if self.t.here.kind != "end":
                self.t.expect(";")
        return state

    def _initial_item(self) -> Initial:
        typed = self._skip_type()
        bracket = self.t.accept("[")
        what = self.observable(sized=typed)
        size = self._size() if typed else 0
        if bracket:
            self.t.expect("]")
        if not self.t.accept("="):
            return {element(what, index): 0 for index in range(max(size, 1))}
        if self.t.here.text == "{":
            return self._initial_parts(what, size)
        return {what: self._initial_value()}

    def _size(self) -> int:
        """The size of an array that is declared; 0 where there is none."""
        if not self.t.accept("["):
            return 0
        size = 0 if self.t.here.text == "]" else self.number()
        self.t.expect("]")
        return min(size, MAX_ELEMENTS)

    def _initial_parts(self, what: Observable, size: int) -> Initial:
        """``{1, 2}`` or ``{.a = 1, .b = 2}``."""
        self.t.expect("{")
        parts: Initial = {element(what, index): 0 for index in range(size)}
        index = 0
        while not self.t.accept("}"):
            if self.t.here.text.startswith("."):
                member = Observable(what.thread, what.name + self.t.take().text)
                self.t.expect("=")
                parts[member] = self._initial_value()
            else:
                parts[element(what, index)] = self._initial_value()
                index += 1
            if self.t.here.text != "}":
                self.t.expect(",")
        return parts

    def _skip_type(self) -> bool:
        """Everything before the name that is declared; whether there is something."""
        at = self.t.at
        while self.t.here.text == "*" or (
            self.t.here.kind == "name"
            and (self.t.ahead(1).kind in ("name", "number") or self.t.ahead(1).text in "*[")
            and self._is_type_word()
        ):
            self.t.take()
        return self.t.at > at

    def _is_type_word(self) -> bool:
        following = self.t.ahead(1)
        if following.text == "[":
            return self.t.ahead(2).kind == "name"
        return following.kind != "end"

    def _initial_value(self) -> Value:
        if self.t.accept("ATOMIC_INIT"):
            self.t.expect("(")
            value = self.value()
            self.t.expect(")")
            return value
        self.t.accept("&")
        return self.value()

    def number(self) -> int:
        """A number."""
        token = self.t.take()
        if token.kind != "number":
            self.t.at -= token.kind != "end"
            raise self.t.error("expected a number")
        return int(token.text, 16) if "x" in token.text.lower() else int(token.text)

    def value(self) -> Value:
        """A number or the name of a location."""
        if self.t.here.kind == "number":
            return self.number()
        if self.t.here.kind == "name":
            return self.t.take().text + self._part()
        raise self.t.error("expected a value")

    def _part(self) -> str:
        """``->member`` and ``[3]`` behind a name, as locations are named: ``.member``, and nothing for element 0."""
        part = ""
        while True:
            if self.t.accept("->"):
                part += f".{self.t.name()}"
            elif self.t.here.text == "[" and self.t.ahead(1).kind == "number":
                self.t.take()
                part += part_name(self.number())
                self.t.expect("]")
            else:
                return part

    # Conditions

    def observable(self, sized: bool = False) -> Observable:
        """``1:r0``, ``P1:r0``, ``x``, ``p->member`` or ``a[3]``; with ``sized`` brackets are left alone."""
        token = self.t.here
        match = _THREAD.fullmatch(token.text)
        if match and self.t.ahead(1).text == ":":
            self.t.take()
            self.t.take()
            return Observable(int(match[1]), self.t.name())
        if token.kind != "name":
            raise self.t.error("expected a register or a location", _HINTS)
        name = self.t.take().text
        return Observable(-1, name if sized else name + self._part())

    def locations(self) -> list[Observable]:
        """``locations [ ... ]``, if it is there."""
        found: list[Observable] = []
        while self.t.accept("locations"):
            self.t.expect("[")
            while not self.t.accept("]"):
                if self.t.accept(";", ","):
                    continue
                found.append(self.observable())
                while self.t.here.kind == "name" or self.t.here.text == "*":  # a type behind the name
                    self.t.take()
        return found

    def filter(self) -> Prop | None:
        """``filter prop``, if it is there."""
        return self.prop() if self.t.accept("filter") else None

    def condition(self) -> tuple[Quantifier, Prop]:
        """The quantified condition; nothing at all counts as ``forall true``, as in herd7."""
        if self.t.here.kind == "end":
            return Quantifier.FORALL, Truth(True)
        quantifier = Quantifier.EXISTS
        if self.t.accept("~", "not"):
            self.t.expect("exists")
            quantifier = Quantifier.NOT_EXISTS
        elif self.t.accept("forall"):
            quantifier = Quantifier.FORALL
        elif self.t.here.text == "observed":
            raise UnmodelledError("'observed' is not modelled", self.t.here.line)
        elif not self.t.accept("exists", "final") and self.t.here.text != "(":
            raise self.t.error("expected exists, ~exists or forall")
        prop = self.prop()
        self.t.accept(";")
        if self.t.here.text == "with":
            raise UnmodelledError("'with' is not modelled", self.t.here.line)
        if self.t.here.kind != "end":
            raise self.t.error("expected the end of the condition", _HINTS)
        return quantifier, prop

    def prop(self) -> Prop:
        """Disjunctions bind weakest, then conjunctions, then implications, as in herd7."""
        left = self._conjunction()
        while self.t.accept("\\/"):
            left = Either(left, self._conjunction())
        return left

    def _conjunction(self) -> Prop:
        left = self._implication()
        while self.t.accept("/\\"):
            left = Both(left, self._implication())
        return left

    def _implication(self) -> Prop:
        left = self._negation()
        if self.t.accept("=>"):
            return Either(Not(left), self._implication())
        return left

    def _negation(self) -> Prop:
        if self.t.accept("~", "not"):
            return Not(self._negation())
        if self.t.accept("("):
            prop = self.prop()
            if self.t.here.text in _HINTS:
                raise self.t.error("expected ')'", _HINTS)
            self.t.expect(")")
            return prop
        if self.t.here.text in ("true", "false") and self.t.ahead(1).text not in ("=", "==", "!=", "<>", ":"):
            return Truth(self.t.take().text == "true")
        return self._atom()

    def _atom(self) -> Prop:
        bracket = self.t.accept("[")
        left = self.observable()
        if bracket:
            self.t.expect("]")
        if self.t.accept("=", "=="):
            return Equals(left, self._right_side())
        if self.t.accept("!=", "<>"):
            return Not(Equals(left, self._right_side()))
        raise self.t.error("expected '='", _HINTS)

    def _right_side(self) -> Value | Observable:
        if self.t.accept("*"):
            return self.observable()
        if _THREAD.fullmatch(self.t.here.text) and self.t.ahead(1).text == ":":
            return self.observable()
        if self.t.accept("["):
            other = self.observable()
            self.t.expect("]")
            return other
        self.t.accept("&")
        if self.t.here.text == "{":
            raise UnmodelledError("a whole array in a condition", self.t.here.line)
        return self.value()
