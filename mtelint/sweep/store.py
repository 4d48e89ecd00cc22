"""Where findings go, and what is done already: JSON lines or SQLite, one whole piece at a time.

In JSON lines the findings of a piece are followed by a line that closes it; what stands behind the last such line was
cut off by a kill and is dropped.  In SQLite a piece is a transaction.  A finding that came in another piece already
(a mail in two archives) is not stored again.
"""

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

from mtelint.errors import InputError, UsageError
from mtelint.sweep.pieces import Piece
from mtelint.sweep.work import Outcome

_DATABASE = (".sqlite", ".sqlite3", ".db")


class Store(Protocol):
    """What both kinds do; ``done`` are the ids of the pieces that are in it, ``counts`` sums over them.

    ``cuts`` are the items of each piece by its first one (see :class:`Piece`): where to cut an archive that has grown.
    """

    done: set[str]
    counts: dict[str, int]
    cuts: dict[str, int]

    def add(self, piece: Piece, outcome: Outcome) -> None:
        """Store a piece: all of it, or nothing."""

    def close(self) -> None:
        """Release the file."""


def open_store(file: str, job: str) -> Store:
    """The store in ``file``, new or to be continued; ``job`` describes the sweep, and another one is refused.

    Raises:
        UsageError: the file holds the results of another sweep.
        InputError: the file is no store.
    """
    return Database(file, job) if Path(file).suffix in _DATABASE else Lines(file, job)


def _keyed(findings: Iterable[dict[str, Any]], piece: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each finding with what makes it the same as another: mail, part, place in it, and fingerprint.

    A patch without a Message-ID is the same as none but itself.
    """
    for index, finding in enumerate(findings):
        mail = finding.get("mail") or {}
        known = mail.get("message_id")
        where = (known, mail.get("part"), finding["line"]) if known else (piece, index)
        yield "\0".join(map(str, (*where, finding["fingerprint"], finding["origin"]))), finding


def _refuse(file: str) -> UsageError:
    return UsageError(f"{file}: holds the results of another sweep: name another file, or remove it")


def _tally(counts: dict[str, int], **more: int) -> None:
    for name, number in more.items():
        counts[name] = counts.get(name, 0) + number


class Lines:
    """JSON lines: ``{"sweep": job}``, then findings, each piece closed by ``{"piece": id, ...}``."""

    def __init__(self, file: str, job: str) -> None:
        self.done: set[str] = set()
        self.counts: dict[str, int] = {}
        self.cuts: dict[str, int] = {}
        self._keys: set[str] = set()
        path = Path(file)
        good = self._read(path, job) if path.exists() else 0
        self._stream = open(path, "r+b" if path.exists() else "xb")  # noqa: SIM115  # open as long as the sweep runs
        self._stream.truncate(good)
        self._stream.seek(good)
        if not good:
            self._write([{"sweep": job}])

    def _read(self, path: Path, job: str) -> int:
        """Take in what is whole; the number of bytes of it."""
        good, at, waiting = 0, 0, list[dict[str, Any]]()
        with open(path, "rb") as stream:
            for line in stream:
                at += len(line)
                value = _parsed(line, first=not good)
                if value is None:
                    break
                if not good:
                    if value.get("sweep") != job:
                        raise _refuse(str(path))
                    good = at
                elif "piece" in value:
                    self._take(value, [key for key, _ in _keyed(waiting, value["piece"])])
                    good, waiting = at, []
                else:
                    waiting.append(value)
        if not good and at:
            raise InputError(f"{path}: no results of a sweep: name another file")
        return good

    def _take(self, closing: dict[str, Any], keys: Iterable[str]) -> None:
        self.done.add(closing["piece"])
        self._keys.update(keys)
        counts = {name: value for name, value in closing.items() if isinstance(value, int)}
        if isinstance(closing.get("first"), str):
            self.cuts[closing["first"]] = counts.get("items", 0)
        _tally(self.counts, **counts)

    def add(self, piece: Piece, outcome: Outcome) -> None:
        """Append the findings and the line that closes the piece, and wait until the disk has them."""
        fresh = {k: each for k, each in _keyed(outcome.findings, outcome.piece) if k not in self._keys}
        closing = _closing(piece, outcome, len(fresh))
        self._write([*fresh.values(), closing])
        self._take(closing, fresh)

    def _write(self, values: Iterable[dict[str, Any]]) -> None:
        self._stream.write(b"".join(json.dumps(value).encode() + b"\n" for value in values))
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _closing(piece: Piece, outcome: Outcome, findings: int) -> dict[str, Any]:
    return {
        "piece": outcome.piece, "first": piece.first, "items": piece.count, "mails": outcome.mails,
        "findings": findings, "failed": outcome.failed, "skipped": len(outcome.skipped),
        "reasons": [each["reason"] for each in outcome.skipped],
    }  # fmt: skip


def _parsed(line: bytes, first: bool) -> dict[str, Any] | None:
    try:
        value = json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _is_ours(value, first) else None


def _is_ours(value: dict[str, Any], first: bool) -> bool:
    """Whether a line is one that was written here: the first one, one that closes a piece, or a finding."""
    if first:
        return "sweep" in value
    if "piece" in value:
        return isinstance(value["piece"], str)
    return {"line", "fingerprint", "origin"} <= value.keys() and isinstance(value.get("mail") or {}, dict)


class Database:
    """SQLite: the tables ``sweep``, ``pieces``, ``findings`` and ``skipped``."""

    def __init__(self, file: str, job: str) -> None:
        try:
            self._base = sqlite3.connect(file)
            with self._base:
                self._base.executescript(_TABLES)
                known = self._base.execute("SELECT job FROM sweep").fetchone()
                if known is None:
                    self._base.execute("INSERT INTO sweep VALUES (?)", (job,))
                rows = self._base.execute(f"SELECT id, first, {', '.join(_COUNTS)} FROM pieces").fetchall()
        except sqlite3.DatabaseError as error:
            raise InputError(f"{file}: no database of a sweep ({error}): name another file") from error
        if known is not None and known[0] != job:
            raise _refuse(file)
        self.done = {row[0] for row in rows}
        self.counts: dict[str, int] = {}
        self.cuts = {row[1]: row[2] for row in rows}
        for row in rows:
            _tally(self.counts, **dict(zip(_COUNTS, row[2:], strict=True)))

    def add(self, piece: Piece, outcome: Outcome) -> None:
        """Insert the piece in one transaction."""
        with self._base as base:
            before = base.total_changes
            base.executemany(
                "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (_row(key, outcome.piece, each) for key, each in _keyed(outcome.findings, outcome.piece)),
            )
            found = base.total_changes - before
            base.executemany(
                "INSERT INTO skipped VALUES (?, ?, ?)",
                ((outcome.piece, each["path"], each["reason"]) for each in outcome.skipped),
            )
            counts = (piece.count, outcome.mails, found, outcome.failed, len(outcome.skipped))
            base.execute("INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)", (piece.id, piece.first, *counts))
        self.done.add(piece.id)
        self.cuts[piece.first] = piece.count
        _tally(self.counts, **dict(zip(_COUNTS, counts, strict=True)))

    def close(self) -> None:
        """Close the database."""
        self._base.close()


def _row(key: str, piece: str, finding: dict[str, Any]) -> tuple[str, ...]:
    return (key, piece, finding["rule"], finding["severity"], finding["confidence"],
            finding["path"], (finding.get("mail") or {}).get("message_id") or "", json.dumps(finding))  # fmt: skip


_COUNTS = ("items", "mails", "findings", "failed", "skipped")
_TABLES = """
CREATE TABLE IF NOT EXISTS sweep (job TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pieces (
    id TEXT PRIMARY KEY, first TEXT, items INT, mails INT, findings INT, failed INT, skipped INT
);
CREATE TABLE IF NOT EXISTS findings (
    key TEXT PRIMARY KEY, piece TEXT, rule TEXT, severity TEXT, confidence TEXT, path TEXT, message_id TEXT, json TEXT
);
CREATE TABLE IF NOT EXISTS skipped (piece TEXT, path TEXT, reason TEXT);
"""
