"""Review what is in files: named ones, folders, whole kernel trees, and what git is about to record."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mtelint.config import Configs, Settings
from mtelint.engine.find.candidates import Candidates, Group, find_candidates
from mtelint.engine.judge.verdict import Verdict
from mtelint.engine.review.options import Options
from mtelint.engine.review.report_so_far import Tally
from mtelint.engine.review.tree_groups import Job, job_of, judged, known
from mtelint.model import Era, Finding, Report
from mtelint.model.limits import holding
from mtelint.rulebook import Rulebook, load

if TYPE_CHECKING:  # patches are for those who have one
    from mtelint.git.changes import Changes
    from mtelint.patches.apply import Applied


def review_paths(paths: Sequence[str], options: Options, book: Rulebook | None = None) -> Report:
    """Review files, folders or a whole kernel tree."""
    with holding(options.bounds(Path(paths[0] if paths else "."))):
        return _review_paths(paths, options, book)


def _review_paths(paths: Sequence[str], options: Options, book: Rulebook | None) -> Report:
    tally = Tally(options.configs())
    asked = options.jobs if book is None else 1  # a rulebook that the caller made is in this process alone
    book, found = candidates_of(paths, tally.configs, book)
    tally.unreadable.extend(found.unreadable)
    tally.files = found.seen
    tally.scopes.extend(found.scopes)
    jobs = [_job(group, tally, options.confirm) for group in found.groups]
    places = [*map(Path, paths), *found.configs]
    for group, verdict in zip(found.groups, _judged(jobs, book, options, places, asked), strict=True):
        if isinstance(verdict, str):
            tally.unreadable.append(verdict)
        else:
            tally.add(verdict, group.root or Path(), group.below)
    return tally.report(options, book)


def _job(group: Group, tally: Tally, confirm: bool) -> Job:
    base = group.root or Path()
    return job_of(group, [tally.excluded(base, file.shown) for file in group.files], confirm)


def _judged(
    jobs: Sequence[Job], book: Rulebook, options: Options, places: Sequence[Path], asked: int
) -> Iterator[Verdict | str]:
    """The verdicts in order: those that the cache has, and the others, which it gets; or why there is none."""
    cache = None
    if options.cache is not None:
        from mtelint.cache import Cache

        cache = Cache(options.cache)
    had = [known(job, book, cache) for job in jobs]
    left = [job for job, verdict in zip(jobs, had, strict=True) if verdict is None]
    fresh: Iterator[Verdict | str] = (judged(job, book) for job in left)
    if asked != 1 and len(left) > 1:
        from mtelint.engine.review.code_jobs import verdicts

        fresh = verdicts(left, book, options.config, places, asked)
    for job, old in zip(jobs, had, strict=True):
        verdict = next(fresh) if old is None else old
        if old is None and cache is not None and isinstance(verdict, Verdict):
            cache.put(job.key(book), verdict)
        yield verdict


def candidates_of(paths: Sequence[str], configs: Configs, book: Rulebook | None = None) -> tuple[Rulebook, Candidates]:
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


def review_text(path: str, text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review one file given as text, of a known era, with the default options."""
    from mtelint.engine.judge.judge import judge
    from mtelint.engine.judge.sources import Source
    from mtelint.syntax.outline import outline_file

    findings = judge([Source(outline_file(path, text.encode()), path)], book or load(), era).findings
    return tuple(f for f in findings if Settings().wants(f))


# --- git's own changes --------------------------------------------------------------------------------------------


def review_changes(repo: Path, spec: str | None, options: Options, book: Rulebook | None = None) -> Report:
    """Review staged changes (``spec`` None) or those of a range ``A..B``: changed lines only, as for a patch.

    Raises :class:`InputError` outside of a repository, and for a range that names no commits.
    """
    with holding(options.bounds(repo)):
        return _review_changes(repo, spec, options, book)


def _review_changes(repo: Path, spec: str | None, options: Options, book: Rulebook | None) -> Report:
    from mtelint.engine.review.patched_trees import TreeReview

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


def _changes(repo: Path, spec: str | None, index: str | None) -> "Changes":
    from mtelint.git.changes import changes_range, changes_staged, range_ends, top_level

    return changes_staged(repo, index) if spec is None else changes_range(top_level(repo), *range_ends(repo, spec))


def _texts(applied: "Applied") -> Iterator[bytes]:
    for file in applied.files.values():
        yield from (text for text in (file.pre, file.post) if text is not None)
