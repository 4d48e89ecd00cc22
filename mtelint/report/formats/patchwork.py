"""Checks as patchwork's API takes them; they are written for somebody to post, never posted."""

import json
from typing import Any

from mtelint.model import Finding, Report, Severity
from mtelint.report.select import counted, present, verdict
from mtelint.report.style import Style

CONTEXT = "mtelint"
"""A slug, by which patchwork replaces an earlier check of the same name."""

_STATES = {Severity.ERROR: "fail", Severity.WARNING: "warning", Severity.NOTE: "success", None: "success"}


def render(report: Report, style: Style) -> str:
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
