"""What a sweep is cut into: a piece is a bounded number of mails or commits that anybody can fetch by its description.

A piece names its content by commit or by file, never by its bytes, so that it is cheap to send to a worker; on a
cluster every worker must see the archive under the same path.  An archive that has grown since is cut as before up to
where it ended then, so that what is done stays done.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from itertools import islice

from mtelint.records import dataclass

SIZE = 500
"""Mails or commits of one piece: so few that a kill loses next to nothing, so many that a hand-over costs as little."""


class Kind(Enum):
    """Where the items of a piece are."""

    INBOX = "inbox"
    """Commits of a public-inbox epoch (``place``), each with one mail in its file ``m``."""
    HISTORY = "history"
    """Commits of a repository (``place``), each a patch."""
    FILES = "files"
    """Files of a folder (``place``), each a mail, a patch, or a mailbox that cannot be entered in its midst."""
    MAILBOX = "mailbox"
    """``START-END``: a range of the bytes of a mailbox (``place``), from one separator to another."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Items that are reviewed together.

    ``count`` is the number of mails or commits, ``work`` what they count for in the progress (commits, or bytes of
    files), and ``mark`` what changes with the content where the names do not.
    """

    kind: Kind
    place: str
    items: tuple[str, ...]
    count: int
    work: int
    mark: str = ""

    @property
    def id(self) -> str:
        """A digest of the description; what is swept again later keeps it."""
        names = map(lasting_name, self.items) if self.kind is Kind.FILES else self.items
        described = "\0".join((self.kind.value, self.place, self.mark, *names))
        return hashlib.sha256(described.encode("utf-8", "surrogateescape")).hexdigest()[:20]

    @property
    def first(self) -> str:
        """The key under which a later run finds how many items there were from the first one on."""
        item = self.items[0]
        return first_of(self.kind, self.place, item.partition("-")[0] if self.kind is Kind.MAILBOX else item)

    def name_of(self, number: int) -> str:
        """How an item is called where it is named, counted from 0."""
        if self.kind is Kind.MAILBOX:
            return f"{self.place}: mail {number + 1} of the {self.count} in the bytes {self.items[0]}"
        return self.items[number] if self.kind is Kind.FILES else f"{self.place}:{self.items[number]}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a sweep has to do: the work in the unit of ``Piece.work``, and the pieces, which are made one by one."""

    work: int
    pieces: Iterable[Piece]


Known = Mapping[str, int]
"""Items of the pieces that are done, by ``Piece.first``."""


def first_of(kind: Kind, place: str, item: str) -> str:
    """The key of a piece that begins with ``item``: a commit, a file, or an offset in the mailbox ``place``."""
    return f"{place}:{item}" if kind is Kind.MAILBOX else lasting_name(item)


def in_maildir(file: str) -> bool:
    """Whether a file is a mail of a Maildir, which is never changed, only moved and renamed."""
    return os.path.basename(os.path.dirname(file)) in ("cur", "new")


def lasting_name(file: str) -> str:
    """The name of a file as long as it is the same mail: a Maildir changes the folder and what follows ``:2,``."""
    name = os.path.basename(file)
    return name.partition(":2,")[0] if in_maildir(file) else name


def cut(items: Iterable[str], known: Known, size: int) -> Iterator[tuple[str, ...]]:
    """``size`` commits or files at a time; from one on that began a piece before, as many as that piece had."""
    rest = iter(items)
    for head in rest:
        yield (head, *islice(rest, max(known.get(lasting_name(head), size) - 1, 0)))
