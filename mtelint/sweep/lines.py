"""The store that is a text: a line per finding, and behind the findings of a piece a line that closes it.

What stands behind the last closing line was cut off by a kill, and is dropped.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from mtelint.errors import InputError
from mtelint.sweep.pieces import Piece
from mtelint.sweep.store import BUSY, COUNTS, SYNC, add_up, in_use, keyed, refusal
from mtelint.sweep.work import Outcome

_LONGEST = 64 << 20
"""Bytes of a line: more is none of ours, and may have no end."""


class Lines:
    """JSON lines: ``{"sweep": job}``, then findings, each piece closed by ``{"piece": id, ...}``."""

    def __init__(self, file: str, job: str) -> None:
        self.done: set[str] = set()
        self.counts: dict[str, int] = {}
        self.cuts: dict[str, int] = {}
        self._keys: set[str] = set()
        self._synced = 0.0
        self._stream = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+b")
        try:
            self._lock(file)
            good = self._read(file, job)
            self._stream.truncate(good)
            self._stream.seek(good)
        except BaseException:
            self._stream.close()
            raise
        if not good:
            self._write([{"sweep": job}])

    def _lock(self, file: str) -> None:
        """Keep others from writing as long as the file is open; some file systems cannot."""
        until = time.monotonic() + BUSY
        while True:
            try:
                fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise in_use(file) from None
                time.sleep(BUSY / 20)
            except OSError:
                return
            else:
                return

    def _read(self, file: str, job: str) -> int:
        """Take in what is whole; the number of bytes of it."""
        good, at, waiting = 0, 0, list[dict[str, Any]]()
        while line := self._stream.readline(_LONGEST):
            at += len(line)
            value = _parsed(line, first=not good)
            if value is None:
                break
            if not good:
                if value["sweep"] != job:
                    if self._stream.read(1):
                        raise refusal(file, value["sweep"], job)
                    return 0  # which came to nothing, for a wrong name perhaps
                good = at
            elif "piece" in value:
                self._take(value, [key for key, _ in keyed(waiting, value["piece"])])
                good, waiting = at, []
            else:
                waiting.append(value)
        if not good and at:
            raise InputError(f"{file}: no results of a sweep: name another file")
        return good

    def _take(self, closing: dict[str, Any], keys: Iterable[str]) -> None:
        self.done.add(closing["piece"])
        self._keys.update(keys)
        counts = {name: closing[name] for name in COUNTS if isinstance(closing.get(name), int)}
        if isinstance(closing.get("first"), str):
            self.cuts[closing["first"]] = counts.get("items", 0)
        add_up(self.counts, counts.items())

    def add(self, piece: Piece, outcome: Outcome) -> None:
        """Append the findings and the line that closes the piece, so that both outlive this process."""
        fresh = {k: each for k, each in keyed(outcome.findings, outcome.piece) if k not in self._keys}
        closing = _closing(piece, outcome, len(fresh))
        self._write([*fresh.values(), closing])
        self._take(closing, fresh)

    def _write(self, values: Iterable[dict[str, Any]]) -> None:
        self._stream.write(b"".join(json.dumps(value).encode() + b"\n" for value in values))
        self._stream.flush()
        if time.monotonic() - self._synced > SYNC:
            self._sync()

    def _sync(self) -> None:
        with suppress(OSError):  # no file that can be synced: a pipe, say
            os.fsync(self._stream.fileno())
        self._synced = time.monotonic()

    def close(self) -> None:
        """Wait for the disk, and close the file."""
        self._sync()
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
