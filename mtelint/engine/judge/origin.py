"""What a patch has to do with a finding: introduced, existing or fixed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mtelint.checks.registry import rule_of
from mtelint.engine.judge.verdict import Verdict
from mtelint.model import Confidence, Finding, Origin
from mtelint.rulebook import Rulebook


def compare(old: Verdict, new: Verdict, book: Rulebook) -> list[Finding]:
    """Findings of the post-image with their origin, and those of the pre-image that are fixed.

    A finding is introduced if the pre-image has none like it, or an event on its path stands on an added line.
    What a comment suppresses from now on is not fixed.  A new defect that an old one would cover is named.
    """
    before, hidden_before, hidden_after = old.findings, old.hidden, new.hidden
    after = (*new.findings, *_uncovered(old, new, book))
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


def _uncovered(old: Verdict, new: Verdict, book: Rulebook) -> Iterator[Finding]:
    """Defects that only the post-image has, under a finding that the pre-image has as well."""
    known = {_key(f) for f in (*old.findings, *old.covered)}
    for finding in new.covered:
        if _key(finding) in known or finding.confidence is Confidence.LOW:
            continue
        if not rule_of(book.rule(finding.rule)).named_if_new:
            continue
        place = _key(finding)[1:]
        above = {f.rule for f in new.findings if _key(f)[1:] == place and book.covers[f.rule].may_cover(finding.rule)}
        if any(f.rule in above for f in old.findings if _key(f)[1:] == place):
            yield finding


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
