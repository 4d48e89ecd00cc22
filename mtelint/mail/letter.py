"""A letter: one decoded text part of a mail, its logical lines, and what its subject and its top say of a patch.

format=flowed is joined as RFC 3676 says and as git's mailinfo does it; carriage returns are dropped; quoting is told by
a leading ``>``.
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Literal

from msgspec import Struct


class RawKind(Enum):
    """What the bytes of a :class:`RawMessage` are."""

    MAIL = "mail"
    DOCUMENT = "plain diff"
    PAGE = "saved page"
    BINARY = "binary"


class RawMessage(Struct, frozen=True):
    """One message or document; `truncated` means that it passed the limit and only its start is here."""

    kind: RawKind
    data: bytes
    truncated: bool = False


class SeriesInfo(Struct, frozen=True):
    """Place of a patch in its series: ``[PATCH v3 2/7]`` is version 3, number 2, total 7; number 0 is a cover letter.

    ``key`` is equal for the members of one posting of one version and for nothing else.
    """

    version: int
    number: int
    total: int
    key: str


_TAG = re.compile(r"^\s*\[([^\]]*)\]\s*")
_NUMBER = re.compile(r"(?<![\w.])(\d{1,4})/(\d{1,4})(?![\w.])")
_VERSION = re.compile(r"(?:^|[\s,]|PATCH)v(\d{1,3})(?=$|[\s,.])", re.IGNORECASE)
_REPLY = re.compile(r"^\s*(?:re|aw|sv|antw|fwd?|wg)(?:\[\d+\])?\s*:", re.IGNORECASE)
_BASE = re.compile(r"^base-commit: ([0-9a-f]{40}(?:[0-9a-f]{24})?)\s*$", re.MULTILINE)
_STEM = re.compile(r"^<?(.{1,400})-(\d{1,4})-([^@]{0,400}@[^>]*)>?$")
_FORMAT_PATCH = re.compile(r">?From [0-9a-f]{40}(?:[0-9a-f]{24})? [A-Z][a-z]{2} [A-Z][a-z]{2} +\d")
_IN_BODY = re.compile(r"(From|Subject|Date|X-[\w-]+|To|Cc|Message-I[dD]): ?(.*)")
_MARKS = (">8", "8<", ">%", "%<")
_DEPTH = re.compile(r"(?:[ \t]{0,2}>)+")
_QUOTED_HUNK = re.compile(r"^[ \t]{0,2}>[> \t]*@@ -\d", re.MULTILINE)
_DIFF_SIGN = re.compile(r"^[ \t\u00a0>|]*(?:@@@? -\d|diff --|\+\+\+ |GIT binary patch)", re.MULTILINE)


class Lines(Struct, frozen=True):
    """Logical lines and, for each, the physical line (from 1) at which it starts."""

    texts: Sequence[str]
    numbers: Sequence[int]


class Letter(Struct, frozen=True):
    """A decoded text part of one mail, before any diff is looked for.

    ``text`` is what ``body_line`` counts in.  ``part`` counts the text parts of the mail from 0.  ``kind`` is ``mail``,
    ``page`` (a saved archive page) or ``diff`` (no mail at all).  ``raw_date`` is the header as it stands.
    """

    message_id: str
    subject: str
    sender: str
    raw_date: str
    references: tuple[str, ...]
    part: int
    text: str
    source: str
    kind: Literal["mail", "page", "diff"] = "mail"
    flowed: bool = False
    delsp: bool = False
    notes: tuple[str, ...] = ()


def has_diff_sign(text: str) -> bool:
    """Cheap test: could this text hold a diff at all, quoted or not?"""
    return _DIFF_SIGN.search(text) is not None


def has_quoted_hunk(text: str) -> bool:
    """Whether a hunk header stands behind a quote mark."""
    return _QUOTED_HUNK.search(text) is not None


def logical_lines(text: str, flowed: bool = False, delsp: bool = False) -> Lines:
    """Split at newlines only (a form feed stays in its line), drop carriage returns, join soft breaks if `flowed`."""
    physical = text.split("\n")
    if physical and not physical[-1]:
        physical.pop()
    if "\r" in text:
        physical = [line.rstrip("\r") for line in physical]
    if not flowed:
        return Lines(physical, range(1, len(physical) + 1))
    joined = list(_unflow(physical, delsp))
    return Lines([line for line, _ in joined], [number for _, number in joined])


def _unflow(physical: Sequence[str], delsp: bool) -> Iterator[tuple[str, int]]:
    """Join soft-broken lines: a line that ends in a blank goes on in the next one of the same quote depth."""
    held, held_at, held_depth = "", 0, 0
    for number, line in enumerate(physical, 1):
        mark = re.match(r">*", line)
        depth = mark.end() if mark else 0
        content = line[depth:]
        if held_at and depth != held_depth:
            yield ">" * held_depth + held, held_at
            held, held_at = "", 0
        if content == "-- ":
            if held_at:
                yield ">" * held_depth + held, held_at
            held, held_at = "", 0
            yield line, number
            continue
        # Inside quotes the stuffed blank is kept: it is what everybody else's quoting looks like.
        if content.startswith(" ") and not depth:
            content = content[1:]
        if content.endswith(" "):
            held += content[:-1] if delsp else content
            held_at, held_depth = held_at or number, depth
            continue
        yield ">" * depth + held + content, held_at or number
        held, held_at = "", 0
    if held_at:
        yield ">" * held_depth + held, held_at


def unquoted_layers(lines: Lines) -> Iterator[Lines]:
    """For each quote depth in use, the lines of that depth without their marks.

    What the replier wrote in between stands at another depth and falls out, which makes a commented hunk whole again.
    """
    layers: dict[int, tuple[list[str], list[int]]] = {}
    for line, number in zip(lines.texts, lines.numbers, strict=True):
        mark = _DEPTH.match(line)
        if not mark:
            continue
        texts, numbers = layers.setdefault(mark.group().count(">"), ([], []))
        rest = line[mark.end() :]
        texts.append(rest.removeprefix(" "))
        numbers.append(number)
    for depth in sorted(layers):
        yield Lines(*layers[depth])


def is_scissors(line: str) -> bool:
    """Whether git would cut here (git-mailinfo(1), ``--scissors``).

    The line holds scissors in a perforation of dashes that is at least 8 characters wide, takes more than a third of
    the line, and is more than half dashes and scissors.

    >>> is_scissors("-- >8 --"), is_scissors("---------- 8< ---- cut here"), is_scissors("- 8< this is a sentence")
    (True, True, False)
    """
    perforation = gap = scissors = 0
    inside = False
    visible = len(line.strip())
    if line.rstrip().endswith(_MARKS):
        visible -= 1  # git counts up to where the last thing starts, and scissors are one thing
    line = line.rstrip("\n") + "\n"  # the line end belongs to the perforation
    at = 0
    while at < len(line):
        char = line[at]
        if char.isspace():
            perforation, gap = (perforation + 1, gap + 1) if inside else (perforation, gap)
        elif char == "-":
            inside, perforation = True, perforation + 1
        elif line.startswith(_MARKS, at):
            inside, perforation, scissors, at = True, perforation + 2, scissors + 2, at + 1
        else:
            inside = False
        at += 1
    return bool(scissors) and visible >= 8 and visible < perforation * 3 and gap * 2 < perforation


def patch_subject(letter: Letter, texts: Sequence[str], first_diff: int) -> str:
    """Subject of the patch itself: in-body headers after scissors, or at the top of the body, override the mail's.

    `first_diff` is the logical line (from 0) where the first diff starts; nothing is looked for beyond it.
    """
    start = 0
    for at, line in enumerate(texts[:first_diff]):
        if ("8" in line or "%" in line) and is_scissors(line):
            start = at + 1
    return _in_body_subject(texts[start:first_diff]) or letter.subject


def _in_body_subject(texts: Sequence[str]) -> str:
    subject: list[str] = []
    started = False
    for line in texts:
        header = _IN_BODY.match(line)
        if header:
            started = True
            subject = [header.group(2)] if header.group(1) == "Subject" else subject
        elif _FORMAT_PATCH.match(line) or (not line.strip() and not started):
            continue
        elif started and line[:1] in " \t" and line.strip():
            subject += [line.strip()] if subject else []
        else:
            break
    return " ".join(subject).strip()


def base_commit(text: str) -> str | None:
    """The ``base-commit:`` trailer that ``git format-patch --base`` writes."""
    found = _BASE.search(text)
    return found.group(1) if found else None


def series_of(subject: str, letter: Letter) -> SeriesInfo | None:
    """Series of a patch by its subject's tags; None for a single patch and for a reply.

    Forms seen: ``[PATCH v3 2/7]``, ``[PATCHv3 2/7]``, ``[RFC PATCH 02/10]``, ``[v2,1/3]``, ``[PATCH mm v2 0/4]``.
    """
    if _REPLY.match(subject):
        return None
    tags: list[str] = []
    while found := _TAG.match(subject):
        tags.append(found.group(1))
        subject = subject[found.end() :]
    joined = " ".join(tags)
    place = _NUMBER.search(joined)
    if not place:
        return None
    number, total = int(place.group(1)), int(place.group(2))
    if total < 1 or number > total:
        return None
    version = _VERSION.search(joined)
    which = int(version.group(1)) if version else 1
    return SeriesInfo(which, number, total, f"v{which}/{total}/{_thread(letter, number)}")


def _thread(letter: Letter, number: int) -> str:
    """What the members of one posting share.

    git send-email and b4 number their Message-IDs (``stem-3-rest@host``): the stem is shared.  Otherwise the start of
    the thread and the sender are, and for files without mail headers the folder they lie in.
    """
    stem = _STEM.match(letter.message_id)
    if stem and int(stem.group(2)) in (number, number + 1):
        return f"{stem.group(1)}/{stem.group(3)}"
    if letter.message_id:
        root = letter.references[0] if letter.references else letter.message_id
        return f"{root}/{letter.sender}"
    return f"{letter.source.rpartition('/')[0]}/{letter.sender}"
