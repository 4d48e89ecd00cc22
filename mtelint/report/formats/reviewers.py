"""For tools that collect what checkers say of a patch: b4, patchwork, reviewdog; written for somebody to post."""

import json
from typing import Any

from mtelint.model import Finding, Report, Severity, Step
from mtelint.report.formats.text import terse_line
from mtelint.report.overview import counted, present, verdict, worst_first
from mtelint.report.style import Style

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}
CONTEXT = "mtelint"
"""A slug, by which patchwork replaces an earlier check of the same name."""
_STATES = {Severity.ERROR: "fail", Severity.WARNING: "warning", Severity.NOTE: "success", None: "success"}
_STATUS = {Severity.ERROR: "fail", Severity.WARNING: "warn", Severity.NOTE: "pass", None: "pass"}


def render_b4_json(report: Report, style: Style) -> str:
    """One entry: its status is that of the worst finding, its details name each; a note does not spoil a pass.

    b4 keeps every value as a string and shows details that hold a JSON list line by line, each with its status.
    """
    del style
    findings = worst_first(present(report))
    details = [{"status": _STATUS[finding.severity], "description": terse_line(finding)} for finding in findings]
    entry = {
        "tool": "mtelint",
        "status": _STATUS[verdict(findings)],
        "summary": counted(findings),
        "url": "",
        "details": json.dumps(details) if details else "",
    }
    return json.dumps([entry], indent=1) + "\n"


def render_patchwork(report: Report, style: Style) -> str:
    """A check per mail with findings, under its Message-ID; without findings one that succeeds, for all."""
    del style
    mails: dict[str | None, list[Finding]] = {}
    for finding in present(report):
        mails.setdefault(finding.mail.message_id if finding.mail else None, []).append(finding)
    checks = [_check(message_id, findings) for message_id, findings in (mails or {None: []}).items()]
    return json.dumps(checks, indent=1) + "\n"


def _check(message_id: str | None, findings: list[Finding]) -> dict[str, Any]:
    rules = ", ".join(sorted({f"{finding.rule} {finding.name}" for finding in findings}))
    return {
        "msgid": message_id,
        "state": _STATES[verdict(findings)],
        "context": CONTEXT,
        "description": f"{counted(findings)}: {rules}" if rules else counted(findings),
    }


def render_rdjson(report: Report, style: Style) -> str:
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
