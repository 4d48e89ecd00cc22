"""The loop: review what the store does not have yet, here or by workers, and store it in the order of the pieces."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct, field

from mtelint.engine import Options
from mtelint.errors import InputError
from mtelint.sweep.pieces import Piece, Plan
from mtelint.sweep.spread import Workers, outcomes
from mtelint.sweep.store import Store
from mtelint.sweep.work import Outcome, Task, judge_of, review_piece

_DATABASE = (".sqlite", ".sqlite3", ".db")


class Progress(Struct, frozen=True):
    """How far a sweep is: work done of all (see ``Plan.work``), pieces, items and findings, seconds since it began."""

    done: int
    of: int
    pieces: int
    items: int
    findings: int
    seconds: float


Report = Callable[[Progress], None]


def sweep(
    plan: Plan,
    options: Options,
    store: Store,
    workers: Workers | None = None,
    report: Report | None = None,
) -> None:
    """Review every piece that is not in the store yet.

    Without ``workers`` the work is done here.  Outcomes are stored in the order of the pieces, so that the result does
    not depend on the executor, and no more pieces are held than are in flight.  What was stored stays whatever
    happens, and a later call goes on behind it.

    Raises:
        InputError: the archive cannot be read, the executor does no work at all, or one of its workers is of another
            version or has other rules.
    """
    run = _Run(plan, options, store, report, judge_of(options))
    here = ((task, review_piece(task)) for task in run.tasks())
    with closing(here if workers is None else outcomes(run.tasks(), workers)) as done:  # the workers end with us
        for task, outcome in done:
            run.store(task, outcome)
    if run.told != run.pieces:  # the last ones were in the store
        run.tell()


class _Run(Struct):
    """What is done of a plan."""

    plan: Plan
    options: Options
    results: Store
    report: Report | None
    judge: str
    done: int = 0
    pieces: int = 0
    told: int = -1
    began: float = field(default_factory=time.monotonic)

    def tasks(self) -> Iterator[Task]:
        """What is left to do, in order."""
        for piece in self.plan.pieces:
            if piece.id in self.results.done:
                self._count(piece)
            else:
                yield Task(piece, self.options, judge=self.judge)

    def store(self, task: Task, outcome: Outcome) -> None:
        """Take in what came of a piece."""
        if outcome.problem:
            raise InputError(f"{outcome.problem}; what is stored stays, the same command goes on behind it")
        self.results.add(task.piece, outcome)
        self._count(task.piece)
        self.tell()

    def tell(self) -> None:
        """Say how far it is."""
        self.told = self.pieces
        if self.report is not None:
            items, findings = (self.results.counts.get(name, 0) for name in ("items", "findings"))
            seconds = time.monotonic() - self.began
            self.report(Progress(self.done, self.plan.work, self.pieces, items, findings, seconds))

    def _count(self, piece: Piece) -> None:
        self.done += piece.work
        self.pieces += 1


def open_store(file: str, job: str) -> Store:
    """The store in ``file``, new or to be continued; ``job`` describes the sweep, and results of another are refused.

    Raises:
        UsageError: the file holds the results of another sweep, or one is writing it.
        InputError: the file is no store.
    """
    from mtelint.sweep.database import Database
    from mtelint.sweep.lines import Lines

    return Database(file, job) if Path(file).suffix in _DATABASE else Lines(file, job)
