"""Conditions, and expressions for their effect: where control goes, not what a value is.

What compiler books call jumping code: ``!``, ``&&``, ``||``, ``?:`` and transparent wrappers such as ``likely()`` are
edges, and no temporary holds a truth.  Values are made in :mod:`mtelint.flow.cfg.short_circuits`, which comes here
for those that hang on a condition.
"""

from msgspec.structs import replace

from mtelint.flow.cfg.draft import Ends
from mtelint.flow.cfg.graph import NEGATED, NodeKind
from mtelint.flow.cfg.short_circuits import Expressions
from mtelint.flow.cfg.terms import constant, has_call, has_effect, unwrapped
from mtelint.syntax.c_tree import Assign, Binary, Call, Cast, Comma, Conditional, Expr, Opaque, StmtExpr, Unary


class Conditions(Expressions):
    """Knows where an expression leads, true or false."""

    def branch(self, expr: Expr, wrappers: tuple[str, ...] = (), discarded: bool = False) -> tuple[Ends, Ends]:
        """The ends where a condition holds, and where it does not; a constant has none on the other side."""
        known = constant(expr)
        if known is not None:
            ends = self.draft.ends
            return (ends, []) if known else ([], ends)
        match expr:
            case Unary(op="!"):
                negated = (*wrappers, NEGATED) if wrappers and discarded else wrappers
                holds, fails = self.branch(expr.operand, negated, discarded)
                return fails, holds
            case Binary(op="&&"):
                holds, fails = self.branch(expr.left, wrappers, discarded)
                self.draft.ends = holds
                second, third = self.branch(expr.right, wrappers, discarded)
                return second, fails + third
            case Binary(op="||"):
                holds, fails = self.branch(expr.left, wrappers, discarded)
                self.draft.ends = fails
                second, third = self.branch(expr.right, wrappers, discarded)
                return holds + second, third
            case Conditional(then=then) if then is not None:
                return self._chosen(expr.condition, then, expr.otherwise, wrappers, discarded)
            case Conditional():
                either = Binary(expr.span, "||", expr.condition, expr.otherwise)
                return self.branch(either, wrappers, discarded)
            case Comma():
                self.effect(expr.left)
                return self.branch(expr.right, wrappers, discarded)
        found = unwrapped(expr)
        if found is not None:
            return self._wrapped(*found, wrappers, discarded)
        return self._leaf(expr, wrappers, discarded)

    def _chosen(
        self, condition: Expr, then: Expr, otherwise: Expr, wrappers: tuple[str, ...], discarded: bool
    ) -> tuple[Ends, Ends]:
        """``c ? a : b`` as a condition."""
        holds, fails = self.branch(condition)
        self.draft.ends = holds
        first = self.branch(then, wrappers, discarded)
        self.draft.ends = fails
        second = self.branch(otherwise, wrappers, discarded)
        return first[0] + second[0], first[1] + second[1]

    def _wrapped(self, call: Call, index: int, wrappers: tuple[str, ...], discarded: bool) -> tuple[Ends, Ends]:
        name = call.name or ""
        for earlier in call.args[:index]:
            if has_call(earlier):
                self.effect(earlier)
        if constant(call.args[index]) is not None:
            # Nothing to choose, but ``WARN_ON(1)`` still says something.
            self.add(NodeKind.EVAL, call.span, replace(call, args=self.values(call.args)))
        holds, fails = self.branch(call.args[index], (*wrappers, name), discarded)
        rest = tuple(arg for arg in call.args[index + 1 :] if has_call(arg))
        if rest and holds and constant(call.args[index]) is None:
            # What is printed is evaluated only where the condition holds.
            self.draft.ends = holds
            self.add(NodeKind.EVAL, call.span, self.value(Opaque(call.span, name, rest)))
            holds = self.draft.ends
        return self._going_on(call, holds, True), self._going_on(call, fails, False)

    def _going_on(self, call: Call, ends: Ends, holds: bool) -> Ends:
        """The ends of an assertion's outcome, none where it stops there."""
        if not ends or not self.assertions.stops(call.name or "", holds):
            return ends
        self.draft.ends = ends
        self.draft.add(NodeKind.NORETURN, call.span)
        return []

    def _leaf(self, expr: Expr, wrappers: tuple[str, ...], discarded: bool) -> tuple[Ends, Ends]:
        """A condition without a structure of its own."""
        value = self.value(expr)
        if isinstance(value, Binary) and isinstance(value.left, Assign):
            self.add(NodeKind.EVAL, value.left.span, value.left)
            value = replace(value, left=value.left.target)
        elif isinstance(value, Assign):
            self.add(NodeKind.EVAL, expr.span, value)
            value = value.target
        if self.may_leave():
            value = self.assign(self.temp(expr.span), value)
        if not self.draft.ends:
            return [], []
        node = self.draft.add(NodeKind.BRANCH, expr.span, value, wrappers=wrappers, discarded=discarded)
        return [(node, True)], [(node, False)]

    # --- effects ----------------------------------------------------------------------------------------------------

    def effect(self, expr: Expr) -> None:
        """Evaluate an expression whose value nobody wants."""
        match expr:
            case Cast(type="void"):
                return self.effect(expr.operand)
            case Comma():
                self.effect(expr.left)
                return self.effect(expr.right)
            case Binary(op="&&" | "||"):
                holds, fails = self.branch(expr.left)
                both = expr.op == "&&"
                return self._either(holds, fails, expr.right if both else None, None if both else expr.right)
            case Conditional(then=then):
                holds, fails = self.branch(expr.condition)
                return self._either(holds, fails, then, expr.otherwise)
            case Unary(op="!"):
                return self.effect(expr.operand)
            case StmtExpr(block=block):
                return self._leftover(self.block_value(block))
        found = unwrapped(expr)
        if found is not None:
            name = found[0].name or ""
            stops = self.assertions.stops(name, True) or self.assertions.stops(name, False)
            holds, fails = self._wrapped(*found, (), not stops)
            self.draft.ends = holds + fails
            return None
        self.add(NodeKind.EVAL, expr.span, self.value(expr))
        return None

    def _leftover(self, value: Expr) -> None:
        if has_effect(value) or self.may_leave():
            self.add(NodeKind.EVAL, value.span, value)

    def _either(self, holds: Ends, fails: Ends, then: Expr | None, otherwise: Expr | None) -> None:
        after: Ends = []
        for ends, expr in ((holds, then), (fails, otherwise)):
            self.draft.ends = ends
            if ends and expr is not None:
                self.effect(expr)
            after += self.draft.ends
        self.draft.ends = after
