"""The two jobs: review patches, review files."""

import io
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from mtelint import __version__
from mtelint.engine.era import era_of
from mtelint.engine.files import find_candidates, read_header
from mtelint.engine.fragments import fragment_sources
from mtelint.engine.judge import Verdict, judge
from mtelint.engine.options import Input, Options, wanted
from mtelint.engine.origin import compare
from mtelint.engine.sources import Source
from mtelint.engine.trees import TreeReview
from mtelint.errors import InputError
from mtelint.model import Era, Finding, Origin, Report, Skipped, Stats
from mtelint.patches import (
    Applied,
    Letter,
    Patch,
    changes_range,
    changes_staged,
    could_matter,
    deduplicate,
    order_series,
    range_ends,
    read_patches,
    read_whole_series,
    top_level,
)
from mtelint.rulebook import Rulebook, load
from mtelint.syntax.unit import parse_file


@dataclass(slots=True)
class _Tally:
    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    files: int = 0
    hunks: int = 0
    functions: int = 0
    mails: int = 0
    started: float = field(default_factory=time.monotonic)

    def report(self, options: Options, book: Rulebook) -> Report:
        """Filter and sort."""
        shown = [f for f in self.findings if wanted(f, options)]
        new = [f for f in shown if options.show_all or f.origin in (None, Origin.INTRODUCED)]
        seconds = time.monotonic() - self.started
        return Report(
            tuple(sorted(new, key=lambda f: f.sort_key)), tuple(self.skipped),
            Stats(self.files, self.hunks, self.functions, self.mails, seconds),
            sum(f.origin is Origin.FIXED for f in shown), sum(f.origin is Origin.EXISTING for f in shown),
            options.command, __version__, book.digest, book.rules, tuple(self.unreadable),
        )  # fmt: skip


# --- patches ----------------------------------------------------------------------------------------------------------


def review_patches(inputs: Iterable[Input], options: Options, book: Rulebook | None = None) -> Report:
    """Review mails, mailboxes and diffs.  What cannot be read is named in the report; the rest is judged."""
    book = book or load()
    tally = _Tally()
    tree = TreeReview(Path(options.tree), options.rev, book) if options.tree else None
    for each in inputs:
        try:
            with each.open() as stream:
                for item in _arranged(stream, each.name, options, book, tree):
                    _take(item, tally, book, tree)
        except InputError as error:
            tally.unreadable.append(str(error))
        except OSError as error:
            tally.unreadable.append(f"{each.name}: {error.strerror or error}")
    return tally.report(options, book)


def _arranged(
    stream: BinaryIO, name: str, options: Options, book: Rulebook, tree: TreeReview | None
) -> Iterator[Patch | Skipped]:
    needles = book.vocabulary.needles

    def matters(letter: Letter) -> bool:
        return could_matter(letter.text, needles) or (tree is not None and tree.concerns(letter.text))

    read = read_patches if tree is None else read_whole_series
    found = read(stream, name, quoted=options.quoted, matters=matters)
    return order_series(deduplicate(found), say_missing=False)


def _take(item: Patch | Skipped, tally: _Tally, book: Rulebook, tree: TreeReview | None) -> None:
    if isinstance(item, Skipped):
        tally.skipped.append(item)
        return
    tally.mails += 1
    if item.duplicate_of:
        if tree is not None:
            tree.apply_only(item)
        return
    tally.files += len(item.files)
    tally.hunks += sum(len(f.hunks) for f in item.files)
    verdict = tree.review(item) if tree is not None else review_patch(item, book)
    tally.findings.extend(verdict.findings)
    tally.skipped.extend(verdict.skipped)
    tally.functions += verdict.functions


def review_patch(patch: Patch, book: Rulebook, era: Era | None = None) -> Verdict:
    """Both images of a patch, hunk by hunk, without a tree."""
    after = fragment_sources(patch, post=True)
    before = fragment_sources(patch, post=False)
    era = era or _patch_era(after)
    new = judge(after, book, era)
    old = judge(before, book, era)
    return Verdict(tuple(compare(old.findings, new.findings, old.hidden, new.hidden)), new.skipped, new.functions)


def _patch_era(sources: Sequence[Source]) -> Era:
    return era_of(s.unit.text for s in sources)


# --- git's own changes --------------------------------------------------------------------------------------------


def review_changes(repo: Path, spec: str | None, options: Options, book: Rulebook | None = None) -> Report:
    """Review staged changes (``spec`` None) or those of a range ``A..B``: changed lines only, as for a patch.

    Raises :class:`InputError` outside of a repository, and for a range that names no commits.
    """
    book = book or load()
    tally = _Tally()
    changes = changes_staged(repo) if spec is None else changes_range(top_level(repo), *range_ends(repo, spec))
    tally.files = len(changes.patch.files)
    tally.hunks = sum(len(f.hunks) for f in changes.patch.files)
    if any(needle.encode() in text for needle in book.vocabulary.needles for text in _texts(changes.applied)):
        tree = TreeReview(changes.root, None, book)
        verdict = tree.review_applied(changes.patch, changes.applied, changes.tree, changes.tree.name)
        tally.findings.extend(replace(f, mail=None) for f in verdict.findings)
        tally.skipped.extend(verdict.skipped)
        tally.functions = verdict.functions
    return tally.report(options, book)


def _texts(applied: Applied) -> Iterator[bytes]:
    for file in applied.files.values():
        yield from (text for text in (file.pre, file.post) if text is not None)


# --- files ------------------------------------------------------------------------------------------------------------


def review_paths(paths: Sequence[str], options: Options, book: Rulebook | None = None) -> Report:
    """Review files, folders or a whole kernel tree."""
    book = book or load()
    tally = _Tally()
    found = find_candidates(paths, book.vocabulary.needles)
    tally.unreadable.extend(found.unreadable)
    tally.files = found.seen
    for group in found.groups:
        sources = [Source(parse_file(file.shown, file.text), file.shown) for file in group.files]
        header = read_header(group.root)
        evidence = [header] if header else []
        era = era_of(evidence or [s.unit.text for s in sources])
        verdict = judge(sources, book, era, evidence)
        tally.findings.extend(verdict.findings)
        tally.skipped.extend(verdict.skipped)
        tally.functions += verdict.functions
    return tally.report(options, book)


# --- texts, for examples and tests ------------------------------------------------------------------------------------


def review_text(path: str, text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review one file given as text, of a known era, with the default options."""
    findings = judge([Source(parse_file(path, text.encode()), path)], book or load(), era).findings
    return tuple(f for f in findings if wanted(f, Options()))


def review_patch_text(text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review a plain diff given as text, of a known era, with the default options; only what it introduces."""
    book = book or load()
    findings: list[Finding] = []
    for item in read_patches(io.BytesIO(text.encode()), "<text>"):
        if isinstance(item, Patch):
            findings.extend(f for f in review_patch(item, book, era).findings if f.origin is Origin.INTRODUCED)
    return tuple(f for f in findings if wanted(f, Options()))
