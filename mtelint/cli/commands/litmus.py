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
from mtelint.memsim.event.path_enumeration import DEFAULT_UNROLL
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.answers import SCHEMA, as_json, bad_input_json, status, worst
from mtelint.memsim.output.explanation import explanation_text, fixes_text
from mtelint.memsim.output.explanation_page import explanation_page
from mtelint.memsim.output.herd_text import herd_text
from mtelint.memsim.output.litmus_names import Untranslatable
from mtelint.memsim.output.runnable import runnable_text
from mtelint.memsim.output.witness_graph import dot_text
from mtelint.memsim.search.decide import MODELS, decide
from mtelint.memsim.search.outcome import Outcome

DEFAULT_BOUND = 1_000_000
"""Candidate executions per test; far beyond what a readable test needs, and minutes of time."""


class _Question(Struct, frozen=True):
    """How every file of one run is decided and shown."""

    model: str
    style: str
    verdict_only: bool
    bound: int
    timeout: float | None
    unroll: int


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
@click.option("--format", "style", type=click.Choice(["herd", "json", "litmus7c", "html"]), default="herd",
              show_default=True, help="What herd7 prints, one JSON document, the test in the C that herd7 takes, or "
              "a page with the explanation.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Tell the execution as a time line, or the cycle that forbids it.")
@click.option("--fix", is_flag=True, help="Name the smallest changes that forbid the outcome.")
@click.option("--unroll", type=click.IntRange(min=0), default=DEFAULT_UNROLL, show_default=True,
              help="Turns to follow of a loop whose end depends on what is read.")  # fmt: skip
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
    timeout: float | None, jobs: int, unroll: int, explain: bool, fix: bool,
) -> None:  # fmt: skip
    """Decide litmus tests (herd7's C format) under the Linux kernel memory model.

    Exit status: 2 if a file could not be read, else 1 if a verdict is not as its "Result:" line says, else 4 if a
    verdict is unknown, else 0.
    """
    chosen = [name for name, wanted in (("dot", dot), ("explain", explain), ("fix", fix)) if wanted]
    if len(chosen) > 1 or (chosen and style != "herd"):
        raise click.UsageError("--dot, --explain, --fix and --format each choose what is printed: give one of them")
    question = _Question(model, chosen[0] if chosen else style, verdict_only, bound, timeout, unroll)
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
        program, question.model, verdict_only=question.verdict_only, bound=question.bound, timeout=question.timeout,
        unroll=question.unroll,
    )  # fmt: skip
    if question.style == "json":
        return _Reply(status(outcome), entry=as_json(outcome))
    try:
        return _Reply(status(outcome), _text(outcome, question))
    except Untranslatable as error:
        return _Reply(ExitCode.UNKNOWN, problem=f"Error: {name}: {error}")


def _text(outcome: Outcome, question: _Question) -> str:
    match question.style:
        case "dot":
            return dot_text(outcome)
        case "litmus7c":
            return runnable_text(outcome, question.unroll)
        case "explain":
            return explanation_text(outcome)
        case "fix":
            return fixes_text(outcome)
        case "html":
            return explanation_page(outcome)
        case _:
            return herd_text(outcome)
