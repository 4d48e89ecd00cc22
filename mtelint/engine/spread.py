"""Share a review among processes: mail files in parts, code tree by tree; what comes of it comes in their order."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mtelint.config import Configs
from mtelint.engine.group import Job, judged
from mtelint.engine.options import Input, Options
from mtelint.engine.tally import Found
from mtelint.engine.verdict import Verdict
from mtelint.records import dataclass
from mtelint.rulebook import Rulebook

WORTH_PROCESSES = 32 << 20
"""Bytes of mail from which two processes win: some seconds of work, where to start one takes about 0.3 s."""
WORTH_CODE = 512 << 10
"""Bytes of code to judge that others must take over for processes to win: about 0.8 s of work."""
_PARTS = 8
"""Parts per process, so that a slow one is made up for."""
_DIED = "the process that reviewed it died, and so did another that did nothing else: try --jobs 1"


# --- mails ------------------------------------------------------------------------------------------------------------


def jobs_for(inputs: Sequence[Input], options: Options) -> int:
    """How many processes to use: what was asked for, else one unless there is much to read.

    With a tree the patches of a series are laid upon each other, whatever file they are in: that is for one process.
    """
    sizes = [os.path.getsize(each.name) for each in inputs if os.path.isfile(each.name)]
    if options.tree or len(sizes) < len(inputs) or len(inputs) < 2:
        return 1
    if options.jobs:
        return min(options.jobs, len(inputs))
    return min(os.cpu_count() or 1, len(inputs)) if sum(sizes) >= WORTH_PROCESSES else 1


def spread(inputs: Sequence[Input], options: Options, jobs: int) -> Iterator[Found]:
    """What is found in the inputs, part by part, in their order; one that kills its process is named unreadable."""
    size = max(1, -(-len(inputs) // (jobs * _PARTS)))
    names = [each.name for each in inputs]
    yield from _reviewed([tuple(names[at : at + size]) for at in range(0, len(names), size)], options, jobs)


def _reviewed(parts: Sequence[tuple[str, ...]], options: Options, jobs: int) -> Iterator[Found]:
    from mtelint.engine.pool import Died, in_order

    plain = replace(options, jobs=1, baseline=None)
    for names, found in zip(parts, in_order(_review, [(part, plain) for part in parts], jobs), strict=True):
        if not isinstance(found, Died):
            yield found
        elif len(names) > 1:
            yield from _reviewed([(name,) for name in names], options, 1)
        else:
            yield Found((), (), (f"{names[0]}: {_DIED}",), (0, 0, 0, 0), frozenset())


def _review(task: tuple[Sequence[str], Options]) -> Found:
    from mtelint.engine.review import find_in
    from mtelint.patches import inputs

    names, options = task
    return find_in((each for name in names for each in inputs(name)), options).found()


# --- code -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BookOf:
    """How another process comes by the same rulebook, which itself cannot be sent."""

    config: Path | None
    places: tuple[Path, ...]
    digest: str

    def load(self) -> Rulebook | None:
        """The rulebook; None where the rules have changed since."""
        book = Configs(self.config).book(self.places)
        return book if book.digest == self.digest else None


def jobs_for_code(jobs: Sequence[Job], asked: int) -> int:
    """How many processes judge the trees: what was asked for, else one unless enough is taken off the longest way."""
    if len(jobs) < 2:
        return 1
    if asked:
        return min(asked, len(jobs))
    sizes = [job.size for job in jobs]
    processes = min(os.cpu_count() or 1, len(jobs))
    longest = max(max(sizes), sum(sizes) // processes)
    return processes if sum(sizes) - longest >= WORTH_CODE else 1


def verdicts(jobs: Sequence[Job], book: Rulebook, config: Path | None, places: Sequence[Path], asked: int) -> (
    Iterator[Verdict | str]
):  # fmt: skip
    """The verdict on each of ``jobs``, in their order; a line that says why where there is none."""
    processes = jobs_for_code(jobs, asked)
    if processes < 2:
        yield from (judged(job, book) for job in jobs)
        return
    from mtelint.engine.pool import Died, in_order

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
