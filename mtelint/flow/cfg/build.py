"""From the C tree of a function to its control-flow graph (:mod:`mtelint.flow.cfg.graph`)."""

from collections.abc import Callable, Iterator, Set
from typing import Any

from msgspec.structs import replace

from mtelint.errors import InputError
from mtelint.flow.cfg.control_names import PLAIN, Assertions, conditional_guard
from mtelint.flow.cfg.draft import Ends, finish
from mtelint.flow.cfg.graph import ArmLabel, CaseLabel, Cfg, NodeKind
from mtelint.flow.cfg.jumps import Breakable, Cleanup, Label, release
from mtelint.flow.cfg.loops import Loops
from mtelint.flow.cfg.terms import calls_of, has_effect, scoped_macro
from mtelint.syntax import c_tree as c

__all__ = ["build_cfg", "build_cfgs", "calls_in"]


def build_cfg(function: c.Function, noreturn: Set[str] = frozenset(), assertions: Assertions = PLAIN) -> Cfg:
    """The graph of a function (of its first reading).

    ``noreturn`` are the functions behind which nothing follows, ``assertions`` those that ask first.  Raises
    :class:`~mtelint.errors.InputError` for a function that is nested too deeply.
    """
    try:
        return Builder(function, noreturn, assertions).build()
    except RecursionError:
        raise InputError(f"function {function.name}: nested too deeply to be judged; split it") from None


def build_cfgs(
    function: c.Function, noreturn: Set[str] = frozenset(), assertions: Assertions = PLAIN
) -> tuple[Cfg, ...]:
    """The graphs of all readings of a function, where an ``#if`` group splits a statement."""
    readings = (function, *(replace(function, body=body, alternatives=()) for body in function.alternatives))
    return tuple(build_cfg(reading, noreturn, assertions) for reading in readings)


def calls_in(cfg: Cfg) -> Iterator[c.Call]:
    """Every call of a graph, node by node, innermost first; a release repeats no call."""
    for node in cfg.nodes:
        if node.expr is not None and node.kind is not NodeKind.RELEASE:
            yield from calls_of(node.expr)


class Builder(Loops):
    """Walks the statements of one function; see :func:`build_cfg`."""

    def build(self) -> Cfg:
        """The graph."""
        function, draft = self.function, self.draft
        self.scope(function.body.body)
        if function.tail:
            draft.join(draft.ends, self.exit)
        else:
            self.leave(c.Span(function.span.end, function.span.end))
        self.resolve()
        return finish(draft, function.name, self.entry, self.exit, open_entry=not function.head)

    # --- statements -------------------------------------------------------------------------------------------------

    def statement(self, stmt: c.Stmt) -> None:
        """Add the nodes of one statement."""
        _STATEMENTS[type(stmt)](self, stmt)

    def block_value(self, block: c.Block) -> c.Expr:
        """A statement expression: its statements, then the value of the last one."""
        outside, body = self.held, block.body
        last = body[-1] if body and isinstance(body[-1], c.ExprStmt) else None
        for stmt in body if last is None else body[:-1]:
            self.statement(stmt)
        value: c.Expr = c.Opaque(block.span, "") if last is None else self.value(last.expr)
        if len(self.held) > len(outside) or (has_effect(value) and self.draft.ends):
            value = self.assign(self.temp(block.span), value)
        if self.draft.ends:
            release(self.draft, self.held, outside)
        self.held = outside
        return value

    def _block(self, stmt: c.Block) -> None:
        self.scope(stmt.body)

    def _effect(self, stmt: c.ExprStmt) -> None:
        if not self.draft.ends and self._makes_cases(stmt.expr):
            self._case(c.Case(stmt.span, c.Opaque(stmt.span, "")))
        self.effect(stmt.expr)

    def _makes_cases(self, expr: c.Expr) -> bool:
        """A call right in a switch that nothing leads to is a macro out of sight that makes ``case`` labels."""
        in_switch = bool(self.breakables) and self.breakables[-1].cases is not None
        return in_switch and isinstance(expr, c.Call) and expr.name is not None and expr.name not in self.noreturn

    def _declare(self, stmt: c.Declare) -> None:
        init = None if stmt.init is None else self.value(stmt.init)
        self.add(NodeKind.DECLARE, stmt.span, init, stmt.name, stmt.type)
        if stmt.cleanup is not None:
            variable = c.Name(stmt.span, stmt.name)
            self.held = (*self.held, Cleanup(stmt.span, stmt.cleanup, variable, stmt.name))

    def _if(self, stmt: c.If) -> None:
        holds, fails = self.branch(stmt.condition)
        self.draft.ends = holds
        self.scope((stmt.then,))
        after = self.draft.ends
        self.draft.ends = fails
        if stmt.otherwise is not None:
            self.scope((stmt.otherwise,))
        self.draft.ends = after + self.draft.ends

    def _guard(self, stmt: c.Guard) -> None:
        if stmt.variable is not None:
            self.add(NodeKind.DECLARE, stmt.span, None, stmt.variable, f"CLASS({stmt.name})")
        self._take(stmt, "guard" if stmt.variable is None else "CLASS", stmt.variable)

    def _take(self, stmt: c.Guard | c.ScopedGuard, macro: str, variable: str | None) -> None:
        name = c.Name(c.Span(stmt.span.start, stmt.span.start + len(macro)), macro)
        call = c.Call(stmt.span, name, tuple([self.value(arg) for arg in stmt.args]))
        self.add(NodeKind.ACQUIRE, stmt.span, call, stmt.name, variable)
        self.held = (*self.held, Cleanup(stmt.span, stmt.name, call, variable))

    def _scoped_guard(self, stmt: c.ScopedGuard) -> None:
        """The body runs exactly once; ``break`` and ``continue`` leave it (the macro is a ``for``)."""
        outside = self.held
        after = self.draft.detached(NodeKind.JOIN, stmt.span)
        failed: Ends = []
        if stmt.failure is not None or conditional_guard(stmt.name):
            node = self.draft.add(NodeKind.BRANCH, stmt.span, c.Opaque(stmt.span, stmt.name))
            self.draft.ends = [(node, False)]
            if stmt.failure is not None:
                self.scope((stmt.failure,))
            failed = self.draft.ends
            self.draft.ends = [(node, True)]
        self._take(stmt, scoped_macro(stmt), None)
        inside, self.held = self.held, outside
        inner = Breakable(outside, after)
        self.breakables.append(inner)
        self.held = inside
        self.scope((stmt.body,))
        self.breakables.pop()
        if self.draft.ends:
            release(self.draft, self.held, outside)
        self.held = outside
        self.draft.join(self.draft.ends + inner.breaks + failed, after)
        self.draft.ends = [(after, None)]

    def _switch(self, stmt: c.Switch) -> None:
        value = self.value(stmt.value)
        if self.may_leave():
            value = self.assign(self.temp(stmt.span), value)
        node = self.draft.add(NodeKind.SWITCH, stmt.value.span, value)
        inner = Breakable(self.held, cases=[])
        self.breakables.append(inner)
        self.draft.ends = []
        self.scope((stmt.body,))
        self.breakables.pop()
        cases = inner.cases or []
        for label, place in cases:
            self.draft.join([(node, label)], place)
        self.draft.ends = self.draft.ends + inner.breaks
        if not any(label.low is None for label, _ in cases):
            self.draft.ends = [*self.draft.ends, (node, CaseLabel(None))]

    def _case(self, stmt: c.Case, condition: str | None = None) -> None:
        """A label of the switch around, or of one out of sight; ``condition`` is that of an ``#if`` arm around it."""
        label = CaseLabel(stmt.low, stmt.high)
        place = self.draft.add(NodeKind.JOIN, stmt.span)
        target = place
        if condition is not None:
            target = self.draft.detached(NodeKind.VARIANT, stmt.span)
            self.draft.join([(target, ArmLabel(condition))], place)
        switch = next((one for one in reversed(self.breakables) if one.cases is not None), None)
        if switch is not None and switch.cases is not None:
            switch.cases.append((label, target))
        else:
            self.draft.join([(self.entry, label)], target)

    def _label(self, stmt: c.Label) -> None:
        node = self.draft.add(NodeKind.JOIN, stmt.span)
        self.places[stmt.name] = Label(node, self.held, stmt.span.start)
        if not self.function.head:
            # A jump out of sight may lead here.
            self.draft.join([(self.entry, None)], node)

    def _goto(self, stmt: c.Goto) -> None:
        if stmt.label is not None:
            self.go_to(stmt.label, self.draft.ends, stmt.span)
        elif stmt.target is None:
            self.leave(stmt.span)
        else:
            self.add(NodeKind.EVAL, stmt.span, self.value(stmt.target))
            if not self.targets:
                self.leave(stmt.span)
            for label in self.targets:
                self.go_to(label, self.draft.ends, stmt.span)
        self.draft.ends = []

    def _return(self, stmt: c.Return) -> None:
        self.returns(stmt.span, stmt.value)

    def _variants(self, stmt: c.Variants) -> None:
        """The arms of an ``#if`` group; a guard taken in one arm counts as held behind all of them."""
        node = self.draft.add(NodeKind.VARIANT, stmt.span)
        after: Ends = []
        for arm in stmt.arms:
            self.draft.ends = [(node, ArmLabel(arm.condition))]
            for inner in arm.body:
                if isinstance(inner, c.Case):
                    self._case(inner, arm.condition)
                else:
                    self.statement(inner)
            after += self.draft.ends
        self.draft.ends = after

    def _macro_jump(self, stmt: c.MacroJump) -> None:
        """The macro may jump, or not."""
        here = self.add(NodeKind.EVAL, stmt.call.span, self.value(stmt.call))
        onward = self.draft.ends
        match stmt.kind:
            case "return":
                self.returns(stmt.span, c.Opaque(stmt.span, ""))
            case "goto":
                self.go_to(stmt.label or "", [(here, None)], stmt.span)
            case "break":
                self.breaks(stmt.span)
            case "continue":
                self.continues(stmt.span)
        self.draft.ends = onward

    def _jump(self, stmt: c.Break | c.Continue) -> None:
        if isinstance(stmt, c.Break):
            self.breaks(stmt.span)
        else:
            self.continues(stmt.span)

    def _nothing(self, stmt: c.Empty) -> None:
        pass


_STATEMENTS: dict[type, Callable[[Builder, Any], None]] = {
    c.Block: Builder._block,
    c.ExprStmt: Builder._effect,
    c.Declare: Builder._declare,
    c.If: Builder._if,
    c.Loop: Builder.loop,
    c.MacroLoop: Builder.macro_loop,
    c.Guard: Builder._guard,
    c.ScopedGuard: Builder._scoped_guard,
    c.Switch: Builder._switch,
    c.Case: Builder._case,
    c.Label: Builder._label,
    c.Goto: Builder._goto,
    c.Return: Builder._return,
    c.Break: Builder._jump,
    c.Continue: Builder._jump,
    c.Variants: Builder._variants,
    c.MacroJump: Builder._macro_jump,
    c.Empty: Builder._nothing,
}
