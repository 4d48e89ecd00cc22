"""Expressions with control flow inside: short circuits, conditionals, statement expressions, wrappers, waits."""

from mtelint.flow.cfg_draft import Draft, Ends
from mtelint.flow.cfg_names import (
    NORETURN,
    STOPS_ON_TRUE,
    condition_index,
    may_give_up,
    takes_label,
    waited_condition,
)
from mtelint.flow.cfg_terms import constant, has_call, has_effect, splits, unwrapped
from mtelint.flow.graph import NodeKind
from mtelint.records import replace
from mtelint.syntax.nodes import (
    Asm,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Comma,
    Conditional,
    Expr,
    Index,
    InitList,
    Literal,
    Member,
    Name,
    Opaque,
    Span,
    StmtExpr,
    Temp,
    Unary,
    Update,
)


class Expressions:
    """Splits expressions into nodes.

    :meth:`value` gives an expression without control flow inside, after adding the nodes that must run before it;
    :meth:`branch` gives the ends where a condition holds and where it does not; :meth:`effect` drops the value.
    """

    def __init__(self, noreturn: frozenset[str] = NORETURN) -> None:
        self.draft = Draft()
        self.noreturn = noreturn
        self.labels: frozenset[str] = frozenset()
        """Labels that an argument may name."""
        self.every_label_call = True
        """Whether any call may jump to a label among its arguments, or only known families."""
        self._temps = 0
        self._jumps: list[str] = []
        self._dies = False

    # --- doors to the statements ------------------------------------------------------------------------------------

    def block_value(self, block: Block) -> Expr:
        """Add a statement expression's block; its value."""
        raise NotImplementedError

    def go_to(self, label: str, ends: Ends, span: Span) -> None:
        """Note a jump to a label."""
        raise NotImplementedError

    # --- nodes ------------------------------------------------------------------------------------------------------

    def temp(self, span: Span) -> Temp:
        """A fresh temporary."""
        self._temps += 1
        return Temp(span, self._temps)

    def add(
        self, kind: NodeKind, span: Span, expr: Expr | None, target: str | None = None, type: str | None = None
    ) -> int:
        """Add a node for a value made by :meth:`value`, with the jumps its calls may take."""
        index = self.draft.add(kind, span, expr, target=target, type=type)
        jumps, self._jumps = self._jumps, []
        for label in dict.fromkeys(jumps):
            self.go_to(label, [(index, None)], span)
        if self._dies:
            self._dies = False
            self.draft.add(NodeKind.NORETURN, span)
            self.draft.ends = []
        return index

    def assign(self, temp: Temp, value: Expr) -> Temp:
        """Add the assignment of a temporary."""
        self.add(NodeKind.EVAL, value.span, Assign(temp.span, "=", temp, value))
        return temp

    # --- values -----------------------------------------------------------------------------------------------------

    def value(self, expr: Expr) -> Expr:
        """The same expression without control flow inside; what must run before it has nodes."""
        match expr:
            case Name() | Literal() | Temp():
                return expr
            case Call():
                return self._call(expr)
            case Binary(op="&&" | "||"):
                return self._truth(expr)
            case Unary(op="!") if splits(expr.operand):
                return self._truth(expr)
            case Conditional():
                return self._conditional(expr)
            case StmtExpr(block=block):
                return self.block_value(block)
            case Comma(left=left, right=right):
                self.effect(left)
                return self.value(right)
        return self._parts(expr)

    def _parts(self, expr: Expr) -> Expr:
        """Rebuild an expression over the values of its operands; the very same one where nothing changed."""
        match expr:
            case Member(object=inner):
                new = self.value(inner)
                return expr if new is inner else replace(expr, object=new)
            case Unary(operand=inner) | Update(operand=inner) | Cast(operand=inner):
                if isinstance(expr, Unary) and expr.op == "&&":
                    return expr
                new = self.value(inner)
                return expr if new is inner else replace(expr, operand=new)
            case Binary(left=left, right=right):
                one, two = self.value(left), self.value(right)
                return expr if one is left and two is right else replace(expr, left=one, right=two)
            case Index(object=left, index=right):
                one, two = self.value(left), self.value(right)
                return expr if one is left and two is right else replace(expr, object=one, index=two)
            case Assign(target=left, value=right):
                one, two = self.value(left), self.value(right)
                return expr if one is left and two is right else replace(expr, target=one, value=two)
            case InitList(values=many):
                return replace(expr, values=self._all(many)) if many else expr
            case Asm(operands=many, labels=labels):
                self._jumps.extend(labels)
                return replace(expr, operands=self._all(many)) if many else expr
            case Opaque(parts=many):
                return replace(expr, parts=self._all(many)) if many else expr
        return expr

    def _all(self, exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple([self.value(expr) for expr in exprs])

    def _call(self, call: Call) -> Expr:
        name = call.name
        if name is None:
            function = self.value(call.function)
            return replace(call, function=function, args=self._all(call.args))
        if condition_index(name) is not None and unwrapped(call):
            return self._truth(call)
        waited = waited_condition(name)
        if waited is not None and waited < len(call.args):
            call = self._wait(call, waited)
        args = self._all(call.args)
        if self.labels and (self.every_label_call or takes_label(name)):
            self._jumps.extend(arg.id for arg in args if isinstance(arg, Name) and arg.id in self.labels)
        if name in self.noreturn:
            self._dies = True
        same = all(new is old for new, old in zip(args, call.args, strict=True))
        return call if same else replace(call, args=args)

    def _wait(self, call: Call, index: int) -> Call:
        """``wait_event(q, c)``: c is evaluated until it holds, or until the wait is given up."""
        head = self.draft.add(NodeKind.JOIN, call.span)
        holds, fails = self.branch(call.args[index])
        self.draft.ends = fails
        if may_give_up(call.name or ""):
            again = self.draft.add(NodeKind.LOOP, call.span, Opaque(call.span, call.name or ""))
            self.draft.join([(again, True)], head, back=True)
            holds = [*holds, (again, False)]
        else:
            self.draft.join(fails, head, back=True)
        self.draft.ends = holds
        waited = Opaque(call.args[index].span, "")
        return replace(call, args=(*call.args[:index], waited, *call.args[index + 1 :]))

    def _truth(self, expr: Expr) -> Expr:
        """The value 0 or 1 of a condition."""
        known = constant(expr)
        if known is not None:
            return Literal(expr.span, "1" if known else "0")
        holds, fails = self.branch(expr)
        if not holds or not fails:
            self.draft.ends = holds or fails
            return Literal(expr.span, "1" if holds else "0")
        temp = self.temp(expr.span)
        after: Ends = []
        for ends, text in ((holds, "1"), (fails, "0")):
            self.draft.ends = ends
            self.assign(temp, Literal(expr.span, text))
            after += self.draft.ends
        self.draft.ends = after
        return temp

    def _conditional(self, expr: Conditional) -> Expr:
        temp = self.temp(expr.span)
        if expr.then is None:
            self.assign(temp, self.value(expr.condition))
            node = self.draft.add(NodeKind.BRANCH, expr.condition.span, temp)
            after: Ends = [(node, True)]
            fails: Ends = [(node, False)]
        else:
            holds, fails = self.branch(expr.condition)
            self.draft.ends = holds
            if holds:
                self.assign(temp, self.value(expr.then))
            after = self.draft.ends
        self.draft.ends = fails
        if fails:
            self.assign(temp, self.value(expr.otherwise))
        self.draft.ends = after + self.draft.ends
        return temp

    # --- conditions -------------------------------------------------------------------------------------------------

    def branch(self, expr: Expr, wrappers: tuple[str, ...] = (), discarded: bool = False) -> tuple[Ends, Ends]:
        """The ends where a condition holds, and where it does not; a constant has none on the other side."""
        known = constant(expr)
        if known is not None:
            ends = self.draft.ends
            return (ends, []) if known else ([], ends)
        match expr:
            case Unary(op="!"):
                holds, fails = self.branch(expr.operand, wrappers, discarded)
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
            self.add(NodeKind.EVAL, call.span, replace(call, args=self._all(call.args)))
        holds, fails = self.branch(call.args[index], (*wrappers, name), discarded)
        rest = tuple(arg for arg in call.args[index + 1 :] if has_call(arg))
        if rest and holds and constant(call.args[index]) is None:
            # What is printed is evaluated only where the condition holds.
            self.draft.ends = holds
            self.add(NodeKind.EVAL, call.span, self.value(Opaque(call.span, name, rest)))
            holds = self.draft.ends
        if name in STOPS_ON_TRUE and holds:
            self.draft.ends = holds
            self.draft.add(NodeKind.NORETURN, call.span)
            holds = []
        return holds, fails

    def _leaf(self, expr: Expr, wrappers: tuple[str, ...], discarded: bool) -> tuple[Ends, Ends]:
        """A condition without a structure of its own."""
        value = self.value(expr)
        if isinstance(value, Binary) and isinstance(value.left, Assign):
            self.add(NodeKind.EVAL, value.left.span, value.left)
            value = replace(value, left=value.left.target)
        elif isinstance(value, Assign):
            self.add(NodeKind.EVAL, expr.span, value)
            value = value.target
        if self._jumps or self._dies:
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
            stops = found[0].name in STOPS_ON_TRUE
            holds, fails = self._wrapped(*found, (), not stops)
            self.draft.ends = holds + fails
            return None
        self.add(NodeKind.EVAL, expr.span, self.value(expr))
        return None

    def _leftover(self, value: Expr) -> None:
        if has_effect(value) or self._jumps or self._dies:
            self.add(NodeKind.EVAL, value.span, value)

    def _either(self, holds: Ends, fails: Ends, then: Expr | None, otherwise: Expr | None) -> None:
        after: Ends = []
        for ends, expr in ((holds, then), (fails, otherwise)):
            self.draft.ends = ends
            if ends and expr is not None:
                self.effect(expr)
            after += self.draft.ends
        self.draft.ends = after
