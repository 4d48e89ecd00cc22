"""Review mails, mailboxes and diffs: what cannot matter costs a look at its bytes, and no parser is loaded for it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mtelint.engine.review.options import Input, Options
from mtelint.engine.review.report_so_far import Tally
from mtelint.errors import InputError
from mtelint.mail.letter import Letter
from mtelint.mail.undecoded import look_for
from mtelint.model import Report, Skipped
from mtelint.model.limits import holding
from mtelint.patches.reader import could_matter, read_patches
from mtelint.patches.series import deduplicate, order_series, read_whole_series
from mtelint.patches.values import Patch
from mtelint.rulebook import Rulebook

if TYPE_CHECKING:
    from mtelint.engine.review.patched_trees import TreeReview


def review_patches(inputs: Iterable[Input], options: Options, book: Rulebook | None = None) -> Report:
    """Review mails, mailboxes and diffs.  What cannot be read is named in the report; the rest is judged."""
    if options.jobs != 1 and book is None:
        from mtelint.engine.review.mail_jobs import jobs_for, spread

        inputs = list(inputs)
        jobs = jobs_for(inputs, options)
        if jobs > 1:
            tally = Tally(options.configs(), foreign=True)
            for found in spread(inputs, options, jobs):
                tally.take(found)
            return tally.report(options, tally.configs.book([Path()]))
    tally = Tally(options.configs(), foreign=True)
    book = book or tally.configs.book([options.place])
    return find_in(inputs, options, book, tally).report(options, book)


def find_in(
    inputs: Iterable[Input], options: Options, book: Rulebook | None = None, tally: Tally | None = None
) -> Tally:
    """The same, not sorted and not parted yet."""
    with holding(options.bounds(options.place)):
        return _find_in(inputs, options, book, tally or Tally(options.configs(), foreign=True))


def _find_in(inputs: Iterable[Input], options: Options, book: Rulebook | None, tally: Tally) -> Tally:
    base = options.place
    book = book or tally.configs.book([base])
    tree = _tree_review(Path(options.tree), options, book) if options.tree else None
    for each in inputs:
        try:
            with each.open() as stream:
                for item in _arranged(stream, each.name, options, book, tree):
                    _take(item, tally, book, tree, base, options.confirm)
        except InputError as error:
            tally.unreadable.append(str(error))
        except OSError as error:
            tally.unreadable.append(f"{each.name}: {error.strerror or error}")
    return tally


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
    item: Patch | Skipped, tally: Tally, book: Rulebook, tree: "TreeReview | None", base: Path, confirm: bool
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
    if tree is not None:
        tally.add(tree.review(item), base)
        return
    from mtelint.engine.review.hunks import review_patch

    tally.add(review_patch(item, book, confirm=confirm), base)


def _tree_review(tree: Path, options: Options, book: Rulebook) -> "TreeReview":
    from mtelint.engine.review.patched_trees import TreeReview

    return TreeReview(tree, options.rev, book, options.confirm)
