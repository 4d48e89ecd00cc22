"""One HTML file for a CI artifact: it needs no network and no script, and can be read in light and dark."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from mtelint.model import Finding, Origin, Report, RuleInfo, Simulation, SimulationStep
from mtelint.report.excerpt import Mark, Row, char_column, other_paths, rows_of
from mtelint.report.overview import assuming, counted, history
from mtelint.report.style import TAB, Style, one_line, visible

CSS = """\
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --card: #f6f8fa;
  --error: #a40e26; --warning: #7a4100; --note: #0550ae; --mark: #fff1b8; --added: #dafbe1; --removed: #ffebe9;
  --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --soft: #9ba5b0; --line: #3d444d;
  --card: #161b22; --error: #ff9a92; --warning: #f0b455; --note: #7cc0ff; --mark: #574500; --added: #12351f;
  --removed: #4a1a1d; --link: #7cc0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1, h2, h3 { line-height: 1.25; }
h1, h2, h3, h4, p, li { overflow-wrap: anywhere; }
code, pre, .code { font-family: ui-monospace, monospace; font-size: 0.875rem; }
h2 code, h3 code { font-size: inherit; }
article { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0 1rem 1rem; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 0.375rem; background: var(--card); }
.list th, .list td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.list th { white-space: nowrap; }
.source td { padding: 0 0.5rem; white-space: pre; }
.source .number { text-align: right; color: var(--soft); user-select: none; width: 1%; }
.source .added { background: var(--added); }
.source .removed { background: var(--removed); }
.source .step td { white-space: normal; padding: 0.125rem 0.5rem 0.25rem; }
.source .step span { display: inline-block; position: sticky; left: 0.5rem; margin-left: 4rem;
  max-width: calc(min(100vw, 70rem) - 10rem); }
mark { background: var(--mark); color: inherit; padding-bottom: 0.125rem; border-bottom: 2px solid currentColor; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 0.5rem;
  font-size: 0.875rem; font-weight: 600; }
.error { color: var(--error); } .warning { color: var(--warning); } .note { color: var(--note); }
.soft { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.lanes { display: block; font: 600 0.875rem system-ui, sans-serif; }
.lanes text { fill: var(--text); }
.lanes path { fill: none; stroke: var(--line); stroke-width: 2; }
.lanes .order { stroke: var(--link); stroke-width: 3; }
.lanes circle { fill: var(--page); stroke: var(--link); stroke-width: 3; }
.witness { table-layout: fixed; }
.witness.many { min-width: 34rem; }
.witness th { border-bottom: 2px solid var(--line); }
.witness td { border-left: 3px solid var(--line); padding: 0.25rem 0.75rem; }
.witness td.busy { border-left-color: var(--link); background: var(--page); }
.witness .time { width: 3.5rem; border-left: 0; color: var(--soft); }
@media (max-width: 40rem) { .source .step span { margin-left: 0; max-width: calc(100vw - 6rem); }
  dl { grid-template-columns: 1fr; } dt { margin-top: 0.5rem; }
  .list thead { position: absolute; left: -999rem; }
  .list tr, .list td { display: block; border: 0; padding: 0.125rem 0; }
  .list tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; } }
"""
_STEP, _LANE, _LEFT, _RADIUS = 48, 44, 92, 14
"""Units of the drawing: a step to the right, a CPU down, the room for the names, a step's circle."""


def render_html(report: Report, style: Style) -> str:
    """The whole page; a page that says so where nothing is found."""
    del style
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    title = f"mtelint: {counted(report.findings)}"
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{safe(title)}</title>\n<style>\n{CSS}</style>\n</head>\n<body>"
    yield f"<header><h1>{safe(title)}</h1>"
    yield f"<p>Again: <code>{safe(report.command)}</code></p></header>\n<main>"
    yield from _contents(report.findings)
    numbered = list(enumerate(report.findings, start=1))
    for path, group in groupby(sorted(numbered, key=lambda each: each[1].path), key=lambda each: each[1].path):
        yield f"<section><h2><code>{safe(path)}</code></h2>"
        for number, finding in group:
            yield from _finding(number, finding)
        yield "</section>"
    yield from _rules(report)
    yield from _skipped(report)
    tool = f"mtelint {safe(report.version)}, rules {safe(report.rules_digest)}"
    yield f'</main>\n<footer class="soft"><p>{tool}</p></footer>\n</body>\n</html>'


def _contents(findings: tuple[Finding, ...]) -> Iterator[str]:
    if not findings:
        return
    yield f'<nav aria-label="Findings"><table class="list">{_head("place", "severity", "rule", "reason")}<tbody>'
    for number, f in enumerate(findings, start=1):
        place = f'<a href="#finding-{number}"><code>{safe(f.path)}:{f.line}</code></a>'
        yield f"<tr><td>{place}</td><td>{_badge(f)}</td><td>{f.rule} {safe(f.name)}</td><td>{safe(f.message)}</td></tr>"
    yield "</tbody></table></nav>"


def _head(*names: str) -> str:
    cells = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def _badge(finding: Finding) -> str:
    age = "" if finding.origin in (None, Origin.INTRODUCED) else f", {finding.origin}"
    return f'<span class="badge {finding.severity.value}">{finding.severity.value}{age}</span>'


def _finding(number: int, finding: Finding) -> Iterator[str]:
    where = f" in <code>{safe(finding.function)}()</code>" if finding.function else ""
    yield f'<article id="finding-{number}"><h3>{finding.rule} {safe(finding.name)}{where}, line {finding.line}</h3>'
    yield f"<p>{_badge(finding)} {safe(finding.message)}</p>"
    yield from sources(finding)
    if finding.premises:
        yield f'<p class="soft">{safe(assuming(finding))}</p>'
    yield from _simulation(finding)
    facts = list(_facts(finding))
    yield f"<dl>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in facts)}</dl></article>"


def _simulation(finding: Finding) -> Iterator[str]:
    simulation = finding.simulation
    if simulation is None:
        return
    yield f"<h4>Simulator: {safe(simulation.verdict)}</h4><p>{safe(simulation.reason)}</p>"
    yield from witness(simulation)
    if simulation.forbidden_by:
        yield f"<p>Forbidden by {safe(simulation.forbidden_by)}.</p>"


def _facts(finding: Finding) -> Iterator[tuple[str, str]]:
    mail = finding.mail
    if mail:
        line = f", line {mail.body_line}" if mail.body_line is not None else ""
        yield "mail", f"{safe(mail.subject)}{line} <code>{safe(mail.message_id)}</code>"
    if finding.before:
        yield "before the patch", f"<code>{safe(finding.before)}</code>"
    if finding.fix:
        yield "fix", f"<code>{safe(finding.fix)}</code>"
    if finding.commits or finding.fixed_by:
        yield "like", safe(history(finding))
    yield "confidence", finding.confidence.value
    yield "base and era", f"{safe(finding.base or 'none given')}; {finding.era.value}"
    yield "more", f"<code>mtelint explain {finding.rule}</code>"


def _rules(report: Report) -> Iterator[str]:
    named = {finding.rule for finding in report.findings}
    rules: list[RuleInfo] = [rule for rule in report.rules if rule.id in named]
    if rules:
        counts = {rule.id: sum(f.rule == rule.id for f in report.findings) for rule in rules}
        rows = (
            f"<tr><td>{rule.id} {safe(rule.name)}</td><td>{counts[rule.id]}</td><td>{safe(rule.summary)}</td></tr>"
            for rule in rules
        )
        head = _head("rule", "findings", "reported when")
        yield f'<section><h2>Rules</h2><table class="list">{head}<tbody>{"".join(rows)}</tbody></table></section>'


def _skipped(report: Report) -> Iterator[str]:
    lines = [f"{safe(line)}" for line in report.unreadable]
    for each in report.skipped:
        place = f"{safe(each.path)}:{each.line}" if each.line is not None else safe(each.path)
        where = f" {safe(each.function)}()" if each.function else ""
        lines.append(f"<code>{place}</code>{where}: {safe(each.reason)}")
    if lines:
        yield f"<section><h2>Not judged</h2><ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul></section>"


def safe(text: str) -> str:
    """Text of the input as HTML text on one line, with controls as escapes."""
    return escape(one_line(text))


def sources(finding: Finding) -> Iterator[str]:
    """The excerpt, and the lines of other files that steps stand in."""
    yield from _table(finding.path, rows_of(finding, finding.path, finding.excerpt))
    for path in other_paths(finding):
        yield f"<h4><code>{safe(path)}</code></h4>"
        yield from _table(path, rows_of(finding, path, ()))


def _table(path: str, rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="Source of {safe(path)}">'
    yield '<table class="source code">'
    for row in rows:
        kind = {"+": ' class="added"', "-": ' class="removed"'}.get(row.line.side, "")
        code = _marked(row.line.text.rstrip("\r\n"), row.marks)
        yield f'<tr{kind}><td class="number">{row.line.line}</td><td>{escape(row.line.side)}</td><td>{code}</td></tr>'
        labels = [mark.label for mark in row.marks if mark.label]
        yield from (f'<tr class="step"><td colspan="3"><span>{escape(label)}</span></td></tr>' for label in labels)
    yield "</table></div>"


def _marked(text: str, marks: tuple[Mark, ...]) -> str:
    """The line with each stretch that any mark covers in one ``<mark>``."""
    covered = [False] * len(text)
    for mark in marks:
        start = char_column(text, mark.column) - 1
        stop = max(char_column(text, mark.end_column) - 1, start + 1)
        covered[start:stop] = [True] * len(covered[start:stop])
    pieces, begin = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or covered[end] != covered[begin]:
            piece = escape(_drawn(text[begin:end]))
            pieces.append(f"<mark>{piece}</mark>" if covered[begin] else piece)
            begin = end
    return "".join(pieces)


def _drawn(text: str) -> str:
    return "".join(" " * TAB if char == "\t" else visible(char) for char in text)


def witness(simulation: Simulation) -> Iterator[str]:
    """The steps of the witness: drawn as a time line, and told with a column per CPU."""
    if not simulation.steps:
        return
    cpus = sorted({step.cpu for step in simulation.steps} | set(range(len(simulation.cpus))))
    heads = "".join(f'<th scope="col">CPU {cpu}: {_name(simulation, cpu)}</th>' for cpu in cpus)
    kind = "witness many" if len(cpus) > 1 else "witness"
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Witness">'
    if len(cpus) > 1:
        yield from _drawn_access(simulation, cpus)
    yield f'<table class="{kind}">'
    yield f'<thead><tr><th scope="col" class="time">time</th>{heads}</tr></thead><tbody>'
    for number, step in enumerate(simulation.steps, start=1):
        cells = "".join(f'<td class="busy">{_step(step)}</td>' if step.cpu == cpu else "<td></td>" for cpu in cpus)
        yield f'<tr><td class="time">{number}</td>{cells}</tr>'
    yield "</tbody></table></div>"


def _name(simulation: Simulation, cpu: int) -> str:
    return safe(simulation.cpus[cpu]) if cpu < len(simulation.cpus) else ""


def _step(step: SimulationStep) -> str:
    place = f'<span class="soft">line {step.line}</span> ' if step.line is not None else ""
    note = f"<br>{safe(step.note)}" if step.note else ""
    return f"{place}<code>{safe(step.text)}</code>{note}"


def _drawn_access(simulation: Simulation, cpus: Sequence[int]) -> Iterator[str]:
    """Time runs to the right, each CPU has its line, and a thread through the numbered steps shows their order."""
    places = [(_LEFT + _STEP * at, _lane(cpus.index(step.cpu))) for at, step in enumerate(simulation.steps)]
    width, height = places[-1][0] + _STEP, _LANE * len(cpus)
    order = ", then ".join(f"CPU {step.cpu}" for step in simulation.steps)
    yield (f'<svg class="lanes" role="img" aria-label="Steps in time: {order}" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}">')  # fmt: skip
    for row, cpu in enumerate(cpus):
        y = _lane(row)
        yield f'<text x="12" y="{y + 5}">CPU {cpu}</text>'
        yield f'<path class="lane" d="M{_LEFT - _STEP // 2} {y}H{width - _RADIUS}"/>'
    yield f'<path class="order" d="M{" L".join(f"{x} {y}" for x, y in places)}"/>'
    for number, ((x, y), step) in enumerate(zip(places, simulation.steps, strict=True), start=1):
        words = safe(f"{step.text} {step.note}".strip())
        yield f'<g class="event"><title>{number}: {words}</title><circle cx="{x}" cy="{y}" r="{_RADIUS}"/>'
        yield f'<text x="{x}" y="{y + 5}" text-anchor="middle">{number}</text></g>'
    yield "</svg>"


def _lane(row: int) -> int:
    return _LANE * row + _LANE // 2
