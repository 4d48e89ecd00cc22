"""GitHub workflow commands, which annotate the lines of a pull request."""

from mtelint.model import Finding, Report, Severity
from mtelint.report.columns import char_column
from mtelint.report.select import counted, plural, present, worst_first
from mtelint.report.style import Style
from mtelint.report.visible import one_line, visible

LIMIT = 10
"""Annotations of one level that GitHub takes from one step; it drops the others without a word."""

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report, style: Style) -> str:
    """The worst findings of each level as commands, and a plain line that counts the rest."""
    del style
    shown, rest = _split(report)
    lines = [_command(finding) for finding in shown]
    if rest:
        lines.append(f"mtelint: {plural(len(rest), 'more finding')}, as GitHub shows {LIMIT} annotations of a level")
    return "".join(f"{line}\n" for line in lines)


def step_summary(report: Report) -> str:
    """Markdown for the file that ``GITHUB_STEP_SUMMARY`` names: every finding in a table; empty without findings."""
    findings = worst_first(present(report))
    if not findings:
        return ""
    rows = [f"| `{_cell(f.path)}:{f.line}` | {f.severity} | {f.rule} {f.name} | {_cell(f.message)} |" for f in findings]
    head = ["| place | severity | rule | reason |", "|---|---|---|---|"]
    return "\n".join([f"### mtelint: {counted(findings)}", "", *head, *rows, ""])


def _split(report: Report) -> tuple[list[Finding], list[Finding]]:
    used = dict.fromkeys(Severity, 0)
    shown: list[Finding] = []
    rest: list[Finding] = []
    for finding in worst_first(present(report)):
        used[finding.severity] += 1
        (shown if used[finding.severity] <= LIMIT else rest).append(finding)
    return shown, rest


def _command(finding: Finding) -> str:
    properties = {"file": finding.path, "line": str(finding.line), "endLine": str(finding.end_line)}
    if finding.end_line == finding.line:  # GitHub knows columns within one line only
        properties["col"] = str(char_column(finding.snippet, finding.column))
        properties["endColumn"] = str(char_column(finding.snippet, finding.end_column))
    properties["title"] = f"{finding.rule} {finding.name}"
    words = ",".join(f"{name}={_property(visible(value))}" for name, value in properties.items())
    return f"::{_LEVELS[finding.severity]} {words}::{_data(one_line(finding.message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _cell(text: str) -> str:
    return one_line(text).replace("|", "\\|").replace("<", "&lt;")
