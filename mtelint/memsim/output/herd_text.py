"""Answers in the words of herd7, so that scripts made for it work; counts are over final states.

An unknown answer has no ``Observation`` line: nothing that reads one can take it for a verdict.
"""

from mtelint.memsim.litmus.final_state import Both, Either, Equals, Not, Prop, Quantifier, Truth
from mtelint.memsim.output.vacuity import note_text, notes
from mtelint.memsim.search.outcome import Outcome, State, Verdict

_KIND = {Quantifier.EXISTS: "Allowed", Quantifier.NOT_EXISTS: "Forbidden", Quantifier.FORALL: "Required"}


def herd_text(outcome: Outcome) -> str:
    """The listing for one test, with a line end after its last line."""
    program = outcome.program
    if outcome.verdict is Verdict.UNKNOWN:
        where = f"{program.source}:{outcome.line}" if outcome.line else program.source
        return f"Test {program.name} Unknown\nUnknown {where}: {outcome.reason}\n\n"
    positive, negative = outcome.positive, outcome.negative
    if program.quantifier is Quantifier.NOT_EXISTS:
        positive, negative = negative, positive
    lines = [
        f"Test {program.name} {_KIND[program.quantifier]}",
        f"States {len(outcome.states)}",
        *(state_text(state) for state in outcome.states),
        "Ok" if outcome.ok else "No",
        "Witnesses",
        f"Positive: {positive} Negative: {negative}",
        *(f"Flag {flag}" for flag in outcome.flags),
        f"Condition {program.quantifier.value} ({prop_text(program.condition)})",
        f"Observation {program.name} {outcome.verdict.value} {outcome.positive} {outcome.negative}",
        *(f"Note {program.name} {note_text(note)}" for note in notes(outcome)),
        f"Time {program.name} {outcome.seconds:.2f}",
        "",
    ]
    return "\n".join(lines) + "\n"


def state_text(state: State) -> str:
    """``0:r0=1; x=2;``."""
    return " ".join(f"{name}={value};" for name, value in state.items())


def prop_text(prop: Prop) -> str:
    """A condition in the syntax of litmus files."""
    match prop:
        case Truth(value):
            return "true" if value else "false"
        case Equals(left, right):
            return f"{left}={right}"
        case Not(Equals(left, right)):
            return f"not ({left}={right})"
        case Not(of):
            return f"not ({prop_text(of)})"
        case Both(left, right):
            return f"{_operand(left, Either)} /\\ {_operand(right, Either)}"
        case Either(left, right):
            return f"{prop_text(left)} \\/ {prop_text(right)}"


def _operand(prop: Prop, weaker: type[Either]) -> str:
    return f"({prop_text(prop)})" if isinstance(prop, weaker) else prop_text(prop)
