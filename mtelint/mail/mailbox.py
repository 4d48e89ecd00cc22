"""From a stream, packed or not, to raw messages and their letters, without ever holding more than one message."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from mtelint.errors import InputError
from mtelint.mail.archive_pages import looks_like_page
from mtelint.mail.letter import Letter, RawKind, RawMessage
from mtelint.mail.mbox import HEAD, boxed_messages, is_separated
from mtelint.model import Skipped
from mtelint.model.limits import Limits, limits

MESSAGE_LIMIT = Limits().message_bytes
"""Bytes of one mail unless told otherwise; a longer one is named as skipped: memory must not grow with the input."""
_CHUNK = 1 << 20
_PEEK_LINES, _PEEK_BYTES = 400, 1 << 16
_MARK = b"\xef\xbb\xbf"
_HEADERS = re.compile(
    rb"(?:[!-9;-~]+:(?=[ \t\r\n]|\Z)|>?From )[^\n]*(?:\n|\Z)"
    rb"(?:(?:[!-9;-~]+:(?=[ \t\r\n]|\Z)|>?From |[ \t][ \t\r\v\f]*(?=\S))[^\n]*(?:\n|\Z))*"
)
_KNOWN_HEADER = re.compile(
    rb"^(?:Return-Path|Received|Delivered-To|From|To|Cc|Subject|Date|Message-ID|X-[\w-]+|MIME-Version|Sender|List-[\w-]+|"
    rb"DKIM-Signature|ARC-[\w-]+|Authentication-Results|Content-[\w-]+|References|In-Reply-To|Reply-To|Precedence|"
    rb"User-Agent|Envelope-to|Delivery-date|Status|Path|Newsgroups|Archived-At|Approved|Errors-To|Lines|Organization)"
    rb":[ \t\r\n]",
    re.IGNORECASE | re.MULTILINE,
)


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


def read_letters(
    stream: BinaryIO, name: str, undecoded: Callable[[bytes], bool] | None = None
) -> Iterator[Letter | Skipped]:
    """The decoded text parts of every mail of a stream, one mail in memory at a time; see :func:`read_patches`."""
    try:
        for raw in split_stream(unpacked(stream)):
            if undecoded is None or raw.kind is not RawKind.MAIL or raw.truncated or undecoded(raw.data):
                from mtelint.mail.mime import raw_letters  # for most mails the email package is not needed

                yield from raw_letters(raw, name)
    except (OSError, EOFError) as error:
        raise InputError(f"{name}: cannot be read to its end: {error or type(error).__name__}") from error


def unpacked(stream: BinaryIO) -> BinaryIO:
    """The stream, unpacked on the fly where its first bytes are those of gzip, xz or bzip2."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(_Raw(stream))
    magic = buffered.peek(6)[:6]
    packed: Any = _Counted(buffered)  # the libraries ask for more in their types than in their code
    # The libraries are loaded for those who need them.
    if magic.startswith(b"\x1f\x8b"):
        import gzip

        return _bounded(gzip.GzipFile(fileobj=packed), packed)
    if magic.startswith(b"\xfd7zXZ\x00"):
        import lzma

        return _bounded(lzma.LZMAFile(packed), packed)
    if magic.startswith(b"BZh"):
        import bz2

        return _bounded(bz2.BZ2File(packed), packed)
    return buffered


def _bounded(source: io.BufferedIOBase, packed: "_Counted") -> BinaryIO:
    return io.BufferedReader(_Bounded(source, packed))


class _Counted:
    """A packed stream that knows how much of it was read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        """Bytes, counted."""
        data = self._stream.read(size)
        self.taken += len(data)
        return data


class _Bounded(io.RawIOBase):
    """What a stream unpacks to, as long as it does not grow beyond all measure."""

    def __init__(self, source: io.BufferedIOBase, packed: _Counted) -> None:
        self._source, self._packed, self._given = source, packed, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # narrower than WriteableBuffer
        """Fill `buffer`; raises OSError where the bound is passed, and for damage."""
        try:
            data = self._source.read1(len(buffer))
        except (OSError, EOFError):
            raise
        except Exception as error:  # zlib.error or lzma.LZMAError: their modules are there for those who need them
            raise OSError(str(error) or type(error).__name__) from error
        self._given += len(data)
        bound = limits()
        if self._given > max(bound.unpacked_bytes, bound.unpacked_ratio * self._packed.taken):
            more = f"unpacked_bytes = {bound.unpacked_bytes} and unpacked_ratio = {bound.unpacked_ratio} allow"
            raise OSError(f"it unpacks to more than {more}; unpack it to have it read")
        buffer[: len(data)] = data
        return len(data)


class _Raw(io.RawIOBase):
    """A readable object as a raw stream, so that it can be buffered and peeked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]  # narrower than WriteableBuffer
        """Fill `buffer` from the stream."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
