"""What is done already and where findings go: JSON lines or SQLite, one whole piece at a time.

A finding that came in another piece already (a mail in two archives) is not stored again.  A sweep that is killed has
lost nothing that was stored, and a machine that fails :data:`SYNC` seconds at most.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from mtelint.errors import UsageError
from mtelint.sweep.pieces import Piece
from mtelint.sweep.work import Outcome

SYNC = 1.0
"""Seconds between two waits for the disk: to wait for each piece would take longer than to review it."""
BUSY = 1.0
"""Seconds to wait for another program that has the file: a reader, or a sweep that was killed, is through by then."""
COUNTS = ("items", "mails", "findings", "failed", "skipped")
"""What is summed up over the pieces."""


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
        """Wait for the disk, and release the file."""


def keyed(findings: Iterable[dict[str, Any]], piece: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each finding with what makes it the same as another: mail, part, place in it, and fingerprint.

    A patch without a Message-ID is the same as none but itself.
    """
    for index, finding in enumerate(findings):
        mail = finding.get("mail") or {}
        known = mail.get("message_id")
        where = (known, mail.get("part"), finding["line"]) if known else (piece, index)
        yield "\0".join(map(str, (*where, finding["fingerprint"], finding["origin"]))), finding


def refusal(file: str, known: object, job: str) -> UsageError:
    """The error for results that must not be mixed; ``known`` is the sweep that they are of."""
    what = f"holds the results of another sweep ({known}), not of this one ({job})"
    return UsageError(f"{file}: {what}: name another file, or remove it")


def in_use(file: str) -> UsageError:
    """The error for a file that another process is writing."""
    return UsageError(f"{file}: another sweep is writing it: wait for it, or name another file")


def add_up(counts: dict[str, int], more: Iterable[tuple[str, int]]) -> None:
    """Add numbers to sums of the same names."""
    for name, number in more:
        counts[name] = counts.get(name, 0) + number
