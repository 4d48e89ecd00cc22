"""What a worker does: fetch the items of a piece, review them, and hand back plain values.

Nothing but the loss of the worker itself gets out of here as an exception, so that who hands out work can tell the two
apart: a mail on which we fail is named and passed by, and that an archive cannot be read is said.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from mtelint import __version__
from mtelint.engine import Input, Options, review_patches
from mtelint.errors import InputError, MtelintError
from mtelint.records import dataclass
from mtelint.report.formats.json_v1 import render
from mtelint.report.style import PLAIN
from mtelint.sweep.fetch import fetched
from mtelint.sweep.pieces import Piece


@dataclass(frozen=True, slots=True)
class Task:
    """A piece and how to review it; both can be pickled.  ``only`` is the number of the one item that is meant.

    ``judge`` is that of who hands it out (see :func:`judge_of`); a worker that is another does not take the task.
    """

    piece: Piece
    options: Options
    only: int | None = None
    judge: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a piece: findings as JSON objects in order, what was skipped, and counts.

    ``failed`` counts what is not known to hold nothing: items that cannot be read, and such as we fail on.
    ``problem`` is why the piece could not be fetched; then there is no more.
    """

    piece: str
    findings: tuple[dict[str, Any], ...] = ()
    skipped: tuple[dict[str, Any], ...] = ()
    mails: int = 0
    failed: int = 0
    problem: str = ""


def judge_of(options: Options) -> str:
    """What decides about findings besides options and mails: program, rules and configuration, as found here.

    Raises:
        InputError: the configuration is wrong or not there.
        RulebookError: the rules or a vocabulary file are.
    """
    book = options.configs().book([options.place])
    config = hashlib.sha256(options.config.read_bytes() if options.config else b"").hexdigest()[:12]
    return f"mtelint {__version__}, rules {book.digest}, configuration {config}"


def review_piece(task: Task) -> Outcome:
    """Review one piece.  Pure but for reading the archive: done twice it gives the same outcome."""
    piece = task.piece
    try:
        _refuse_other(task)
        if task.only is not None:
            return joined(piece, _each(task, islice(fetched(piece, apart=True), task.only, task.only + 1)))
        try:
            return _reviewed(task, fetched(piece))
        except MtelintError:
            raise
        except Exception:  # one of the items is too much for us: find out which
            return joined(piece, _each(task, fetched(piece, apart=True)))
    except (MtelintError, OSError) as error:
        return Outcome(piece.id, problem=str(error))


def _refuse_other(task: Task) -> None:
    here = judge_of(task.options) if task.judge else ""
    if here != task.judge:
        host = os.uname().nodename
        raise InputError(f"a worker on {host} has {here}, not {task.judge}: install the same there and start it again")


def joined(piece: Piece, parts: Iterable[Outcome]) -> Outcome:
    """The outcome of a piece of whose items each was reviewed by itself."""
    whole = list(parts)
    return Outcome(
        piece.id,
        tuple(finding for part in whole for finding in part.findings),
        tuple(skip for part in whole for skip in part.skipped),
        sum(part.mails for part in whole),
        sum(part.failed for part in whole),
        next((part.problem for part in whole if part.problem), ""),
    )


def failure(piece: Piece, reason: str) -> Outcome:
    """The outcome of an item of which nothing came."""
    return Outcome(piece.id, skipped=({"path": None, "function": None, "line": None, "reason": reason},), failed=1)


def _each(task: Task, inputs: Iterable[Input]) -> Iterator[Outcome]:
    for each in inputs:
        try:
            yield _reviewed(task, [each])
        except Exception as error:  # whatever it is, it is this item's alone
            what = " ".join(f"{type(error).__name__}: {error}".split())
            yield failure(task.piece, f"{each.name}: internal error: {what}; please report it with this mail")


def _reviewed(task: Task, inputs: Iterable[Input]) -> Outcome:
    report = review_patches(inputs, task.options)
    document = json.loads(render(report, PLAIN))
    unread = tuple({"path": None, "function": None, "line": None, "reason": line} for line in report.unreadable)
    skipped = (*document["skipped"], *unread)
    return Outcome(task.piece.id, tuple(document["findings"]), skipped, report.stats.mails, len(unread))
