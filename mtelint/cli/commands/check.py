"""``mtelint check``: review files, folders, a whole kernel tree, or what git is about to record."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtelint.cli.review_command import command_line, deliver, options_of, targets_of
from mtelint.cli.review_options import Request, common_options, request_of
from mtelint.cli.world import World
from mtelint.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from mtelint.engine import Options
    from mtelint.model import Report

WITH_FIXES = ("rdjson", "html")
"""Formats that show the repaired line; to find and prove it takes about as long as the review."""


@click.command("check", short_help="Review files, folders, a kernel tree or git changes.")
@click.argument("paths", nargs=-1, metavar="PATH...")
@click.option("--staged", is_flag=True, help="Review what is staged for commit: changed lines only.")
@click.option("--range", "spec", metavar="A..B", help="Review the changes between two commits: changed lines only.")
@click.option(
    "--dump", type=click.Choice(["cfg", "states"]),
    help="Draw one function of FILE or FILE:FUNCTION as Graphviz text instead of reviewing; \"states\" with what each "
    "path knows at each node.",
)  # fmt: skip
@click.option("--function", metavar="NAME", help="With --dump: the function to draw.")
@click.option("--cache", metavar="DIR", help="Keep results by content here.  [default: in the user's cache folder]")
@click.option("--jobs", "-j", type=click.IntRange(min=1), help="Processes for many trees.  [default: as many as pay]")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results.")
@common_options
@click.pass_obj
def check(
    world: World, /, paths: tuple[str, ...], staged: bool, spec: str | None, dump: str | None, function: str | None,
    cache: str | None, jobs: int | None, no_cache: bool, **values: Any,
) -> int:  # fmt: skip
    """Review C files and headers: single ones, folders, or a whole kernel tree.

    With --staged or --range a PATH is the repository (the current folder without one).  Where pre-commit names a range
    in PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF, --staged reviews that range.
    """
    request = request_of(values)
    if dump is not None:
        return _draw(world, request, paths, dump, function)
    targets = targets_of(request)
    if staged or spec is not None:
        report = _changes(world, request, paths, staged, spec)
    else:
        if not paths:
            raise UsageError("missing PATH: name a file or folder, or ask for --staged or --range A..B")
        folder = None if no_cache else _cache_folder(cache, world)
        options = replace(_options(request, [], paths, world), cache=folder, jobs=jobs or 0)
        report = world.review_paths(paths, options)
        if report.findings and (request.confirm or any(target.format in WITH_FIXES for target in targets)):
            report = _with_fixes(report, paths, options)
    return deliver(report, request, targets, world)


_HOOKS = ("PRE_COMMIT", "GIT_INDEX_FILE", "GIT_DIR")
"""Variables that are set where a hook calls: there is no cache then, unless one is asked for."""


def _cache_folder(named: str | None, world: World) -> Path | None:
    """Where results are kept; relative paths in the environment are ignored, as the XDG specification asks."""
    if named == "":
        raise UsageError("--cache: an empty name is no folder; --no-cache does without one")
    if named is not None:
        return Path(named)
    home, base = (world.environ.get(name, "") for name in ("HOME", "XDG_CACHE_HOME"))
    if not base.startswith("/"):
        base = f"{home}/.cache" if home.startswith("/") else ""
    hooked = any(world.environ.get(name) for name in _HOOKS)
    return Path(base) / "mtelint" / "results" if base and not hooked else None


def _draw(world: World, request: Request, paths: tuple[str, ...], what: str, function: str | None) -> int:
    from mtelint.engine.review.dump import cfg_text, states_text
    from mtelint.model.limits import holding

    if len(paths) != 1:
        raise UsageError("--dump draws a function of one file: name the file")
    if what == "cfg":
        world.stdout.write(cfg_text(paths[0], function, world.rulebook().vocabulary))
        return ExitCode.CLEAN
    options, place = _options(request, [], paths, world), Path(paths[0])
    with holding(options.bounds(place)):
        world.stdout.write(states_text(paths[0], function, options.configs().book([place]).vocabulary))
    return ExitCode.CLEAN


def _with_fixes(report: "Report", paths: tuple[str, ...], options: "Options") -> "Report":
    from mtelint.fix import with_fixes

    return replace(report, findings=with_fixes(paths, report.findings, options))


def _changes(world: World, request: Request, paths: tuple[str, ...], staged: bool, spec: str | None) -> Any:
    if staged and spec is not None:
        raise UsageError("--staged and --range exclude each other")
    if len(paths) > 1:
        raise UsageError("--staged and --range review one repository: name its folder, or none for the current one")
    words = ["--staged"] if staged else [f"--range={spec}"]
    pushed = _pushed(world) if staged else None
    options = _options(request, [f"--range={pushed}"] if pushed else words, paths, world)
    options = replace(options, index=world.environ.get("GIT_INDEX_FILE") or None)
    return world.review_changes(Path(paths[0] if paths else "."), pushed or spec, options)


def _pushed(world: World) -> str | None:
    """The range that pre-commit names for a push."""
    first, last = (world.environ.get(f"PRE_COMMIT_{end}_REF") for end in ("FROM", "TO"))
    return f"{first}..{last}" if first and last else None


def _options(request: Request, words: list[str], paths: tuple[str, ...], world: World) -> "Options":
    return options_of(request, world, command_line("check", [*words, *request.words()], paths))
