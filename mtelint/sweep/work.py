"""What a worker does: fetch the items of a piece, review them, and hand back plain values.

Nothing but the loss of the worker itself gets out of here as an exception, so that who hands out work can tell the two
apart: a mail on which we fail is named and passed by, and that an archive cannot be read is said.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO

from msgspec import Struct

from mtelint import __version__
from mtelint.engine import Input, Options, review_patches
from mtelint.errors import InputError, MtelintError
from mtelint.git.repository import DIFF_OPTIONS, git_output
from mtelint.mail.mbox import boxed_messages
from mtelint.report.formats.json_v1 import render_json
from mtelint.report.style import PLAIN
from mtelint.sweep.pieces import Kind, Piece

_CHUNK = 1 << 18
_AS_MAIL = (
    "%x00From %H Mon Sep 17 00:00:00 2001%nFrom: %an <%ae>%nDate: %aD%nSubject: [PATCH] %s%nMessage-ID: <%H>%n%n%b%n---"
)
_PATCHES = (
    "log", "--no-walk=unsorted", "--stdin", f"--pretty=tformat:{_AS_MAIL}", "--encoding=UTF-8", "--patch", "--root",
    *DIFF_OPTIONS, "--no-renames", "--text",
)  # fmt: skip


class Task(Struct, frozen=True):
    """A piece and how to review it; both can be pickled.  ``only`` is the number of the one item that is meant.

    ``judge`` is that of who hands it out (see :func:`judge_of`); a worker that is another does not take the task.
    """

    piece: Piece
    options: Options
    only: int | None = None
    judge: str = ""


class Outcome(Struct, frozen=True):
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
    document = json.loads(render_json(report, PLAIN))
    unread = tuple({"path": None, "function": None, "line": None, "reason": line} for line in report.unreadable)
    skipped = (*document["skipped"], *unread)
    return Outcome(task.piece.id, tuple(document["findings"]), skipped, report.stats.mails, len(unread))


def fetched(piece: Piece, apart: bool = False) -> Iterator[Input]:
    """The items of a piece; those of a mailbox in one stream unless they are to come ``apart``.

    Raises :class:`InputError` where the archive cannot be read.
    """
    if piece.kind is Kind.FILES:
        yield from map(Input.of_file, piece.items)
    elif piece.kind is Kind.MAILBOX:
        yield from _of_mailbox(piece, apart)
    else:
        mails = _commits(piece) if piece.kind is Kind.HISTORY else _archived(piece)
        yield from (Input(f"{piece.place}:{name}", partial(io.BytesIO, mail)) for name, mail in mails)


def _of_mailbox(piece: Piece, apart: bool) -> Iterator[Input]:
    start, end = map(int, piece.items[0].split("-"))
    part = partial(_part, piece.place, start, end)
    if not apart:
        yield Input(piece.place, part)
        return
    with part() as stream:
        for message in boxed_messages(stream):
            yield Input(f"{piece.place} at byte {start + message.at}", partial(io.BytesIO, message.data))


def _part(name: str, start: int, end: int) -> BinaryIO:
    return io.BufferedReader(_Part(name, start, end))


class _Part(io.RawIOBase):
    """A range of the bytes of a file."""

    def __init__(self, name: str, start: int, end: int) -> None:
        self._descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
        self._at, self._end = start, end

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # narrower than WriteableBuffer
        """Fill `buffer` from the range."""
        data = os.pread(self._descriptor, min(len(buffer), self._end - self._at), self._at)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def _archived(piece: Piece) -> Iterator[tuple[str, bytes]]:
    """Each commit with its mail; a commit that removes a mail has none."""
    without = []
    for commit, mail in _objects(piece.place, piece.items, ":m"):
        if mail is None:
            without.append(commit)
        else:
            yield commit, mail
    # git says the same of a mail that is not there and of one that it cannot read.
    for commit, tree in _objects(piece.place, without, "^{tree}"):
        if tree is None or b" m\0" in tree:
            raise InputError(f"{piece.place}: the mail of commit {commit} cannot be read: `git fsck` there tells why")


def _objects(place: str, commits: Sequence[str], what: str) -> Iterator[tuple[str, bytes | None]]:
    """Of each commit the object that git calls ``COMMITwhat``, None where it has none."""
    if not commits:
        return
    asked = "".join(f"{commit}{what}\n" for commit in commits)
    with git_output(Path(place), "cat-file", "--batch", asked=asked) as stream:
        for commit in commits:
            head = stream.readline().split()
            yield commit, stream.read(int(head[2])) if len(head) == 3 else None
            if len(head) == 3:
                stream.read(1)


def _commits(piece: Piece) -> Iterator[tuple[str, bytes]]:
    """The commits that change C files, as ``git format-patch`` writes them, with the commit as Message-ID."""
    asked = "\n".join((*piece.items, "--", ":(top)*.c", ":(top)*.h")) + "\n"
    with git_output(Path(piece.place), *_PATCHES, asked=asked) as stream:
        for record in _records(stream, piece.items):
            mark, _, mail = record.partition(b"\n")  # without its mark, no mail that the message quotes is one
            head, blank, body = mail.partition(b"\n\n")
            yield mark.split(b" ")[1].decode("ascii"), head.replace(b"\r", b" ") + blank + body


def _records(stream: IO[bytes], commits: tuple[str, ...]) -> Iterator[bytes]:
    """What stands between the marks; a NUL byte in a patch is none, as no commit that was asked for follows."""
    marks = {f"From {commit} ".encode() for commit in commits}
    length = max(map(len, marks))
    held, searched = b"", 0
    while True:
        chunk = stream.read(_CHUNK)
        held += chunk
        while (at := held.find(b"\0", searched)) >= 0 and (len(held) > at + length or not chunk):
            if held[at + 1 : at + 1 + length] in marks:
                marks.discard(held[at + 1 : at + 1 + length])  # each comes once; a file may hold one that was
                if at:
                    yield held[:at]
                held, searched = held[at + 1 :], 0
            else:
                searched = at + 1
        if at < 0:
            searched = len(held)
        if not chunk:
            break
    if held:
        yield held
