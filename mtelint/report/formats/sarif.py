"""SARIF 2.1.0, for code scanning: rules with their pages, paths as code flows, stable fingerprints."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mtelint.model import Confidence, Finding, Origin, Report, RuleInfo, Severity, Simulation, Skipped, Step
from mtelint.report.excerpt import utf16_column
from mtelint.report.style import Style

ROOT = "%SRCROOT%"
"""Base of the relative paths: the root of the kernel tree."""
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://docs.kernel.org/arch/arm64/memory-tagging-extension.html"
"""Where a reader learns what the extension is."""
FINGERPRINT = "mtelint/v1"
"""Name of the fingerprint; its number changes when the way to compute it does."""
_NOTIFICATIONS = (("skipped", "A part of the input was not judged."), ("unreadable", "An input could not be read."))
_PROBLEM = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
_RANK = {Confidence.HIGH: 90.0, Confidence.MEDIUM: 60.0, Confidence.LOW: 30.0}


def render_sarif(report: Report, style: Style) -> str:
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
    if finding.premises:
        properties["premises"] = [premise.words for premise in finding.premises]
    if finding.mail:
        mail = {"messageId": finding.mail.message_id, "subject": finding.mail.subject, "line": finding.mail.body_line}
        properties["mail"] = {name: value for name, value in mail.items() if value}
    if finding.simulation:
        properties["simulation"] = {"verdict": finding.simulation.verdict, "model": finding.simulation.model}
    return properties


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def message(text: str) -> dict[str, str]:
    """A SARIF message; braces are doubled, as single ones stand for placeholders."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def artifact(path: str) -> dict[str, Any]:
    """The file: relative to the root of the tree, or absolute as it was given."""
    if path.startswith("/"):
        return {"uri": f"file://{_quoted(path)}"}
    return {"uri": _quoted(path), "uriBaseId": ROOT}


def _quoted(path: str) -> str:
    """The path as part of an address, byte by byte: names of files need not be UTF-8."""
    return quote(path.encode("utf-8", "surrogateescape"))


def location(finding: Finding) -> dict[str, Any]:
    """Where a finding stands, with its source line and function."""
    region: dict[str, Any] = {
        "startLine": finding.line,
        "startColumn": utf16_column(finding.snippet, finding.column),
    }
    if finding.end_line == finding.line:
        region["endColumn"] = utf16_column(finding.snippet, finding.end_column)
    else:
        region["endLine"] = finding.end_line
    if finding.snippet:
        region["snippet"] = {"text": finding.snippet}
    place: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact(finding.path), "region": region}}
    if finding.function:
        place["logicalLocations"] = [{"name": finding.function, "kind": "function"}]
    return place


def line_location(path: str, line: int | None, text: str = "") -> dict[str, Any]:
    """A line of a file, or the file where no line is known."""
    physical: dict[str, Any] = {"artifactLocation": artifact(path)}
    if line is not None:
        physical["region"] = {"startLine": line}
    place: dict[str, Any] = {"physicalLocation": physical}
    if text:
        place["message"] = message(text)
    return place


def code_flows(finding: Finding) -> list[dict[str, Any]]:
    """The path of the finding and, where there is one, the simulator's witness; each with a thread flow per CPU."""
    flows = []
    if finding.steps:
        steps = [(step.cpu, _step(step)) for step in finding.steps]
        flows.append({"message": message("The path."), "threadFlows": _threads(steps, ())})
    simulation = finding.simulation
    if simulation and simulation.steps:
        flows.append({"message": message(_verdict(simulation)), "threadFlows": _witness(simulation)})
    return flows


def _verdict(simulation: Simulation) -> str:
    return f"The simulator's witness, {simulation.verdict} by {simulation.model}: {simulation.reason}."


def _witness(simulation: Simulation) -> list[dict[str, Any]]:
    steps: list[tuple[int | None, dict[str, Any]]] = []
    for step in simulation.steps:
        text = f"{step.text}: {step.note}" if step.note else step.text
        steps.append((step.cpu, line_location(step.path, step.line, text or "a step")))
    return _threads(steps, simulation.cpus)


def _threads(steps: Sequence[tuple[int | None, dict[str, Any]]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Thread flows in the order of their CPUs; ``executionOrder`` tells the order in time across them."""
    flows: dict[int, dict[str, Any]] = {}
    for order, (cpu, place) in enumerate(steps, start=1):
        number = cpu or 0
        flow = flows.setdefault(number, {"id": f"CPU {number}", "locations": []})
        if number < len(names):
            flow["message"] = message(f"CPU {number}: {names[number]}")
        flow["locations"].append({"location": place, "executionOrder": order})
    return [flows[number] for number in sorted(flows)]


def _step(step: Step) -> dict[str, Any]:
    if step.side == "-":  # its number is that of a file which the patch has replaced
        return line_location(step.path, None, f"{step.message} (line {step.line}, which the patch removes)")
    place = line_location(step.path, step.line, step.message or step.kind)
    region = place["physicalLocation"]["region"]
    region["startColumn"] = utf16_column(step.text, step.column)
    if step.end_line == step.line and step.end_column > step.column:
        region["endColumn"] = utf16_column(step.text, step.end_column)
    return place
