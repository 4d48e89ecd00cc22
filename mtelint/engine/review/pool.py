"""Share work among processes: the results come in order, and with a process that dies none of the others is lost.

A fresh interpreter per process (``spawn``): a forked one would inherit locks and threads of whoever called us.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, ParamSpec, TypeVar

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_Given = ParamSpec("_Given")


class Died:
    """Stands for a result where there is none: a process that did nothing else died of the task."""


DIED: Final = Died()


def in_order(function: Callable[[_Task], _Result], tasks: Sequence[_Task], jobs: int) -> Iterator[_Result | Died]:
    """``function`` of every task by ``jobs`` processes, in the order of the tasks.

    ``function`` is one of a module, and tasks and results can be pickled.  What a dead process leaves undone is done
    again, each task by a process of its own; one that kills that gives :data:`DIED`.  Where no process can be
    started, or none comes as far as to take work, the work is done in this one.  Raises what ``function`` raises.
    """
    with _processes(jobs) as pool:
        futures = _submitted(pool, function, tasks) if pool is not None else [None] * len(tasks)
        broken = False
        for task, future in zip(tasks, futures, strict=True):
            try:
                if future is None or (broken and not future.done()):
                    raise BrokenProcessPool
                result: _Result | Died = future.result()
            except BrokenProcessPool:
                broken = True
                result = _alone(function, task) if pool is not None and pool.began else function(task)
            yield result


def _alone(function: Callable[[_Task], _Result], task: _Task) -> _Result | Died:
    """The result by a process that does nothing else; done here where there is none."""
    with _processes(1) as pool:
        future = _submitted(pool, function, [task])[0] if pool is not None else None
        try:
            if future is not None:
                return future.result()
        except BrokenProcessPool:
            if pool is not None and pool.began:
                return DIED
    return function(task)


class Pool(ProcessPoolExecutor):
    """Processes that are gone at once when something, such as Ctrl-C, ends the work.

    Left to itself a pool that is closed early would finish what it has begun.  Raises OSError, ImportError or
    NotImplementedError on a system without semaphores, or with too few of them.
    """

    def __init__(self, jobs: int) -> None:
        self._others = set(active_children())
        spawn = get_context("spawn")
        self._told, telling = spawn.Pipe(duplex=False)
        super().__init__(jobs, mp_context=spawn, initializer=_begin, initargs=(telling,))

    @property
    def began(self) -> bool:
        """Whether a process has come as far as to take work.

        None does where the program that called us cannot be loaded by another: it came from standard input, or calls
        us without asking for ``__name__ == "__main__"``.
        """
        return self._told.poll()

    def submit(self, function: Callable[_Given, _Result], /, *args: _Given.args, **named: _Given.kwargs) -> (
        Future[_Result]
    ):  # fmt: skip
        """As any executor; the processes inherit that SIGINT is blocked: Ctrl-C is for this one, which ends them."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            return super().submit(function, *args, **named)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            for child in set(active_children()) - self._others:
                child.kill()
        self.shutdown(cancel_futures=True)


@contextmanager
def _processes(jobs: int) -> Iterator[Pool | None]:
    """A pool, or None where there is none."""
    try:
        pool = Pool(jobs)
    except (OSError, ImportError, NotImplementedError):
        yield None
        return
    with pool:
        yield pool


def _submitted(
    pool: Pool, function: Callable[[_Task], _Result], tasks: Sequence[_Task]
) -> list[Future[_Result] | None]:
    """A future per task, or None where no process could be started for it."""
    futures: list[Future[_Result] | None] = []
    try:
        for task in tasks:
            futures.append(pool.submit(function, task))
    except (OSError, BrokenProcessPool):
        futures.extend([None] * (len(tasks) - len(futures)))
    return futures


def _begin(telling: "Connection[bytes, bytes]") -> None:
    """Tell that this process takes work, and end it when the one that started it is gone, however that ended."""
    with suppress(OSError):  # it may be gone already
        telling.send_bytes(b".")
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
