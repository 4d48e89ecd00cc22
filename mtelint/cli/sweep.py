"""``mtelint sweep``: review whole archives and histories."""

import os
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import click

from mtelint.cli.context import World
from mtelint.cli.progress import teller
from mtelint.errors import ExitCode, InputError, UsageError
from mtelint.model import Confidence, Severity


@click.command("sweep", short_help="Review whole mail archives and git histories.")
@click.argument("source")
@click.option("--output", "-o", required=True, metavar="FILE", help="Findings: JSON lines, or SQLite (*.sqlite, *.db).")
@click.option("--history", metavar="A..B", help="SOURCE is a git repository: review each commit of the range.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use.")
@click.option("--dask", metavar="ADDRESS", help="Work on this Dask cluster, such as tcp://host:8786, instead.")
@click.option("--piece", "size", type=click.IntRange(min=1), default=200, show_default=True, help="Mails at a time.")
@click.option("--min-severity", type=click.Choice([each.value for each in Severity]), default="note", show_default=True)
@click.option(
    "--min-confidence", type=click.Choice([each.value for each in Confidence]), default="medium", show_default=True
)
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary on standard error.")
@click.pass_obj
def sweep(world: World, /, source: str, output: str, **values: Any) -> int:
    """Review an archive: a public-inbox repository (v2), a Maildir, a folder of mailboxes, or a git history.

    Findings are written as they come.  The same command goes on where a sweep was stopped or killed.
    """
    from mtelint.engine import Options
    from mtelint.sweep import open_store, pieces
    from mtelint.sweep import sweep as work

    if values["dask"] and values["jobs"] > 1:
        raise UsageError("--dask and --jobs exclude each other")
    levels = Severity(values["min_severity"]), Confidence(values["min_confidence"])
    options = Options(min_severity=levels[0], min_confidence=levels[1], command="mtelint sweep")
    history = values["history"]
    source = os.path.abspath(source)
    store = open_store(output, f"{source} {history or ''} {levels[0]} {levels[1]} {world.rulebook().digest}")
    start, workers = _executor(values["dask"], values["jobs"])
    try:
        parts = pieces(source, history, values["size"])
        work(parts, options, store, start, workers, None if values["quiet"] else teller(world.stderr))
        counts = dict(store.counts)
    finally:
        store.close()
    if not values["quiet"]:
        items, findings, skipped = (counts.get(name, 0) for name in ("items", "findings", "skipped"))
        world.stderr.write(f"{findings} findings in {items} items, {skipped} skipped: {output}\n")
    return ExitCode.FINDINGS if counts.get("findings") else ExitCode.CLEAN


def _executor(address: str | None, jobs: int) -> tuple[Callable[[], Executor] | None, int]:
    """What makes an executor (None to work in this process), and how many workers it has."""
    if address is not None:
        return _dask(address)
    if jobs == 1:
        return None, 1
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return lambda: ProcessPoolExecutor(jobs, mp_context=get_context("spawn")), jobs


def _dask(address: str) -> tuple[Callable[[], Executor], int]:
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise UsageError("--dask needs Dask: pip install 'mtelint[dask]'") from None
    try:
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(f"{address}: no Dask scheduler answers there: {error}") from error
    click.get_current_context().call_on_close(client.close)
    workers = max(1, sum(client.nthreads().values()))
    return lambda: client.get_executor(pure=False), workers
