"""``mtelint check``: review files, folders or a whole kernel tree."""

from typing import TYPE_CHECKING, Any

import click

from mtelint.cli.context import World
from mtelint.cli.options import Request, common_options, request_of
from mtelint.cli.review import command_line, deliver, rule_ids, targets_of

if TYPE_CHECKING:
    from mtelint.engine import Options


@click.command("check", short_help="Review files, folders or a kernel tree.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@common_options
@click.pass_obj
def check(world: World, /, paths: tuple[str, ...], **values: Any) -> int:
    """Review C files and headers: single ones, folders, or a whole kernel tree."""
    request = request_of(values)
    targets = targets_of(request)
    report = world.review_paths(paths, _options(request, paths, world))
    return deliver(report, request, targets, world)


def _options(request: Request, paths: tuple[str, ...], world: World) -> "Options":
    from mtelint.engine import Options

    return Options(
        select=rule_ids(request.select, world),
        ignore=rule_ids(request.ignore, world),
        min_severity=request.min_severity,
        min_confidence=request.min_confidence,
        command=command_line("check", request.words(), paths),
    )
