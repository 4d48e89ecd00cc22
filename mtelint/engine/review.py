"""The two jobs: review patches, review files."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from mtelint.config import Configs, Settings
from mtelint.engine.era import era_of
from mtelint.engine.files import Candidates, find_candidates, read_header
from mtelint.engine.fragments import fragment_sources
from mtelint.engine.judge import Verdict, judge
from mtelint.engine.options import Input, Options
from mtelint.engine.origin import compare
from mtelint.engine.sources import Source
from mtelint.engine.tally import Tally
from mtelint.engine.trees import TreeReview
from mtelint.errors import InputError
from mtelint.model import Era, Finding, Origin, Report, Skipped
from mtelint.patches import (
    Applied,
    Changes,
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

# --- patches ----------------------------------------------------------------------------------------------------------


def review_patches(inputs: Iterable[Input], options: Options, book: Rulebook | None = None) -> Report:
    """Review mails, mailboxes and diffs.  What cannot be read is named in the report; the rest is judged."""
    tally = Tally(options.configs(), foreign=True)
    base = Path(options.tree or ".")
    book = book or tally.configs.book([base])
    tree = TreeReview(Path(options.tree), options.rev, book, options.confirm) if options.tree else None
    for each in inputs:
        try:
            with each.open() as stream:
                for item in _arranged(stream, each.name, options, book, tree):
                    _take(item, tally, book, tree, base, options.confirm)
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


def _take(
    item: Patch | Skipped, tally: Tally, book: Rulebook, tree: TreeReview | None, base: Path, confirm: bool
) -> None:
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
    tally.add(tree.review(item) if tree is not None else review_patch(item, book, confirm=confirm), base)


def review_patch(patch: Patch, book: Rulebook, era: Era | None = None, *, confirm: bool = False) -> Verdict:
    """Both images of a patch, hunk by hunk, without a tree."""
    after = fragment_sources(patch, post=True)
    before = fragment_sources(patch, post=False)
    era = era or _patch_era(after)
    new = judge(after, book, era, confirm=confirm)
    old = judge(before, book, era)
    return Verdict(tuple(compare(old, new)), new.skipped, new.functions)


def _patch_era(sources: Sequence[Source]) -> Era:
    return era_of(s.unit.text for s in sources)


# --- git's own changes --------------------------------------------------------------------------------------------


def review_changes(repo: Path, spec: str | None, options: Options, book: Rulebook | None = None) -> Report:
    """Review staged changes (``spec`` None) or those of a range ``A..B``: changed lines only, as for a patch.

    Raises :class:`InputError` outside of a repository, and for a range that names no commits.
    """
    tally = Tally(options.configs(), foreign=True)
    changes = _changes(repo, spec, options.index)
    book = book or tally.configs.book([changes.root])
    tally.files = len(changes.patch.files)
    tally.hunks = sum(len(f.hunks) for f in changes.patch.files)
    if any(needle.encode() in text for needle in book.vocabulary.needles for text in _texts(changes.applied)):
        tree = TreeReview(changes.root, None, book, options.confirm)
        verdict = tree.review_applied(changes.patch, changes.applied, changes.tree, changes.tree.name)
        tally.add(replace(verdict, findings=tuple(replace(f, mail=None) for f in verdict.findings)), changes.root)
    return tally.report(options, book)


def _changes(repo: Path, spec: str | None, index: str | None) -> Changes:
    return changes_staged(repo, index) if spec is None else changes_range(top_level(repo), *range_ends(repo, spec))


def _texts(applied: Applied) -> Iterator[bytes]:
    for file in applied.files.values():
        yield from (text for text in (file.pre, file.post) if text is not None)


# --- files ------------------------------------------------------------------------------------------------------------


def review_paths(paths: Sequence[str], options: Options, book: Rulebook | None = None) -> Report:
    """Review files, folders or a whole kernel tree."""
    tally = Tally(options.configs())
    book, found = _found(paths, tally.configs, book)
    tally.unreadable.extend(found.unreadable)
    tally.files = found.seen
    tally.scopes.extend(found.scopes)
    for group in found.groups:
        base = group.root or Path()
        header = read_header(group.root)
        evidence = [header] if header else []
        sources = [
            Source(parse_file(file.shown, file.text), file.shown, judged=not tally.excluded(base, file.shown))
            for file in group.files
        ]
        era = era_of(evidence or [s.unit.text for s in sources])
        tally.add(judge(sources, book, era, evidence, confirm=options.confirm), base)
    return tally.report(options, book)


def _found(paths: Sequence[str], configs: Configs, book: Rulebook | None) -> tuple[Rulebook, Candidates]:
    """The files that can matter, and the rulebook with the vocabulary of the configurations for them and the paths."""
    if book is not None:
        return book, find_candidates(paths, book.vocabulary.needles)
    places = [Path(path) for path in paths]
    book = configs.book(places)
    found = find_candidates(paths, book.vocabulary.needles)
    whole = configs.book([*places, *found.configs])
    if whole.vocabulary.needles != book.vocabulary.needles:  # a folder below brings names of its own
        found = find_candidates(paths, whole.vocabulary.needles)
    return whole, found


# --- texts, for examples and tests ------------------------------------------------------------------------------------


def review_text(path: str, text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review one file given as text, of a known era, with the default options."""
    findings = judge([Source(parse_file(path, text.encode()), path)], book or load(), era).findings
    return tuple(f for f in findings if Settings().wants(f))


def review_patch_text(text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review a plain diff given as text, of a known era, with the default options; only what it introduces."""
    book = book or load()
    findings: list[Finding] = []
    for item in read_patches(io.BytesIO(text.encode()), "<text>"):
        if isinstance(item, Patch):
            findings.extend(f for f in review_patch(item, book, era).findings if f.origin is Origin.INTRODUCED)
    return tuple(f for f in findings if Settings().wants(f))
