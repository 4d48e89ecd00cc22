"""``mtelint fix``: print a patch that repairs what has one safe answer."""

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mtelint.cli.output import write_bytes
from mtelint.cli.review_command import check_tree, rule_ids
from mtelint.cli.review_options import Request, filter_options, filters_of
from mtelint.cli.world import World
from mtelint.errors import ExitCode, InputError, UsageError
from mtelint.model import Answer, Origin
from mtelint.report.overview import plural
from mtelint.report.style import one_line

if TYPE_CHECKING:
    from mtelint.engine import Input, Options
    from mtelint.fix import Repaired
    from mtelint.model import Finding, Report


@click.command("fix", short_help="Print a patch that repairs findings.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--patch", "mails", multiple=True, metavar="FILE",
              help="Repair what this mail or diff introduces: a patch on top of it; with --tree.")  # fmt: skip
@click.option("--tree", metavar="DIR", help="With --patch: the kernel tree that the patch applies to.")
@click.option("--write", is_flag=True, help="Change the files instead of printing a patch.")
@filter_options
@click.option("--quiet", "-q", is_flag=True, help="Nothing on standard error but errors.")
@click.pass_obj
def fix(
    world: World, /, paths: tuple[str, ...], mails: tuple[str, ...], tree: str | None, write: bool, quiet: bool,
    **values: Any,
) -> int:  # fmt: skip
    """Print a patch, for `git apply`, that repairs what is found in files, folders or a kernel tree.

    Only what has one safe answer is repaired: each change is judged again before it is offered, and put to the
    simulator; one that leaves the finding, brings another, or is not safe in the simulator is not offered.  Standard
    error says what was repaired and what was not.  The exit status is 0 with and without repairs.
    """
    _check_words(paths, mails, tree, write)
    options = _options(values, tree, world)
    if mails:
        report, done = _patched(mails, options, world)
    else:
        report, done = _plain(paths, options, world)
    for each in done:
        _put(each, write, world)
    for line in report.unreadable:
        world.stderr.write(f"mtelint: {one_line(line)}\n")
    if not quiet:
        _tell(report.findings, done, world)
    return ExitCode.BAD_INPUT if report.unreadable else ExitCode.CLEAN


def _check_words(paths: Sequence[str], mails: Sequence[str], tree: str | None, write: bool) -> None:
    if not paths and not mails:
        raise UsageError("missing PATH: name a file or folder, or a mail with --patch and --tree")
    if mails and (paths or not tree):
        raise UsageError("--patch needs --tree DIR, the tree that the patch applies to, and takes no PATH")
    if tree and not mails:
        raise UsageError("--tree belongs to --patch: to repair files of a tree, name them")
    if mails and write:
        raise UsageError("--write and --patch exclude each other: the tree does not hold what the patch adds")
    check_tree(tree, None)


def _options(values: dict[str, Any], tree: str | None, world: World) -> "Options":
    from mtelint.engine import Options

    request: Request = filters_of(values)
    return Options(
        select=rule_ids(request.select, world), ignore=rule_ids(request.ignore, world),
        min_severity=request.min_severity, min_confidence=request.min_confidence, config=request.config, tree=tree,
    )  # fmt: skip


def _plain(paths: Sequence[str], options: "Options", world: World) -> "tuple[Report, list[Repaired]]":
    from mtelint.fix import repair_paths

    report = world.review_paths(paths, options)
    return report, repair_paths(paths, report.findings, options) if report.findings else []


def _patched(mails: Sequence[str], options: "Options", world: World) -> "tuple[Report, list[Repaired]]":
    from mtelint.fix import repair_patched

    streams = [_whole(name, world) for name in mails]
    report = world.review_patches(streams, options)
    new = [finding for finding in report.findings if finding.origin in (None, Origin.INTRODUCED)]
    return report, [repair_patched(streams, new, options)] if new else []


def _whole(name: str, world: World) -> "Input":
    """A mail that can be read twice."""
    from mtelint.mail.inputs import Input

    try:
        data = world.stdin.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from error
    return Input(name, lambda: io.BytesIO(data))


def _put(done: "Repaired", write: bool, world: World) -> None:
    if write:
        for path, text in done.after.items():
            write_bytes(os.path.join(done.root or "", path), text)
        return
    from mtelint.fix import patch_of

    shown = {path: _from_here(done.reported(path)) for path in done.after}
    data = patch_of(
        {shown[path]: text for path, text in done.before.items()},
        {shown[path]: text for path, text in done.after.items()},
    )
    world.stdout.flush()
    binary = getattr(world.stdout, "buffer", None)
    if binary is None:
        world.stdout.write(data.decode("utf-8", "replace"))
    else:  # source text of whatever encoding goes out as it came in
        binary.write(data)
        binary.flush()


def _from_here(path: str) -> str:
    """A path that a patch can name: outside of any tree from the current folder, or from / where that is elsewhere."""
    if not os.path.isabs(path):
        return path
    near = os.path.relpath(path)
    return path.lstrip("/") if near.startswith(os.pardir) else near


def _tell(findings: "Sequence[Finding]", done: "Sequence[Repaired]", world: World) -> None:
    fixes = [(repaired.reported(each.finding.path), each) for repaired in done for each in repaired.fixes]
    for path, each in fixes:
        found = each.finding
        place = f"{one_line(path)}:{found.line}: {found.rule} {found.name}"
        world.stderr.write(f"{place}: {each.title} ({_proof(each.simulation)})\n")
    gone = min(sum(each.gone for each in done), len(findings))
    left = len(findings) - gone
    rest = f"; {left} without a repair that is known to be safe" if left else ""
    world.stderr.write(f"{plural(len(findings), 'finding')}, {gone} repaired{rest}\n")


def _proof(simulation: Any) -> str:
    if simulation is None or simulation.verdict is not Answer.REFUTED:
        return "judged again; no question for the simulator"
    return "judged again; shown safe by the simulator"
