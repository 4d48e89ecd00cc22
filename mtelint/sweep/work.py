"""What a worker does: fetch the items of a piece, review them, and hand back plain values."""

import io
import json
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from mtelint.engine import Input, Options, review_patches
from mtelint.patches.gitio import git_command, git_environment
from mtelint.records import dataclass
from mtelint.report.json_v1 import render
from mtelint.report.style import PLAIN
from mtelint.sweep.pieces import Kind, Piece


@dataclass(frozen=True, slots=True)
class Task:
    """A piece and how to review it; both can be pickled."""

    piece: Piece
    options: Options


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a piece: findings as JSON objects in order, texts of what was skipped, and counts."""

    piece: str
    findings: tuple[dict[str, Any], ...]
    skipped: tuple[dict[str, Any], ...]
    items: int
    mails: int


def review_piece(task: Task) -> Outcome:
    """Review one piece.  Pure but for reading the archive: done twice it gives the same outcome."""
    report = review_patches(_inputs(task.piece), task.options)
    document = json.loads(render(report, PLAIN))
    unread = tuple({"path": None, "function": None, "line": None, "reason": line} for line in report.unreadable)
    return Outcome(
        task.piece.id, tuple(document["findings"]), (*document["skipped"], *unread), len(task.piece.items),
        report.stats.mails,
    )  # fmt: skip


def _inputs(piece: Piece) -> Iterator[Input]:
    if piece.kind is Kind.FILES:
        for name in piece.items:
            yield Input(name, partial(_opened, name))
    elif piece.kind is Kind.HISTORY:
        for commit, mail in zip(piece.items, _as_mails(piece), strict=True):
            yield Input(f"{piece.repo}:{commit}", partial(io.BytesIO, mail))
    else:
        for commit, mail in _mails(piece):
            yield Input(f"{piece.repo}:{commit}", partial(io.BytesIO, mail))


def _opened(name: str) -> BinaryIO:
    return open(name, "rb")


_AS_MAIL = (
    "%x00From %H Mon Sep 17 00:00:00 2001%nFrom: %an <%ae>%nDate: %aD%nSubject: [PATCH] %s%nMessage-ID: <%H>%n%n%b%n---"
)


def _as_mails(piece: Piece) -> list[bytes]:
    """The commits as ``git format-patch`` writes them, by one process, the commit as Message-ID."""
    words = ("log", "--no-walk=unsorted", "--stdin", f"--pretty=tformat:{_AS_MAIL}", "--patch",
             "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--src-prefix=a/",
             "--dst-prefix=b/")  # fmt: skip
    return _run(piece, words, "\n".join(piece.items) + "\n").split(b"\0")[1:]


def _mails(piece: Piece) -> Iterator[tuple[str, bytes]]:
    """Each commit with its mail; a commit that removes a mail has none."""
    asked = "".join(f"{commit}:m\n" for commit in piece.items)
    stream = io.BytesIO(_run(piece, ("cat-file", "--batch"), asked))
    for commit in piece.items:
        head = stream.readline().split()
        if len(head) == 3:
            yield commit, stream.read(int(head[2]))
            stream.read(1)


def _run(piece: Piece, words: tuple[str, ...], text: str) -> bytes:
    done = subprocess.run(
        git_command(Path(piece.repo), *words), input=text.encode(), capture_output=True,
        env=git_environment(), check=False,
    )  # fmt: skip
    if done.returncode:
        raise OSError(f"{piece.repo}: git {words[0]}: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout
