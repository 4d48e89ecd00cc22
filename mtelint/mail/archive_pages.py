"""Saved pages of public-inbox archives (lore.kernel.org): the mails in them, without the page around.

A page of one mail repeats it for every copy that the archive holds (``WARNING: multiple messages have this
Message-ID``), and a thread page joins all of its mails.  Both as text and as HTML.
"""

import re
from collections.abc import Iterator

from mtelint.mail.letter import Letter

# These marks are the page's own; no mail header ends like this.
_MARKED = re.compile(r"^(?:Message-I[dD]: <[^>\n]*>.*\(raw\)|Date: .*\[thread overview\])\s*$", re.MULTILINE)
_FLAT = re.compile(r"^From: (.*) @ (\d{4}-\d\d-\d\d +\d\d?:\d\d) UTC \(permalink / raw\)\s*$", re.MULTILINE)
_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z-]*): ?(.*)")
_END = re.compile(
    r"^(?:WARNING: multiple messages have this Message-ID.*|\^ permalink raw reply\b.*|"
    r"(?:next |prev |parent )*reply\s+other threads:.*)$",
    re.MULTILINE,
)
_TAG = re.compile(r"<[^<>]*>")


def looks_like_page(start: bytes) -> bool:
    """Whether the first bytes of a document are those of a saved archive page."""
    text = _as_text(start.decode("utf-8", "replace"))
    return bool(_MARKED.search(text) or _FLAT.search(text))


def page_letters(text: str, source: str, notes: tuple[str, ...] = ()) -> Iterator[Letter]:
    """The mails of a page in its order, one for each Message-ID: the first copy is the one that is judged."""
    return (letter for letter, _ in page_mails(text, source, notes))


def page_mails(text: str, source: str, notes: tuple[str, ...] = ()) -> Iterator[tuple[Letter, dict[str, str]]]:
    """The same, each with the fields of its header as the page shows them, by lower-case name."""
    text = _as_text(text.replace("\r\n", "\n"))
    seen: set[str] = set()
    found = list(_headers(text))
    for part, (_, body, fields) in enumerate(found):
        stop = found[part + 1][0] if part + 1 < len(found) else len(text)
        end = _END.search(text, body, stop)
        message_id = fields.get("message-id", "")
        if message_id and message_id in seen:
            continue
        seen.add(message_id)
        letter = Letter(
            message_id=message_id,
            subject=fields.get("subject", ""),
            sender=fields.get("from", ""),
            raw_date=fields.get("date", ""),
            references=tuple(re.findall(r"<[^<>\s]+>", fields.get("in-reply-to", ""))),
            part=0,
            text=text[body : end.start() if end else stop],
            source=source,
            kind="page",
            notes=notes,
        )
        yield letter, fields


def _as_text(text: str) -> str:
    """Plain text of a page; tags go, and the line breaks inside tags with them."""
    if not re.match(r"\s*(?:<!doctype html|<html)", text, re.IGNORECASE):
        return text
    import html  # its table of entities is long

    return html.unescape(_TAG.sub("", _without_head(text)))


def _without_head(text: str) -> str:
    """HTML without what is never shown; an element that is not closed ends the search, so that time stays linear."""
    for name in ("head", "style", "script"):
        kept: list[str] = []
        at = 0
        for opening in re.finditer(rf"<{name}\b", text, re.IGNORECASE):
            if opening.start() < at:
                continue
            end = text.find(f"</{name}>", opening.end())
            if end < 0:
                break
            kept.append(text[at : opening.start()])
            at = end + len(name) + 3
        text = "".join(kept) + text[at:]
    return text


def _headers(text: str) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Start of each header block, start of the body below it, and the fields by lower-case name."""
    done = 0
    for mark in re.finditer(rf"{_MARKED.pattern}|{_FLAT.pattern}", text, re.MULTILINE):
        if mark.start() < done:
            continue
        start = _block_start(text, mark.start())
        blank = re.compile(r"\n[ \t]*(?:\n|\Z)").search(text, mark.start())
        done = blank.end() if blank else len(text)
        fields = _fields(text[start:done])
        if mark.group(1) is not None:
            fields |= {"from": mark.group(1), "date": f"{mark.group(2)} +0000"}
            titles = re.findall(r"^\* (\S.*)$", text[max(0, start - 4000) : start], re.MULTILINE)
            fields["subject"] = titles[-1] if titles else ""
        yield start, done, fields


def _block_start(text: str, at: int) -> int:
    """First line of the header block that line `at` belongs to: upwards while lines are headers or continuations."""
    start = text.rfind("\n", 0, at) + 1
    while start:
        previous = text.rfind("\n", 0, start - 1) + 1
        line = text[previous : start - 1]
        if not (_HEADER_LINE.match(line) or (line[:1] in " \t" and line.strip() and "/" not in line)):
            break
        start = previous
        if line.startswith("From: "):
            break
    return start


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.split("\n"):
        header = _HEADER_LINE.match(line)
        if header:
            name = header.group(1).lower()
            fields.setdefault(name, header.group(2).strip())
        elif name and line[:1] in " \t" and line.strip():
            fields[name] += " " + line.strip()
    if "message-id" in fields:
        found = re.search(r"<[^<>\s]+>", fields["message-id"])
        fields["message-id"] = found.group() if found else ""
    fields["date"] = re.sub(r"\s*\[thread overview\]", "", fields.get("date", ""))
    return fields
