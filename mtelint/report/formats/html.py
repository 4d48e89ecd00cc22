"""One HTML file for a CI artifact: it needs no network and no script, and can be read in light and dark."""

from collections.abc import Iterator
from itertools import groupby

from mtelint.model import Finding, Origin, Report, RuleInfo
from mtelint.report.history import history
from mtelint.report.html_source import safe, sources
from mtelint.report.html_style import CSS
from mtelint.report.html_witness import witness
from mtelint.report.select import counted
from mtelint.report.style import Style


def render(report: Report, style: Style) -> str:
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
