"""``mtelint sweep``: review whole archives and histories."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from msgspec import Struct
from msgspec.structs import replace

from mtelint.cli.review_command import options_of
from mtelint.cli.review_options import Request, confirm_option, filter_options, filters_of, limit_option
from mtelint.cli.world import World
from mtelint.errors import ExitCode, InputError, UsageError

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from mtelint.engine import Options
    from mtelint.engine.review.pool import Pool
    from mtelint.sweep import Progress, Workers

_EVERY = 5.0
"""Seconds between two lines of progress where standard error is no terminal."""
_ON_TERMINAL = 0.2


@click.command("sweep", short_help="Review whole mail archives and git histories.")
@click.argument("source")
@click.option("--output", "-o", required=True, metavar="FILE", help="Findings: JSON lines, or SQLite (*.sqlite, *.db).")
@click.option("--history", metavar="A..B", help="SOURCE is a git repository: review each commit of the range.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use.")
@click.option("--dask", metavar="ADDRESS", help="Work on this Dask cluster, such as tcp://host:8786, instead.")
@click.option("--piece", "size", type=click.IntRange(min=1), default=500, show_default=True, help="Mails at a time.")
@filter_options
@confirm_option
@limit_option
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary on standard error.")
@click.pass_obj
def sweep(
    world: World, /, source: str, output: str, history: str | None, jobs: int, dask: str | None, size: int,
    **values: Any,
) -> int:  # fmt: skip
    """Review an archive: a public-inbox repository (v2) or a mirror of many, a Maildir, mailboxes, or a git history.

    Findings are written as they come.  The same command goes on where a sweep was stopped or killed, and takes in what
    an archive has got since.
    """
    from mtelint.sweep import open_store, plan_of
    from mtelint.sweep import sweep as work

    if dask and jobs > 1:
        raise UsageError("--dask and --jobs exclude each other")
    request = filters_of(values)
    options = _pinned(options_of(request, world, "mtelint sweep"))
    source = os.path.abspath(source)
    store = open_store(output, _job(source, history, request, options))
    try:
        workers = _workers(dask, jobs, partial(_say, world, request.quiet))
        plan = plan_of(source, history, size, store.cuts)
        with contextlib.nullcontext() if request.quiet else teller(world.stderr) as tell:
            work(plan, options, store, workers, tell)
        return _told(store.counts, output, request.quiet, world)
    finally:
        store.close()


def _pinned(options: "Options") -> "Options":
    """The options with the configuration that holds here: a worker elsewhere must find no other, and no less."""

    here = Path.cwd()
    config = options.configs().of(here)
    return replace(options, config=Path(os.path.abspath(config.file) if config else os.devnull), base=str(here))


def _job(source: str, history: str | None, request: Request, options: "Options") -> str:
    """What makes results comparable: source, options, program, rules, and the words of the configuration."""
    from mtelint.sweep import judge_of

    words = [word for word in request.words() if not word.startswith("--config")]
    return ", ".join((" ".join(filter(None, (source, history, *words))), judge_of(options)))


def _told(counts: dict[str, int], output: str, quiet: bool, world: World) -> ExitCode:
    """The closing line, and the exit code: 2 where there are items of which nothing is known."""
    items, findings, skipped, failed = (counts.get(name, 0) for name in ("items", "findings", "skipped", "failed"))
    if not quiet:
        unknown = f" ({failed} not reviewed)" if failed else ""
        world.stderr.write(f"{findings} findings in {items} items, {skipped} skipped{unknown}: {output}\n")
    return ExitCode.BAD_INPUT if failed else ExitCode.FINDINGS if findings else ExitCode.CLEAN


def _say(world: World, quiet: bool, line: str) -> None:
    if not quiet:
        world.stderr.write(f"mtelint: {line}\n")
        world.stderr.flush()


def _workers(address: str | None, jobs: int, say: Callable[[str], None]) -> "Workers | None":
    """Who does the work; None for this process."""
    if address is None and jobs == 1:
        return None
    from mtelint.sweep import Workers

    if address is None:
        return Workers(lambda: _pool(jobs), lambda: jobs)
    from mtelint.cli.cluster import connected

    cluster = connected(address, say)
    click.get_current_context().call_on_close(cluster.leave)
    return Workers(cluster.start, cluster.count, cluster.alive)


def _pool(jobs: int) -> "Pool":
    from mtelint.engine.review.pool import Pool

    try:
        return Pool(jobs)
    except (OSError, ImportError, NotImplementedError) as error:  # no semaphores, say, or no descriptor left
        raise InputError(f"--jobs {jobs}: no processes can be started here: {error}: try --jobs 1") from error


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


class _Bar(Struct):
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


class _Line(Struct):
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
