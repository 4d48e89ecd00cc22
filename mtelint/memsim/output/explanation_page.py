"""An answer as one HTML page without scripts: threads side by side in time, the cycle, what would forbid it."""

import html
from collections.abc import Iterator

from mtelint.memsim.output.explanation import AXIOMS, act, cycle, doubts, proposals, where
from mtelint.memsim.output.fixes import fixes
from mtelint.memsim.output.forbidding import Forbidden, forbidding
from mtelint.memsim.output.herd_text import prop_text, state_text
from mtelint.memsim.search.execution_witness import Step, Witness
from mtelint.memsim.search.outcome import Outcome, Verdict

_STYLE = """\
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
code, td { font-family: ui-monospace, monospace; font-size: 0.875rem; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: 0.25rem 0.5rem; border-bottom: 1px solid #888; }
.scroll { overflow-x: auto; } .soft { opacity: 0.75; } .cycle td { font-weight: bold; }
"""


def explanation_page(outcome: Outcome) -> str:
    """The page of one answer."""
    name = html.escape(outcome.program.name)
    lines = [
        "<!DOCTYPE html>", '<html lang="en">', '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{name}: {outcome.verdict.value}</title>", f"<style>{_STYLE}</style>", "<main>",
        f"<h1>{name}: {outcome.verdict.value}</h1>",
        f"<p>Model {outcome.model}. Asked: <code>{html.escape(prop_text(outcome.program.condition))}</code></p>",
        *_body(outcome), *(f"<p>{html.escape(text)}</p>" for text in doubts(outcome)), "</main>", "</html>",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _body(outcome: Outcome) -> Iterator[str]:
    if outcome.verdict is Verdict.UNKNOWN:
        yield f"<p>Not decided: {html.escape(str(outcome.reason))}</p>"
        return
    if outcome.witness is not None:
        yield "<h2>It can happen like this</h2>"
        yield from _table(outcome, outcome.witness, frozenset())
        yield "<h2>What would forbid it</h2>"
        found = fixes(outcome.program, outcome.model)
        yield f"<ul>{''.join(f'<li>{html.escape(line.strip())}</li>' for line in proposals(found))}</ul>"
    else:
        yield from _refusal(outcome, forbidding(outcome.program, outcome.model))
    states = "".join(f"<li><code>{html.escape(state_text(state))}</code></li>" for state in outcome.states)
    yield f"<h2>Final states</h2><ul>{states}</ul>"


def _refusal(outcome: Outcome, found: Forbidden | None) -> Iterator[str]:
    if found is None:
        yield "<p>It cannot happen: the order of the writes to each location leaves no room.</p>"
        return
    yield f"<h2>It cannot happen</h2><p>{html.escape(AXIOMS[found.axiom])}</p>"
    yield from _table(outcome, found.execution, frozenset(found.cycle))
    if found.cycle:
        links = "".join(f"<li><code>{html.escape(text.strip())}</code></li>" for text in cycle(found))
        yield f"<h2>The cycle</h2><ol>{links}</ol>"


def _table(outcome: Outcome, witness: Witness, marked: frozenset[int]) -> Iterator[str]:
    """A column per CPU, a row per step; those of ``marked`` stand out."""
    threads = range(len(outcome.program.threads))
    heads = "".join(f'<th scope="col">P{number}</th>' for number in threads)
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Time line"><table>'
    yield f'<thead><tr><th scope="col">time</th>{heads}</tr></thead><tbody>'
    for step in witness.steps:
        kind = ' class="cycle"' if step.number in marked else ""
        cells = "".join(f"<td>{_cell(step)}</td>" if step.thread == number else "<td></td>" for number in threads)
        yield f"<tr{kind}><td>{step.number + 1}</td>{cells}</tr>"
    yield f"</tbody></table></div><p>In the end: <code>{html.escape(state_text(dict(witness.state)))}</code></p>"


def _cell(step: Step) -> str:
    source = f" from step {step.source + 1}" if step.source is not None else ""
    return f'<span class="soft">{html.escape(where(step))}</span> {html.escape(act(step))}{source}'
