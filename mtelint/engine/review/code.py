"""Review what is in files: named ones, folders, whole kernel trees, and what git is about to record.

The files of one kernel tree are judged together, here or by another process, unless the cache has their verdict.
"""

from collections.abc import Iterator, Sequence
from os.path import isdir
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtelint.config import Configs, Settings
from mtelint.engine.find.candidates import Candidates, FoundFile, Group, find_callers, find_candidates, read_headers
from mtelint.engine.review.last_resort import OutOfTimeError, last_resort
from mtelint.engine.review.options import Options, processes_for
from mtelint.engine.review.report_builder import ReportBuilder
from mtelint.model import Era, Finding, Report, Skipped, Verdict
from mtelint.model.limits import Limits, holding, limits
from mtelint.rulebook import Rulebook, load

if TYPE_CHECKING:  # patches are for those who have one, and a cache
    from mtelint.cache import Cache
    from mtelint.git.changes import Changes
    from mtelint.patches.apply import Applied


class Job(Struct, frozen=True):
    """All that a verdict on the files of one tree depends on, but for the rulebook.

    Those ``excluded`` are there for their callees only; ``headers`` are those of the tree that tell the era.
    """

    files: tuple[FoundFile, ...]
    excluded: tuple[bool, ...]
    headers: tuple[bytes, ...]
    confirm: bool
    limits: Limits = Limits()
    root: Path | None = None
    folders: tuple[str, ...] = ()
    """Where callers may be that hold no word of the vocabulary."""

    @property
    def size(self) -> int:
        """Bytes to parse."""
        return sum(len(file.text) for file in self.files)

    def key(self, book: Rulebook) -> str:
        """What the cache calls the verdict."""
        asked = repr((self.confirm, len(self.headers), self.limits))
        parts: list[bytes | str] = [book.digest, asked, *self.headers]
        for file, left_out in zip(self.files, self.excluded, strict=True):
            parts += [file.shown, repr(left_out), file.text]
        from mtelint.cache import key_of  # which loads what a run without a cache does not need

        return key_of(parts)


WORTH_CODE = 768 << 10
"""Bytes of code to judge that others must take over for processes to win: as much work as to start two of them."""
_DIED = "the process that reviewed it died, and so did another that did nothing else: try --jobs 1"


class BookOf(Struct, frozen=True):
    """How another process comes by the same rulebook, which itself cannot be sent."""

    config: Path | None
    places: tuple[Path, ...]
    digest: str

    def load(self) -> Rulebook | None:
        """The rulebook; None where the rules have changed since."""
        book = Configs(self.config).book(self.places)
        return book if book.digest == self.digest else None


def review_paths(paths: Sequence[str], options: Options, book: Rulebook | None = None) -> Report:
    """Review files, folders or a whole kernel tree."""
    with holding(options.bounds(Path(paths[0] if paths else "."))):
        return _review_paths(paths, options, book)


def _review_paths(paths: Sequence[str], options: Options, book: Rulebook | None) -> Report:
    builder = ReportBuilder(options.configs())
    asked = options.jobs if book is None else 1  # a rulebook that the caller made is in this process alone
    book, found = candidates_of(paths, builder.configs, book)
    builder.unreadable.extend(found.unreadable)
    builder.files = found.seen
    builder.scopes.extend(found.scopes)
    folders = tuple(path for path in paths if isdir(path))
    jobs = [_job(group, builder, options.confirm, book, folders) for group in found.groups]
    places = [*map(Path, paths), *found.configs]
    for group, verdict in zip(found.groups, _judged(jobs, book, options, places, asked), strict=True):
        if isinstance(verdict, str):
            builder.unreadable.append(verdict)
        else:
            builder.add(verdict, group.root or Path(), group.below)
    return builder.report(options, book)


def _job(group: Group, builder: ReportBuilder, confirm: bool, book: Rulebook, folders: tuple[str, ...]) -> Job:
    base = group.root or Path()
    job = job_of(group, [builder.excluded(base, file.shown) for file in group.files], confirm, book)
    return replace(job, root=group.root, folders=folders)


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
        fresh = verdicts(left, book, options.config, places, asked)
    for job, old in zip(jobs, had, strict=True):
        verdict = next(fresh) if old is None else old
        # What callers in further files say is not told by the texts that name the entry.
        whole = isinstance(verdict, Verdict) and not verdict.asked and not _is_cut_short(verdict)
        if old is None and cache is not None and whole:
            cache.put(job.key(book), verdict)
        yield verdict


def _is_cut_short(verdict: Verdict) -> bool:
    """The clock ended it, which need not happen again."""
    return any("the last resort" in skipped.reason for skipped in verdict.skipped)


def candidates_of(paths: Sequence[str], configs: Configs, book: Rulebook | None = None) -> tuple[Rulebook, Candidates]:
    """The files that can matter, and the rulebook with the vocabulary of the configurations for them and the paths."""
    if book is not None:
        return book, find_candidates(paths, book.vocabulary)
    places = [Path(path) for path in paths]
    book = configs.book(places)
    found = find_candidates(paths, book.vocabulary)
    whole = configs.book([*places, *found.configs])
    if whole.vocabulary.needles != book.vocabulary.needles:  # a folder below brings names of its own
        found = find_candidates(paths, whole.vocabulary)
    return whole, found


def review_text(path: str, text: str, era: Era, book: Rulebook | None = None) -> tuple[Finding, ...]:
    """Review one file given as text, of a known era, with the default options."""
    from mtelint.engine.judge.judge import judge
    from mtelint.engine.judge.sources import Source
    from mtelint.syntax.outline import outline_file

    findings = judge([Source(outline_file(path, text.encode()), path)], book or load(), era).findings
    return tuple(f for f in findings if Settings().wants(f))


def review_changes(repo: Path, spec: str | None, options: Options, book: Rulebook | None = None) -> Report:
    """Review staged changes (``spec`` None) or those of a range ``A..B``: changed lines only, as for a patch.

    Raises :class:`InputError` outside of a repository, and for a range that names no commits.
    """
    with holding(options.bounds(repo)):
        return _review_changes(repo, spec, options, book)


def _review_changes(repo: Path, spec: str | None, options: Options, book: Rulebook | None) -> Report:
    from mtelint.engine.review.patched_trees import TreeReview

    builder = ReportBuilder(options.configs(), foreign=True)
    changes = _changes(repo, spec, options.index)
    book = book or builder.configs.book([changes.root])
    builder.files = len(changes.patch.files)
    builder.hunks = sum(len(f.hunks) for f in changes.patch.files)
    if any(needle.encode() in text for needle in book.vocabulary.needles for text in _texts(changes.applied)):
        tree = TreeReview(changes.root, None, book, options.confirm)
        verdict = tree.review_applied(changes.patch, changes.applied, changes.tree, changes.tree.name)
        builder.add(replace(verdict, findings=tuple(replace(f, mail=None) for f in verdict.findings)), changes.root)
    return builder.report(options, book)


def _changes(repo: Path, spec: str | None, index: str | None) -> "Changes":
    from mtelint.git.changes import changes_range, changes_staged, range_ends, top_level

    return changes_staged(repo, index) if spec is None else changes_range(top_level(repo), *range_ends(repo, spec))


def _texts(applied: "Applied") -> Iterator[bytes]:
    for file in applied.files.values():
        yield from (text for text in (file.pre, file.post) if text is not None)


def jobs_for_code(jobs: Sequence[Job], asked: int) -> int:
    """How many processes judge the trees: what was asked for, else one unless enough is taken off the longest way."""
    return processes_for([job.size for job in jobs], asked, WORTH_CODE)


def verdicts(jobs: Sequence[Job], book: Rulebook, config: Path | None, places: Sequence[Path], asked: int) -> (
    Iterator[Verdict | str]
):  # fmt: skip
    """The verdict on each of ``jobs``, in their order; a line that says why where there is none."""
    processes = jobs_for_code(jobs, asked)
    if processes < 2:
        yield from (judged(job, book) for job in jobs)
        return
    from mtelint.engine.review.pool import Died, in_order

    way = BookOf(config, tuple(place.absolute() for place in places), book.digest)
    for job, verdict in zip(jobs, in_order(_judge, [(job, way) for job in jobs], processes), strict=True):
        if isinstance(verdict, Died):
            yield f"{job.files[0].shown} and what is judged with it: {_DIED}"
        else:
            yield verdict if verdict is not None else judged(job, book)


def _judge(task: tuple[Job, BookOf]) -> Verdict | None:
    job, way = task
    book = way.load()
    return judged(job, book) if book is not None else None


def job_of(group: Group, excluded: Sequence[bool], confirm: bool, book: Rulebook) -> Job:
    """What is to be judged of a group, by the bounds that hold now."""
    return Job(tuple(group.files), tuple(excluded), read_headers(group.root, book.vocabulary), confirm, limits())


def known(job: Job, book: Rulebook, cache: "Cache | None") -> Verdict | None:
    """The verdict that the cache has."""
    verdict = cache.get(job.key(book)) if cache is not None else None
    return verdict if isinstance(verdict, Verdict) else None


def judged(job: Job, book: Rulebook) -> Verdict:
    """The verdict on the files of ``job``; where functions leave a duty to callers, all callers are heard."""
    try:
        with holding(job.limits), last_resort(len(job.files)):
            return _with_callers(job, book)
    except OutOfTimeError as error:
        return Verdict((), (Skipped(job.files[0].shown, None, None, f"it and what is judged with it: {error}"),), 0)


def _with_callers(job: Job, book: Rulebook) -> Verdict:
    verdict = _judged_now(job, book)
    more = _callers(job, verdict.asked, book) if verdict.asked else ()
    if not more:
        return verdict
    wider = replace(job, files=(*job.files, *more), excluded=(*job.excluded, *(True for _ in more)))
    return _judged_now(wider, book)


def _callers(job: Job, names: Sequence[str], book: Rulebook) -> list[FoundFile]:
    """The files below the folders of the job, its own left out, that hold one of the names."""
    known_files = {file.shown for file in job.files}
    groups = find_callers(job.folders, names, book.vocabulary, job.root).groups
    return [file for group in groups for file in group.files if file.shown not in known_files]


def _judged_now(job: Job, book: Rulebook) -> Verdict:
    from mtelint.engine.find.era import era_of  # the parser is for those who have something to parse
    from mtelint.engine.judge.judge import judge
    from mtelint.engine.judge.sources import Source
    from mtelint.syntax.outline import outline_file

    sources = [
        Source(outline_file(file.shown, file.text), file.shown, judged=not left_out)
        for file, left_out in zip(job.files, job.excluded, strict=True)
    ]
    era = era_of(job.headers or [source.unit.text for source in sources], book.vocabulary)
    return judge(sources, book, era, job.headers, confirm=job.confirm)
