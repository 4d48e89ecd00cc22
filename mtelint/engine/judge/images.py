"""Judge both images of a patch: by its hunks alone, and what the patch has to do with each finding."""

import io
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from mtelint.checks.registry import rule_of
from mtelint.config import Settings
from mtelint.engine.find.era import era_of
from mtelint.engine.judge.judge import judge
from mtelint.engine.judge.sources import fragment_sources
from mtelint.model import Confidence, Era, Finding, Origin, Verdict
from mtelint.patches.patch import Patch
from mtelint.patches.reader import read_patches
from mtelint.rulebook import Rulebook, load


def review_patch(patch: Patch, book: Rulebook, era: Era | None = None, *, confirm: bool = False) -> Verdict:
    """Both images of a patch, hunk by hunk, without a tree."""
    after = fragment_sources(patch, True, book.vocabulary)
    before = fragment_sources(patch, False, book.vocabulary)
    era = era or era_of((s.unit.text for s in after), book.vocabulary)
    new = judge(after, book, era, confirm=confirm)
    old = judge(before, book, era)
    return Verdict(tuple(compare(old, new, book)), new.skipped, new.functions)


def review_patch_text(text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review a plain diff given as text, of a known era, with the default options; only what it introduces."""
    book = book or load()
    findings: list[Finding] = []
    for item in read_patches(io.BytesIO(text.encode()), "<text>"):
        if isinstance(item, Patch):
            findings.extend(f for f in review_patch(item, book, era).findings if f.origin is Origin.INTRODUCED)
    return tuple(f for f in findings if Settings().wants(f))


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
