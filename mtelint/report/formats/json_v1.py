"""JSON, schema ``mtelint/1``; ``schema-v1.json`` beside this module says the same to a validator."""

import json
from typing import Any

from mtelint.model import Assumption, Finding, MailRef, Report, Simulation, Skipped, Step
from mtelint.report.style import Style

SCHEMA = "mtelint/1"


def render_json(report: Report, style: Style) -> str:
    """The report as one JSON document; equal reports give equal bytes unless ``style.stats`` asks for times."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "tool": {"version": report.version, "rules": report.rules_digest},
        "findings": [_finding(finding) for finding in report.findings],
        "skipped": [_skipped(skipped) for skipped in report.skipped],
    }
    if style.stats:
        document["stats"] = _stats(report)
    return json.dumps(document, indent=1) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    document: dict[str, Any] = {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "path": finding.path,
        "function": finding.function,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "snippet": finding.snippet,
        "origin": finding.origin.value if finding.origin else None,
        "fingerprint": finding.fingerprint,
        "page": finding.page,
        "era": finding.era.value,
        "base": finding.base,
        "cause": _step(finding.cause) if finding.cause else None,
        "fix": finding.fix,
        "commits": list(finding.commits),
        "steps": [_step(step) for step in finding.steps],
        "mail": _mail(finding.mail) if finding.mail else None,
        "simulation": _simulation(finding.simulation) if finding.simulation else None,
    }
    if finding.premises:
        document["premises"] = [_premise(premise) for premise in finding.premises]
    return document


def _premise(premise: Assumption) -> dict[str, Any]:
    return {"kind": premise.kind, "words": premise.words, "path": premise.path, "line": premise.line}


def _step(step: Step) -> dict[str, Any]:
    return {
        "path": step.path,
        "line": step.line,
        "column": step.column,
        "side": step.side,
        "cpu": step.cpu,
        "kind": step.kind,
        "body_line": step.body_line,
        "message": step.message,
        "page": step.page,
    }


def _mail(mail: MailRef) -> dict[str, Any]:
    return {
        "message_id": mail.message_id,
        "subject": mail.subject,
        "part": mail.part,
        "hunk": mail.hunk,
        "diff_line": mail.diff_line,
        "body_line": mail.body_line,
        "also_in": list(mail.also_in),
    }


def _simulation(simulation: Simulation) -> dict[str, Any]:
    return {
        "verdict": simulation.verdict,
        "model": simulation.model,
        "reason": simulation.reason,
        "cpus": list(simulation.cpus),
        "steps": [
            {"cpu": step.cpu, "path": step.path, "line": step.line, "text": step.text, "note": step.note}
            for step in simulation.steps
        ],
        "forbidden_by": simulation.forbidden_by,
        "litmus": simulation.litmus,
        "states": simulation.states,
    }


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {
        "path": skipped.path,
        "function": skipped.function,
        "line": skipped.line,
        "reason": skipped.reason,
    }


def _stats(report: Report) -> dict[str, Any]:
    stats = report.stats
    return {
        "files": stats.files,
        "hunks": stats.hunks,
        "functions": stats.functions,
        "mails": stats.mails,
        "fixed": report.fixed,
        "existing": report.existing,
        "seconds": round(stats.seconds, 3),
    }
