"""``mtelint replay``: bring the witnesses of findings to a run on a kernel."""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import click

from mtelint.cli.world import World
from mtelint.errors import ExitCode
from mtelint.replay import (
    SECONDS,
    Answer,
    Laboratory,
    Tools,
    Verdict,
    Witness,
    find_tools,
    kernel_of,
    load_scenarios,
    read_witnesses,
)
from mtelint.replay import replay as answer_of

SCHEMA = "mtelint-replay/1"


@click.command("replay", short_help="Hold findings against a running kernel (experimental).")
@click.argument("findings", metavar="FINDINGS.json")
@click.option("--kernel", "image", required=True, type=click.Path(path_type=Path), metavar="IMAGE",
              help="The unpacked image of an arm64 kernel.")  # fmt: skip
@click.option("--modules", type=click.Path(path_type=Path), metavar="DIR",
              help="Its folder below lib/modules.  [default: modules/ beside the image]")  # fmt: skip
@click.option("--cache", "folder", type=click.Path(path_type=Path), metavar="DIR",
              help="Where demonstrations/bring put QEMU, and where programs are built.  [default: in the user's cache "
              "folder]")  # fmt: skip
@click.option("--rule", "rules", multiple=True, metavar="RULE", help="Only findings of this rule; may be repeated.")
@click.option(
    "--seconds", type=click.FloatRange(min=1), default=SECONDS, show_default=True, help="End a boot after this."
)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--console", is_flag=True, help="Show on standard error what the kernel prints.")
@click.pass_obj
def replay(
    world: World, /, findings: str, image: Path, modules: Path | None, folder: Path | None, rules: tuple[str, ...],
    seconds: float, style: str, console: bool,
) -> int:  # fmt: skip
    """Hold the findings of a file against a kernel that runs: seen, not seen, or no scenario.

    FINDINGS.json is what `mtelint check --confirm --format json` wrote.  A program from demonstrations/ reaches the
    place under QEMU; one CPU is held between the two steps of the witness while another goes on.

    Exit status: 1 if something was seen, else 0.
    """
    scenarios = load_scenarios()
    witnesses = [
        each for each in read_witnesses(findings, world.rulebook().vocabulary) if not rules or each.rule in rules
    ]
    kernel = kernel_of(image, modules)
    where = folder or cache_folder(world)

    @cache
    def tools() -> Tools:
        return find_tools(where, world.environ)

    def laboratory() -> Laboratory:
        return Laboratory(tools(), where, seconds, partial(_tell, world) if console else lambda line: None)

    answers = []
    for witness in witnesses:
        answer = answer_of(witness, kernel, scenarios, laboratory)
        answers.append((witness, answer))
        if style == "text":
            world.stdout.write(_text(witness, answer))
            world.stdout.flush()
    if style == "json":
        entries = [_entry(witness, answer) for witness, answer in answers]
        world.stdout.write(
            json.dumps({"schema": SCHEMA, "kernel": kernel.version, "answers": entries}, indent=1) + "\n"
        )
    seen = any(answer.verdict is Verdict.SEEN for _, answer in answers)
    return ExitCode.FINDINGS if seen else ExitCode.CLEAN


def cache_folder(world: World) -> Path:
    """The folder for what runs need, in the user's cache."""
    base = world.environ.get("XDG_CACHE_HOME") or Path(world.environ.get("HOME", "/")) / ".cache"
    return Path(base) / "mtelint" / "running"


def _tell(world: World, line: str) -> None:
    world.stderr.write(f"| {line}\n")
    world.stderr.flush()


def _text(witness: Witness, answer: Answer) -> str:
    on = f" on {answer.kernel}" if answer.kernel else ""
    lines = [f"{witness.place}: {witness.rule}: {answer.verdict}{on}", f"  {answer.reason}"]
    if answer.scenario:
        held = f", one CPU held at {answer.hold}()" if answer.hold else ""
        lines.append(f"  scenario {answer.scenario}{held}")
    return "\n".join(lines) + "\n"


def _entry(witness: Witness, answer: Answer) -> dict[str, Any]:
    return {
        "rule": witness.rule,
        "path": witness.path,
        "line": witness.line,
        "function": witness.function,
        "verdict": answer.verdict.value,
        "reason": answer.reason,
        "kernel": answer.kernel,
        "scenario": answer.scenario,
        "hold": answer.hold,
    }
