"""Places as SARIF writes them: percent-encoded paths, UTF-16 columns, one thread flow per CPU."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from mtelint.model import Finding, Simulation, Step
from mtelint.report.columns import utf16_column

ROOT = "%SRCROOT%"
"""Base of the relative paths: the root of the kernel tree."""


def message(text: str) -> dict[str, str]:
    """A SARIF message; braces are doubled, as single ones stand for placeholders."""
    return {"text": text.replace("{", "{{").replace("}", "}}")}


def artifact(path: str) -> dict[str, Any]:
    """The file: relative to the root of the tree, or absolute as it was given."""
    if path.startswith("/"):
        return {"uri": f"file://{quote(path)}"}
    return {"uri": quote(path), "uriBaseId": ROOT}


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
