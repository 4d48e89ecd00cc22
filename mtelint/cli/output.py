"""Where reports go: ``--format NAME[=FILE]``, and files that are written whole or not at all."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from mtelint.cli.world import World
from mtelint.errors import UsageError
from mtelint.model import Report
from mtelint.report import FORMATS, Style, renderer

if TYPE_CHECKING:
    from click import ParamType as ParamType
else:

    class ParamType(click.ParamType):
        """click's type of a parameter with what it gives in brackets: at run time only recent versions of click can."""

        def __class_getitem__(cls, item: Any) -> Any:
            """The type itself."""
            del item
            return cls


WITH_PAGES = ("sarif",)
"""Formats that carry the rule pages along."""
STEP_SUMMARY = "GITHUB_STEP_SUMMARY"
"""Environment variable that names the file whose Markdown GitHub shows with a step."""


class Target(Struct, frozen=True):
    """A format and the file it goes to; None is standard output."""

    format: str
    file: str | None


class TargetType(ParamType[Target]):
    """``NAME`` or ``NAME=FILE``; ``-`` as a file is standard output."""

    name = "NAME[=FILE]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Target:
        """Parse one value of the option."""
        if isinstance(value, Target):
            return value
        name, given, file = value.partition("=")
        if name not in FORMATS:
            self.fail(f"no format is called {name!r}: choose from {', '.join(FORMATS)}", param, ctx)
        if given and not file:
            self.fail(f"{value!r} names no file after the equals sign", param, ctx)
        return Target(name, file if file not in ("", "-") else None)


def checked(targets: Sequence[Target]) -> tuple[Target, ...]:
    """The targets, text on standard output where there is none.

    Raises:
        UsageError: two reports would go to one place.
    """
    places = [os.path.realpath(target.file) if target.file else None for target in targets]
    for place in places:
        if places.count(place) > 1:
            where = place or "standard output"
            raise UsageError(f"two formats would go to {where}: send one of them elsewhere with --format NAME=FILE")
    return tuple(targets) or (Target("text", None),)


def write(report: Report, targets: Sequence[Target], world: World, stats: bool) -> None:
    """Render the report for every target; files first, as a closed pipe must not cost them.

    Raises:
        UsageError: a file cannot be written; the other targets are.
    """
    failed: UsageError | None = None
    for target in sorted(targets, key=lambda each: each.file is None):
        try:
            _write_one(report, target, world, stats)
        except UsageError as error:
            failed = failed or error
    if failed is not None:
        raise failed


def _write_one(report: Report, target: Target, world: World, stats: bool) -> None:
    render = renderer(target.format)
    style = world.style(stats) if target.file is None else Style(stats=stats)
    if target.format == "text" and report.findings:
        from mtelint.rulebook.runs import with_runs  # it reads a file that no other format needs

        report = replace(report, findings=with_runs(report.findings))
    if target.format in WITH_PAGES:
        style = replace(style, pages=_pages(report, world))
    text = render(report, style)
    if target.file is None:
        world.stdout.write(text)
        world.stdout.flush()
    else:
        write_whole(target.file, text)
    if target.format == "github" and world.environ.get(STEP_SUMMARY):
        from mtelint.report.formats.ci import (
            step_summary,  # it loads what few runs need
        )

        _append(world.environ[STEP_SUMMARY], step_summary(report))


def _append(file: str, text: str) -> None:
    try:
        with open(file, "a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}") from error


def _pages(report: Report, world: World) -> dict[str, str]:
    book = world.rulebook()
    return {rule.id: book.page(rule.id) for rule in report.rules}


def write_whole(file: str, text: str) -> None:
    """Write ``text`` to ``file`` so that nobody ever sees a part of it; a device or pipe is simply written to.

    Raises:
        UsageError: the file cannot be written; what was there is as before.
    """
    write_bytes(file, text.encode("utf-8", "backslashreplace"))


def write_bytes(file: str, data: bytes) -> None:
    """Write ``data`` to ``file`` in the same way.

    Raises:
        UsageError: the file cannot be written; what was there is as before.
    """
    path = Path(os.path.realpath(file))
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(path, data)
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror or error}") from error


def _replace(path: Path, data: bytes) -> None:
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    fresh = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(fresh, "xb") as stream:
            stream.write(data)
        if mode is not None:
            fresh.chmod(mode)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
