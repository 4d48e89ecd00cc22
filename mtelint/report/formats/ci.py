"""For the pages of continuous integration: GitHub's annotations, GitLab's Code Quality report, JUnit's results."""

import hashlib
import json
import re
from collections import Counter
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from mtelint.model import Finding, Report, Severity, Skipped
from mtelint.report.excerpt import char_column
from mtelint.report.overview import counted, plural, present, worst_first
from mtelint.report.style import Style, one_line, visible

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}
ANNOTATIONS = 10
"""Annotations of one level that GitHub takes from one step; it drops the others without a word."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render_github(report: Report, style: Style) -> str:
    """The worst findings of each level as commands, and a plain line that counts the rest."""
    del style
    shown, rest = _split(report)
    lines = [_command(finding) for finding in shown]
    if rest:
        lines.append(
            f"mtelint: {plural(len(rest), 'more finding')}, as GitHub shows {ANNOTATIONS} annotations of a level"
        )
    return "".join(f"{line}\n" for line in lines)


def step_summary(report: Report) -> str:
    """Markdown for the file that ``GITHUB_STEP_SUMMARY`` names: every finding in a table; empty without findings."""
    findings = worst_first(present(report))
    if not findings:
        return ""
    rows = [
        f"| {_code(f'{f.path}:{f.line}')} | {f.severity} | {f.rule} {f.name} | {_cell(f.message)} |" for f in findings
    ]
    head = ["| place | severity | rule | reason |", "|---|---|---|---|"]
    return "\n".join([f"### mtelint: {counted(findings)}", "", *head, *rows, ""])


def _split(report: Report) -> tuple[list[Finding], list[Finding]]:
    used = dict.fromkeys(Severity, 0)
    shown: list[Finding] = []
    rest: list[Finding] = []
    for finding in worst_first(present(report)):
        used[finding.severity] += 1
        (shown if used[finding.severity] <= ANNOTATIONS else rest).append(finding)
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


def _code(text: str) -> str:
    """``text`` as code of a table's cell: in more backticks than it holds in a row."""
    shown = one_line(text).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    return f"{fence} {shown} {fence}" if len(fence) > 1 else f"`{shown}`"


def _cell(text: str) -> str:
    """``text`` as itself: what Markdown reads as code, link, image, emphasis, markup or address is a reference."""
    return re.sub(r"[\\`*_\[\]<>&|!~#:@]|(?<=www)\.", lambda mark: f"&#{ord(mark[0])};", one_line(text))


def render_gitlab(report: Report, style: Style) -> str:
    """A list of findings, ``[]`` where there is none; no fingerprint twice, as GitLab hides the second."""
    del style
    seen: Counter[str] = Counter()
    return json.dumps([_entry(finding, seen) for finding in present(report)], indent=1) + "\n"


def _entry(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    key = f"{finding.path}\0{finding.rule}\0{finding.fingerprint}"
    seen[key] += 1
    unique = key if seen[key] == 1 else f"{key}\0{seen[key]}"
    return {
        "description": f"{finding.rule}: {finding.message}",
        "check_name": f"{finding.rule}-{finding.name}",
        "fingerprint": hashlib.sha256(unique.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.path, "lines": {"begin": finding.line, "end": finding.end_line}},
    }


def render_junit(report: Report, style: Style) -> str:
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
