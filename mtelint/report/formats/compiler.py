"""As a compiler writes warnings, ``file:line:col: warning: text``, for those who read the output of a build."""

from collections.abc import Iterator

from mtelint.model import Finding, Report, Severity, Step
from mtelint.report.style import Style
from mtelint.report.visible import one_line


def render(report: Report, style: Style) -> str:
    """A line for each finding and one for each other step of its path; empty where there is no finding."""
    del style  # nothing to choose: other programs read this
    return "".join(f"{line}\n" for finding in report.findings for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    # Never "error": a build that goes on has none, and those who watch it take the word for its end.
    kind = "note" if finding.severity is Severity.NOTE else "warning"
    yield f"{_place(finding.path, finding)}: {kind}: {one_line(finding.message)} [{finding.rule} {finding.name}]"
    judged = {step.path for step in finding.steps if step.line == finding.line}
    for step in finding.steps:
        if step.line != finding.line:
            path = finding.path if step.path in judged else step.path
            yield f"{_place(path, step)}: note: {one_line(step.message)}"


def _place(path: str, at: Finding | Step) -> str:
    return f"{one_line(path)}:{at.line}:{at.column}"
