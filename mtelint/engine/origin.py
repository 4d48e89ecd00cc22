"""What a patch has to do with a finding: introduced, existing or fixed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mtelint.model import Finding, Origin


def compare(
    before: Sequence[Finding],
    after: Sequence[Finding],
    hidden_before: Sequence[Finding] = (),
    hidden_after: Sequence[Finding] = (),
) -> list[Finding]:
    """Findings of the post-image with their origin, and those of the pre-image that are fixed.

    A finding is introduced if the pre-image has none like it, or an event on its path stands on an added line.
    The hidden ones are those that a comment suppresses: what is hidden from now on is not fixed.
    """
    unmatched = _counted(before)
    result = []
    for finding in after:
        known = unmatched.get(_key(finding), 0) > 0
        if known:
            unmatched[_key(finding)] -= 1
        origin = Origin.EXISTING if known and not touched(finding) else Origin.INTRODUCED
        cause = finding.cause if origin is Origin.INTRODUCED and not touched(finding) else None
        result.append(replace(finding, origin=origin, cause=cause))
    known_hidden = _counted(hidden_before)
    for key, count in _counted(hidden_after).items():
        unmatched[key] = unmatched.get(key, 0) - max(0, count - known_hidden.get(key, 0))
    for finding in reversed(before):
        if unmatched.get(_key(finding), 0) > 0:
            unmatched[_key(finding)] -= 1
            result.append(replace(finding, origin=Origin.FIXED, cause=None))
    return sorted(result, key=lambda f: f.sort_key)


def touched(finding: Finding) -> bool:
    """Whether an event on the finding's path stands on an added line."""
    return any(step.side == "+" and step.kind != "branch" for step in finding.steps)


def _key(finding: Finding) -> tuple[str, str, str]:
    return (finding.rule, finding.path, finding.function or "")


def _counted(findings: Iterable[Finding]) -> dict[tuple[str, str, str], int]:
    counts: dict[tuple[str, str, str], int] = {}
    for finding in findings:
        counts[_key(finding)] = counts.get(_key(finding), 0) + 1
    return counts
