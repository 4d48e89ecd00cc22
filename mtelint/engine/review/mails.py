"""Review mails, mailboxes and diffs: what cannot matter costs a look at its bytes, and no parser is loaded for it.

Many are shared among processes, files in parts; what comes of them comes in their order.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from mtelint.engine.review.last_resort import OutOfTimeError, last_resort
from mtelint.engine.review.options import Input, Options, processes_for
from mtelint.engine.review.report_builder import PartialReport, ReportBuilder
from mtelint.errors import InputError
from mtelint.mail.letter import Letter
from mtelint.mail.undecoded import look_for
from mtelint.model import Report, Skipped, Verdict
from mtelint.model.limits import holding
from mtelint.patches.patch import Patch
from mtelint.patches.reader import could_matter, read_patches
from mtelint.patches.series import deduplicate, order_series, read_whole_series
from mtelint.rulebook import Rulebook

if TYPE_CHECKING:
    from mtelint.engine.review.patched_trees import TreeReview

WORTH_MAIL = 24 << 20
"""Bytes of mail that others must take over for processes to win: 0.3 s of work, where none of it matters."""
_PARTS = 8
"""Parts per process, so that a slow one is made up for."""
_DIED = "the process that reviewed it died, and so did another that did nothing else: try --jobs 1"


def review_patches(inputs: Iterable[Input], options: Options, book: Rulebook | None = None) -> Report:
    """Review mails, mailboxes and diffs.  What cannot be read is named in the report; the rest is judged."""
    if options.jobs != 1 and book is None:
        inputs = list(inputs)
        jobs = jobs_for(inputs, options)
        if jobs > 1:
            builder = ReportBuilder(options.configs(), foreign=True)
            for found in spread(inputs, options, jobs):
                builder.take(found)
            return builder.report(options, builder.configs.book([Path()]))
    builder = ReportBuilder(options.configs(), foreign=True)
    book = book or builder.configs.book([options.place])
    return find_in(inputs, options, book, builder).report(options, book)


def find_in(
    inputs: Iterable[Input], options: Options, book: Rulebook | None = None, builder: ReportBuilder | None = None
) -> ReportBuilder:
    """The same, not sorted and not parted yet."""
    with holding(options.bounds(options.place)):
        return _find_in(inputs, options, book, builder or ReportBuilder(options.configs(), foreign=True))


def _find_in(inputs: Iterable[Input], options: Options, book: Rulebook | None, builder: ReportBuilder) -> ReportBuilder:
    base = options.place
    book = book or builder.configs.book([base])
    tree = _tree_review(Path(options.tree), options, book) if options.tree else None
    for each in inputs:
        try:
            with each.open() as stream:
                for item in _arranged(stream, each.name, options, book, tree):
                    _take(item, builder, book, tree, base, options.confirm)
        except InputError as error:
            builder.unreadable.append(str(error))
        except OSError as error:
            builder.unreadable.append(f"{each.name}: {error.strerror or error}")
    return builder


def _arranged(
    stream: BinaryIO, name: str, options: Options, book: Rulebook, tree: "TreeReview | None"
) -> Iterator[Patch | Skipped]:
    needles = book.vocabulary.needles

    def matters(letter: Letter) -> bool:
        return could_matter(letter.text, needles) or (tree is not None and tree.concerns(letter.text))

    if tree is None:
        found = read_patches(stream, name, quoted=options.quoted, matters=matters, undecoded=look_for(needles))
    else:
        found = read_whole_series(stream, name, quoted=options.quoted, matters=matters)
    return order_series(deduplicate(found), say_missing=False)


def _take(
    item: Patch | Skipped, builder: ReportBuilder, book: Rulebook, tree: "TreeReview | None", base: Path, confirm: bool
) -> None:
    if isinstance(item, Skipped):
        builder.skipped.append(item)
        return
    builder.mails += 1
    if item.duplicate_of:
        if tree is not None:
            tree.apply_only(item)
        return
    builder.files += len(item.files)
    builder.hunks += sum(len(f.hunks) for f in item.files)
    try:
        with last_resort():
            verdict = _verdict(item, book, tree, confirm)
    except OutOfTimeError as error:
        name = item.files[0].path if item.files else item.source
        builder.skipped.append(Skipped(name, None, None, f"this mail was {error}"))
    else:
        builder.add(verdict, base)


def _verdict(item: Patch, book: Rulebook, tree: "TreeReview | None", confirm: bool) -> Verdict:
    if tree is not None:
        return tree.review(item)
    from mtelint.engine.judge.images import review_patch

    return review_patch(item, book, confirm=confirm)


def _tree_review(tree: Path, options: Options, book: Rulebook) -> "TreeReview":
    from mtelint.engine.review.patched_trees import TreeReview

    return TreeReview(tree, options.rev, book, options.confirm)


def jobs_for(inputs: Sequence[Input], options: Options) -> int:
    """How many processes to use: what was asked for, else one unless there is much to read.

    With a tree the patches of a series are laid upon each other, whatever file they are in: that is for one process.
    """
    sizes = [size for each in inputs if (size := _size(each)) is not None]
    if options.tree or len(sizes) < len(inputs):
        return 1
    return processes_for(sizes, options.jobs, WORTH_MAIL)


def _size(given: Input) -> int | None:
    """Bytes of a file, none where it is gone; None for what another process cannot open, such as our pipes."""
    if not given.is_file or os.path.abspath(given.name).startswith(("/dev/", "/proc/")):
        return None
    try:
        found = os.stat(given.name)
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def spread(inputs: Sequence[Input], options: Options, jobs: int) -> Iterator[PartialReport]:
    """What is found in the inputs, part by part, in their order; one that kills its process is named unreadable."""
    size = max(1, -(-len(inputs) // (jobs * _PARTS)))
    names = [each.name for each in inputs]
    yield from _reviewed([tuple(names[at : at + size]) for at in range(0, len(names), size)], options, jobs)


def _reviewed(parts: Sequence[tuple[str, ...]], options: Options, jobs: int) -> Iterator[PartialReport]:
    from mtelint.engine.review.pool import Died, in_order

    plain = replace(options, jobs=1, baseline=None)
    for names, found in zip(parts, in_order(_review, [(part, plain) for part in parts], jobs), strict=True):
        if not isinstance(found, Died):
            yield found
        elif len(names) > 1:
            yield from _reviewed([(name,) for name in names], options, 1)
        else:
            yield PartialReport((), (), (f"{names[0]}: {_DIED}",), (0, 0, 0, 0), frozenset())


def _review(task: tuple[Sequence[str], Options]) -> PartialReport:
    names, options = task
    return find_in((Input.of_file(name) for name in names), options).found()
