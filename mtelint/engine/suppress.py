"""Suppressions in the source: ``/* mtelint: ignore[MTE005] reason */``.

On the flagged line, on the line above it, or above the function; the reason is required, and one that matches nothing
is reported, so that none outlives its defect.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mtelint.engine.sources import Source
from mtelint.flow.events import Site
from mtelint.model import Finding, Skipped

_COMMENT = re.compile(rb"mtelint:\s*ignore\[([A-Za-z0-9_,\s-]*)\]([^\n]*)")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: the rules it names (ids or names), the lines it covers, whether it gives a reason."""

    path: str
    line: int
    rules: frozenset[str]
    covers: range
    reason: str


def suppressions(source: Source) -> list[Suppression]:
    """The suppressions in one source."""
    found = []
    heads = _heads(source)
    for match in _COMMENT.finditer(source.unit.text):
        place = source.place(Site(source.path, 0, match.start(), match.end(), ""))
        rules = frozenset(r.strip() for r in match[1].decode("ascii", "replace").split(",") if r.strip())
        reason = match[2].decode("utf-8", "replace").replace("*/", "").strip()
        end = next((last for first, last in heads if place.line < first <= place.line + 2), place.line + 1)
        found.append(Suppression(source.path, place.line, rules, range(place.line, end + 1), reason))
    return found


def _heads(source: Source) -> list[tuple[int, int]]:
    """First and last line of each function whose head is in sight."""
    spans = [ref.span for ref in source.unit.functions if ref.head]
    sites = [Site(source.path, 0, span.start, span.end, "") for span in spans]
    places = [source.place(site) for site in sites]
    return [(place.line, place.end_line) for place in places]


def apply(findings: Sequence[Finding], sources: Iterable[Source]) -> tuple[list[Finding], list[Skipped]]:
    """The findings that nobody suppressed, and what is wrong with suppressions."""
    comments = [s for source in sources if source.judged for s in suppressions(source)]
    valid = [s for s in comments if s.reason and s.rules]
    kept, used = [], set()
    for finding in findings:
        hit = next((s for s in valid if _matches(s, finding)), None)
        if hit is None:
            kept.append(finding)
        else:
            used.add(hit)
    return kept, [_complaint(s, s in valid) for s in comments if s not in used]


def _matches(suppression: Suppression, finding: Finding) -> bool:
    named = {finding.rule, finding.name} & suppression.rules
    return bool(named) and suppression.path == finding.path and finding.line in suppression.covers


def _complaint(suppression: Suppression, valid: bool) -> Skipped:
    named = ", ".join(sorted(suppression.rules)) or "no rule"
    why = f"suppression of {named} matches no finding: remove it"
    if not valid:
        why = f"suppression of {named} is not honoured: write ignore[RULE] and a reason behind it"
    return Skipped(suppression.path, None, suppression.line, why)
