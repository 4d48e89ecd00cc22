"""``mtelint litmus``: decide litmus tests under the Linux kernel memory model."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from mtelint.errors import ExitCode, InputError
from mtelint.memsim.answers import SCHEMA, as_json, bad_input_json, status, worst
from mtelint.memsim.dot import dot_text
from mtelint.memsim.explore import MODELS, decide
from mtelint.memsim.herd import herd_text
from mtelint.memsim.parse import parse_litmus

DEFAULT_BOUND = 1_000_000
"""Candidate executions per test; far beyond what a readable test needs, and minutes of time."""


class _Question(Struct, frozen=True):
    """How every file of one run is decided and shown."""

    model: str
    style: str
    verdict_only: bool
    bound: int
    timeout: float | None


class _Reply(Struct, frozen=True):
    """What one file gave: exit status, text or JSON entry, and a message for standard error."""

    code: ExitCode
    text: str = ""
    entry: dict[str, Any] | None = None
    problem: str | None = None


@click.command("litmus", short_help="Decide litmus tests under the kernel's memory model.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--model", type=click.Choice(sorted(MODELS)), default="lkmm", show_default=True,
              help="lkmm is the model of Linux 6.3 and later, lkmm-6.1 the one before.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["herd", "json"]), default="herd", show_default=True,
              help="What herd7 prints, or one JSON document.")  # fmt: skip
@click.option("--dot", is_flag=True, help="Print the witness execution as Graphviz instead.")
@click.option("--verdict-only", is_flag=True, help="Stop as soon as verdict and data race are known.")
@click.option("--bound", type=click.IntRange(min=1), default=DEFAULT_BOUND, show_default=True,
              help="Give up after this many candidate executions of a test.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
              help="Give up after this time on one test.")  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to share the files.")
@click.pass_context
def litmus(
    ctx: click.Context, files: tuple[str, ...], model: str, style: str, dot: bool, verdict_only: bool, bound: int,
    timeout: float | None, jobs: int,
) -> None:  # fmt: skip
    """Decide litmus tests (herd7's C format) under the Linux kernel memory model.

    Exit status: 2 if a file could not be read, else 1 if a verdict is not as its "Result:" line says, else 4 if a
    verdict is unknown, else 0.
    """
    question = _Question(model, "dot" if dot else style, verdict_only, bound, timeout)
    codes: list[ExitCode] = []
    entries: list[dict[str, Any]] = []
    for reply in _replies(files, question, jobs):
        codes.append(reply.code)
        if reply.problem:
            click.echo(reply.problem, err=True)
        if reply.entry is not None:
            entries.append(reply.entry)
        if reply.text:
            click.echo(reply.text, nl=False)
    if question.style == "json":
        click.echo(json.dumps({"schema": SCHEMA, "results": entries}, indent=1))
    ctx.exit(int(worst(codes)))


def _replies(files: tuple[str, ...], question: _Question, jobs: int) -> Iterator[_Reply]:
    """Answers in the order of the files."""
    if jobs == 1 or len(files) == 1:
        yield from map(partial(_answer, question), files)
        return
    with ProcessPoolExecutor(max_workers=jobs) as pool:
        yield from pool.map(partial(_answer, question), files, chunksize=max(1, min(32, len(files) // (4 * jobs))))


def _answer(question: _Question, name: str) -> _Reply:
    try:
        text = Path(name).read_text(encoding="utf-8", errors="replace")
        program = parse_litmus(text, name)
    except (OSError, InputError) as error:
        message = str(error) if isinstance(error, InputError) else f"{name}: {error.strerror or error}"
        entry = bad_input_json(name, question.model, message) if question.style == "json" else None
        return _Reply(ExitCode.BAD_INPUT, entry=entry, problem=f"Error: {message}")
    outcome = decide(
        program, question.model, verdict_only=question.verdict_only, bound=question.bound, timeout=question.timeout
    )
    if question.style == "json":
        return _Reply(status(outcome), entry=as_json(outcome))
    return _Reply(status(outcome), dot_text(outcome) if question.style == "dot" else herd_text(outcome))
