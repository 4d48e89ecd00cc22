"""What `patch` and `check` have in common: options for the engine, and what becomes of its report."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtelint.cli.output import Target, checked, write, write_whole
from mtelint.cli.review_options import Request
from mtelint.cli.world import World
from mtelint.errors import ExitCode, UsageError
from mtelint.model import Origin, Report, Severity
from mtelint.report.overview import nothing_to_review, summary, was_nothing
from mtelint.report.style import one_line

if TYPE_CHECKING:
    from mtelint.config import Baseline
    from mtelint.engine import Options
    from mtelint.model import Vocabulary

NAMED = 8
"""Operands up to which the command that shows a finding again is written out."""


def targets_of(request: Request) -> tuple[Target, ...]:
    """Where the reports go; checked before the review, which may take long.

    Raises:
        UsageError: two reports would go to one place.
    """
    return checked(request.targets)


def rule_ids(words: Sequence[str], world: World) -> tuple[str, ...]:
    """The ids of rules given by id or name.

    Raises:
        UsageError: there is no such rule; the message names the nearest.
    """
    return tuple(_rule_id(word, world) for word in words)


def _rule_id(word: str, world: World) -> str:
    book = world.rulebook()
    try:
        return book.rule(word).id
    except KeyError:
        known = [name for rule in book.rules for name in (rule.id, rule.name)]
        from difflib import get_close_matches

        near = get_close_matches(word, known, n=1)
        hint = f"did you mean {near[0]}?" if near else "`mtelint rules` lists them"
        raise UsageError(f"no rule is called {word!r}: {hint}") from None


def command_line(command: str, words: Sequence[str], operands: Sequence[str]) -> str:
    """The command that shows the same findings again; a long list of operands is cut and counted."""
    from shlex import join

    end = ["--"] if any(name.startswith("-") and name != "-" for name in operands[:NAMED]) else []
    line = join(["mtelint", command, *words, *end, *operands[:NAMED]])
    return line if len(operands) <= NAMED else f"{line} ... ({len(operands) - NAMED} more)"


def options_of(request: Request, world: World, command: str, **own: Any) -> "Options":
    """What every review is asked for, from the command line, with the options that are a command's ``own``.

    Raises:
        UsageError: there is no such rule, or the tree is none.
    """
    from mtelint.engine import Options

    check_tree(own.get("tree"), own.get("rev"))
    return Options(
        select=rule_ids(request.select, world),
        ignore=rule_ids(request.ignore, world),
        min_severity=request.min_severity,
        min_confidence=request.min_confidence,
        config=request.config,
        limits=request.limits,
        baseline=baseline_of(request),
        confirm=request.confirm,
        command=command,
        **own,
    )


_SIGNS_OF_A_TREE = ("Kbuild", "Kconfig", "arch", ".git", "objects")
"""One of these is at the top of every kernel tree and repository, the last one of a bare one."""


def check_tree(tree: str | None, rev: str | None) -> None:
    """Refuse what is no tree: nothing of a patch applies there, and each hunk would be judged alone without a word.

    Raises:
        UsageError: the folder is none, or none of a kernel; or there is a commit and no tree that has it.
    """
    if tree is None:
        if rev:
            raise UsageError(f"--rev {rev} is a commit of a tree: name the tree with --tree DIR")
        return
    if not os.path.isdir(tree):
        raise UsageError(f"--tree {tree}: there is no such folder")
    top = Path(tree).resolve()
    folders = [top, *top.parents] if rev else [top]  # git takes any folder of a checkout
    if not any(os.path.exists(folder / sign) for folder in folders for sign in _SIGNS_OF_A_TREE):
        raise UsageError(f"--tree {tree}: no kernel tree is there, as it has no Kbuild, Kconfig, arch/ or .git")


def baseline_of(request: Request) -> "Baseline | None":
    """The known findings.

    Raises:
        InputError: the baseline cannot be read.
    """
    if request.baseline is None:
        return None
    from mtelint.config import read_baseline

    return read_baseline(request.baseline)


def _recorded(report: Report, file: str, quiet: bool, world: World) -> Report:
    """Write the baseline, and the report without what is in it now."""
    from mtelint.config import render_baseline

    known = [f for f in (*report.findings, *report.known) if f.origin is not Origin.FIXED]
    write_whole(file, render_baseline(known))
    if not quiet:
        world.stderr.write(f"mtelint: findings in the baseline {one_line(file)}: {len(known)}\n")
    return replace(report, findings=(), known=tuple(known))


def deliver(report: Report, request: Request, targets: Sequence[Target], world: World) -> int:
    """Write the reports, name on standard error what could not be read, and return the exit code.

    Raises:
        UsageError: a file cannot be written.
    """
    if request.write_baseline:
        report = _recorded(report, request.write_baseline, request.quiet, world)
    write(report, targets, world, request.stats)
    if request.litmus_dir is not None:
        _write_litmus(report, request.litmus_dir, request.compat, world.rulebook().vocabulary)
    for line in report.unreadable:
        world.stderr.write(f"mtelint: {one_line(line)}\n")
    if Target("text", None) in targets and not request.quiet:
        world.stderr.write(summary(report, request.stats))
    elif request.fail_on_nothing and was_nothing(report):
        world.stderr.write(f"mtelint: {nothing_to_review(report)}\n")
    if request.fail_on_nothing and was_nothing(report):
        return ExitCode.BAD_INPUT
    return exit_code(report, request.exit_zero)


def _write_litmus(report: Report, folder: Path, compat: bool, vocabulary: "Vocabulary") -> None:
    """The litmus tests of the confirmed findings; a name that is taken in this run gets a number."""
    from mtelint.confirm import litmus_files

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror or error}") from error
    taken: Counter[str] = Counter()
    for finding in report.findings:
        for name, text in litmus_files(finding, vocabulary, compat):
            taken[name] += 1
            number = f"{taken[name]}-" if taken[name] > 1 else ""
            write_whole(str(folder / f"{number}{name}"), text)


def exit_code(report: Report, exit_zero: bool) -> ExitCode:
    """2 for an input that could not be read, else 1 for a finding that counts, else 0."""
    if report.unreadable:
        return ExitCode.BAD_INPUT
    counts = any(
        finding.severity is not Severity.NOTE and finding.origin in (None, Origin.INTRODUCED)
        for finding in report.findings
    )
    return ExitCode.FINDINGS if counts and not exit_zero else ExitCode.CLEAN
