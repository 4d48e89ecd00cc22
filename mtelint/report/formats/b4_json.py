"""What ``b4 review`` reads from a checker: a list with one entry per check."""

import json

from mtelint.model import Report, Severity
from mtelint.report.formats.terse import line
from mtelint.report.select import counted, present, verdict, worst_first
from mtelint.report.style import Style

_STATUS = {Severity.ERROR: "fail", Severity.WARNING: "warn", Severity.NOTE: "pass", None: "pass"}


def render(report: Report, style: Style) -> str:
    """One entry: its status is that of the worst finding, its details name each; a note does not spoil a pass.

    b4 keeps every value as a string and shows details that hold a JSON list line by line, each with its status.
    """
    del style
    findings = worst_first(present(report))
    details = [{"status": _STATUS[finding.severity], "description": line(finding)} for finding in findings]
    entry = {
        "tool": "mtelint",
        "status": _STATUS[verdict(findings)],
        "summary": counted(findings),
        "url": "",
        "details": json.dumps(details) if details else "",
    }
    return json.dumps([entry], indent=1) + "\n"
