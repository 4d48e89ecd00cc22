"""Hand tasks to an executor and have their outcomes in order, whatever becomes of a worker.

Where an executor breaks, or loses a task, one of the tasks in flight may have killed the worker, and nobody knows
which.  So each of them is done again with nothing beside it, item by item where that kills the worker too, and only an
item that does so again and again is named.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor, Future, wait
from contextlib import ExitStack, contextmanager, suppress
from types import TracebackType
from typing import Self, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mtelint.errors import InputError
from mtelint.sweep.work import Outcome, Task, failure, joined, review_piece

ATTEMPTS = 3
"""How often an item is given to a worker that has nothing else to do before it is named as what kills it."""
AHEAD = 4
"""Pieces in flight per worker, so that none waits for the store."""

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")

_POLL = 1.0
"""Seconds between two looks at whether the workers are still there: not every executor tells those who wait."""


class Workers(Struct, frozen=True):
    """Who does the work: ``start`` makes an executor, and is called again where the last one broke.

    ``count`` tells how many there are now; once they are not ``alive``, nothing comes back that was given to them.
    An executor that is left by an error (``__exit__``) does not wait for its tasks.
    """

    start: Callable[[], Executor]
    count: Callable[[], int] = lambda: 1
    alive: Callable[[], bool] = lambda: True


_Flight = tuple[Task, "Future[Outcome] | None"]


def outcomes(tasks: Iterable[Task], workers: Workers) -> Generator[tuple[Task, Outcome]]:
    """Each task with its outcome, in order; no more tasks are taken than are in flight.

    Raises:
        InputError: no worker does any work.
    """
    left, flying = iter(tasks), deque[_Flight]()
    while True:
        with _executor(workers) as executor:
            yield from _until_lost(left, executor, flying, workers)
        if not flying:
            return
        yield from _made_up(flying, workers)


@contextmanager
def _executor(workers: Workers) -> Iterator[Executor]:
    """An executor that is waited for in the end only where that has an end."""
    executor = workers.start()
    try:
        yield executor
    except BaseException as error:
        with suppress(Exception):  # nothing that comes of it must hide the error
            executor.__exit__(type(error), error, error.__traceback__)
        raise
    with suppress(Exception):  # all is had that there will be: that Dask's scheduler cannot be told changes nothing
        executor.shutdown(wait=workers.alive())


def _until_lost(
    left: Iterator[Task], executor: Executor, flying: deque[_Flight], workers: Workers
) -> Iterator[tuple[Task, Outcome]]:
    """Outcomes as long as none is lost; what is in flight then stays in ``flying``."""
    for task in left:
        flying.append((task, _submitted(executor, task)))
        if len(flying) < workers.count() * AHEAD and flying[-1][1] is not None:
            continue
        if (outcome := _result(flying[0][1], workers)) is None:
            return
        yield flying.popleft()[0], outcome
    while flying and (outcome := _result(flying[0][1], workers)) is not None:
        yield flying.popleft()[0], outcome


def _made_up(flying: deque[_Flight], workers: Workers) -> Iterator[tuple[Task, Outcome]]:
    """The outcomes of what was in flight when the executor broke: those that came home, and the others done again."""
    with _Alone(workers) as alone:
        while flying:
            task, future = flying.popleft()
            outcome = _result(future, workers) if future is not None and future.done() else None
            yield task, outcome or alone.outcome(task)


def _submitted(executor: Executor, task: Task) -> "Future[Outcome] | None":
    try:
        return executor.submit(review_piece, task)
    except Exception:  # each kind of executor has errors of its own for having broken
        return None


def _result(future: "Future[Outcome] | None", workers: Workers) -> Outcome | None:
    try:
        return _waited(future, workers) if future is not None else None
    except Exception:  # none of them is of the task: review_piece raises nothing
        return None


def _waited(future: "Future[_Result]", workers: Workers) -> _Result:
    """The result; raises what the executor has for a task that was lost, or TimeoutError where nothing comes back."""
    while workers.alive() and not wait([future], _POLL).done:
        pass
    return future.result(0)


class _Alone:
    """Gives one task at a time to an executor, and makes another where it breaks."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._open = ExitStack()
        self._executor: Executor | None = None
        self._why = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def outcome(self, task: Task) -> Outcome:
        """What comes of a task whose worker was lost, item by item where it is lost again."""
        found = self._call(review_piece, task)
        return found or joined(task.piece, [self._item(task, number) for number in range(task.piece.count)])

    def _item(self, task: Task, number: int) -> Outcome:
        for _ in range(ATTEMPTS):
            found = self._call(review_piece, replace(task, only=number))
            if found is not None:
                return found
        why = self._why
        if not self._call(_answer, True):
            raise InputError(f"no worker does any work: {why}")
        name = task.piece.name_of(number)
        return failure(task.piece, f"{name}: no worker survives it, {ATTEMPTS} were tried: {why}")

    def _call(self, function: Callable[[_Given], _Result], given: _Given) -> _Result | None:
        try:
            if self._executor is None:
                self._executor = self._open.enter_context(_executor(self._workers))
            return _waited(self._executor.submit(function, given), self._workers)
        except InputError:  # of who makes executors: there will be none
            raise
        except Exception as error:  # as above
            self._why = " ".join(f"{type(error).__name__}: {error}".split())
            self._open.close()
            self._executor = None
            return None


def _answer(given: bool) -> bool:
    """What any worker can do."""
    return given
