"""Function bodies by matching braces alone: the measure that the parsed tree is held against."""

import re
from collections.abc import Iterator

from msgspec import Struct

from mtelint.syntax.mask.masked_text import last_code, opening, skip_space, word_before, word_byte

_BRACES = re.compile(rb"[{}]")
_NOT_A_FUNCTION = frozenset(b"if while for switch do else sizeof return typeof".split())


class Body(Struct, frozen=True):
    """A function's head ``[start, open)`` and body ``[open, close + 1)``; ``close`` is -1 where the end is missing."""

    start: int
    open: int
    close: int


def bodies(code: bytes, first: int = 0) -> Iterator[Body]:
    """The function bodies at file level of a text without comments, literals and directives, in order.

    Nothing is looked for before ``first``.
    A closing brace at column 0 ends any body (but not a block that opened at column 0), so that an unbalanced function
    does not take the file with it.
    """
    stack: list[int] = []
    after = first
    for match in _BRACES.finditer(code, first):
        position = match.start()
        if match[0] == b"{":
            stack.append(position)
            continue
        if not stack:
            continue
        start, opened = stack[0], stack.pop()
        if stack and _column_0(code, position) and not _column_0(code, opened):
            stack.clear()
        if not stack:
            if is_body(code, start):
                yield Body(head_start(code, after, start), start, position)
            elif _is_linkage(code, start):
                yield from _inner(code, start + 1, position)
            after = position + 1
    if stack and is_body(code, stack[0]):
        yield Body(head_start(code, after, stack[0]), stack[0], -1)


def _column_0(code: bytes, position: int) -> bool:
    return position == 0 or code[position - 1] == 0x0A


def _inner(code: bytes, start: int, end: int) -> Iterator[Body]:
    for body in bodies(code[start:end]):
        close = body.close + start if body.close >= 0 else -1
        yield Body(body.start + start, body.open + start, close)


def _is_linkage(code: bytes, brace: int) -> bool:
    last = last_code(code, brace)
    return last >= 0 and code[last] == 0x22


def is_body(code: bytes, brace: int) -> bool:
    """Whether a ``{`` at file level follows a parameter list."""
    last = last_code(code, brace)
    if last < 0:
        return False
    if code[last] == 0x3B:
        return _is_old_style(code, last)
    if code[last] != 0x29:
        return False
    left = opening(code, last)
    before = last_code(code, left) if left >= 0 else -1
    if before < 0:
        return False
    if code[before] == 0x29:
        return True
    return word_byte(code[before]) and code[word_before(code, before) : before + 1] not in _NOT_A_FUNCTION


def _is_old_style(code: bytes, last: int) -> bool:
    """Whether declarations between ``)`` and ``{`` make this a head in the old style."""
    right = code.rfind(b")", max(0, last - 400), last)
    if right < 0 or b"\n}" in code[right:last] or b"=" in code[right:last]:
        return False
    after = skip_space(code, right + 1)
    return after < len(code) and word_byte(code[after]) and code[right + 1 : after].count(b"\n") == 1


def head_start(code: bytes, after: int, brace: int) -> int:
    """Start of the head of the body at ``brace``: behind the last ``;`` or ``}`` before its parameter list."""
    last = last_code(code, brace)
    if last >= after and code[last] == 0x3B:
        last = code.rfind(b")", after, last)
    left = opening(code, last) if last >= after and code[last] == 0x29 else -1
    stop = left if left >= after else brace
    position = max(code.rfind(b";", after, stop), code.rfind(b"}", after, stop))
    return skip_space(code, position + 1 if position >= 0 else after)
