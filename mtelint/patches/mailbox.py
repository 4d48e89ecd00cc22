"""Split a stream into raw messages without ever holding more than one of them.

Mailboxes come as mboxrd, mboxo and mboxcl; ``git format-patch`` writes a mailbox of its own kind, with ``From <commit>
Mon Sep 17 00:00:00 2001``.  ``mailbox.mbox`` of the standard library splits at any line that starts with ``From ``, so
the test here is strict: a full date, an empty line before, a header line after.
"""

import re
from collections import deque
from collections.abc import Iterator
from enum import Enum
from typing import BinaryIO

from mtelint.model.limits import Limits, limits
from mtelint.patches.pages import looks_like_page
from mtelint.patches.subject import is_scissors
from mtelint.patterns import regex
from mtelint.records import dataclass

MESSAGE_LIMIT = Limits().message_bytes
"""Bytes of one mail unless told otherwise; a longer one is named as skipped: memory must not grow with the input."""
FALSE_COUNTS = 8
"""So many false lengths, and a mailbox is no mboxcl: looking ahead again and again would cost quadratic time."""
_CHUNK = 1 << 20
_PEEK_LINES, _PEEK_BYTES = 400, 1 << 16

_FROM = regex(
    rb"From (?:\S+(?: at \S+)? +)?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2} "
    rb"\d\d:\d\d(?::\d\d)? (?:[A-Z]{2,5} |[+-]\d{4} )?\d{4}(?: [+-]\d{4})?(?: remote from \S+)?\s*$"
)
_FORMAT_PATCH = regex(rb"From [0-9a-f]{40}(?:[0-9a-f]{24})? Mon Sep 17 00:00:00 2001\s*$")
_HEADER = regex(rb"[!-9;-~]+:(?:[ \t\r\n]|$)|>?From ")
_MAIL_HEADER = regex(
    rb"(?:Return-Path|Received|Delivered-To|From|To|Cc|Subject|Date|Message-ID|X-[\w-]+|MIME-Version|Sender|List-[\w-]+|"
    rb"DKIM-Signature|ARC-[\w-]+|Authentication-Results|Content-[\w-]+|References|In-Reply-To|Reply-To|Precedence|"
    rb"User-Agent|Envelope-to|Delivery-date|Status|Path|Newsgroups|Archived-At|Approved|Errors-To|Lines|Organization)"
    rb":[ \t\r\n]",
    re.IGNORECASE,
)
_ESCAPED_FROM = regex(rb"^>(>*From )", re.MULTILINE)
_CONTENT_LENGTH = regex(rb"^content-length:\s*(\d{1,9})\s*$", re.MULTILINE | re.IGNORECASE)


class RawKind(Enum):
    """What the bytes of a :class:`RawMessage` are."""

    MAIL = "mail"
    DOCUMENT = "plain diff"
    PAGE = "saved page"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message or document; `truncated` means that it passed the limit and only its start is here."""

    kind: RawKind
    data: bytes
    truncated: bool = False


class _LineReader:
    """Lines of a stream (a line over the chunk size comes in pieces), with lines put back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._back: deque[bytes] = deque()

    def next(self) -> bytes:
        """The next line with its end, or empty at the end of the stream."""
        return self._back.popleft() if self._back else self._stream.readline(_CHUNK)

    def rest(self, limit: int) -> bytearray:
        """All that is left, or a little more than ``limit`` bytes of it."""
        data = bytearray().join(self._back)
        self._back.clear()
        while len(data) <= limit and (chunk := self._stream.read(_CHUNK)):
            data += chunk
        return data

    def put_back(self, lines: list[bytes]) -> None:
        """Make `lines` the next ones to be read."""
        self._back.extendleft(reversed(lines))

    def peek(self) -> bytes:
        """The next line, which stays."""
        line = self.next()
        if line:
            self._back.appendleft(line)
        return line


def split_stream(stream: BinaryIO) -> Iterator[RawMessage]:
    """Messages of a mailbox, or the one mail, page or diff that the stream is; nothing for an empty stream."""
    reader = _LineReader(stream)
    while (line := reader.next()) and not line.removeprefix(b"\xef\xbb\xbf").strip():
        pass
    if not line:
        return
    reader.put_back([line.removeprefix(b"\xef\xbb\xbf")])
    start = _peek(reader)
    if _is_from(start[0]) and len(start) > 1 and _HEADER.match(start[1]):
        yield from _split_mbox(reader)
    elif _is_mail(start):
        yield _whole(reader, RawKind.MAIL, limits().message_bytes)
    elif b"\0" in b"".join(start):
        yield RawMessage(RawKind.BINARY, b"")
    else:
        kind = RawKind.PAGE if looks_like_page(b"".join(start)) else RawKind.DOCUMENT
        yield _whole(reader, kind, limits().document_bytes)


def _peek(reader: _LineReader) -> list[bytes]:
    lines: list[bytes] = []
    size = 0
    while len(lines) < _PEEK_LINES and size < _PEEK_BYTES and (line := reader.next()):
        lines.append(line)
        size += len(line)
    reader.put_back(lines)
    return lines


def _is_from(line: bytes) -> bool:
    return line.startswith(b"From ") and bool(_FROM.match(line) or _FORMAT_PATCH.match(line))


def _is_mail(start: list[bytes]) -> bool:
    """Whether the first block of lines is a mail header: all headers or continuations, one of them well known."""
    known = False
    for number, line in enumerate(start):
        if not line.strip():
            return known
        if line[:1] in b" \t" and number:
            continue
        if not _HEADER.match(line):
            return False
        known = known or bool(_MAIL_HEADER.match(line))
    return known


def _whole(reader: _LineReader, kind: RawKind, limit: int) -> RawMessage:
    data = reader.rest(limit)
    if len(data) > limit:
        return RawMessage(kind, bytes(data[:_PEEK_BYTES]), truncated=True)
    return RawMessage(kind, bytes(data))


def _split_mbox(reader: _LineReader) -> Iterator[RawMessage]:
    formatted = bool(_FORMAT_PATCH.match(reader.peek()))
    false_counts, longest = 0, limits().message_bytes
    while reader.next():  # the "From " line
        data = bytearray()
        truncated = False
        last, in_header = b"", True
        tail = _Tail()
        while line := reader.peek():
            candidate = line.startswith(b"From ") and not last.strip() and not in_header
            if candidate and _starts_message(reader, tail, formatted):
                break
            reader.next()
            tail.see(line)
            last = line
            truncated = truncated or len(data) + len(line) > longest
            if not truncated:
                data += line
            if in_header and not line.strip():
                in_header = False
                body = _counted_body(reader, data) if false_counts < FALSE_COUNTS else b""
                false_counts += body is None
                data += body or b""
        if data.strip():
            yield _raw_mail(data, truncated)


def _raw_mail(data: bytearray, truncated: bool) -> RawMessage:
    if truncated:
        return RawMessage(RawKind.MAIL, bytes(data[:_PEEK_BYTES]), truncated=True)
    unescaped = _ESCAPED_FROM.sub(rb"\1", data) if b">From " in data else data
    return RawMessage(RawKind.MAIL, bytes(unescaped))


@dataclass(slots=True)
class _Tail:
    """The last two lines with something in them, to tell where a bare format-patch line stands."""

    before: bytes = b""
    last: bytes = b""

    def see(self, line: bytes) -> None:
        """Take note of the next line of the body."""
        if line.strip():
            self.before, self.last = self.last, line

    @property
    def is_git_signature(self) -> bool:
        """Whether the text above ends as git format-patch ends a patch."""
        return self.before.rstrip(b"\r\n") == b"-- " and bool(re.match(rb"\d+\.\d+", self.last))

    @property
    def is_scissors(self) -> bool:
        """Whether a scissors line stands directly above."""
        return is_scissors(self.last.decode("latin-1"))


def _starts_message(reader: _LineReader, tail: _Tail, formatted: bool) -> bool:
    """Whether the next line, which follows an empty one, starts a message rather than being text of the last one.

    A reply may hold a whole format-patch file, below scissors or not.  In a mailbox of mails such a line starts a
    message only where a format-patch file has just ended; in format-patch output it always does, except below scissors.
    """
    line = reader.next()
    following = reader.peek()
    reader.put_back([line])
    if not _HEADER.match(following):
        return False
    if _FORMAT_PATCH.match(line):
        return not tail.is_scissors and (formatted or tail.is_git_signature)
    return bool(_FROM.match(line))


def _counted_body(reader: _LineReader, header: bytearray) -> bytes | None:
    """The body by its Content-Length (mboxcl), where there is one; None where the count is false.

    A count is true if a ``From `` line or the end follows.  Programs that write no mboxcl keep the lengths of others.
    """
    found = _CONTENT_LENGTH.search(header)
    if not found or int(found.group(1)) + len(header) > limits().message_bytes:
        return b""
    lines: list[bytes] = []
    left = int(found.group(1))
    while left > 0 and (line := reader.next()):
        lines.append(line)
        left -= len(line)
    blank = [reader.next()] if left == 0 and not reader.peek().strip() and reader.peek() else []
    following = reader.peek()
    reader.put_back(blank)
    if left == 0 and (not following or _is_from(following)):
        return b"".join(lines)
    reader.put_back(lines)
    return None
