"""Share a review of mails among processes: files in parts; what comes of them comes in their order."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mtelint.engine.review.options import Input, Options
from mtelint.engine.review.report_so_far import Found
from mtelint.engine.review.shares import processes_for

WORTH_MAIL = 24 << 20
"""Bytes of mail that others must take over for processes to win: 0.3 s of work, where none of it matters."""
_PARTS = 8
"""Parts per process, so that a slow one is made up for."""
_DIED = "the process that reviewed it died, and so did another that did nothing else: try --jobs 1"


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


def spread(inputs: Sequence[Input], options: Options, jobs: int) -> Iterator[Found]:
    """What is found in the inputs, part by part, in their order; one that kills its process is named unreadable."""
    size = max(1, -(-len(inputs) // (jobs * _PARTS)))
    names = [each.name for each in inputs]
    yield from _reviewed([tuple(names[at : at + size]) for at in range(0, len(names), size)], options, jobs)


def _reviewed(parts: Sequence[tuple[str, ...]], options: Options, jobs: int) -> Iterator[Found]:
    from mtelint.engine.review.pool import Died, in_order

    plain = replace(options, jobs=1, baseline=None)
    for names, found in zip(parts, in_order(_review, [(part, plain) for part in parts], jobs), strict=True):
        if not isinstance(found, Died):
            yield found
        elif len(names) > 1:
            yield from _reviewed([(name,) for name in names], options, 1)
        else:
            yield Found((), (), (f"{names[0]}: {_DIED}",), (0, 0, 0, 0), frozenset())


def _review(task: tuple[Sequence[str], Options]) -> Found:
    from mtelint.engine.review.mails import find_in

    names, options = task
    return find_in((Input.of_file(name) for name in names), options).found()
