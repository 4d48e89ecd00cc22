"""The store that is a database: pieces are whole in it, and are committed every now and then."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mtelint.errors import InputError
from mtelint.sweep.pieces import Piece
from mtelint.sweep.store import BUSY, COUNTS, SYNC, add_up, in_use, keyed, refusal
from mtelint.sweep.work import Outcome

_PATIENCE = 60
"""Seconds to wait for a reader at the end, when there is no later."""


class Database:
    """SQLite: the tables ``sweep``, ``pieces``, ``findings`` and ``skipped``."""

    def __init__(self, file: str, job: str) -> None:
        job = _plain(job)
        try:
            self._base = sqlite3.connect(file, timeout=BUSY, isolation_level=None)
            self._base.execute("BEGIN IMMEDIATE")  # no other sweep gets past this as long as we write
            for table in _TABLES:
                self._base.execute(table)
            known = self._base.execute("SELECT job FROM sweep").fetchone()
            rows = self._base.execute(f"SELECT id, first, {', '.join(COUNTS)} FROM pieces").fetchall()
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                raise in_use(file) from None
            raise InputError(f"{file}: no database of a sweep ({error}): name another file") from error
        if known is None:
            self._base.execute("INSERT INTO sweep VALUES (?)", (job,))
        elif known[0] != job and not rows:  # it came to nothing, for a wrong name perhaps
            self._base.execute("UPDATE sweep SET job = ?", (job,))
        elif known[0] != job:
            self._base.close()
            raise refusal(file, known[0], job)
        self.done = {row[0] for row in rows}
        self.counts: dict[str, int] = {}
        self.cuts = {row[1]: row[2] for row in rows}
        for row in rows:
            add_up(self.counts, zip(COUNTS, row[2:], strict=True))
        self._file = file
        self._commit()

    def add(self, piece: Piece, outcome: Outcome) -> None:
        """Insert the piece; it is committed with others within :data:`SYNC` seconds, or when the next one comes."""
        with self._writing():
            self._base.execute("SAVEPOINT piece")
            try:
                counts = self._insert(piece, outcome)
            except BaseException:  # Ctrl-C too: half a piece must not be there when the rest is committed
                self._base.execute("ROLLBACK TO piece")
                raise
            self._base.execute("RELEASE piece")
        self.done.add(piece.id)
        self.cuts[piece.first] = piece.count
        add_up(self.counts, zip(COUNTS, counts, strict=True))
        if time.monotonic() - self._committed > SYNC:
            self._commit()

    def _insert(self, piece: Piece, outcome: Outcome) -> tuple[int, ...]:
        found = 0
        for key, each in keyed(outcome.findings, outcome.piece):
            row = _row(key, outcome.piece, each)
            found += self._base.execute("INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row).rowcount
        skipped = [(outcome.piece, _plain(s["path"] or "") or None, _plain(s["reason"])) for s in outcome.skipped]
        self._base.executemany("INSERT INTO skipped VALUES (?, ?, ?)", skipped)
        counts = (piece.count, outcome.mails, found, outcome.failed, len(skipped))
        self._base.execute("INSERT INTO pieces VALUES (?, ?, ?, ?, ?, ?, ?)", (piece.id, _plain(piece.first), *counts))
        return counts

    def _commit(self) -> None:
        """Commit and begin anew, or later where somebody reads."""
        self._committed = time.monotonic()
        with self._writing():
            try:
                self._base.execute("COMMIT")
            except sqlite3.OperationalError as error:
                if not _is_busy(error):
                    raise
                return
            before = self._version()
            self._begin()
            if self._version() != before:  # another one got in between, and may have done what is left to us
                raise in_use(self._file)

    def _begin(self) -> None:
        """Keep others from writing; who writes for longer than we wait is another sweep."""
        try:
            self._base.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise (in_use(self._file) if _is_busy(error) else error) from None

    def _version(self) -> int:
        """A number that changes with what others commit."""
        return int(self._base.execute("PRAGMA data_version").fetchone()[0])

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(f"{self._file}: cannot be written: {error}") from error

    def close(self) -> None:
        """Commit, and close the database; a reader is waited for."""
        with self._writing():
            self._base.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
            if self._base.in_transaction:
                self._base.execute("COMMIT")
            self._base.close()


def _is_busy(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _row(key: str, piece: str, finding: dict[str, Any]) -> tuple[str, ...]:
    mail = (finding.get("mail") or {}).get("message_id") or ""
    return (_plain(key), piece, finding["rule"], finding["severity"], finding["confidence"],
            _plain(finding["path"]), _plain(mail), json.dumps(finding))  # fmt: skip


def _plain(text: str) -> str:
    """The text as SQLite takes it: a byte that was no UTF-8 is written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


_TABLES = (
    "CREATE TABLE IF NOT EXISTS sweep (job TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS pieces (id TEXT PRIMARY KEY, first TEXT, items INT, mails INT, findings INT, "
    "failed INT, skipped INT)",
    "CREATE TABLE IF NOT EXISTS findings (key TEXT PRIMARY KEY, piece TEXT, rule TEXT, severity TEXT, "
    "confidence TEXT, path TEXT, message_id TEXT, json TEXT)",
    "CREATE TABLE IF NOT EXISTS skipped (piece TEXT, path TEXT, reason TEXT)",
)
