"""JUnit XML: a test case per finding, so that any CI system can show it."""

from xml.sax.saxutils import escape, quoteattr

from mtelint.model import Finding, Report, Severity, Skipped
from mtelint.report.select import plural, present
from mtelint.report.style import Style
from mtelint.report.visible import one_line, visible


def render(report: Report, style: Style) -> str:
    """One suite: findings fail, notes do not, what was skipped is skipped; a clean run is one case that passes."""
    del style
    findings = present(report)
    cases = [_case(finding) for finding in findings] + [_skipped(skipped) for skipped in report.skipped]
    failures = sum(_fails(finding) for finding in findings)
    errors = [_unreadable(line) for line in report.unreadable]
    cases += errors
    cases = cases or [_open("mtelint", "no finding") + "/>"]
    counts = f'tests="{len(cases)}" failures="{failures}" errors="{len(errors)}" skipped="{len(report.skipped)}"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="mtelint" {counts}>',
        f'<testsuite name="mtelint" {counts}>',
        *cases,
        "</testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _fails(finding: Finding) -> bool:
    return finding.severity is not Severity.NOTE


def _open(place: str, name: str) -> str:
    return f"<testcase classname={_quoted(place)} name={_quoted(name)}"


def _case(finding: Finding) -> str:
    where = f" in {finding.function}()" if finding.function else ""
    head = _open(finding.path, f"{finding.rule} {finding.name}{where}, line {finding.line}")
    head += f' file={_quoted(finding.path)} line="{finding.line}">'
    if not _fails(finding):
        return f"{head}<system-out>{_text(_details(finding))}</system-out></testcase>"
    kind = f"message={_quoted(finding.message)} type={_quoted(finding.severity.value)}"
    return f"{head}<failure {kind}>{_text(_details(finding))}</failure></testcase>"


def _details(finding: Finding) -> str:
    lines = [f"{one_line(finding.path)}:{finding.line}: {finding.severity}: {one_line(finding.message)}"]
    lines += [visible(finding.snippet.strip())]
    lines += [
        f"{number}: {one_line(step.path)}:{step.line}: {one_line(step.message)}"
        for number, step in enumerate(finding.steps, start=1)
    ]
    lines += [f"{plural(len(finding.steps), 'step')}; mtelint explain {finding.rule}"]
    return "\n".join(lines)


def _skipped(skipped: Skipped) -> str:
    head = _open(skipped.path or "input", f"not judged: {skipped.function or skipped.line or 'a part'}")
    return f"{head}><skipped message={_quoted(skipped.reason)}/></testcase>"


def _unreadable(line: str) -> str:
    return f"{_open('input', 'unreadable')}><error message={_quoted(line)}/></testcase>"


def _quoted(text: str) -> str:
    return quoteattr(one_line(text))


def _text(text: str) -> str:
    return escape("\n".join(visible(line) for line in text.split("\n")))
