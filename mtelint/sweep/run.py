"""The loop: hand pieces to an executor, store outcomes in the order of the pieces, try again what a worker lost."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Executor, Future

from mtelint.engine import Options
from mtelint.records import dataclass
from mtelint.sweep.pieces import Piece
from mtelint.sweep.store import Store
from mtelint.sweep.work import Outcome, Task, review_piece

ATTEMPTS = 3
"""How often a piece is tried whose worker was lost before the sweep stops with the error."""
AHEAD = 4
"""Pieces in flight per worker, so that none waits for the store."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep is: pieces done of those known, items and findings in them, and seconds since it began."""

    pieces: int
    of: int
    items: int
    findings: int
    seconds: float


Start = Callable[[], Executor]
"""Makes an executor; called again where the last one broke (a process pool does when one process is killed)."""


def sweep(
    parts: Iterable[Piece],
    options: Options,
    store: Store,
    start: Start | None = None,
    workers: int = 1,
    report: Callable[[Progress], None] | None = None,
) -> None:
    """Review every piece that is not in the store yet.

    Without ``start`` the work is done here.  Outcomes are stored in the order of the pieces, so that the result does
    not depend on the executor.  Raises what reviewing a piece raised, once a piece failed :data:`ATTEMPTS` times; what
    was stored before stays, and a later call goes on behind it.
    """
    known = list(parts)
    left = [piece for piece in known if piece.id not in store.done]
    began = time.monotonic()

    def stored(outcome: Outcome) -> None:
        store.add(outcome)
        if report is not None:
            counts = store.counts
            done = len(known) - len(left) + len([piece for piece in left if piece.id in store.done])
            seconds = time.monotonic() - began
            report(Progress(done, len(known), counts.get("items", 0), counts.get("findings", 0), seconds))

    if start is None:
        for piece in left:
            stored(review_piece(Task(piece, options)))
    else:
        _spread([Task(piece, options) for piece in left], start, workers, stored)


def _spread(tasks: list[Task], start: Start, workers: int, stored: Callable[[Outcome], None]) -> None:
    """Work through the tasks on executors; a broken one is replaced, and what it lost is handed out again."""
    attempts: dict[str, int] = {}
    while tasks:
        with start() as executor:
            tasks = _until_broken(tasks, executor, workers, stored, attempts)


def _came_home(future: "Future[Outcome]") -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _until_broken(
    tasks: list[Task], executor: Executor, workers: int, stored: Callable[[Outcome], None], attempts: dict[str, int]
) -> list[Task]:
    """Store outcomes in order; the tasks that are left where the executor breaks."""
    flying: deque[tuple[Task, Future[Outcome]]] = deque()
    waiting = deque(tasks)
    while waiting or flying:
        try:
            while waiting and len(flying) < workers * AHEAD:
                flying.append((waiting[0], executor.submit(review_piece, waiting[0])))
                waiting.popleft()
            outcome = flying[0][1].result()
        except (Exception, CancelledError):
            while flying and _came_home(flying[0][1]):
                stored(flying.popleft()[1].result())
            if not flying and not waiting:
                return []
            first = flying[0][0] if flying else waiting[0]
            attempts[first.piece.id] = attempts.get(first.piece.id, 0) + 1
            if attempts[first.piece.id] >= ATTEMPTS:
                raise
            return [*(task for task, _ in flying), *waiting]
        flying.popleft()
        stored(outcome)
    return []
