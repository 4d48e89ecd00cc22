"""The clock of last resort, for work that nobody thought of a bound for.

The bounds of :mod:`mtelint.model.limits` count work, so that equal inputs give equal reports on every machine.  A clock
cannot promise that: what it ends is named with its seconds, and set so high that no bound should leave it anything.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mtelint.errors import MtelintError

SECONDS = 60.0
"""Processor time of one mail, and for each file of a tree that is judged."""
_AGAIN = 1.0
"""Seconds until the next try: what is raised while an object is finalised goes unheard."""


class OutOfTimeError(MtelintError):
    """The work in hand took all of its time."""


@contextmanager
def last_resort(works: int = 1) -> Iterator[None]:
    """Let ``works`` pieces of work end after `SECONDS` each; off the main thread, and without such a timer, never.

    Raises:
        OutOfTimeError: the time is up.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    seconds = SECONDS * works

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTimeError(f"given up after {seconds:g} s of processor time, the last resort: please report it")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
