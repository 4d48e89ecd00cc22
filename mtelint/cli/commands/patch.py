"""``mtelint patch``: review mails, mailboxes and diffs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtelint.cli.review_command import command_line, deliver, options_of, targets_of
from mtelint.cli.review_options import Request, common_options, request_of
from mtelint.cli.world import World
from mtelint.errors import InputError

if TYPE_CHECKING:
    from mtelint.engine import Input, Options

WAITING = (
    "mtelint: waiting for a mail, mailbox or diff on standard input, ended by Ctrl-D; "
    "`mtelint patch FILE` reads a file\n"
)


@click.command("patch", short_help="Review emailed patches, mailboxes and diffs.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@common_options
@click.option("--tree", metavar="DIR", help="Judge the patch applied to this kernel tree, not by its hunks alone.")
@click.option("--rev", metavar="REV", help="With --tree: this commit of it instead of the work tree.")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes for many files.  [default: as many as pay]")
@click.option("--quoted", is_flag=True, help="Also judge diffs that a reply quotes.")
@click.option("--all", "show_all", is_flag=True, help="Also show what the patch fixes and what it leaves as it was.")
@click.pass_obj
def patch(world: World, /, **values: Any) -> int:
    """Review emailed patches: mails, mailboxes, `git format-patch` files, plain diffs, saved archive pages.

    `-`, or no FILE, reads standard input.
    """
    request = request_of(values)
    targets = targets_of(request)
    files = _once(values.pop("files") or ("-",))
    if "-" in files and world.stdin.isatty():
        world.stderr.write(WAITING)
    unreadable: list[str] = []
    jobs = values.pop("jobs") or 0
    options = replace(_options(request, files, values, world), jobs=jobs)
    report = world.review_patches(_inputs(files, world, unreadable), options)
    report = replace(report, unreadable=(*unreadable, *report.unreadable))
    return deliver(report, request, targets, world)


def _once(files: Sequence[str]) -> tuple[str, ...]:
    """The names with standard input where it comes first: there is nothing in it when it comes again."""
    return tuple(name for at, name in enumerate(files) if name != "-" or "-" not in files[:at])


def _inputs(files: Sequence[str], world: World, unreadable: list[str]) -> "Iterator[Input]":
    """The streams behind the names; what has none is noted in ``unreadable``, and the rest goes on."""
    from mtelint.mail.inputs import inputs

    for name in files:
        try:
            yield from inputs(name, world.stdin)
        except InputError as error:
            unreadable.append(str(error))


def _options(request: Request, files: Sequence[str], values: dict[str, Any], world: World) -> "Options":
    words = request.words()
    words += [f"--{name}={values[name]}" for name in ("tree", "rev") if values[name]]
    words += [f"--{name}" for name, key in (("quoted", "quoted"), ("all", "show_all")) if values[key]]
    return options_of(request, world, command_line("patch", words, files), **values)
