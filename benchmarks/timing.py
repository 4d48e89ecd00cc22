"""Runs programs in turn and measures what each run takes."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

OFTEN = 3
"""Runs in one turn of a row that is not slow: short runs differ more among each other, and cost little."""


@dataclass(frozen=True)
class Row:
    """A program to be measured: its name on the command line, its name in the table, and how it is called.

    One that ``finds`` says so by exit status 1.
    """

    name: str
    label: str
    command: tuple[str, ...]
    slow: bool = False
    finds: bool = False


@dataclass(frozen=True)
class Run:
    """What one run took: CPU and wall seconds, and megabytes at its peak, 0 where they cannot be told."""

    cpu: float
    wall: float
    peak: float


@dataclass(frozen=True)
class Measured:
    """The runs of a row; ``wanted`` is how many there were to be."""

    name: str
    label: str
    runs: tuple[Run, ...]
    wanted: int

    @property
    def cpu(self) -> float:
        """Median of the CPU seconds."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def wall(self) -> float:
        """Median of the seconds on the clock."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def peak(self) -> float:
        """Megabytes: the highest of all runs."""
        return max(run.peak for run in self.runs)


def in_turn(title: str, rows: Sequence[Row], where: Path, runs: int, patience: float) -> list[Measured]:
    """Each row ``runs`` times in turn; one of which a run takes more than ``patience`` CPU seconds has no further run.

    A first turn of the quick rows fills the caches of the machine and of the programs, and does not count.
    """
    for row in rows:
        if not row.slow:
            run_once(row, where)
    taken: dict[str, list[Run]] = {row.name: [] for row in rows}
    for turn in range(runs):
        for row in rows:
            mine = taken[row.name]
            if all(run.cpu <= patience for run in mine):
                mine += [run_once(row, where) for _ in range(1 if row.slow else OFTEN)]
                say(f"{title}: {row.name}, turn {turn + 1} of {runs}: {mine[-1].cpu:.2f} CPU s")
    return [Measured(row.name, row.label, tuple(taken[row.name]), runs) for row in rows]


def run_once(row: Row, where: Path) -> Run:
    """Runs a program; what it prints is dropped.  Ends this process where the program fails."""
    nothing = subprocess.DEVNULL
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(
            row.command, cwd=where, env=_environment(), stdin=nothing, stdout=nothing, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        # What failed would only look fast.
        if process.returncode > row.finds or process.returncode < 0:
            errors.seek(0)
            told = errors.read().decode(errors="replace").strip().rpartition("\n")[2]
            sys.exit(f"{row.label} ended with status {process.returncode}: {told}")
    return Run(used.ru_utime + used.ru_stime, wall, _peak(used.ru_maxrss))


def _peak(kilobytes: int) -> float:
    """Megabytes of a child; a child starts as a copy of this process, so a smaller peak than that cannot be seen."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / 1024 if kilobytes > own else 0.0


def own_peak() -> float:
    """Megabytes of this process at its peak."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _environment() -> dict[str, str]:
    """That of this process, but compiled modules are kept, as they are for a user of the programs."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def process_seconds(action: Callable[[], object]) -> float:
    """CPU seconds of this process for an action."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def say(text: str) -> None:
    """Progress, which must not get into a table on standard output."""
    print(text, file=sys.stderr, flush=True)
