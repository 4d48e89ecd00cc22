"""Changes of a text by byte ranges, what they need to know about lines, and changed files as a patch."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from mtelint.syntax.c_tree import Span

_CONTEXT = 3
_QUOTED = b'"\\\t\n\r'
_BLANK = b" \t\f\v"
_REST = re.compile(rb"[ \t\f\v]*(?:/\*(?:(?!\*/)[^\n])*\*/[ \t\f\v]*|//[^\n]*?)?(\r?\n|$)")
"""Nothing but one comment up to the end of the line."""


class Edit(Struct, frozen=True):
    """The bytes ``[start, end)`` become ``text``."""

    start: int
    end: int
    text: bytes


class Proposal(Struct, frozen=True):
    """A change that may repair a finding: ``title`` says in the imperative what it does."""

    title: str
    edits: tuple[Edit, ...]


def apply_edits(text: bytes, edits: Sequence[Edit]) -> bytes:
    """The text with all edits; those at one place in the order in which they are given.

    Raises:
        ValueError: two edits overlap.
    """
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.start < at:
            raise ValueError(f"edits overlap at byte {edit.start}")
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*pieces, text[at:]])


def offset_of(text: bytes, line: int, column: int) -> int:
    """The offset of a line and byte column, both from 1; the end of the text for a line behind it."""
    at = 0
    for _ in range(line - 1):
        at = text.find(b"\n", at) + 1
        if at == 0:
            return len(text)
    return min(at + column - 1, len(text))


def newline(text: bytes, offset: int) -> bytes:
    """How the line at ``offset`` ends."""
    end = text.find(b"\n", offset)
    return b"\r\n" if end > 0 and text[end - 1 : end] == b"\r" else b"\n"


def indent(text: bytes, offset: int) -> bytes:
    """The white space in front of the line that holds ``offset``."""
    line = text[text.rfind(b"\n", 0, offset) + 1 :]
    return line[: len(line) - len(line.lstrip(_BLANK))]


def lines_of(text: bytes, span: Span) -> Span | None:
    """The whole lines of a statement that shares them with nothing but a comment behind it, else None."""
    first = text.rfind(b"\n", 0, span.start) + 1
    rest = _REST.match(text, span.end)
    if text[first : span.start].strip(_BLANK) or rest is None:
        return None
    return Span(first, rest.end())


def drop(text: bytes, span: Span) -> Edit:
    """Take a statement away, with its lines where it has them for itself."""
    lines = lines_of(text, span)
    if lines is not None:
        return Edit(_blank_before(text, lines), lines.end, b"")
    front = len(text[: span.start].rstrip(_BLANK))
    return Edit(front, span.end, b"")


def _blank_before(text: bytes, lines: Span) -> int:
    """Where to cut so that no blank line is left over in front of a closing brace or another blank line."""
    above = text[: lines.start]
    kept = above.rstrip() + newline(text, lines.start)
    spare = above[len(kept) :].count(b"\n") if above.startswith(kept) else 0
    follows = text[lines.end :].lstrip(b" \t")[:1]
    return len(kept) if spare and follows in (b"}", b"\n", b"\r") else lines.start


def with_comment(text: bytes, span: Span) -> bytes:
    """A statement and the comment behind it on its line."""
    lines = lines_of(text, span)
    return text[span.start : lines.end if lines else span.end].rstrip()


def add_behind(text: bytes, span: Span, statements: Sequence[bytes]) -> Edit:
    """Put statements behind another one, each on a line of its own where that one has its own."""
    lines = lines_of(text, span)
    if lines is None:
        return Edit(span.end, span.end, b"".join(b" " + each for each in statements))
    front, end = indent(text, span.start), newline(text, span.end)
    begun = b"" if text[lines.start : lines.end].endswith(b"\n") else end
    return Edit(lines.end, lines.end, begun + b"".join(front + each + end for each in statements))


def add_before(text: bytes, span: Span, statements: Sequence[bytes]) -> Edit:
    """Put statements in front of another one."""
    if lines_of(text, span) is None:
        return Edit(span.start, span.start, b"".join(each + b" " for each in statements))
    front, end = indent(text, span.start), newline(text, span.end)
    return Edit(span.start, span.start, b"".join(each + end + front for each in statements))


def patch_of(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """A unified diff from ``before`` to ``after`` of all files that differ, in the order of their paths."""
    changed = sorted(path for path, text in after.items() if before[path] != text)
    return b"".join(line for path in changed for line in _file(path, before[path], after[path]))


def _file(path: str, old: bytes, new: bytes) -> Iterator[bytes]:
    first, second = _name("a/" + path), _name("b/" + path)
    yield b"diff --git " + first + b" " + second + b"\n"
    tab = b"\t" if b" " in first else b""
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(old), _lines(new), first + tab, second + tab, n=_CONTEXT, lineterm=b"\n"
    )
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _lines(text: bytes) -> list[bytes]:
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _name(path: str) -> bytes:
    """The path as git writes it: in quotes with escapes where it holds what a header cannot."""
    raw = path.encode("utf-8", "surrogateescape")
    if not any(byte in _QUOTED or byte < 0x20 or byte > 0x7E for byte in raw):
        return raw
    return b'"' + b"".join(_escaped(byte) for byte in raw) + b'"'


def _escaped(byte: int) -> bytes:
    if byte in b'"\\':
        return b"\\" + bytes((byte,))
    return bytes((byte,)) if 0x20 <= byte <= 0x7E else b"\\%03o" % byte
