"""Loops: a turn, where it begins again, and where ``break`` leads."""

from msgspec.structs import replace

from mtelint.flow.cfg.draft import Ends
from mtelint.flow.cfg.graph import NodeKind
from mtelint.flow.cfg.jumps import Breakable, Jumps, release
from mtelint.syntax import c_tree as c


class Loops(Jumps):
    """Knows the four shapes of a loop."""

    def _turn(self, body: c.Stmt, restart: int, *, back: bool) -> Ends:
        """The body of a loop, once; the ends that ``break`` leaves."""
        inner = Breakable(self.held, restart, back)
        self.breakables.append(inner)
        self.scope((body,))
        self.breakables.pop()
        return inner.breaks

    def loop(self, stmt: c.Loop) -> None:
        """``for``, ``while`` and ``do``; what the head declares lives as long as the loop."""
        outside = self.held
        if isinstance(stmt.init, c.Block):
            # several declarators
            for part in stmt.init.body:
                self.statement(part)
        elif stmt.init is not None:
            self.statement(stmt.init)
        if stmt.kind == "do":
            self._do(stmt)
        else:
            self._while(stmt)
        release(self.draft, self.held, outside)
        self.held = outside

    def _while(self, stmt: c.Loop) -> None:
        head = self.draft.add(NodeKind.JOIN, stmt.span)
        holds, fails = (self.draft.ends, []) if stmt.condition is None else self.branch(stmt.condition)
        self.draft.ends = holds
        step = None if stmt.step is None else self.draft.detached(NodeKind.JOIN, stmt.step.span)
        breaks = self._turn(stmt.body, head if step is None else step, back=step is None)
        if stmt.step is not None and step is not None:
            self.draft.join(self.draft.ends, step)
            self.draft.ends = [(step, None)]
            self.effect(stmt.step)
        self.draft.join(self.draft.ends, head, back=True)
        self.draft.ends = fails + breaks

    def _do(self, stmt: c.Loop) -> None:
        head = self.draft.add(NodeKind.JOIN, stmt.span)
        test = self.draft.detached(NodeKind.JOIN, stmt.span)
        breaks = self._turn(stmt.body, test, back=False)
        self.draft.join(self.draft.ends, test)
        self.draft.ends = [(test, None)]
        holds, fails = (self.draft.ends, []) if stmt.condition is None else self.branch(stmt.condition)
        self.draft.join(holds, head, back=True)
        self.draft.ends = fails + breaks

    def macro_loop(self, stmt: c.MacroLoop) -> None:
        """A loop that a macro makes: one node asks for the next turn, whatever the macro does."""
        head = self.draft.add(NodeKind.JOIN, stmt.span)
        name = c.Span(stmt.span.start, stmt.span.start + len(stmt.name))
        call = c.Call(name, c.Name(name, stmt.name), stmt.args)
        if stmt.at_least_once:
            test = self.draft.detached(NodeKind.JOIN, stmt.span)
            breaks = self._turn(stmt.body, test, back=False)
            self.draft.join(self.draft.ends, test)
            self.draft.ends = [(test, None)]
            again = self._loop_node(call)
            self.draft.join([(again, True)], head, back=True)
        else:
            again = self._loop_node(call)
            self.draft.ends = [(again, True)]
            breaks = self._turn(stmt.body, head, back=True)
            self.draft.join(self.draft.ends, head, back=True)
        self.draft.ends = [(again, False), *breaks]

    def _loop_node(self, call: c.Call) -> int:
        args = tuple([self.value(arg) for arg in call.args])
        return self.draft.add(NodeKind.LOOP, call.span, replace(call, args=args))
