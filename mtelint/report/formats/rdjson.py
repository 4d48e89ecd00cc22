"""Reviewdog's diagnostic format; it counts columns in bytes from 1 and ends a range exclusively, as findings do."""

import json
from typing import Any

from mtelint.model import Finding, Report, Severity, Step
from mtelint.report.formats.terse import line as terse_line
from mtelint.report.select import present
from mtelint.report.style import Style

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report, style: Style) -> str:
    """One document, whose list is empty where nothing is found."""
    del style
    diagnostics = [_diagnostic(finding) for finding in present(report)]
    return json.dumps({"source": {"name": "mtelint"}, "diagnostics": diagnostics}, indent=1) + "\n"


def _diagnostic(finding: Finding) -> dict[str, Any]:
    start, end = (finding.line, finding.column), (finding.end_line, finding.end_column)
    diagnostic: dict[str, Any] = {
        "message": finding.message,
        "location": {"path": finding.path, "range": _range(start, end)},
        "severity": _SEVERITIES[finding.severity],
        "code": {"value": finding.rule},
        "original_output": terse_line(finding),
    }
    if finding.fix and "\n" not in finding.fix:
        diagnostic["suggestions"] = [_suggestion(finding, finding.fix)]
    if related := [_related(step) for step in finding.steps if step.side != "-"]:
        diagnostic["related_locations"] = related
    return diagnostic


def _suggestion(finding: Finding, fix: str) -> dict[str, Any]:
    """The flagged line replaced by the fixed one, which takes over its indentation."""
    indent = finding.snippet[: len(finding.snippet) - len(finding.snippet.lstrip())]
    length = len(finding.snippet.encode("utf-8", "surrogatepass"))
    return {"range": _range((finding.line, 1), (finding.line, length + 1)), "text": indent + fix.strip()}


def _related(step: Step) -> dict[str, Any]:
    end = (step.end_line or step.line, step.end_column or step.column)
    return {
        "message": step.message or step.kind,
        "location": {"path": step.path, "range": _range((step.line, step.column), end)},
    }


def _range(start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    return {
        "start": {"line": start[0], "column": start[1]},
        "end": {"line": end[0], "column": end[1]},
    }
