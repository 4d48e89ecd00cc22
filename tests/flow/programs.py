"""Random structured programs with gotos, as trees; every call has a name of its own."""

from dataclasses import dataclass, field
from itertools import count

from hypothesis import strategies as st

from mtelint.syntax import c_tree as c

_LABELS = ("one", "two", "three")
_SIMPLE = ("effect", "effect", "goto", "return", "break", "continue", "guard", "guard", "label", "label", "macro_jump")
_DEEP = ("block", "block", "if", "if", "while", "do", "for", "macro_loop", "switch", "scoped", "variants")


@dataclass
class Maker:
    """Draws a program; spans grow, so that places in the text are in order."""

    draw: st.DrawFn
    numbers: "count[int]" = field(default_factory=count)
    labels: list[str] = field(default_factory=lambda: list(_LABELS))
    names: "count[int]" = field(default_factory=count)

    def span(self) -> c.Span:
        number = next(self.numbers)
        return c.Span(number, number + 1)

    def pick(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def call(self, *args: c.Expr) -> c.Call:
        span = self.span()
        return c.Call(span, c.Name(span, f"f{next(self.names)}"), args)

    def condition(self, depth: int) -> c.Expr:
        span = self.span()
        match self.pick(
            "call", "call", "name", "not", "and", "or", "choose", "elvis", "assign", "wrap", "literal", "block"
        ):
            case "name":
                return c.Name(span, "v")
            case "not" if depth:
                return c.Unary(span, "!", self.condition(depth - 1))
            case "and" if depth:
                return c.Binary(span, "&&", self.condition(depth - 1), self.condition(depth - 1))
            case "or" if depth:
                return c.Binary(span, "||", self.condition(depth - 1), self.condition(depth - 1))
            case "choose" if depth:
                parts = [self.condition(depth - 1) for _ in range(3)]
                return c.Conditional(span, *parts)
            case "elvis" if depth:
                return c.Conditional(span, self.condition(depth - 1), None, self.condition(depth - 1))
            case "assign" if depth:
                return c.Assign(span, "=", c.Name(span, "v"), self.condition(depth - 1))
            case "wrap" if depth:
                name = self.pick("likely", "WARN_ON", "BUG_ON")
                return c.Call(span, c.Name(span, name), (self.condition(depth - 1),))
            case "literal":
                return c.Literal(span, self.pick("0", "1"))
            case "block" if depth:
                inner = (self.effect(0), c.ExprStmt(span, self.condition(depth - 1)))
                return c.StmtExpr(span, c.Block(span, inner))
        return self.call()

    def effect(self, depth: int) -> c.Stmt:
        """An expression for its effect, a declaration, a call that may jump."""
        match self.pick("call", "call", "call", "condition", "declare", "nested", "comma", "jumps"):
            case "condition":
                return c.ExprStmt(self.span(), self.condition(depth))
            case "declare":
                return c.Declare(self.span(), "v", "int", self.condition(depth))
            case "nested":
                return c.ExprStmt(self.span(), self.call(self.call(), self.call()))
            case "comma":
                return c.ExprStmt(self.span(), c.Comma(self.span(), self.condition(depth), self.call()))
            case "jumps":
                target = c.Name(self.span(), self.pick(*_LABELS))
                return c.ExprStmt(self.span(), self.call(target))
        return c.ExprStmt(self.span(), self.call())

    def statement(self, depth: int) -> c.Stmt:
        kind = self.pick(*_SIMPLE) if depth == 0 or self.chance() else self.pick(*_DEEP)
        if kind in _DEEP:
            return self.compound(kind, depth - 1)
        span = self.span()
        match kind:
            case "goto":
                return c.Goto(span, self.pick(*_LABELS))
            case "return":
                return c.Return(span, self.condition(1) if self.chance() else None)
            case "break":
                return c.Break(span)
            case "continue":
                return c.Continue(span)
            case "guard":
                return c.Guard(span, f"g{next(self.names)}", ())
            case "label" if self.labels:
                return c.Label(span, self.labels.pop())
            case "macro_jump":
                return c.MacroJump(span, self.call(), self.pick("return", "goto", "break"), self.pick(*_LABELS))
        return self.effect(2)

    def compound(self, kind: str, depth: int) -> c.Stmt:
        span = self.span()
        match kind:
            case "if":
                condition, then = self.condition(1), self.statement(depth)
                return c.If(span, condition, then, self.statement(depth) if self.chance() else None)
            case "while":
                return c.Loop(span, "while", None, self.condition(1), None, self.block(depth))
            case "do":
                body = self.block(depth)
                return c.Loop(span, "do", None, self.condition(1), None, body)
            case "for":
                init = self.effect(1)
                until = self.condition(1) if self.chance() else None
                return c.Loop(span, "for", init, until, self.call(), self.block(depth))
            case "macro_loop":
                return c.MacroLoop(span, f"each{next(self.names)}", (self.call(),), self.block(depth), self.chance())
            case "switch":
                return self.switch(span, depth)
            case "scoped":
                return c.ScopedGuard(span, f"g{next(self.names)}", (), self.block(depth))
            case "variants":
                arms = (c.Arm("A", self.arm(depth)), c.Arm("!A", self.arm(depth) if self.chance() else ()))
                return c.Variants(span, arms)
        return self.block(depth)

    def switch(self, span: c.Span, depth: int) -> c.Switch:
        value = self.call()
        body: list[c.Stmt] = []
        for number in range(self.draw(st.integers(0, 3))):
            here = self.span()
            body.append(c.Case(here, c.Literal(here, str(number))))
            body += self.body(depth)
        if self.chance():
            body.insert(self.draw(st.integers(0, len(body))), c.Case(self.span(), None))
        return c.Switch(span, value, c.Block(self.span(), tuple(body)))

    def body(self, depth: int) -> tuple[c.Stmt, ...]:
        return tuple(self.statement(depth) for _ in range(self.draw(st.integers(1, 3))))

    def arm(self, depth: int) -> tuple[c.Stmt, ...]:
        """Statements without a guard of their own: one that is taken in one arm only is beyond the graph."""
        return tuple(c.Block(stmt.span, (stmt,)) if isinstance(stmt, c.Guard) else stmt for stmt in self.body(depth))

    def block(self, depth: int) -> c.Block:
        return c.Block(self.span(), self.body(depth))


@st.composite
def functions(draw: st.DrawFn) -> c.Function:
    """A function of a few statements up to three levels deep; a label that nothing defines is out of sight."""
    maker = Maker(draw)
    body = tuple(maker.statement(3) for _ in range(draw(st.integers(1, 6))))
    whole = c.Span(0, next(maker.numbers))
    return c.Function("f", (), "int", (), c.Block(whole, body), whole, whole)
