"""Where the messages of a mailbox begin, told by a search on bytes that holds little more than one message.

Mailboxes come as mboxrd, mboxo and mboxcl; ``git format-patch`` writes a mailbox of its own kind, with ``From <commit>
Mon Sep 17 00:00:00 2001``.  ``mailbox.mbox`` of the standard library splits at any line that starts with ``From ``, so
the test here is strict: a full date, an empty line before, a header line after.  It is put to the few lines that start
with ``From ``; no other line is looked at.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from mtelint.mail.letter import is_scissors
from mtelint.model.limits import limits

FALSE_COUNTS = 8
"""So many false lengths, and a mailbox is no mboxcl: looking ahead again and again would cost quadratic time."""
HEAD = 1 << 16
"""Bytes that are kept of a message that passes the limit."""
_CHUNK = 1 << 18
_LONGEST_LINE = 1 << 20

HEADER_LINE = re.compile(rb"[!-9;-~]+:(?:[ \t\r\n]|$)|>?From ")
_FROM = re.compile(
    rb"From (?:\S+(?: at \S+)? +)?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} "
    rb"\d\d:\d\d(?::\d\d)? (?:[A-Z]{2,5} |[+-]\d{4} )?\d{4}(?: [+-]\d{4})?(?: remote from \S+)?\s*$"
)
_FORMAT_PATCH = re.compile(rb"From [0-9a-f]{40}(?:[0-9a-f]{24})? Mon Sep 17 00:00:00 2001\s*$")
_ESCAPED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_CONTENT_LENGTH = re.compile(rb"^content-length:\s*(\d{1,9})\s*$", re.MULTILINE | re.IGNORECASE)
_HEADER_END = re.compile(rb"\n[ \t\r\v\f]*\n")
_GIT_VERSION = re.compile(rb"\d+\.\d+")


class BoxedMessage(Struct, frozen=True):
    """A message: the offset of its ``From `` line in the stream, and its bytes below that line, no longer escaped.

    ``truncated`` means that it passed the limit and only its start is here.
    """

    at: int
    data: bytes
    truncated: bool = False


def is_from_line(line: bytes) -> bool:
    """Whether a line may separate the messages of a mailbox."""
    return line.startswith(b"From ") and bool(_FROM.match(line) or _FORMAT_PATCH.match(line))


def is_separated(start: bytes) -> bool:
    """Whether a stream that starts so is a mailbox: a separator, and a header line below it."""
    first, _, rest = start.partition(b"\n")
    return is_from_line(first + b"\n") and bool(HEADER_LINE.match(rest))


def boxed_messages(stream: BinaryIO, read: bytes = b"") -> Iterator[BoxedMessage]:
    """The messages of a mailbox whose first line separates; ``read`` is what was read of the stream already."""
    text = _Window(stream, read)
    formatted = bool(_FORMAT_PATCH.match(text.line(0)))
    false_counts = at = 0
    while text.reaches(at + 1):
        message = _Message(text, at, formatted)
        if false_counts < FALSE_COUNTS:
            false_counts += not message.pass_counted_body()
        found, at = message.cut()
        if found.data.strip():
            yield found


class _Window:
    """The part of a stream that is looked at, by offsets in the stream: it grows when asked, and is given up behind."""

    def __init__(self, stream: BinaryIO, read: bytes) -> None:
        self._stream = stream
        self.data = read
        self.base = 0
        self.needed = 0
        """Where what is still needed begins."""

    @property
    def end(self) -> int:
        """One past what was read."""
        return self.base + len(self.data)

    def more(self) -> bool:
        """Read on; False at the end of the stream."""
        chunk = self._stream.read(_CHUNK)
        self.data = self.data[self.needed - self.base :] + chunk
        self.base = self.needed
        return bool(chunk)

    def reaches(self, offset: int) -> bool:
        """Whether the stream goes on up to there."""
        while self.end < offset:
            if not self.more():
                return False
        return True

    def find(self, what: bytes, at: int) -> int:
        """The first place of ``what`` from ``at`` on in what was read, or -1."""
        found = self.data.find(what, at - self.base)
        return found + self.base if found >= 0 else -1

    def slice(self, start: int, end: int) -> bytes:
        """What stands there."""
        return self.data[max(start - self.base, 0) : max(end - self.base, 0)]

    def line(self, at: int) -> bytes:
        """The line that starts there, with its end (but cut where it is long beyond measure); empty behind the last."""
        searched = at
        while (end := self.find(b"\n", searched)) < 0 and self.end - at < _LONGEST_LINE:
            searched = self.end
            if not self.more():
                break
        return self.slice(at, end + 1 if end >= 0 else self.end)

    def lines_before(self, at: int, first: int) -> Iterator[bytes]:
        """The lines above ``at`` backwards, as far as ``first``, which begins one, or as they are still here."""
        end, floor = at - self.base, max(first - self.base, 0)
        while end > floor:
            start = max(self.data.rfind(b"\n", floor, end - 1) + 1, floor)
            yield self.data[start:end]
            end = start


class _Message:
    """Looks for the end of one message, whose separator is at ``at``."""

    def __init__(self, text: _Window, at: int, formatted: bool) -> None:
        text.needed = at
        self._text, self._at, self._formatted = text, at, formatted
        self._start = at + len(text.line(at))
        self._header_end = self._start
        # The lines that are looked at begin here: below the separator, or below a body that was counted.
        self._lines = self._start
        self._head: bytes | None = None

    def cut(self) -> tuple[BoxedMessage, int]:
        """The message, and where the next one begins."""
        end = self._end()
        data = self._head if self._head is not None else self._text.slice(self._start, end)
        truncated = end - self._start > limits().message_bytes
        if truncated:
            data = data[: min(HEAD, limits().message_bytes)]
        elif b">From " in data:
            data = _ESCAPED_FROM.sub(rb"\1", data)
        return BoxedMessage(self._at, data, truncated), end

    def pass_counted_body(self) -> bool:
        """Go behind the body by its Content-Length (mboxcl); False where there is one and the count is false.

        A count is true if a separator or the end follows.  Programs that write no mboxcl keep the lengths of others.
        """
        header = self._header()
        found = _CONTENT_LENGTH.search(header) if b"content-length:" in header.lower() else None
        if not found or int(found.group(1)) + len(header) > limits().message_bytes:
            return True
        text, end = self._text, self._start + len(header) + int(found.group(1))
        if not text.reaches(end) or (text.slice(end - 1, end) != b"\n" and text.reaches(end + 1)):
            return False
        following = text.line(end)
        if following and not following.strip():
            following = text.line(end + len(following))
        if following and not is_from_line(following):
            return False
        self._header_end, self._lines = self._start + len(header), end
        return True

    def _header(self) -> bytes:
        """The header with the empty line below it, or nothing where there is no such line within the limit."""
        text, searched = self._text, self._start - 1
        while not (found := _HEADER_END.search(text.data, searched - text.base)):
            searched = max(searched, text.data.rfind(b"\n") + text.base)
            if text.end - self._start > limits().message_bytes or not text.more():
                return b""
        return text.slice(self._start, found.end() + text.base)

    def _end(self) -> int:
        """Where the next separator is, or the end of the stream."""
        at = self._lines
        while (found := self._from_line(at)) >= 0 and not self._separates(found):
            at = found + 1
        return found if found >= 0 else self._text.end

    def _from_line(self, at: int) -> int:
        """The next line that starts with ``From ``, or -1."""
        text, searched = self._text, at - 1
        while (found := text.find(b"\nFrom ", searched)) < 0:
            searched = max(searched, text.end - len(b"From "))
            self._shrink()
            if not text.more():
                return -1
        return found + 1

    def _shrink(self) -> None:
        """Of a message that passes the limit keep its head, and what may be looked back at."""
        text = self._text
        if text.end - self._start > limits().message_bytes:
            self._head = self._head or text.slice(self._start, self._start + HEAD)
            text.needed = max(text.needed, text.end - HEAD)

    def _separates(self, at: int) -> bool:
        """Whether this line, which starts with ``From ``, starts a message rather than being text of this one.

        A reply may hold a whole format-patch file, below scissors or not.  In a mailbox of mails such a line starts a
        message only where a format-patch file has just ended; in format-patch output it always does, except below
        scissors.
        """
        if not self._is_blank_before(at):
            return False
        line = self._text.line(at)
        if not HEADER_LINE.match(self._text.line(at + len(line))):
            return False
        if not _FORMAT_PATCH.match(line):
            return bool(_FROM.match(line))
        last, before = self._last_lines(at)
        if is_scissors(last.decode("latin-1")):
            return False
        return self._formatted or (before.rstrip(b"\r\n") == b"-- " and bool(_GIT_VERSION.match(last)))

    def _is_blank_before(self, at: int) -> bool:
        if at == self._lines:
            return self._lines > self._start  # a counted body ends here
        return not next(self._text.lines_before(at, self._lines)).strip()

    def _last_lines(self, at: int) -> tuple[bytes, bytes]:
        """The last line with something in it above ``at``, and the one before; no line of a counted body."""
        found = []
        for first, end in ((self._lines, at), (self._start, self._header_end)):
            for line in self._text.lines_before(end, first):
                if line.strip():
                    found.append(line)
                if len(found) == 2:
                    return found[0], found[1]
        return (*found, b"", b"")[0], (*found, b"", b"")[1]
