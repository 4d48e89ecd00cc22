"""The mail behind a patch, with what a reply needs of it, and the reply as a draft for a mail program.

Nothing here sends anything.
"""

import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from email.charset import QP, Charset
from email.errors import HeaderParseError
from email.header import Header, decode_header
from email.utils import formataddr, getaddresses
from typing import BinaryIO

from msgspec import Struct

from mtelint.mail.archive_pages import page_mails
from mtelint.mail.letter import Letter, RawKind, RawMessage
from mtelint.mail.mailbox import split_stream, unpacked
from mtelint.mail.mime import FAILURES, HEADER_LIMIT, all_headers, decode_text, letters

LONGEST_LINE = 990
"""Bytes of a line that every mail server passes on (RFC 5322 allows 998)."""
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = QP  # readable where nothing decodes it
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)
MBOX_LINE = b"From mboxrd@z Thu Jan  1 00:00:00 1970\n"


class Person(Struct, frozen=True):
    """A mailbox of a header: the name decoded, which may be empty, and the address."""

    name: str
    address: str


class Original(Struct, frozen=True):
    """One mail that can be answered.

    ``to`` begins with whom Reply-To names; ``references`` are the ids above the mail in its thread, the oldest first.
    """

    message_id: str
    subject: str
    raw_date: str
    sender: tuple[Person, ...]
    to: tuple[Person, ...]
    cc: tuple[Person, ...]
    references: tuple[str, ...]
    letters: tuple[Letter, ...]


def originals(stream: BinaryIO, name: str, wanted: Callable[[str], bool]) -> Iterator[Original]:
    """The mails of a stream whose Message-ID is ``wanted`` ("" for one without), in their order.

    Raises OSError, EOFError or an error of the unpacker where the stream cannot be read to its end.
    """
    for raw in split_stream(unpacked(stream)):
        if not raw.truncated:
            yield from (mail for mail in _mails(raw, name) if wanted(mail.message_id))


def _mails(raw: RawMessage, name: str) -> Iterator[Original]:
    if raw.kind is RawKind.MAIL:
        try:
            yield from _mail(all_headers(raw.data), tuple(letters(raw.data, name)))
        except FAILURES:
            return  # the review has named it as skipped
    elif raw.kind is RawKind.PAGE:
        for letter, fields in page_mails(decode_text(raw.data, "")[0], name):
            yield from _mail({key: [value] for key, value in fields.items()}, (letter,))


def _mail(fields: dict[str, list[str]], parts: tuple[Letter, ...]) -> Iterator[Original]:
    """The mail, or nothing for one without text."""
    if not parts:
        return
    first = parts[0]
    yield Original(
        message_id=first.message_id,
        subject=first.subject,
        raw_date=" ".join(first.raw_date.split()),
        sender=people(fields.get("from", [])),
        to=people([*fields.get("reply-to", []), *fields.get("to", [])]),
        cc=people(fields.get("cc", [])),
        references=tuple(dict.fromkeys(first.references)),
        letters=parts,
    )


def people(values: Iterable[str]) -> tuple[Person, ...]:
    """The mailboxes of raw address headers; what is no address is left out.

    Addresses are told apart before names are decoded, since a decoded name may hold a comma.
    """
    found = getaddresses([value[:HEADER_LIMIT].replace("\n", " ").replace("\r", " ") for value in values])
    return tuple(Person(_decoded(name), address) for name, address in found if "@" in address)


def _decoded(name: str) -> str:
    if "=?" not in name:
        return " ".join(name.split())
    try:
        pieces = decode_header(name)
    except (HeaderParseError, *FAILURES):
        return name
    text = "".join(p if isinstance(p, str) else decode_text(p, charset or "")[0] for p, charset in pieces)
    return " ".join(text.split())


def compose(original: Original, body: str, author: str = "") -> bytes:
    """The reply to ``original`` with the text ``body``; ``author`` is its From header, none if empty.

    Date and Message-ID are for the program that sends it.  Lines end in a newline alone, as in a mailbox.
    """
    data = body.encode("utf-8", "replace")
    encoding = _encoding(data)
    fields = [*_people_fields(original, author), _subject(original.subject), *_thread_fields(original)]
    fields += [
        "MIME-Version: 1.0",
        f"Content-Type: text/plain; charset={'us-ascii' if data.isascii() else 'utf-8'}",
        f"Content-Transfer-Encoding: {encoding}",
    ]
    head = "".join(f"{field}\n" for field in fields).encode("utf-8", "replace")
    return head + b"\n" + (quopri.encodestring(data) if encoding == "quoted-printable" else data)


def mbox(mails: Iterable[bytes]) -> bytes:
    """Several mails as one mailbox of the kind mboxrd."""
    return b"\n".join(MBOX_LINE + _FROM_LINE.sub(rb">\1", mail) for mail in mails)


def _encoding(data: bytes) -> str:
    if max(map(len, data.split(b"\n")), default=0) > LONGEST_LINE:
        return "quoted-printable"
    return "7bit" if data.isascii() else "8bit"


def _people_fields(original: Original, author: str) -> list[str]:
    """From, To and Cc: the reply goes to the author and to everybody who got the original, once each."""
    seen: set[str] = {person.address.lower() for person in original.sender}
    to = [*original.sender, *_unseen(original.to, seen)]
    cc = _unseen(original.cc, seen)
    fields = [f"From: {_one_line(author)}"] if author else []
    fields += [_folded("To", map(_mailbox, to))] if to else []
    fields += [_folded("Cc", map(_mailbox, cc))] if cc else []
    return fields


def _unseen(people: Iterable[Person], seen: set[str]) -> list[Person]:
    fresh = []
    for person in people:
        if person.address.lower() not in seen:
            seen.add(person.address.lower())
            fresh.append(person)
    return fresh


def _mailbox(person: Person) -> str:
    name, address = _one_line(person.name), _one_line(person.address)
    if not address.isascii():
        return f"<{address}>"  # only with SMTPUTF8, as it came
    return formataddr((name, address), _UTF8)


def _folded(name: str, values: Iterable[str]) -> str:
    return f"{name}: " + ",\n\t".join(values)


def _subject(subject: str) -> str:
    text = _one_line(subject)
    if not re.match(r"re:", text, re.IGNORECASE):
        text = f"Re: {text}"
    charset = None if text.isascii() else _UTF8
    return f"Subject: {Header(text, charset, header_name='Subject').encode()}"


def _thread_fields(original: Original) -> list[str]:
    if not original.message_id:
        return []
    above = [reference for reference in original.references if reference != original.message_id]
    ids = [_one_line(each) for each in (*above, original.message_id)]
    return [f"In-Reply-To: {ids[-1]}", "References: " + "\n\t".join(ids)]


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()
