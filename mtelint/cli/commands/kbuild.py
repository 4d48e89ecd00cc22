"""``mtelint kbuild``: the checker that the kernel's build calls with ``make C=1 CHECK="mtelint kbuild"``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtelint.cli.review_command import rule_ids
from mtelint.cli.review_options import filter_options
from mtelint.cli.world import World
from mtelint.errors import ExitCode, MtelintError
from mtelint.model import Confidence, Severity
from mtelint.report.formats.text import render_compiler
from mtelint.report.style import PLAIN, one_line

if TYPE_CHECKING:
    from mtelint.engine import Options
    from mtelint.model import Report

USAGE = 'mtelint: kbuild: no file: make C=1 CHECK="mtelint kbuild" names one\n'


class Anything(click.Command):
    """A command that takes the flags of any compiler; help only where it is all that is asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Leave help to click only alone, since ``-mhard-float`` holds an ``h`` too."""
        self.add_help_option = args in (["-h"], ["--help"])
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            ctx.obj.stderr.write(f"mtelint: {one_line(error.format_message())} (see mtelint kbuild --help)\n")
            raise click.exceptions.Exit(ExitCode.CLEAN) from error


@click.command(
    "kbuild",
    cls=Anything,
    short_help="Be the checker of a kernel build (make C=1 CHECK=...).",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[FLAG]... FILE")
@filter_options
@click.option("--confirm", is_flag=True, help="Put each finding to the memory-model simulator.")
@click.pass_obj
def kbuild(world: World, /, words: tuple[str, ...], **values: Any) -> int:
    """Review FILE, the last word, as `make C=1 CHECK="mtelint kbuild"` calls a checker; flags are passed over.

    Findings go to standard error as a compiler writes warnings.  The exit status is 0 whatever happens, since any other
    breaks the build.
    """
    if not words:
        world.stderr.write(USAGE)
        return ExitCode.CLEAN
    report = _forgiving(lambda: world.review_paths(words[-1:], _options(values, words[-1], world)), world)
    if report is not None:
        findings = tuple(replace(finding, path=words[-1]) for finding in report.findings)
        world.stderr.write(render_compiler(replace(report, findings=findings), PLAIN))
        for line in report.unreadable:
            world.stderr.write(f"mtelint: {one_line(line)}\n")
    return ExitCode.CLEAN


def _forgiving(review: "Callable[[], Report]", world: World) -> "Report | None":
    """The report, or None and a line where there is none: a build does not fail for its checker's sake."""
    try:
        return review()
    except MtelintError as error:
        world.stderr.write(f"mtelint: {one_line(str(error))}\n")
    except Exception as error:  # a bug of ours is no reason to stop a build either
        world.stderr.write(f"mtelint: internal error: {one_line(f'{type(error).__name__}: {error}')}\n")
    return None


def _options(values: dict[str, Any], file: str, world: World) -> "Options":
    from mtelint.engine import Options

    select, ignore = (tuple(word for words in values[name] for word in words) for name in ("select", "ignore"))
    severity, confidence = values["min_severity"], values["min_confidence"]
    return Options(
        select=rule_ids(select, world),
        ignore=rule_ids(ignore, world),
        min_severity=None if severity is None else Severity(severity),
        min_confidence=None if confidence is None else Confidence(confidence),
        config=values["config"],
        confirm=values["confirm"],
        command=f"mtelint check {file}",
    )
