"""An existing Dask cluster as who does the work of a sweep: the client, and what it takes to be told plainly by it."""

import contextlib
import logging
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from mtelint.errors import InputError, UsageError

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 10
"""Seconds in which a scheduler must answer; the client tries for as long to get a lost one back."""
_FRESH = 2.0
"""Seconds for which the number of workers is believed: workers come and go."""


def connected(address: str, say: Callable[[str], None]) -> "Cluster":
    """The cluster at ``address``; ``say`` takes a line for who waits for it.

    Raises:
        UsageError: Dask is not installed.
        InputError: no scheduler answers there.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise UsageError("--dask needs Dask: pip install 'mtelint[dask]'") from None
    logging.disable(logging.ERROR)  # of Dask: we say in one line what it says in fifty
    try:
        client = Client(address, timeout=_PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"{address}: no Dask scheduler answers there: {error}") from error
    return Cluster(address, client, say)


class Cluster(Struct):
    """A connection to a scheduler; its methods are what :class:`mtelint.sweep.Workers` asks for."""

    address: str
    client: "Client"
    say: Callable[[str], None]
    _threads: int = 0
    _asked: float = field(default=float("-inf"))
    _idle: bool = False
    _line: object = None
    """The connection by which the last executor was made: with another one, nothing comes back that was given to it."""

    def start(self) -> Executor:
        """An executor, once a scheduler that was lost is back.

        Raises:
            InputError: it does not come back.
        """
        until = time.monotonic() + 2 * _PATIENCE
        while self.client.status == "connecting" and time.monotonic() < until:
            time.sleep(0.1)
        if self.client.status != "running":
            raise InputError(
                f"{self.address}: the Dask scheduler is lost; the same command goes on where this one stopped"
            )
        self._line = self.client.scheduler_comm
        return _Tasks(self.client.get_executor(pure=False))

    def count(self) -> int:
        """Threads of all workers that are there now, and one where there is none: that is said, and waited for."""
        now = time.monotonic()
        if self.client.status == "running" and now - self._asked > _FRESH:
            self._asked = now
            with contextlib.suppress(Exception):  # a scheduler that is lost meanwhile is found out by `alive`
                self._threads = sum(self.client.nthreads().values())
                self._tell()
        return max(1, self._threads)

    def alive(self) -> bool:
        """Whether results may still come."""
        self.count()
        return self.client.status == "running" and self.client.scheduler_comm is self._line

    def leave(self) -> None:
        """Take leave of the scheduler, whether or not it is still there."""
        with contextlib.suppress(Exception):
            self.client.close()

    def _tell(self) -> None:
        """Say once that there is nobody to do the work, whenever that comes about."""
        if not self._threads and not self._idle:
            self.say(f"{self.address}: the Dask cluster has no worker: waiting for one")
        self._idle = not self._threads


class _Tasks(Executor):
    """Dask's executor, which left to itself would wait for results that nobody wants after an error or Ctrl-C."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        return self._executor.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait and not cancel_futures)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(wait=kind is None)
