"""Runs a function by walking its tree, knowing nothing of graphs: the other opinion on what C means.

What happens is a trace of events: a call with the value it gave, a guard taken or released, a loop macro's or an
``#if`` group's choice.  Values come from a finite stream; when it runs dry, the run stops where it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from mtelint.flow.cfg.control_names import condition_index
from mtelint.syntax import c_tree as c

Event = tuple[str, str, int]


class Jump(Exception):
    """Control goes elsewhere: ``kind`` is return, goto, break, continue or dies."""

    def __init__(self, kind: str, label: str = "") -> None:
        self.kind, self.label = kind, label


class Dry(Exception):
    """The stream of values is used up."""


@dataclass
class Interpreter:
    values: Iterator[int]
    labels: frozenset[str]
    trace: list[Event] = field(default_factory=list)
    variables: dict[str, int] = field(default_factory=dict)
    seeking: str | None = None
    """Label (or ``case`` value) that control jumps to; nothing runs until it is met."""
    fuel: int = 300
    scopes: list[list[str]] = field(default_factory=list)

    def run(self, function: c.Function) -> str:
        """How it ended: ``end``, ``return``, ``dies``, ``leaves`` or ``dry``."""
        try:
            self.scope(function.body.body)
        except Jump as jump:
            return jump.kind if jump.kind in ("return", "dies") else "leaves"
        except Dry:
            return "dry"
        return "end"

    def happen(self, kind: str, name: str, value: int = 0) -> int:
        self.trace.append((kind, name, value))
        return value

    def choose(self) -> int:
        self.fuel -= 1
        value = next(self.values, None)
        if value is None or self.fuel < 0:
            raise Dry
        return value

    # --- expressions ------------------------------------------------------------------------------------------------

    def value(self, expr: c.Expr) -> int:
        match expr:
            case c.Literal(text=text):
                return int(text)
            case c.Name(id=name):
                return self.variables.get(name, 0)
            case c.Unary(op="!", operand=operand):
                return int(not self.value(operand))
            case c.Binary(op="&&", left=left, right=right):
                return int(bool(self.value(left)) and bool(self.value(right)))
            case c.Binary(op="||", left=left, right=right):
                return int(bool(self.value(left)) or bool(self.value(right)))
            case c.Conditional(condition=condition, then=then, otherwise=otherwise):
                first = self.value(condition)
                if then is None:
                    return first or self.value(otherwise)
                return self.value(then if first else otherwise)
            case c.Assign(target=c.Name(id=name), value=value):
                self.variables[name] = self.value(value)
                return self.variables[name]
            case c.Comma(left=left, right=right):
                self.value(left)
                return self.value(right)
            case c.StmtExpr(block=block):
                return self.statement_expression(block)
            case c.Call():
                return self.call(expr)
        raise AssertionError(expr)

    def statement_expression(self, block: c.Block) -> int:
        *before, last = block.body
        assert isinstance(last, c.ExprStmt)
        with self.held():
            for stmt in before:
                self.statement(stmt)
            return self.value(last.expr)

    def call(self, call: c.Call) -> int:
        name = call.name or ""
        if condition_index(name) is not None:
            truth = int(bool(self.value(call.args[0])))
            if name == "BUG_ON" and truth:
                raise Jump("dies")
            return truth
        for arg in call.args:
            if not isinstance(arg, c.Name):
                self.value(arg)
        result = self.happen("call", name, self.choose())
        for arg in call.args:
            if isinstance(arg, c.Name) and arg.id in self.labels and self.happen("jump", name, self.choose() % 2):
                raise Jump("goto", arg.id)
        return result

    # --- statements -------------------------------------------------------------------------------------------------

    @contextmanager
    def held(self) -> Iterator[list[str]]:
        """What a scope holds is released when control leaves it, however it does."""
        guards: list[str] = []
        self.scopes = [*self.scopes, guards]
        try:
            yield guards
        except Jump as jump:
            if jump.kind != "dies":
                self.release(guards, 0)
            raise
        else:
            self.release(guards, 0)
        finally:
            self.scopes = self.scopes[:-1]

    def release(self, guards: list[str], keep: int) -> None:
        while len(guards) > keep:
            self.happen("release", guards.pop())

    def scope(self, body: tuple[c.Stmt, ...]) -> None:
        with self.held() as guards:
            jump = self.sequence(body)
            while jump is not None:
                # A goto to a label of this very scope: what was taken behind the label goes out of scope.
                self.release(guards, sum(isinstance(s, c.Guard) for s in _before(body, jump.label)))
                guards.clear()
                self.seeking = jump.label
                jump = self.sequence(body)

    def sequence(self, body: tuple[c.Stmt, ...]) -> Jump | None:
        """Run statements in order; a goto that stays in here is handed back."""
        try:
            for stmt in body:
                self.statement(stmt)
        except Jump as jump:
            if jump.kind == "goto" and contains(body, jump.label):
                return jump
            raise
        return None

    def statement(self, stmt: c.Stmt) -> None:
        self.fuel -= 1
        if self.fuel < 0:
            raise Dry
        match stmt:
            case c.Label(name=name):
                if self.seeking == name:
                    self.seeking = None
            case c.Case(low=low):
                if self.seeking == _case_name(low):
                    self.seeking = None
            case c.Guard(name=name):
                self.scopes[-1].append(name)
                if self.seeking is None:
                    self.happen("acquire", name)
            case c.Block(body=body):
                if self.seeking is None or contains(body, self.seeking):
                    self.scope(body)
            case c.Variants(arms=arms):
                self.variants(arms)
            case c.If() | c.Loop() | c.MacroLoop() | c.Switch() | c.ScopedGuard():
                if self.seeking is None or contains((stmt,), self.seeking):
                    self.compound(stmt)
            case _ if self.seeking is None:
                self.simple(stmt)

    def simple(self, stmt: c.Stmt) -> None:
        match stmt:
            case c.ExprStmt(expr=expr):
                self.value(expr)
            case c.Declare(name=name, init=init) if init is not None:
                self.variables[name] = self.value(init)
            case c.Goto(label=label):
                raise Jump("goto", label or "")
            case c.Return(value=value):
                if value is not None:
                    self.value(value)
                raise Jump("return")
            case c.Break():
                raise Jump("break")
            case c.Continue():
                raise Jump("continue")
            case c.MacroJump(call=call, kind=kind, label=label):
                self.value(call)
                if self.happen("jump", kind, self.choose() % 2):
                    raise Jump(kind, label or "")

    def variants(self, arms: tuple[c.Arm, ...]) -> None:
        """The arms are no scopes: their statements stand in the scope around."""
        if self.seeking is not None:
            arm = next((arm for arm in arms if contains(arm.body, self.seeking)), None)
            if arm is None:
                return
        else:
            arm = arms[self.happen("arm", "", self.choose() % len(arms))]
        for stmt in arm.body:
            self.statement(stmt)

    def compound(self, stmt: c.Stmt) -> None:
        match stmt:
            case c.If(condition=condition, then=then, otherwise=otherwise):
                sought = self.seeking
                first = self.value(condition) if sought is None else contains((then,), sought)
                chosen = then if first else otherwise
                if chosen is not None:
                    self.scope((chosen,))
            case c.Switch(value=value, body=body):
                self.switch(value, body)
            case c.ScopedGuard(name=name, body=body):
                with self.held() as guards:
                    guards.append(name)
                    if self.seeking is None:
                        self.happen("acquire", name)
                    self.turn(body)
            case c.Loop():
                self.loop(stmt)
            case c.MacroLoop():
                self.macro_loop(stmt)

    def turn(self, body: c.Stmt) -> bool:
        """Run a body once; whether ``break`` ended it."""
        try:
            self.scope((body,))
        except Jump as jump:
            if jump.kind not in ("break", "continue"):
                raise
            return jump.kind == "break"
        return False

    def switch(self, value: c.Expr, body: c.Stmt) -> None:
        if self.seeking is None:
            chosen = str(self.value(value))
            names = [name for name in (chosen, "default") if contains((body,), f"case {name}")]
            if not names:
                return
            self.seeking = f"case {names[0]}"
        try:
            self.scope((body,))
        except Jump as jump:
            if jump.kind != "break":
                raise

    def loop(self, stmt: c.Loop) -> None:
        entering = self.seeking is not None
        if not entering and stmt.init is not None:
            self.statement(stmt.init)
        first = stmt.kind == "do" or entering
        while True:
            if not first and stmt.condition is not None and not self.value(stmt.condition):
                return
            if self.turn(stmt.body):
                return
            if stmt.step is not None:
                self.value(stmt.step)
            if stmt.kind == "do" and stmt.condition is not None and not self.value(stmt.condition):
                return
            first = stmt.kind == "do"
            self.fuel -= 1
            if self.fuel < 0:
                raise Dry

    def macro_loop(self, stmt: c.MacroLoop) -> None:
        first = stmt.at_least_once or self.seeking is not None
        while first or self.another(stmt):
            first = False
            if self.turn(stmt.body):
                return

    def another(self, stmt: c.MacroLoop) -> bool:
        for arg in stmt.args:
            self.value(arg)
        return bool(self.happen("call", stmt.name, self.choose() % 2))


def _case_name(low: c.Expr | None) -> str:
    return f"case {low.text}" if isinstance(low, c.Literal) else "case default"


def _before(body: tuple[c.Stmt, ...], label: str) -> Iterator[c.Stmt]:
    """The statements of a scope above the one that holds a label, those of arms included."""
    for stmt in body:
        if isinstance(stmt, c.Variants):
            for arm in stmt.arms:
                yield from _before(arm.body, label)
        if contains((stmt,), label):
            return
        yield stmt


def contains(body: tuple[c.Stmt, ...], label: str) -> bool:
    """Whether a label (or ``case`` of a switch around) stands in some statements."""
    for stmt in body:
        match stmt:
            case c.Label(name=name) if name == label:
                return True
            case c.Case(low=low) if _case_name(low) == label:
                return True
            case c.Block(body=inner) if contains(inner, label):
                return True
            case c.If(then=then, otherwise=otherwise):
                if contains((then,), label) or (otherwise is not None and contains((otherwise,), label)):
                    return True
            case c.Loop(body=one) | c.MacroLoop(body=one) | c.ScopedGuard(body=one) if contains((one,), label):
                return True
            case c.Switch(body=one) if not label.startswith("case ") and contains((one,), label):
                return True
            case c.Variants(arms=arms) if any(contains(arm.body, label) for arm in arms):
                return True
    return False
