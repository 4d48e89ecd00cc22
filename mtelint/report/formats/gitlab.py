"""GitLab's Code Quality report."""

import hashlib
import json
from collections import Counter
from typing import Any

from mtelint.model import Finding, Report, Severity
from mtelint.report.select import present
from mtelint.report.style import Style

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.NOTE: "info"}


def render(report: Report, style: Style) -> str:
    """A list of findings, ``[]`` where there is none; no fingerprint twice, as GitLab hides the second."""
    del style
    seen: Counter[str] = Counter()
    return json.dumps([_entry(finding, seen) for finding in present(report)], indent=1) + "\n"


def _entry(finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    key = f"{finding.path}\0{finding.rule}\0{finding.fingerprint}"
    seen[key] += 1
    unique = key if seen[key] == 1 else f"{key}\0{seen[key]}"
    return {
        "description": f"{finding.rule}: {finding.message}",
        "check_name": f"{finding.rule}-{finding.name}",
        "fingerprint": hashlib.sha256(unique.encode("utf-8", "surrogatepass")).hexdigest()[:40],
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": finding.path, "lines": {"begin": finding.line, "end": finding.end_line}},
    }
