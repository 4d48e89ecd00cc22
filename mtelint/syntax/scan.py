"""The lexical layer: comments, literals and directive lines are blanked, so that code can be matched by pattern.

A long run of white space, as masking leaves it, is walked once.  Offsets and lines are told here, too, and ``#if``
conditions are spelled so that equal ones become equal strings.
"""

import re
from bisect import bisect_right
from itertools import accumulate

from msgspec import Struct
from msgspec.structs import force_setattr

_DEFINED = re.compile(r"\b(?:defined|IS_ENABLED|IS_BUILTIN|IS_REACHABLE|IS_MODULE)\s*(?:\(\s*(\w+)\s*\)|\s(\w+))")
_BLANKS = re.compile(r"\s+")
_ATOM = re.compile(r"!?\w+(?:\([\w, ]*\))?\Z")
_MAX_PAIRS = 20
"""Pairs of parentheses around a whole condition that are dropped."""
FALSE = frozenset({"0", "!1", "__cplusplus", "__ASSEMBLY__", "__ASSEMBLER__"})
"""Conditions that never hold where C of the kernel is compiled."""


class LineIndex(Struct, frozen=True):
    """The lines of a text, and where each starts."""

    text: bytes
    starts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Find the line starts."""
        lengths = (len(line) + 1 for line in self.text.split(b"\n"))
        force_setattr(self, "starts", tuple(accumulate(lengths, initial=0))[:-1])

    def place(self, offset: int) -> tuple[int, int]:
        """Line and byte column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Text of a line (from 1) without its end; empty outside the text."""
        if not 1 <= number <= len(self.starts):
            return ""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].decode("utf-8", "replace").rstrip("\r\n")


_BLANK = b" \t\n\r\f\v\\"
_SPACE = re.compile(rb"[ \t\n\r\f\v\\]{0,1024}+")
_FIRST = 16
_NEAR = 1024
_BLOCK = 4096


class Code(bytearray):
    """A text being masked that remembers where long runs of white space end.

    ``back`` and ``ahead`` hold, for starts of blocks inside of a run, the last byte before it and the first behind it.
    White space may be added at any time; who puts something else where white space was calls :meth:`space_replaced`.
    """

    __slots__ = ("ahead", "back")

    def __init__(self, text: bytes | bytearray) -> None:
        super().__init__(text)
        self.back: dict[int, int] = {}
        self.ahead: dict[int, int] = {}

    def holds(self, word: bytes) -> bool:
        """Whether the word is somewhere in the text."""
        return self.find(word) >= 0

    def space_replaced(self) -> None:
        """Something now stands where white space was."""
        if self.back:
            self.back.clear()
        if self.ahead:
            self.ahead.clear()


_TOKEN = re.compile(
    rb"/\*(?:.*?\*/|.*)|//(?:\\\n|[^\n])*|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'",
    re.DOTALL,
)
_DIRECTIVE = re.compile(rb"#[ \t]*+(\w*+)((?:[^\n]*\\\n)*+[^\n]*)")
_SLASH, _QUOTE = ord("/"), ord('"')


def _keep_newlines(fill: bytes, newline: bytes = b"\n") -> bytes:
    return bytes(newline[0] if byte in b"\n" else fill[0] for byte in range(256))


SPACES = _keep_newlines(b" ")
"""Translation table: everything but a newline becomes a space."""
_COMMENT = _keep_newlines(b" ", b"\v")
"""A newline in a comment does not end a directive; it is a vertical tab until the directives are known."""
_QUOTES = _keep_newlines(b'"')
_APOSTROPHES = _keep_newlines(b"'")
CONDITIONALS = frozenset(("if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif"))


class Directive(Struct, frozen=True):
    """A preprocessor line with its continuations; ``argument`` is what follows the keyword, comments blanked."""

    start: int
    end: int
    keyword: str
    argument: bytes

    @property
    def condition(self) -> str:
        """The normalised condition of an ``#if``-like line."""
        return normalise(self.keyword, self.argument.decode("utf-8", "replace"))


class Scanned(Struct):
    """A text of the same length as the source, made for matching.

    ``code`` has comments and directives as spaces; a string literal is as long a run of ``"``, a character literal of
    ``'`` (so no pattern can match inside one, or take one for space).
    """

    code: Code
    clean: bytes
    """As ``code``, but with the directive lines."""
    literals: list[tuple[int, int]]
    directives: list[Directive]


def scan(text: bytes) -> Scanned:
    """Blank comments, literals and directives of a C text."""
    literals: list[tuple[int, int]] = []

    def blank(match: re.Match[bytes]) -> bytes:
        token = match[0]
        if token[0] == _SLASH:
            return token.translate(_COMMENT)
        literals.append(match.span())
        return token.translate(_QUOTES if token[0] == _QUOTE else _APOSTROPHES)

    clean = _TOKEN.sub(blank, text.replace(b"\v", b" "))
    directives = _directives(clean) if b"#" in clean else []
    clean = clean.replace(b"\v", b"\n")
    code = Code(clean)
    for item in directives:
        code[item.start : item.end] = clean[item.start : item.end].translate(SPACES)
    if code.holds(b"#"):
        code = Code(code.replace(b"#", b" "))  # in code a sign that begins no line means nothing
    return Scanned(code, clean, literals, directives)


def _directives(clean: bytes) -> list[Directive]:
    found = []
    for match in _DIRECTIVE.finditer(clean):
        line = clean.rfind(b"\n", 0, match.start()) + 1
        if not clean[line : match.start()].strip():
            found.append(Directive(line, match.end(), match[1].decode("ascii", "replace"), match[2]))
    return found


def restore(code: bytearray, scanned: Scanned, text: bytes, dropped: set[int]) -> None:
    """Write conditionals (but those whose start is in ``dropped``) and literals back, where nothing replaced them.

    The other directives stay blank: the tree has no use for them, and they may stand where its grammar has no place.
    """
    for item in scanned.directives:
        if item.keyword in CONDITIONALS and item.start not in dropped:
            code[item.start : item.end] = scanned.clean[item.start : item.end]
    for start, end in scanned.literals:
        if code[start] == text[start] and code[end - 1] == text[end - 1]:
            code[start:end] = text[start:end]


def skip_space(code: bytes | bytearray, index: int) -> int:
    """Offset of the next byte that is no white space (the length of the text at its end)."""
    match = _SPACE.match(code, index)
    end = match.end() if match else index
    return end if end - index < _NEAR else _far_ahead(code, end)


def last_code(code: bytes | bytearray, index: int) -> int:
    """Offset of the last byte before ``index`` that is no white space, or -1."""
    size, stop = _FIRST, index - _NEAR
    while index > 0:
        low = max(0, index - size)
        kept = len(code[low:index].rstrip(_BLANK))
        if kept:
            return low + kept - 1
        index, size = low, size * 8
        if index < stop:
            return _far_back(code, index)
    return -1


def _far_ahead(code: bytes | bytearray, index: int) -> int:
    known = code.ahead if isinstance(code, Code) else {}
    crossed = []
    size = len(code)
    while index < size:
        edge = min(size, (index // _BLOCK + 1) * _BLOCK)
        left = len(code[index:edge].lstrip(_BLANK))
        if left:
            index = edge - left
            break
        crossed.append(edge)
        index = known.get(edge, edge)  # what stood there may have become white space since
    for edge in crossed:
        known[edge] = index
    return index


def _far_back(code: bytes | bytearray, index: int) -> int:
    known = code.back if isinstance(code, Code) else {}
    crossed = []
    while index > 0:
        edge = (index - 1) // _BLOCK * _BLOCK
        kept = len(code[edge:index].rstrip(_BLANK))
        if kept:
            index = edge + kept
            break
        crossed.append(edge)
        index = known.get(edge, edge - 1) + 1
    for edge in crossed:
        known[edge] = index - 1
    return index - 1


def normalise(keyword: str, text: str) -> str:
    """The condition of an ``#if``, ``#ifdef``, ``#ifndef``, ``#elif``, ``#elifdef`` or ``#elifndef`` line.

    ``CONFIG_X`` stands for ``#ifdef CONFIG_X``, ``#if defined(CONFIG_X)`` and ``#if IS_ENABLED(CONFIG_X)``;
    ``!CONFIG_X`` for the opposite.
    """
    body = _BLANKS.sub(" ", text.replace("\\\n", " ")).strip()
    if keyword in ("ifndef", "elifndef"):
        return negate(body.split(" ")[0])
    if keyword in ("ifdef", "elifdef"):
        return body.split(" ")[0]
    body = _DEFINED.sub(lambda match: match[1] or match[2], body)
    body = re.sub(r"!\s+", "!", body)
    return _unwrap(body)


def _unwrap(text: str) -> str:
    """Drop a pair of parentheses around the whole condition."""
    for _ in range(_MAX_PAIRS):
        if not (text.startswith("(") and text.endswith(")") and _closes_at_end(text)):
            break
        text = text[1:-1].strip()
    if text.startswith("!(") and _ATOM.match(text[2:-1]) and text.endswith(")"):
        return negate(text[2:-1])
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return index == len(text) - 1
    return False


def negate(condition: str) -> str:
    """The opposite condition: ``!X`` for a name, ``X`` for ``!X``, else ``!(...)``."""
    if condition.startswith("!(") and _closes_at_end(condition[1:]):
        return condition[2:-1]
    if _ATOM.match(condition):
        return condition[1:] if condition.startswith("!") else f"!{condition}"
    return f"!({condition})"


def never(condition: str) -> bool:
    """Whether a condition cannot hold in kernel C (``#if 0``, ``__cplusplus``, ``__ASSEMBLY__``)."""
    return condition in FALSE
