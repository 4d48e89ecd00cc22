"""The text that masking writes on: same-length edits, each with its note."""

import re
from collections.abc import Collection, Iterator

from msgspec import Struct, field

from mtelint.syntax.mask.notes import Note, NoteKind
from mtelint.syntax.scan import SPACES, Code, Scanned
from mtelint.syntax.scan import last_code as last_code
from mtelint.syntax.scan import skip_space as skip_space

_OPEN = {ord("("): ord(")"), ord("["): ord("]"), ord("{"): ord("}")}
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_MAX_DEPTH = 64
"""Brackets within brackets that are matched: more than any code that is judged has."""
_SEPARATOR = re.compile(rb"[()\[\]{},]")
_WINDOW = 128
_ENCLOSING = re.compile(rb"[(){};]")
_IDENTIFIER = re.compile(rb"\w*+")


class MaskedText(Struct):
    """``code`` is edited in place and never changes its length or its newlines; ``original`` is the source."""

    original: bytes
    scanned: Scanned
    notes: list[Note] = field(default_factory=list)
    dropped: set[int] = field(default_factory=set)
    """Starts of the directive lines that stay blank."""
    attributes: Collection[bytes] = ()
    """Macros of the text around this one that stand for an attribute or for nothing."""

    @property
    def code(self) -> Code:
        """The text being masked."""
        return self.scanned.code

    def note(self, kind: NoteKind, start: int, end: int, extra: str = "") -> None:
        """Keep the original of a range."""
        self.notes.append(Note(start, end, kind, self.original[start:end], extra))

    def blank(self, kind: NoteKind, start: int, end: int, extra: str = "") -> None:
        """Replace a range by spaces."""
        self.note(kind, start, end, extra)
        self.code[start:end] = self.code[start:end].translate(SPACES)

    def write(self, kind: NoteKind, start: int, end: int, text: bytes, extra: str = "") -> bool:
        """Replace a range by ``text`` and spaces; False (and no change) where it does not fit before a newline."""
        room = self.code[start:end].translate(SPACES)
        if len(text) > len(room) or b"\n" in room[: len(text)]:
            return False
        self.note(kind, start, end, extra)
        self.code[start:end] = text + room[len(text) :]
        self.code.space_replaced()
        return True


def word_byte(byte: int) -> bool:
    """Whether a byte can be part of an identifier."""
    return byte in _WORD


def next_byte(code: bytes | bytearray, index: int) -> int:
    """The next byte that is no white space, or -1 at the end of the text."""
    index = skip_space(code, index)
    return code[index] if index < len(code) else -1


def word_before(code: bytes | bytearray, index: int) -> int:
    """Start of the identifier whose last byte is at ``index`` (``index + 1`` where there is none)."""
    while index >= 0 and code[index] in _WORD:
        index -= 1
    return index + 1


def word_after(code: bytes | bytearray, index: int) -> int:
    """End of the identifier that starts at ``index`` (``index`` where there is none)."""
    match = _IDENTIFIER.match(code, index)
    return match.end() if match else index


def closing(code: bytes | bytearray, index: int, limit: int = 20_000) -> int:
    """Offset of the bracket that closes the one at ``index``, or -1 where it does not within ``limit`` bytes.

    Nor is it found where brackets nest too deep: so a bracket is looked at no more often than they may nest.
    """
    opener = code[index]
    closer = _OPEN[opener]
    depth, position, end = 0, index, min(len(code), index + limit)
    while True:
        shut = code.find(closer, position, end)
        if shut < 0:
            return -1
        depth += code.count(opener, position, shut) - 1
        if depth == 0:
            return shut
        if depth > _MAX_DEPTH:
            return -1
        position = shut + 1


def opening(code: bytes | bytearray, index: int, limit: int = 20_000) -> int:
    """Offset of the bracket that the one at ``index`` closes, or -1 where there is none within ``limit`` bytes."""
    closer = code[index]
    opener = next(left for left, right in _OPEN.items() if right == closer)
    depth, position, start = 0, index + 1, max(0, index - limit)
    while True:
        left = code.rfind(opener, start, position)
        if left < 0:
            return -1
        depth += code.count(closer, left, position) - 1
        if depth == 0:
            return left
        if depth > _MAX_DEPTH:
            return -1
        position = left


def enclosing(code: bytes | bytearray, index: int, limit: int = 4_000) -> int:
    """Offset of the ``(`` whose list an offset is in (the offset itself, if it is one), or -1 outside of any."""
    depth = 0
    for position in _brackets_before(code, index, limit):
        byte = code[position]
        if byte == 0x29:
            depth += 1
            if depth > _MAX_DEPTH:
                return -1
        elif byte == 0x28:
            if depth == 0:
                return position
            depth -= 1
        elif byte in b"{};" and depth == 0:
            return -1
    return -1


def _brackets_before(code: bytes | bytearray, index: int, limit: int) -> Iterator[int]:
    """Offsets of what can end the search for a bracket, from ``index`` backwards."""
    lowest, end = max(0, index - limit), index + 1
    while end > lowest:
        start = max(lowest, end - _WINDOW)
        yield from reversed([match.start() for match in _ENCLOSING.finditer(code, start, end)])
        end = start


def split_arguments(code: bytes | bytearray, left: int, right: int) -> list[tuple[int, int]]:
    """Ranges between the commas of a bracket pair, white space trimmed; empty for no argument."""
    parts: list[tuple[int, int]] = []
    depth, start = 0, left + 1
    for index in (match.start() for match in _SEPARATOR.finditer(code, left + 1, right)):
        byte = code[index]
        if byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
        elif byte == 0x2C and depth == 0:
            parts.append((start, index))
            start = index + 1
    parts.append((start, right))
    trimmed = [(min(skip_space(code, a), b), max(last_code(code, b) + 1, a)) for a, b in parts]
    return [] if len(trimmed) == 1 and trimmed[0][0] >= trimmed[0][1] else trimmed


def at_statement(code: bytearray, start: int) -> bool:
    """Whether a statement may begin at an offset: by the token before it."""
    last = last_code(code, start)
    if last < 0:
        return True
    byte = code[last]
    if byte in b";{}":
        return True
    if byte == 0x3A:
        return not _is_ternary(code, last)
    if byte == 0x29:
        return _closes_head(code, last)
    if word_byte(byte):
        return bytes(code[word_before(code, last) : last + 1]) in (b"else", b"do")
    return False


def _is_ternary(code: bytearray, colon: int) -> bool:
    start = max(code.rfind(byte, max(0, colon - 400), colon) for byte in (b";", b"{", b"}"))
    return b"?" in code[start + 1 : colon]


def _closes_head(code: bytearray, right: int) -> bool:
    """Whether a ``)`` ends the head of an ``if``, ``for``, ``while`` or ``switch``."""
    left = opening(code, right)
    if left < 0:
        return False
    last = last_code(code, left)
    word = bytes(code[word_before(code, last) : last + 1])
    return word in (b"if", b"for", b"while", b"switch")
