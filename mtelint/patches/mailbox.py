"""Split a stream into raw messages without ever holding more than one of them."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import BinaryIO

from mtelint.model.limits import Limits, limits
from mtelint.patches.mbox import HEAD, boxed_messages, is_separated
from mtelint.patches.pages import looks_like_page
from mtelint.patterns import regex
from mtelint.records import dataclass

MESSAGE_LIMIT = Limits().message_bytes
"""Bytes of one mail unless told otherwise; a longer one is named as skipped: memory must not grow with the input."""
_CHUNK = 1 << 20
_PEEK_LINES, _PEEK_BYTES = 400, 1 << 16
_MARK = b"\xef\xbb\xbf"

_HEADERS = regex(
    rb"(?:[!-9;-~]+:(?=[ \t\r\n]|\Z)|>?From )[^\n]*(?:\n|\Z)"
    rb"(?:(?:[!-9;-~]+:(?=[ \t\r\n]|\Z)|>?From |[ \t][ \t\r\v\f]*(?=\S))[^\n]*(?:\n|\Z))*"
)
_KNOWN_HEADER = regex(
    rb"^(?:Return-Path|Received|Delivered-To|From|To|Cc|Subject|Date|Message-ID|X-[\w-]+|MIME-Version|Sender|List-[\w-]+|"
    rb"DKIM-Signature|ARC-[\w-]+|Authentication-Results|Content-[\w-]+|References|In-Reply-To|Reply-To|Precedence|"
    rb"User-Agent|Envelope-to|Delivery-date|Status|Path|Newsgroups|Archived-At|Approved|Errors-To|Lines|Organization)"
    rb":[ \t\r\n]",
    re.IGNORECASE | re.MULTILINE,
)


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


def split_stream(stream: BinaryIO) -> Iterator[RawMessage]:
    """Messages of a mailbox, or the one mail, page or diff that the stream is; nothing for an empty stream."""
    start = _start(stream)
    if not start:
        return
    if is_separated(start):
        found = boxed_messages(stream, start)
        yield from (RawMessage(RawKind.MAIL, each.data, each.truncated) for each in found)
    elif _is_mail(start):
        yield _whole(stream, start, RawKind.MAIL, limits().message_bytes)
    else:
        yield _document(stream, start)


def _start(stream: BinaryIO) -> bytes:
    """The first bytes from the first line on that has something in it, without a byte-order mark."""
    start = stream.read(_PEEK_BYTES)
    while start:
        at = 0
        for line in _lines(start):
            if line.removeprefix(_MARK).strip():
                return start[at:].removeprefix(_MARK)
            at += len(line)
        start = stream.read(_PEEK_BYTES)
    return b""


def _lines(text: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(text):
        end = text.find(b"\n", at) + 1 or len(text)
        yield text[at:end]
        at = end


def _is_mail(start: bytes) -> bool:
    """Whether the first block of lines is a mail header: all headers or continuations, one of them well known."""
    headers = _HEADERS.match(start)
    if not headers or not _KNOWN_HEADER.search(start, 0, headers.end()):
        return False
    return not next(_lines(start[headers.end() :]), b"").strip()


def _document(stream: BinaryIO, start: bytes) -> RawMessage:
    """What is no mail, by its first lines."""
    first = b"".join(line for _, line in zip(range(_PEEK_LINES), _lines(start), strict=False))
    if b"\0" in first:
        return RawMessage(RawKind.BINARY, b"")
    kind = RawKind.PAGE if looks_like_page(first) else RawKind.DOCUMENT
    return _whole(stream, start, kind, limits().document_bytes)


def _whole(stream: BinaryIO, start: bytes, kind: RawKind, limit: int) -> RawMessage:
    chunks, size = [start], len(start)
    while size <= limit and (chunk := stream.read(_CHUNK)):
        chunks.append(chunk)
        size += len(chunk)
    data = b"".join(chunks)
    return RawMessage(kind, data[: min(HEAD, limit)], truncated=True) if size > limit else RawMessage(kind, data)
