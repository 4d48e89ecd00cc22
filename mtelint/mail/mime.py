"""From the bytes of one message to its decoded text parts, by the email package."""

import codecs
import contextlib
import email
import re
from collections.abc import Iterator
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

from mtelint.mail.archive_pages import page_letters
from mtelint.mail.letter import Letter, RawKind, RawMessage
from mtelint.mail.undecoded import header_end
from mtelint.model import Skipped
from mtelint.model.limits import limits

HEADER_LIMIT = 20_000
"""Characters of a header that are looked at; a long thread has references of some thousand."""
FAILURES = (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError)
"""What the email package is known to raise on mails made for it: nested too deep, or past its own assumptions."""
_ID = re.compile(r"<[^<>\s]+>")
_PATCH_NAME = re.compile(r"\.(?:patch|diff|txt|eml|mbox|dif)$", re.IGNORECASE)
_PATCH_TYPES = frozenset({"application/x-patch", "application/x-diff", "application/mbox", "application/octet-stream"})
# Real mail declares the small sets and uses the large one.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "ks_c_5601-1987": "cp949", "iso-8859-1": "cp1252"}
# Codecs of Python that are no charsets of mail, or cost more than linear time.
_REFUSED = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
_ASCII = frozenset({"", "us-ascii", "ascii", "ansi_x3.4-1968", "646"})


def letters(data: bytes, source: str) -> Iterator[Letter]:
    """The text parts of a mail in their order; attachments that are patches count as text.

    Raises one of :data:`FAILURES` where the email package gives up on a mail.
    """
    message = _parse(data)
    fields = _fields(message)
    message_id = _first_id(fields.get("message-id", ""))
    above = tuple(_ID.findall(fields.get("references", "") + " " + fields.get("in-reply-to", "")))
    index = 0
    for part in message.walk():
        if part.is_multipart() or not _is_text(part):
            continue
        unknown = _as_git_decodes(part)
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        text, note = decode_text(payload, _charset(part))
        note = "; ".join(filter(None, (unknown, note)))
        yield Letter(
            message_id=message_id,
            subject=fields.get("subject", ""),
            sender=fields.get("from", ""),
            raw_date=fields.get("date", ""),
            references=above,
            part=index,
            text=text,
            source=source,
            flowed=_parameter(part, "format") == "flowed",
            delsp=_parameter(part, "delsp") == "yes",
            notes=(note,) if note else (),
        )
        index += 1


def _parse(data: bytes) -> "Message[str, str]":
    """The message; the body of a simple one is taken whole, since the parser would make a list of its lines."""
    end = header_end(data) or len(data)
    head, body = data[:end], data[end:]
    message = BytesHeaderParser().parsebytes(head)
    if message.get_content_maintype() in ("multipart", "message"):
        return email.message_from_bytes(data)
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


def decode_text(data: bytes, declared: str) -> tuple[str, str]:
    """Text of `data`, and a note where the declared charset could not be used.

    Most kernel mail declares nothing and is UTF-8.  The order is the declared charset, UTF-8, Latin-1: no bytes fail.
    """
    name = declared.strip().strip("\"'").lower()
    for candidate in (_WIDER.get(name, name), "utf-8"):
        text = _try_decode(data, candidate)
        if text is not None:
            ignored = candidate == "utf-8" and name not in _ASCII and name not in ("utf-8", "utf8")
            note = f"charset {declared!r} cannot be used, read as UTF-8" if ignored else ""
            return text.removeprefix("\ufeff"), note
    return data.decode("latin-1"), f"charset {declared or 'none'!r} cannot be used, nor UTF-8: read as Latin-1"


_PLAIN = ("7bit", "8bit", "binary", "7-bit", "8-bit")
_OTHERS = ("uuencode", "x-uuencode", "uue", "x-uue")
"""Those that the email package decodes and git does not."""


def _as_git_decodes(part: "Message[str, str]") -> str:
    """Set the transfer encoding of a part as ``git mailinfo`` takes it, and tell one that nobody knows.

    The last header counts, and a name anywhere in its value: behind blanks, in quotes, beside comments and parameters.
    """
    values = [str(value).lower() for value in part.get_all("content-transfer-encoding", [])]
    if not values:
        return ""
    del part["content-transfer-encoding"]
    told = " ".join(values[-1].split())
    found = next((name for name in ("base64", "quoted-printable") if name in told), told)
    part["Content-Transfer-Encoding"] = found.strip("\"' ;")
    known = not found or found in ("base64", "quoted-printable") or any(name in told for name in (*_PLAIN, *_OTHERS))
    return "" if known else f"Content-Transfer-Encoding {told[:40]!r} is not known, read as it stands"


def iso_date(raw: str) -> str:
    """A Date header as ISO 8601 in UTC, or as it stands where it is no date.

    >>> iso_date("Thu, 30 Jun 2022 18:24:34 +0100")
    '2022-06-30T17:24:34+00:00'
    """
    try:
        return parsedate_to_datetime(raw).astimezone(UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return raw.strip()


def _try_decode(data: bytes, charset: str) -> str | None:
    if charset in _ASCII:
        charset = "ascii"
    try:
        if codecs.lookup(charset).name in _REFUSED:
            return None
        return data.decode(charset)
    except (LookupError, ValueError):
        return None


def _fields(message: "Message[str, str]") -> dict[str, str]:
    """Headers by lower-case name, the first of each, decoded; raw 8-bit headers are read as UTF-8."""
    fields: dict[str, str] = {}
    for name, value in message.raw_items():
        lower = name.lower()
        if lower in ("message-id", "subject", "from", "date", "references", "in-reply-to") and lower not in fields:
            fields[lower] = _header_text(str(value)[:HEADER_LIMIT])
    return fields


def all_headers(data: bytes) -> dict[str, list[str]]:
    """Every value of every header by lower-case name, unfolded but with encoded words as they stand."""
    fields: dict[str, list[str]] = {}
    for name, value in _parse(data).raw_items():
        text = decode_text(str(value)[:HEADER_LIMIT].encode("utf-8", "surrogateescape"), "")[0]
        fields.setdefault(name.lower(), []).append(" ".join(text.split()))
    return fields


def _header_text(raw: str) -> str:
    raw = decode_text(raw.encode("utf-8", "surrogateescape"), "")[0]
    if "=?" in raw:
        with contextlib.suppress(HeaderParseError, ValueError):  # then it is shown as it stands
            raw = "".join(
                piece if isinstance(piece, str) else decode_text(piece, charset or "")[0]
                for piece, charset in decode_header(raw)
            )
    return " ".join(raw.split())


def _first_id(text: str) -> str:
    found = _ID.search(text)
    return found.group() if found else text.strip()


def _is_text(part: "Message[str, str]") -> bool:
    kind = part.get_content_type()
    if kind.startswith("text/"):
        return kind != "text/html"
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError):
        name = ""
    return kind in _PATCH_TYPES and bool(_PATCH_NAME.search(name) or "patch" in kind or "diff" in kind)


def _charset(part: "Message[str, str]") -> str:
    return _parameter(part, "charset")


def _parameter(part: "Message[str, str]", name: str) -> str:
    """A Content-Type parameter in lower case; broken RFC 2231 values count as absent."""
    try:
        value = part.get_param(name)
    except (LookupError, ValueError, TypeError):
        return ""
    if isinstance(value, tuple):
        value = value[2]
    return str(value or "").strip().lower()


def raw_letters(raw: RawMessage, name: str) -> Iterator[Letter | Skipped]:
    """The decoded text parts of one message, or why there are none."""
    if raw.kind is RawKind.BINARY:
        yield Skipped(name, None, None, "not text: neither mail nor diff")
    elif raw.truncated:
        yield Skipped(name, None, None, _too_long(raw, name))
    elif raw.kind is RawKind.MAIL:
        try:
            yield from letters(raw.data, name)
        except FAILURES as error:
            yield Skipped(name, None, None, f"a mail that cannot be taken apart: {type(error).__name__}")
    else:
        text, note = decode_text(raw.data, "")
        notes = (note,) if note else ()
        if raw.kind is RawKind.PAGE:
            yield from page_letters(text, name, notes)
        else:
            yield Letter("", "", "", "", (), 0, text, name, kind="diff", notes=notes)


def _too_long(raw: RawMessage, name: str) -> str:
    first = None
    if raw.kind is RawKind.MAIL:
        with contextlib.suppress(*FAILURES):
            first = next(letters(raw.data, name), None)
    who = f" {first.message_id}" if first and first.message_id else ""
    name = "message_bytes" if raw.kind is RawKind.MAIL else "document_bytes"
    bound = f"{name} = {getattr(limits(), name)}"
    return f"{raw.kind.value}{who} is too long to be judged as one piece ({bound}); split it"
