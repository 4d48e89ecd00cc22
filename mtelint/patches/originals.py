"""The mails behind patches, with what a reply needs of them: who wrote to whom, and the text as it stands."""

from collections.abc import Callable, Iterable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses
from typing import BinaryIO

from mtelint.patches.mailbox import RawKind, RawMessage, split_stream
from mtelint.patches.mime import FAILURES, HEADER_LIMIT, all_headers, decode_text, letters
from mtelint.patches.pages import page_mails
from mtelint.patches.reader import unpacked
from mtelint.patches.values import Letter
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A mailbox of a header: the name decoded, which may be empty, and the address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Original:
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
