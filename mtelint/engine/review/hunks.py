"""Review a patch by its hunks alone, where no tree is at hand."""

import io
from collections.abc import Sequence

from mtelint.config import Settings
from mtelint.engine.find.era import era_of
from mtelint.engine.judge.fragments import fragment_sources
from mtelint.engine.judge.judge import judge
from mtelint.engine.judge.origin import compare
from mtelint.engine.judge.sources import Source
from mtelint.engine.judge.verdict import Verdict
from mtelint.model import Era, Finding, Origin
from mtelint.patches.reader import read_patches
from mtelint.patches.values import Patch
from mtelint.rulebook import Rulebook, load


def review_patch(patch: Patch, book: Rulebook, era: Era | None = None, *, confirm: bool = False) -> Verdict:
    """Both images of a patch, hunk by hunk, without a tree."""
    after = fragment_sources(patch, True, book.vocabulary.needles)
    before = fragment_sources(patch, False, book.vocabulary.needles)
    era = era or _patch_era(after)
    new = judge(after, book, era, confirm=confirm)
    old = judge(before, book, era)
    return Verdict(tuple(compare(old, new, book)), new.skipped, new.functions)


def _patch_era(sources: Sequence[Source]) -> Era:
    return era_of(s.unit.text for s in sources)


def review_patch_text(text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review a plain diff given as text, of a known era, with the default options; only what it introduces."""
    book = book or load()
    findings: list[Finding] = []
    for item in read_patches(io.BytesIO(text.encode()), "<text>"):
        if isinstance(item, Patch):
            findings.extend(f for f in review_patch(item, book, era).findings if f.origin is Origin.INTRODUCED)
    return tuple(f for f in findings if Settings().wants(f))
