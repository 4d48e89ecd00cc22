"""What makes an answer worth less than it looks: a test that does not ask what its author thinks it asks."""

from collections.abc import Iterator
from dataclasses import replace

from mtelint.memsim.litmus.ast import (
    AddUnless,
    Assign,
    CmpXchg,
    Const,
    Load,
    Program,
    Rmw,
    SrcuLock,
    TryLock,
)
from mtelint.memsim.litmus.final_state import Observable, atoms
from mtelint.memsim.litmus.nodes import nodes
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Outcome, Verdict

Note = tuple[str, int]
"""Text, and a line of the test (0 where it is about no line)."""


def notes(outcome: Outcome) -> tuple[Note, ...]:
    """Everything that should make a reader doubt the question; nothing of it changes the verdict."""
    found = [*outcome.program.notes, *_nameless(outcome.program)]
    if outcome.verdict is not Verdict.UNKNOWN:
        found += [("the loop may go on: there may be more final states (see --unroll)", line) for line in outcome.cut]
        if outcome.complete and not outcome.states:
            found.append((_why_none(outcome), 0))
        elif outcome.reached is not None:
            found += _unreached(outcome.program, outcome.reached)
    return tuple(dict.fromkeys(found))


def note_text(note: Note) -> str:
    """``line 12: ...``."""
    text, line = note
    return f"line {line}: {text}" if line else text


def _nameless(program: Program) -> Iterator[Note]:
    """Registers and locations of the condition that nothing has."""
    asked = atoms(program.condition) | (atoms(program.filter) if program.filter is not None else set())
    known = _locations(program)
    for what in sorted(asked):
        if what.thread < 0:
            if what.name not in known:
                yield f"no thread has a location {what.name}, and it has no initial value: it is always 0", 0
        elif what.thread < len(program.threads) and not _sets(program, what):
            yield f"P{what.thread} never sets {what.name}: it is always 0", 0


def _locations(program: Program) -> set[str]:
    known = {name for name, _ in program.initial}
    for thread in program.threads:
        known |= {value for _, value in thread.registers if isinstance(value, str)}
        known |= {n.value for n in nodes(thread.body) if isinstance(n, Const) and isinstance(n.value, str)}
    return known | {f"{name}{part}" for name in known for part in _parts(program)}


def _parts(program: Program) -> set[str]:
    """Members and elements that some thread uses."""
    operators = (getattr(node, "op", "") for thread in program.threads for node in nodes(thread.body))
    return {op for op in operators if op[:1] in (".", "[")}


def _sets(program: Program, what: Observable) -> bool:
    thread = program.threads[what.thread]
    return what.name in dict(thread.registers) or any(
        isinstance(node, Assign) and node.reg == what.name for node in nodes(thread.body)
    )


def _why_none(outcome: Outcome) -> str:
    if outcome.program.filter is not None:
        free = decide(replace(outcome.program, filter=None), outcome.model, verdict_only=True, bound=10_000)
        if free.states:
            return "the filter removes every execution"
    return "no execution comes to its end: somebody waits for ever"


def _unreached(program: Program, reached: frozenset[tuple[int, int]]) -> Iterator[Note]:
    """Reads that no allowed execution gets to."""
    for number, thread in enumerate(program.threads):
        for node in nodes(thread.body):
            line = node.line if isinstance(node, Load | Rmw | CmpXchg | AddUnless | TryLock | SrcuLock) else 0
            if line and (number, line) not in reached:
                yield f"P{number} never gets here, in no allowed execution", line
