"""Share a review of code among processes, tree by tree; what comes of them comes in their order."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mtelint.config import Configs
from mtelint.engine.judge.verdict import Verdict
from mtelint.engine.review.shares import processes_for
from mtelint.engine.review.tree_groups import Job, judged
from mtelint.records import dataclass
from mtelint.rulebook import Rulebook

WORTH_CODE = 768 << 10
"""Bytes of code to judge that others must take over for processes to win: as much work as to start two of them."""
_DIED = "the process that reviewed it died, and so did another that did nothing else: try --jobs 1"


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
