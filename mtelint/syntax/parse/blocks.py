"""The blocks at file level of a text, found by their lines alone.

A kernel file is read for a few of its functions.  The others need not be masked and parsed, and most of the time that a
file takes goes there.  A block is only called one where nothing about it is in doubt; all else is left to the parser.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from mtelint.syntax.mask.macro_names import NOT_A_MACRO

_LEADING = re.compile(rb"(?:\s++|/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*+\n)*+")
_COMMENT = re.compile(rb"/\*(?:[^*]|\*(?!/))*+\*/|//[^\n]*+")
_HEAD = re.compile(rb"(?:[A-Za-z_]\w*+[ \t\n*]++)*?([A-Za-z_]\w*+)[ \t\n]*+\(([^;{}=#\"'/\\]*+)\s*+")
"""Words of a type, a name, and parameters: the head of a function that needs no masking to be told as one."""
_DIRECTIVE = re.compile(rb"^[ \t]*+#[ \t]*+(\w+)", re.MULTILINE)
_CLOSING = re.compile(
    rb"\}(?:[ \t]*+[A-Za-z_]\w*+(?:\([^()\n]*+\))?)*+[ \t]*+;?[ \t]*+(?:/\*[^\n]*\*/|//[^\n]*)?\r?(?=\n|\Z)"
)
"""The last line of a function, a type or an initialiser."""
_PAIRS = (b"{}", b"()")
_NEWLINE = 0x0A
_LEFT = 0x28
_NOT_PARENTHESES = bytes(byte for byte in range(256) if byte not in b"()")
_ENDS = b";}/)"
"""Last bytes of what may stand before a block."""
_TRIES = 4
"""Closing braces at column 0 that one block may have."""


class Block(Struct, frozen=True):
    """The lines ``[start, end)`` of a function, type or initialiser, its head and its braces.

    ``head`` is the first byte of code; ``name`` is empty for what is no function, and ``name_start`` its offset.
    """

    start: int
    head: int
    opened: int
    close: int
    end: int
    name: str
    name_start: int

    def is_static(self, text: bytes) -> bool:
        """Whether the function is declared static."""
        return b"static" in text[self.head : self.name_start].split()


def blocks(text: bytes) -> Iterator[Block]:
    """The blocks of a C text about which there is no doubt, in order."""
    position = 0
    while True:
        close = text.find(b"\n}", position)
        if close < 0:
            return
        opened = _opening(text, position, close)
        start = _start(text, position, opened) if opened >= 0 else -1
        close, end = _end(text, start, opened, close) if start >= 0 else (close, -1)
        if end >= 0 and _stands_alone(text, start, end):
            block = _block(text, start, opened, close, end)
            if block is not None:
                yield block
        position = max(end, close + 2)


def _block(text: bytes, start: int, opened: int, close: int, end: int) -> Block | None:
    """What the head tells; None for one that has to be masked before it tells anything."""
    leading = _LEADING.match(text, start, opened)
    first = leading.end() if leading else start
    match = _HEAD.fullmatch(text, first, opened)
    if match and _closes(match[2]) and _is_name(match[1]) and match.start(1) > first:
        return Block(start, first, opened, close, end, match[1].decode(), match.start(1))
    head = _COMMENT.sub(b" ", text[first:opened]).rstrip()
    if head.endswith(b"=") or (b"(" not in head and head[-1:].isalnum()):
        return Block(start, first, opened, close, end, "", first)
    return None


def _closes(parameters: bytes) -> bool:
    """Whether the list that begins here is closed by its last byte, and not before."""
    rest = parameters.rstrip()
    depth = 1
    for byte in rest.translate(None, _NOT_PARENTHESES):
        if depth == 0:
            return False
        depth += 1 if byte == _LEFT else -1
    return depth == 0 and rest.endswith(b")")


def _is_name(word: bytes) -> bool:
    """A name that no masking looks at: neither a keyword nor in capitals."""
    return word not in NOT_A_MACRO and not word.isupper()


def _opening(text: bytes, start: int, close: int) -> int:
    """The brace at column 0 that opens a function, or one at the end of a line."""
    at = text.find(b"\n{", start, close)
    return at + 1 if at >= 0 else text.find(b"{\n", start, close)


def _start(text: bytes, first: int, opened: int) -> int:
    """The line at which the head begins: behind an empty line and behind directives; -1 inside of a directive."""
    empty = text.rfind(b"\n\n", first, opened)
    start = empty + 2 if empty >= 0 else first
    if start and text[start - 1] != _NEWLINE:
        start = text.find(b"\n", start) + 1
    directive = text.rfind(b"\n#", max(start - 1, 0), opened)
    if directive >= 0 or text[start : start + 1] == b"#":
        start = text.find(b"\n", max(directive, start - 1) + 1) + 1
        while text[start - 2 : start - 1] == b"\\":
            start = text.find(b"\n", start) + 1 or len(text)
    return start if 0 <= start <= opened else -1


def _end(text: bytes, start: int, opened: int, close: int) -> tuple[int, int]:
    """The brace that closes the block, and behind its line; -1 where there is none."""
    first = close
    for _ in range(_TRIES):
        match = _CLOSING.match(text, close + 1)
        if text.find(b"\n{", opened, close) >= 0:
            break
        if match and _is_balanced(text, start, match.end()):
            return close + 1, min(match.end() + 1, len(text))
        close = text.find(b"\n}", close + 2)
        if close < 0:
            break
    return first, -1


def _is_balanced(text: bytes, start: int, end: int) -> bool:
    return all(text.count(pair[:1], start, end) == text.count(pair[1:], start, end) for pair in _PAIRS)


def _stands_alone(text: bytes, start: int, end: int) -> bool:
    """Nothing reaches into the block or out of it: no comment, no ``#if`` group, no statement."""
    before = text[max(0, start - 200) : start].rstrip()
    line = before[before.rfind(b"\n") + 1 :]
    apart = not before or before[-1] in _ENDS or line.startswith(b"#")
    whole = text.count(b"/*", start, end) == text.count(b"*/", start, end) and text[end : end + 1] not in (b" ", b"\t")
    return apart and whole and text[end - 2 : end] != b"\\\n" and _whole_groups(text, start, end)


def _whole_groups(text: bytes, start: int, end: int) -> bool:
    depth = 0
    for match in _DIRECTIVE.finditer(text, start, end):
        word = match[1]
        if word in (b"if", b"ifdef", b"ifndef"):
            depth += 1
        elif word == b"endif":
            depth -= 1
        elif word not in (b"else", b"elif") or depth == 0:
            return False
        if depth < 0:
            return False
    return depth == 0
