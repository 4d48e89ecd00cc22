"""Files as pieces: single mails in bundles, mailboxes in ranges of bytes from one separator to another."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import field
from itertools import groupby

from mtelint.mail.inputs import inputs
from mtelint.mail.mbox import BoxedMessage, boxed_messages, is_separated
from mtelint.records import dataclass
from mtelint.sweep.pieces import Kind, Known, Piece, cut, first_of, in_maildir

_HEAD = 1 << 12


def work_of(source: str) -> int:
    """Bytes of the files of a source; raises :class:`InputError` where there is none."""
    return sum(os.path.getsize(each.name) for each in inputs(source))


def file_pieces(source: str, size: int, known: Known) -> Iterator[Piece]:
    """The pieces of the files behind ``source``, in the order of their names."""
    for boxed, group in groupby((each.name for each in inputs(source)), _is_mailbox):
        if boxed:
            for name in group:
                yield from _of_mailbox(name, size, known)
        else:
            for some in cut(group, known, size):
                yield _of_files(source, some)


def _is_mailbox(name: str) -> bool:
    """Whether a file can be cut: not a single mail or patch, nor one that is packed, nor one that cannot be read."""
    try:
        with open(name, "rb") as stream:
            return is_separated(stream.read(_HEAD))
    except OSError:
        return False


def _of_files(source: str, names: tuple[str, ...]) -> Piece:
    sizes, times = [], []
    for name in names:
        try:
            state = os.stat(name)
        except OSError:  # gone since it was listed: the review says so
            continue
        sizes.append(state.st_size)
        times += [] if in_maildir(name) else [state.st_mtime_ns]
    mark = " ".join(map(str, (*sizes, *times)))
    return Piece(Kind.FILES, source, names, len(names), sum(sizes), mark)


@dataclass(slots=True)
class _Range:
    """A range of a mailbox that grows message by message."""

    at: int
    count: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, message: BoxedMessage) -> None:
        self.count += 1
        self.digest.update(message.data)

    def piece(self, name: str, end: int) -> Piece:
        mark = self.digest.hexdigest()[:20]
        return Piece(Kind.MAILBOX, name, (f"{self.at}-{end}",), self.count, end - self.at, mark)


def _of_mailbox(name: str, size: int, known: Known) -> Iterator[Piece]:
    """Ranges of so many messages; the digest tells a mailbox that was written anew."""
    now: _Range | None = None
    with open(name, "rb") as stream:
        for message in boxed_messages(stream):
            if now is not None and now.count >= known.get(first_of(Kind.MAILBOX, name, str(now.at)), size):
                yield now.piece(name, message.at)
                now = None
            now = now or _Range(message.at)
            now.take(message)
        if now is not None:
            yield now.piece(name, stream.tell())
