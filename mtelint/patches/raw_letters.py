"""From one raw message to its decoded text parts."""

import contextlib
from collections.abc import Iterator

from mtelint.model import Skipped
from mtelint.model.limits import limits
from mtelint.patches.mailbox import RawKind, RawMessage
from mtelint.patches.mime import FAILURES, decode_text, letters
from mtelint.patches.pages import page_letters
from mtelint.patches.values import Letter


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
