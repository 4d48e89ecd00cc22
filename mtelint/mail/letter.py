"""A letter: one decoded text part of a mail, and its logical lines, each with its body line.

format=flowed is joined as RFC 3676 says and as git's mailinfo does it; carriage returns are dropped; quoting is told by
a leading ``>``.  Nothing else is touched here.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from mtelint.patterns import regex
from mtelint.records import dataclass

_DEPTH = regex(r"(?:[ \t]{0,2}>)+")
_QUOTED_HUNK = regex(r"^[ \t]{0,2}>[> \t]*@@ -\d", re.MULTILINE)
_DIFF_SIGN = regex(r"^[ \t\u00a0>|]*(?:@@@? -\d|diff --|\+\+\+ |GIT binary patch)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lines:
    """Logical lines and, for each, the physical line (from 1) at which it starts."""

    texts: Sequence[str]
    numbers: Sequence[int]


@dataclass(frozen=True, slots=True)
class Letter:
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
