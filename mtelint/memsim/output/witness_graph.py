"""The execution of a witness as a Graphviz graph: one column per CPU, relations as arrows."""

import itertools

from mtelint.memsim.search.execution_witness import Step, Witness
from mtelint.memsim.search.outcome import Outcome

_COLOURS = {"po": "black", "rf": "red", "co": "blue", "fr": "darkorange", "hb": "darkgreen"}


def dot_text(outcome: Outcome) -> str:
    """A digraph of the witness, or of a counter-example where nothing satisfies the condition."""
    witness = outcome.witness or outcome.counter
    name = outcome.program.name
    if witness is None:
        label = _quoted(f"{name}: {outcome.reason or 'no execution'}")
        return f"digraph {_quoted(name)} {{\n  label={label};\n}}\n"
    meets = "satisfies" if outcome.witness is not None else "does not satisfy"
    state = " ".join(f"{key}={value};" for key, value in witness.state)
    title = f"{name}: {outcome.verdict.value} ({outcome.model}); this execution {meets} the condition"
    lines = [
        f"digraph {_quoted(name)} {{",
        f"  label={_quoted(title)};",
        f"  labelloc=t; splines=true; node [shape=box, fontname=monospace]; // {state}",
        *_columns(outcome, witness),
        *_arrows(witness),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _columns(outcome: Outcome, witness: Witness) -> list[str]:
    lines = []
    for index, thread in enumerate(outcome.program.threads):
        lines.append(f"  subgraph cluster_{index} {{ label={_quoted(thread.name or f'P{index}')};")
        lines.extend(
            f"    e{step.number} [label={_quoted(step_label(step))}];" for step in witness.steps if step.thread == index
        )
        lines.append("  }")
    return lines


def step_label(step: Step) -> str:
    """``4: R[once] x=1``."""
    access = f" {step.location}={step.value}" if step.location else ""
    return f"{step.number}: {step.sort}{access}"


def _arrows(witness: Witness) -> list[str]:
    lines = []
    shown: set[tuple[int, int]] = set()
    for a, b in _program_order(witness):
        lines.append(f"  e{a} -> e{b} [label=po, color={_COLOURS['po']}, weight=10];")
    for name in ("rf", "co", "fr", "hb"):
        for a, b in _reduced(witness.relations.get(name, ())):
            if name == "hb" and (a, b) in shown:
                continue
            shown.add((a, b))
            lines.append(f"  e{a} -> e{b} [label={name}, color={_COLOURS[name]}, constraint=false];")
    return lines


def _program_order(witness: Witness) -> list[tuple[int, int]]:
    """Neighbours in program order, fences included."""
    pairs: list[tuple[int, int]] = []
    by_thread: dict[int, list[Step]] = {}
    for step in witness.steps:
        by_thread.setdefault(step.thread, []).append(step)
    for steps in by_thread.values():
        ordered = sorted(steps, key=lambda step: step.position)
        pairs.extend((a.number, b.number) for a, b in itertools.pairwise(ordered))
    return pairs


def _reduced(pairs: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Pairs that do not follow from two others of the same relation."""
    related = set(pairs)
    after: dict[int, set[int]] = {}
    for a, b in pairs:
        after.setdefault(a, set()).add(b)
    return [(a, b) for a, b in pairs if not any((c, b) in related for c in after[a] if c != b)]
