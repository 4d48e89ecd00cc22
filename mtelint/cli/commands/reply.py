"""``mtelint reply``: write the answers to mailed patches that have findings; sending them is the reviewer's."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtelint.cli.commands.patch import WAITING
from mtelint.cli.review_command import command_line, exit_code, options_of
from mtelint.cli.review_options import Request, filter_options, request_of
from mtelint.cli.world import World
from mtelint.errors import InputError, UsageError
from mtelint.model import Finding, Origin, Report, Severity
from mtelint.report.overview import plural
from mtelint.report.style import one_line

if TYPE_CHECKING:
    from mtelint.engine import Input, Options
    from mtelint.reply import Draft, Wording

_UNSHARED = {"targets": (), "stats": False, "write_baseline": None, "litmus_dir": None, "compat": False, "limits": ()}
"""What the other reviewing commands ask for and this one does not."""


@click.command("reply", short_help="Write review replies to mailed patches; sends nothing.")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@filter_options
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Leave out what is in this baseline.")
@click.option("--confirm/--no-confirm", default=True, help="Put each finding to the simulator first.  [default: yes]")
@click.option("--tree", metavar="DIR", help="Judge the patch applied to this kernel tree, not by its hunks alone.")
@click.option("--rev", metavar="REV", help="With --tree: this commit of it instead of the work tree.")
@click.option("--quoted", is_flag=True, help="Also answer diffs that a reply quotes.")
@click.option("--all", "show_all", is_flag=True, help="Also name what was wrong before, with a Fixes: by git blame.")
@click.option("--from", "author", metavar="ADDRESS", default="", help="The From header; none is written without it.")
@click.option("--output-dir", "-o", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Write each reply to a file of its own in this folder.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings.")
@click.option("--quiet", "-q", is_flag=True, help="No summary on standard error.")
@click.pass_obj
def reply(world: World, /, **values: Any) -> int:
    """Answer mailed patches that have findings: a mail for each, to be looked over and sent by you.

    One reply is printed as a mail, several as a mailbox.  Each quotes the hunks and has the comments under their lines.
    Notes are left out unless --min-severity=note asks for them.  `-`, or no FILE, reads standard input.
    """
    request = request_of({**_UNSHARED, **values})
    own = {name: values[name] for name in ("tree", "rev", "quoted", "show_all")}
    files: tuple[str, ...] = values["files"] or ("-",)
    if "-" in files and world.stdin.isatty():
        world.stderr.write(WAITING.replace("mtelint patch", "mtelint reply"))
    unreadable: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        sources = list(_inputs(files, world, Path(folder), unreadable))
        report = world.review_patches(sources, _options(request, files, own, world))
        worth = tuple(_worth_a_mail(report, request))
        report = replace(report, findings=worth, unreadable=(*unreadable, *report.unreadable))
        written = _drafts(sources, report, values)
    _deliver(written, values["output_dir"], world)
    for line in (*report.unreadable, *_unanswered(report, written)):
        world.stderr.write(f"mtelint: {one_line(line)}\n")
    if not request.quiet and written:
        world.stderr.write(_summary(written, values["output_dir"]))
    return exit_code(report, request.exit_zero)


def _inputs(files: Sequence[str], world: World, folder: Path, unreadable: list[str]) -> "Iterator[Input]":
    """The streams behind the names, each readable twice; standard input is put by in ``folder``."""
    from mtelint.mail.inputs import Input, inputs

    for name in files:
        if name == "-":
            copy = folder / "stdin"
            with copy.open("wb") as stream:
                shutil.copyfileobj(world.stdin, stream)
            yield Input("<stdin>", lambda copy=copy: copy.open("rb"))  # type: ignore[misc]  # binds the loop variable
            continue
        try:
            yield from inputs(name)
        except InputError as error:
            unreadable.append(str(error))


def _options(request: Request, files: Sequence[str], own: dict[str, Any], world: World) -> "Options":
    words = request.words()
    words += [f"--{name}={value}" for name, value in (("tree", _shown(own["tree"])), ("rev", own["rev"])) if value]
    words += [f"--{name}" for name, key in (("quoted", "quoted"), ("all", "show_all")) if own[key]]
    return options_of(request, world, command_line("patch", words, [_shown(file) or file for file in files]), **own)


def _shown(path: str | None) -> str | None:
    """A path as it may stand in a mail to others: its last part alone."""
    return path and (PurePath(path).name or path)


def _worth_a_mail(report: Report, request: Request) -> Iterator[Finding]:
    for finding in report.findings:
        asked = request.min_severity is Severity.NOTE or finding.severity is not Severity.NOTE
        if asked and finding.origin is not Origin.FIXED:
            yield finding


def _drafts(sources: "Sequence[Input]", report: Report, values: dict[str, Any]) -> "list[Draft]":
    from mtelint.mail.compose import originals
    from mtelint.reply import drafts

    wanted = {finding.mail.message_id for finding in report.findings if finding.mail}
    if not wanted:
        return []
    wording = _wording(report, values)
    found: list[Draft] = []
    for source in sources:
        left = [finding for finding in report.findings if all(finding not in draft.findings for draft in found)]
        try:
            with source.open() as stream:
                found.extend(drafts(originals(stream, source.name, wanted.__contains__), left, wording))
        except (OSError, EOFError, ValueError):
            continue  # the review could not read it either, and has said so
    return found


def _wording(report: Report, values: dict[str, Any]) -> "Wording":
    from mtelint.git.history import History
    from mtelint.reply import Wording

    history = History(Path(values["tree"]), values["rev"] or "HEAD") if values["tree"] else None
    return Wording(report, values["author"], values["quoted"], history)


def _deliver(written: "Sequence[Draft]", folder: Path | None, world: World) -> None:
    """Print the replies, or write them to files; raises UsageError where a file cannot be written."""
    from mtelint.mail.compose import mbox

    if folder is None:
        mails = [draft.mail for draft in written]
        data = mails[0] if len(mails) == 1 else mbox(mails)
        stream = getattr(world.stdout, "buffer", None)
        if stream is None:  # a text stream alone, as in tests
            world.stdout.write(data.decode("utf-8", "replace"))
        else:
            world.stdout.flush()
            stream.write(data)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, draft in enumerate(written, 1):
            _write_new(folder / f"{number:04}-{_slug(draft.subject)}.eml", draft.mail)
    except FileExistsError as error:
        raise UsageError(f"{error.filename}: is there already: move it away, or name another folder") from error
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written: {error.strerror or error}") from error


def _write_new(file: Path, data: bytes) -> None:
    """Write a file that must not be there: its name comes from a mail, and a link of that name leads elsewhere."""
    fresh = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
    with open(fresh, "wb") as stream:
        stream.write(data)


def _slug(subject: str) -> str:
    plain = re.sub(r"\[[^\]]*\]", "", subject)
    return re.sub(r"[^A-Za-z0-9]+", "-", f"re-{plain}").strip("-").lower()[:60]


def _unanswered(report: Report, written: "Sequence[Draft]") -> Iterator[str]:
    """A line about findings that stand in no mail."""
    named = {finding for draft in written for finding in draft.findings}
    left = [finding for finding in report.findings if finding not in named]
    if left:
        count = plural(len(left), "finding")
        yield f"{count} in what is no mail, so that there is nobody to answer: `mtelint patch` shows them"


def _summary(written: "Sequence[Draft]", folder: Path | None) -> str:
    count = sum(len(draft.findings) for draft in written)
    where = f" in {one_line(str(folder))}" if folder else ""
    replies = "1 reply" if len(written) == 1 else f"{len(written)} replies"
    return f"{replies}{where} with {plural(count, 'finding')}; nothing is sent: look it over and send it yourself\n"
