"""A program as a C litmus test that herd7 takes, with the kernel's ``linux-kernel.def``.

Whatever the language of herd7 lacks is written in what it has: parts of structures and elements of arrays are locations
of their own, shifts are products and quotients, loops that count are written out, who waits runs the rest of its block
inside an ``if``, and a filter drops the executions in which it does not come through.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mtelint.memsim.litmus.ast import (
    OWN,
    Assign,
    Assume,
    BinOp,
    Const,
    Do,
    Expr,
    Fence,
    If,
    Lock,
    Marking,
    Program,
    SrcuUnlock,
    Stmt,
    Store,
    SyncSrcu,
    Thread,
    Unlock,
    While,
)
from mtelint.memsim.litmus.final_state import Both, Equals, Observable, Prop, atoms
from mtelint.memsim.litmus.nodes import Node, nodes
from mtelint.memsim.output.herd_text import prop_text
from mtelint.memsim.output.litmus_expressions import ExpressionWriter
from mtelint.memsim.output.litmus_names import Names, Untranslatable
from mtelint.memsim.output.residual import residual


@dataclass(frozen=True, slots=True)
class LitmusText:
    """The text, and what its operations need beyond the ``linux-kernel.def`` of Linux 6.12 and of 7.2."""

    text: str
    macros_612: tuple[str, ...]
    macros_72: tuple[str, ...]
    loops: bool
    """Whether there are loops, which herd7 follows as often as ``-unroll`` says."""


def litmus_text(program: Program, *, compat: bool = False) -> LitmusText:
    """The litmus test of ``program``, without a comment; see :func:`with_comment`.

    ``compat`` writes ``atomic_add`` for ``atomic_or``, for models that do not know the latter; whoever asks for it has
    made sure that no bit is set twice.

    Raises:
        Untranslatable: a pointer that is read leads to a part of a structure, or a program is not modelled at all.
    """
    if program.unmodelled is not None:
        raise Untranslatable(f"what is not modelled has no translation: {program.unmodelled[0]}")
    if any(_is_made(node) for thread in program.threads for node in nodes(thread.body)):
        program = residual(program)
    names = Names(program)
    writers = [_Writer(i, thread, names, compat) for i, thread in enumerate(program.threads)]
    threads = [writer.function() for writer in writers]
    condition = names.settled(program.condition)
    waits = [Equals(Observable(w.number, w.stuck), 0) for w in writers if w.stuck]
    kept = [names.settled(program.filter)] if program.filter is not None else []
    parts = [f"C {program.name}\n", _initial(program, names, condition, *kept), "\n".join(threads)]
    shown = [names.observable(what) for what in program.observed if what not in atoms(program.condition)]
    if shown:
        parts.append(f"locations [{' '.join(f'{what};' for what in shown)}]")
    only = _all([*kept, *waits])
    if only is not None:
        parts.append(f"filter ({prop_text(only)})")
    parts.append(f"{program.quantifier.value} ({prop_text(condition)})")
    macros = {macro for writer in writers for macro in writer.macros}
    return LitmusText(
        "\n".join(parts) + "\n",
        tuple(sorted(macro.v612 for macro in macros)),
        tuple(sorted(macro.v72 for macro in macros if macro.v72)),
        any(writer.loops for writer in writers),
    )


def _is_made(node: Node) -> bool:
    """Whether the translation of C made a loop or a register that partial evaluation may take away again."""
    return isinstance(node, While) or (isinstance(node, Assign) and node.reg.startswith(OWN))


def with_comment(text: str, comment: str) -> str:
    """``text`` with a comment below its name; ``comment`` holds nothing that ends one."""
    if not comment:
        return text
    head, rest = text.split("\n", 1)
    starred = "".join(f" * {line}".rstrip() + "\n" for line in comment.strip().split("\n"))
    return f"{head}\n\n(*\n{starred} *)\n{rest}"


def _initial(program: Program, names: Names, *props: Prop) -> str:
    """Initial values other than 0, and locations that only the condition names."""
    lines = [
        f"\t{names.location(name)}={names.value(value)};\n"
        for name, value in program.initial
        if value and (name in names.used or name in names.pointed or isinstance(value, str))
    ]
    for number, thread in enumerate(program.threads):
        for name, value in thread.registers:
            if not names.is_parameter(number, name):
                lines.append(f"\t{number}:{names.register(number, name)}={names.value(value)};\n")
    return "{\n" + "".join(lines) + "}\n"


def _all(props: list[Prop]) -> Prop | None:
    found: Prop | None = None
    for prop in props:
        found = prop if found is None else Both(found, prop)
    return found


class _Writer(ExpressionWriter):
    """One thread as lines of C."""

    def __init__(self, number: int, thread: Thread, names: Names, compat: bool) -> None:
        super().__init__(number, names, compat)
        self.thread = thread
        self.stuck = ""
        """The register that is 1 where the thread waits for ever; empty where it does not wait."""
        self.loops = False

    def function(self) -> str:
        """The whole function."""
        lines = "".join(f"{line}\n" for line in self.block(self.thread.body, 1))
        head = ", ".join(self.names.declared(name) for name in self.names.of_thread(self.number))
        registers = [self.names.register(self.number, name) for name in self.names.registers(self.number)]
        declared = "".join(
            f"\tint {name};\n" for name in [*registers, *self.made, *([self.stuck] if self.stuck else [])]
        )
        body = f"{declared}{chr(10) if declared and lines else ''}{lines}" or "\tint unused;\n"
        return f"P{self.number}({head})\n{{\n{body}}}\n"

    def block(self, body: tuple[Stmt, ...], depth: int) -> Iterator[str]:
        """The lines of a block; what follows a wait is inside its ``if``."""
        for i, stmt in enumerate(body):
            if isinstance(stmt, Assume):
                yield from self._wait(stmt, body[i + 1 :], depth)
                return
            yield from self._lines(stmt, depth)

    def _lines(self, stmt: Stmt, depth: int) -> Iterator[str]:
        match stmt:
            case If(cond, then, orelse):
                yield from self._if(cond, then, orelse, depth)
            case While():
                yield from self._while(stmt, depth)
            case _:
                text = self._statement(stmt)
                yield from self.flush(depth)
                yield "\t" * depth + text + ";"

    def _if(self, cond: Expr, then: tuple[Stmt, ...], orelse: tuple[Stmt, ...], depth: int) -> Iterator[str]:
        tabs = "\t" * depth
        if not then and orelse:
            cond, then, orelse = BinOp("==", cond, Const(0)), orelse, ()
        asked = self.expr(cond)
        yield from self.flush(depth)
        if not then:
            yield f"{tabs}{self.fresh()} = {asked};"
            return
        yield f"{tabs}if ({asked}) {{"
        yield from self.block(then, depth + 1)
        if orelse:
            yield f"{tabs}}} else {{"
            yield from self.block(orelse, depth + 1)
        yield f"{tabs}}}"

    def _while(self, stmt: While, depth: int) -> Iterator[str]:
        self.loops = True
        tabs = "\t" * depth
        goes_on = self.fresh()
        again = [*self.block(stmt.again, depth), *self._lines(Assign(goes_on, stmt.cond), depth)]
        yield from again
        yield f"{tabs}while ({goes_on}) {{"
        yield from self.block(stmt.body, depth + 1)
        yield from (f"\t{line}" for line in again)
        yield f"{tabs}}}"

    def _wait(self, stmt: Assume, rest: tuple[Stmt, ...], depth: int) -> Iterator[str]:
        tabs = "\t" * depth
        self.stuck = self.stuck or self.names.unused(self.number, "stuck")
        asked = self.expr(stmt.cond)
        yield from self.flush(depth)
        yield f"{tabs}if ({asked}) {{"
        yield from self.block(rest, depth + 1) if rest else [f"{tabs}\t{self.stuck} = 0;"]
        yield f"{tabs}}} else {{"
        yield f"{tabs}\t{self.stuck} = 1;"
        yield f"{tabs}}}"

    def _statement(self, stmt: Stmt) -> str:
        match stmt:
            case Assign(reg, value):
                name = reg if reg in self.made else self.names.register(self.number, reg)
                return f"{name} = {self.expr(value)}"
            case Do(value):
                text = self.expr(value)
                return text if self.is_statement(value) else f"(void){text}"
            case Fence(kind):
                return f"{kind.value}()"
            case Lock(addr):
                return f"spin_lock({self.place(addr)})"
            case Unlock(addr):
                return f"spin_unlock({self.place(addr)})"
            case SrcuUnlock(addr, value):
                return f"srcu_read_unlock({self.place(addr)}, {self.expr(value)})"
            case SyncSrcu(addr):
                return f"synchronize_srcu({self.place(addr)})"
            case Store():
                return self._store(stmt)
            case _:
                raise Untranslatable(f"no C for {type(stmt).__name__}")

    def _store(self, stmt: Store) -> str:
        place, value = self.place(stmt.addr), self.expr(stmt.value)
        if stmt.marking is Marking.PLAIN:
            return f"*{place} = {value}"
        release = stmt.marking is Marking.RELEASE
        if self.is_atomic(stmt.addr):
            return f"atomic_set{'_release' if release else ''}({place}, {value})"
        return f"smp_store_release({place}, {value})" if release else f"WRITE_ONCE(*{place}, {value})"
