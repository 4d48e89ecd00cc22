"""How far a long run is, on standard error: a bar where the extra `rich` is there, else a line."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from mtelint.records import dataclass

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from mtelint.sweep import Progress

_EVERY = 5.0
"""Seconds between two lines of progress where standard error is no terminal."""
_ON_TERMINAL = 0.2


@contextmanager
def teller(stream: TextIO) -> "Iterator[Callable[[Progress], None]]":
    """What is to be called with each step of a sweep; it leaves the terminal as it was, however that ends."""
    tell = _teller(stream)
    try:
        yield tell
    finally:
        tell.close()


def _teller(stream: TextIO) -> "_Bar | _Line":
    if not stream.isatty():
        return _Line(stream, False)
    try:
        from rich.console import Console
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar
    except ModuleNotFoundError:
        return _Line(stream, True)
    console = Console(file=stream, force_terminal=True)
    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    return _Bar(Bar(*columns, console=console, transient=True))


def _said(progress: "Progress") -> str:
    return f"{progress.items} items, {progress.findings} findings"


@dataclass(slots=True)
class _Bar:
    """A bar that goes when the run is through."""

    bar: "Bar"
    task: "TaskID | None" = None

    def __call__(self, progress: "Progress") -> None:
        if self.task is None:
            self.bar.start()
            self.task = self.bar.add_task("", total=progress.of)
        self.bar.update(self.task, completed=progress.done, description=_said(progress))
        if progress.done >= progress.of:
            self.bar.stop()

    def close(self) -> None:
        """Give the cursor back."""
        if self.task is not None:
            self.bar.stop()


@dataclass(slots=True)
class _Line:
    """On a terminal one line that changes, elsewhere a line every few seconds."""

    stream: TextIO
    terminal: bool
    last: float = 0.0
    open: bool = False

    def __call__(self, progress: "Progress") -> None:
        now, final = time.monotonic(), progress.done >= progress.of
        if not final and now - self.last < (_ON_TERMINAL if self.terminal else _EVERY):
            return
        self.last = now
        text = f"{100 * progress.done // (progress.of or 1)} %, {_said(progress)}"
        self.stream.write(f"\r{text}" + ("\n" if final else "") if self.terminal else f"mtelint: {text}\n")
        self.stream.flush()
        self.open = self.terminal and not final

    def close(self) -> None:
        """Let what follows begin on a line of its own."""
        if self.open:
            self.stream.write("\n")
