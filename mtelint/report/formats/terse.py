"""One line per finding, ``path:line: WARNING: MTE0xx: text``, as b4 and readers of checkpatch expect it."""

from mtelint.model import Finding, Report
from mtelint.report.style import Style
from mtelint.report.visible import one_line


def render(report: Report, style: Style) -> str:
    """A line for each finding; empty where there is none."""
    del style  # nothing to choose: other programs read this
    return "".join(f"{line(finding)}\n" for finding in report.findings)


def line(finding: Finding) -> str:
    """One finding, without the end of the line."""
    place = f"{one_line(finding.path)}:{finding.line}"
    return f"{place}: {finding.severity.upper()}: {finding.rule}: {one_line(finding.message)}"
