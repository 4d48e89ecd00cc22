"""SARIF 2.1.0, for code scanning: rules with their pages, paths as code flows, stable fingerprints."""

import json
from collections.abc import Mapping
from typing import Any

from mtelint.model import Confidence, Finding, Origin, Report, RuleInfo, Severity, Skipped
from mtelint.report.formats.sarif_places import ROOT, code_flows, line_location, location, message
from mtelint.report.style import Style

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://docs.kernel.org/arch/arm64/memory-tagging-extension.html"
"""Where a reader learns what the extension is."""
FINGERPRINT = "mtelint/v1"
"""Name of the fingerprint; its number changes when the way to compute it does."""

_NOTIFICATIONS = (("skipped", "A part of the input was not judged."), ("unreadable", "An input could not be read."))
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_RANK = {Confidence.HIGH: 90.0, Confidence.MEDIUM: 60.0, Confidence.LOW: 30.0}


def render(report: Report, style: Style) -> str:
    """One run; a log without results where nothing is found.  Holds no time, so that equal reports are equal bytes."""
    rules = _rules(report)
    index = {rule.id: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(report, rules, style.pages)},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the kernel tree."}}},
        "invocations": [_invocation(report)],
        "results": [_result(finding, index[finding.rule]) for finding in report.findings],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rules(report: Report) -> list[RuleInfo]:
    """The rules of the rulebook, and those that only a finding names."""
    rules = {rule.id: rule for rule in report.rules}
    for f in report.findings:
        rules.setdefault(f.rule, RuleInfo(f.rule, f.name, f.severity, f.confidence, f.name.replace("-", " "), ""))
    return [rules[rule] for rule in sorted(rules)]


def _driver(report: Report, rules: list[RuleInfo], pages: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": "mtelint",
        "version": report.version or "0",
        "informationUri": HOME,
        "rules": [_rule(rule, pages.get(rule.id)) for rule in rules],
        "notifications": [{"id": name, "shortDescription": {"text": text}} for name, text in _NOTIFICATIONS],
        "properties": {"rulesDigest": report.rules_digest},
    }


def _rule(rule: RuleInfo, page: str | None) -> dict[str, Any]:
    summary = _sentence(rule.summary)
    text = f"{summary} `mtelint explain {rule.id}` prints the page of the rule."
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": page or text, "markdown": page or text},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "tags": ["arm64", "mte", "kernel"],
            "precision": rule.confidence.value,
            "problem.severity": _PROBLEM[rule.severity],
        },
    }


def _invocation(report: Report) -> dict[str, Any]:
    notes = [_skipped(skipped) for skipped in report.skipped]
    notes += [
        {"descriptor": {"id": "unreadable", "index": 1}, "level": "error", "message": message(_sentence(line))}
        for line in report.unreadable
    ]
    return {"executionSuccessful": not report.unreadable, "toolExecutionNotifications": notes}


def _skipped(skipped: Skipped) -> dict[str, Any]:
    where = f"{skipped.function}(): " if skipped.function else ""
    note: dict[str, Any] = {
        "descriptor": {"id": "skipped", "index": 0},
        "level": "note",
        "message": message(f"Not judged: {where}{_sentence(skipped.reason)}"),
    }
    if skipped.path:
        note["locations"] = [line_location(skipped.path, skipped.line)]
    return note


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": finding.severity.value,
        "message": message(_sentence(finding.message)),
        "locations": [location(finding)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "rank": _RANK[finding.confidence],
        "properties": _properties(finding),
    }
    if finding.origin is Origin.FIXED:  # no defect of the code that is scanned
        result |= {"kind": "informational", "level": "none"}
    if flows := code_flows(finding):
        result["codeFlows"] = flows
    return result


def _properties(finding: Finding) -> dict[str, Any]:
    properties: dict[str, Any] = {"confidence": finding.confidence.value, "era": finding.era.value}
    optional = {"origin": finding.origin, "page": finding.page, "base": finding.base, "fix": finding.fix}
    properties |= {name: value for name, value in optional.items() if value}
    if finding.mail:
        mail = {"messageId": finding.mail.message_id, "subject": finding.mail.subject, "line": finding.mail.body_line}
        properties["mail"] = {name: value for name, value in mail.items() if value}
    if finding.simulation:
        properties["simulation"] = {"verdict": finding.simulation.verdict, "model": finding.simulation.model}
    return properties


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
