"""Values of expressions with control flow inside: short circuits, conditionals, statement expressions, waits.

What an expression is worth; where it leads as a condition is :mod:`mtelint.flow.cfg.branching`.
"""

from collections.abc import Set

from msgspec.structs import replace

from mtelint.flow.cfg.control_names import (
    PLAIN,
    Assertions,
    condition_index,
    may_give_up,
    takes_label,
    waited_condition,
)
from mtelint.flow.cfg.draft import Draft, Ends
from mtelint.flow.cfg.graph import NodeKind
from mtelint.flow.cfg.terms import constant, splits, unwrapped
from mtelint.syntax.c_tree import (
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

    def __init__(self, noreturn: Set[str] = frozenset(), assertions: Assertions = PLAIN) -> None:
        self.draft = Draft()
        self.noreturn = noreturn
        self.assertions = assertions
        self.labels: frozenset[str] = frozenset()
        """Labels that an argument may name."""
        self.every_label_call = True
        """Whether any call may jump to a label among its arguments, or only known families."""
        self._temps = 0
        self._jumps: list[str] = []
        self._dies = False

    # --- doors to the conditions and the statements -----------------------------------------------------------------

    def branch(self, expr: Expr, wrappers: tuple[str, ...] = (), discarded: bool = False) -> tuple[Ends, Ends]:
        """The ends where a condition holds, and where it does not; a constant has none on the other side."""
        raise NotImplementedError

    def effect(self, expr: Expr) -> None:
        """Evaluate an expression whose value nobody wants."""
        raise NotImplementedError

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

    def may_leave(self) -> bool:
        """Whether a value that has no node yet holds a call that may jump or not return."""
        return bool(self._jumps) or self._dies

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

    def values(self, exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        """The same for several, one after the other."""
        return tuple([self.value(expr) for expr in exprs])

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
                return replace(expr, values=self.values(many)) if many else expr
            case Asm(operands=many, labels=labels):
                self._jumps.extend(labels)
                return replace(expr, operands=self.values(many)) if many else expr
            case Opaque(parts=many):
                return replace(expr, parts=self.values(many)) if many else expr
        return expr

    def _call(self, call: Call) -> Expr:
        name = call.name
        if name is None:
            function = self.value(call.function)
            return replace(call, function=function, args=self.values(call.args))
        if condition_index(name) is not None and unwrapped(call):
            return self._truth(call)
        waited = waited_condition(name)
        if waited is not None and waited < len(call.args):
            call = self._wait(call, waited)
        args = self.values(call.args)
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
