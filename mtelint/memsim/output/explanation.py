"""An answer told in words: a time line of the execution, or the axiom and the cycle that forbid it."""

from collections.abc import Iterator

from mtelint.memsim.output.fixes import Fix, fix_text, fixes
from mtelint.memsim.output.forbidding import Forbidden, forbidding
from mtelint.memsim.output.herd_text import prop_text, state_text
from mtelint.memsim.output.vacuity import note_text, notes
from mtelint.memsim.search.execution_witness import Step, Witness
from mtelint.memsim.search.outcome import Outcome, Verdict

AXIOMS = {
    "happens-before": "happens-before: no event comes before itself in time",
    "propagation": "propagates-before: what strong fences order is seen in one order by all CPUs",
    "rcu": "rcu: a grace period does not fit into a read-side critical section",
    "plain-coherence": "plain-coherence: a plain access that is ordered with another cannot see it the other way round",
}
_LABELS = ("rf", "addr", "data", "ctrl", "strong-fence", "fence", "co", "fr", "ppo", "prop", "hb", "pb", "rb")
"""Relations that say why one event comes before another, the most telling ones first."""


def explanation_text(outcome: Outcome) -> str:
    """The explanation of one answer, with a line end after its last line."""
    return "\n".join([*explained(outcome), *doubts(outcome), ""]) + "\n"


def doubts(outcome: Outcome) -> Iterator[str]:
    """The notes of an answer, a line each."""
    yield from (f"Note: {note_text(note)}" for note in notes(outcome))


def explained(outcome: Outcome) -> Iterator[str]:
    """The lines of an explanation."""
    program = outcome.program
    yield f"{program.name}: {outcome.verdict.value} ({outcome.model})"
    yield f"Asked: {prop_text(program.condition)}"
    if outcome.verdict is Verdict.UNKNOWN:
        yield f"Not decided: {outcome.reason}"
        return
    if outcome.witness is not None:
        yield "It can happen like this:"
        yield from time_line(outcome.witness)
    else:
        yield from refusal(forbidding(program, outcome.model))
    if outcome.verdict is Verdict.ALWAYS:
        yield "No execution ends otherwise."


def refusal(found: Forbidden | None) -> Iterator[str]:
    """Why nothing has the outcome."""
    if found is None:
        yield "It cannot happen: coherence, and the conditions on the way to the outcome, leave no room for it."
        return
    yield f"It cannot happen. This execution would have the outcome, and {AXIOMS[found.axiom]}:"
    yield from time_line(found.execution)
    if found.cycle:
        yield "The cycle:"
        yield from cycle(found)


def cycle(found: Forbidden) -> Iterator[str]:
    """A line for each event on the cycle, with what leads to the next one."""
    steps = {step.number: step for step in found.execution.steps}
    for a, b in zip(found.cycle, (*found.cycle[1:], found.cycle[0]), strict=True):
        why = next((name for name in _LABELS if (a, b) in found.execution.relations.get(name, ())), "order")
        yield f"  {where(steps[a])}: {act(steps[a])}  --{why}--> {where(steps[b])}: {act(steps[b])}"


def time_line(witness: Witness) -> Iterator[str]:
    """A line for each step, and the final state."""
    earlier = {later: first for first, later in reversed(witness.reordered)}
    steps = {step.number: step for step in witness.steps}
    for step in witness.steps:
        overtaken = steps.get(earlier.get(step.number, -1))
        late = f", before {_its_line(overtaken)} takes effect" if overtaken is not None else ""
        yield f"  {step.number + 1:2} {where(step)}: {act(step)}{_source(step, steps)}{late}"
    yield f"  In the end: {state_text(dict(witness.state))}"


def where(step: Step) -> str:
    """``P1 line 12``."""
    return f"P{step.thread} line {step.line}" if step.line else f"P{step.thread}"


def act(step: Step) -> str:
    """``writes x = 1`` or ``smp_mb``."""
    if not step.location:
        return step.sort
    verb = {"LKR": "takes the lock", "LKW": "takes the lock", "UL": "drops the lock", "LF": "finds the lock taken",
            "RL": "finds the lock taken", "RU": "finds the lock free"}.get(step.sort)  # fmt: skip
    if verb is not None:
        return f"{verb} {step.location}"
    return f"{'writes' if step.writes else 'reads'} {step.location} = {step.value}"


def _source(step: Step, steps: dict[int, Step]) -> str:
    if not step.reads or step.sort in ("LKR", "RU"):
        return ""
    if step.source is None:
        return ", its first value"
    return f", from step {step.source + 1}" if step.source in steps else ""


def _its_line(step: Step) -> str:
    return f"line {step.line}" if step.line else f"its {step.sort} of {step.location}"


def fixes_text(outcome: Outcome) -> str:
    """The smallest changes that make the condition unreachable, one a line."""
    return "\n".join([*_fixed(outcome), ""]) + "\n"


def _fixed(outcome: Outcome) -> Iterator[str]:
    yield f"{outcome.program.name}: {outcome.verdict.value} ({outcome.model})"
    if outcome.verdict is Verdict.UNKNOWN:
        yield f"Not decided: {outcome.reason}"
    elif outcome.verdict is Verdict.NEVER:
        yield "Nothing to change: it cannot happen."
    else:
        yield from proposals(fixes(outcome.program, outcome.model))


def proposals(found: tuple[Fix, ...]) -> Iterator[str]:
    """Each of the changes, with what it consists of."""
    if not found:
        yield "No barrier, acquire or release at one or two places forbids it."
    elif len(found) == 1:
        yield f"This forbids it: {fix_text(found[0])}."
    else:
        yield f"Each of these {len(found)} forbids it:"
        yield from (f"  {number}. {fix_text(fix)}" for number, fix in enumerate(found, 1))
