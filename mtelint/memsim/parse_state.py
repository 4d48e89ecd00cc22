"""Initial states and conditions of litmus tests."""

import re

from mtelint.memsim.lexer import Tokens
from mtelint.memsim.state import Both, Either, Equals, Not, Observable, Prop, Quantifier, Truth, Value
from mtelint.memsim.symbolic import UnmodelledError

_THREAD = re.compile(r"P?(\d+)")
_SKIPPED = {"volatile", "const", "struct", "unsigned", "static"}

Initial = dict[Observable, Value]


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
            what, value = self._initial_item()
            state[what] = value
            if self.t.here.kind != "end":
                self.t.expect(";")
        return state

    def _initial_item(self) -> tuple[Observable, Value]:
        self._skip_type()
        bracket = self.t.accept("[")
        what = self.observable()
        if bracket:
            self.t.expect("]")
        if self.t.here.text == "[":
            raise UnmodelledError("arrays are not modelled", self.t.here.line)
        return what, self._initial_value() if self.t.accept("=") else 0

    def _skip_type(self) -> None:
        """Everything before the name that is declared."""
        while self.t.here.text == "*" or (
            self.t.here.kind == "name"
            and (self.t.ahead(1).kind in ("name", "number") or self.t.ahead(1).text in "*[")
            and self._is_type_word()
        ):
            self.t.take()

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
        if self.t.here.text == "{":
            raise UnmodelledError("arrays are not modelled", self.t.here.line)
        return self.value()

    def value(self) -> Value:
        """A number or the name of a location."""
        token = self.t.take()
        if token.kind == "number":
            return int(token.text, 16) if "x" in token.text.lower() else int(token.text)
        if token.kind == "name":
            return token.text
        self.t.at -= token.kind != "end"
        raise self.t.error("expected a value")

    # Conditions

    def observable(self) -> Observable:
        """``1:r0``, ``P1:r0`` or ``x``."""
        token = self.t.here
        match = _THREAD.fullmatch(token.text)
        if match and self.t.ahead(1).text == ":":
            self.t.take()
            self.t.take()
            return Observable(int(match[1]), self.t.name())
        if token.kind != "name":
            raise self.t.error("expected a register or a location")
        return Observable(-1, self.t.take().text)

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
                if self.t.here.text == "[":
                    raise UnmodelledError("arrays are not modelled", self.t.here.line)
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
            raise self.t.error("expected the end of the condition")
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
        if self.t.here.text == "[":
            raise UnmodelledError("arrays are not modelled", self.t.here.line)
        if self.t.accept("=", "=="):
            return Equals(left, self._right_side())
        if self.t.accept("!=", "<>"):
            return Not(Equals(left, self._right_side()))
        raise self.t.error("expected '='")

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
            raise UnmodelledError("arrays are not modelled", self.t.here.line)
        return self.value()
