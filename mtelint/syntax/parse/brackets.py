"""The brackets of a cut text: what it closes without having opened, and opens without closing."""

import re

from msgspec import Struct

from mtelint.syntax.mask.masked_text import last_code, word_before, word_byte

_TOKEN = re.compile(rb"[(){}\[\]]|\bcase\b|\bdefault\s*:")
_PAIR = {ord(")"): ord("("), ord("]"): ord("["), ord("}"): ord("{")}


class Levels(Struct, frozen=True):
    """Unmatched brackets of a text that begins inside a block.

    ``closers`` are the offsets of unmatched ``}`` below column 0, ``parens`` of unmatched ``)`` before the first of
    them, ``cases`` of case labels outside any visible block, ``end`` that of the ``}`` that ends the function (or -1).
    """

    closers: tuple[int, ...]
    parens: tuple[int, ...]
    cases: tuple[int, ...]
    end: int


def levels(code: bytes, inside: bool) -> Levels:
    """Find what a text closes without having opened; after the end of the first function nothing counts."""
    stack: list[int] = []
    open_ = dict.fromkeys(_PAIR.values(), 0)
    closers: list[int] = []
    parens: list[int] = []
    cases: list[int] = []
    for match in _TOKEN.finditer(code):
        place, byte = match.start(), code[match.start()]
        if byte in b"({[":
            if byte == 0x7B and not inside and not stack:
                break
            stack.append(byte)
            open_[byte] += 1
        elif byte not in _PAIR:
            if not stack:
                cases.append(place)
        elif byte == 0x7D and (place == 0 or code[place - 1] == 0x0A) and inside:
            return Levels(tuple(closers), tuple(parens), tuple(cases), place)
        elif stack:
            _pop(stack, open_, _PAIR[byte])
        elif byte == 0x7D:
            closers.append(place)
        elif byte == 0x29 and not closers and b";" not in code[(parens[-1] if parens else place) : place]:
            parens.append(place)
    return Levels(tuple(closers), tuple(parens), tuple(cases), -1)


def _pop(stack: list[int], open_: dict[int, int], opener: int) -> None:
    """Close a bracket; one of another kind that is open inside was damaged, and goes with it.

    ``open_`` counts what is on the stack.
    """
    while open_[opener]:
        last = stack.pop()
        open_[last] -= 1
        if last == opener:
            return


def suffix(code: bytes) -> bytes:
    """Text that closes what a text leaves open, the statement at its end included."""
    stack: list[int] = []
    open_ = dict.fromkeys(_PAIR.values(), 0)
    for match in _TOKEN.finditer(code):
        place, byte = match.start(), code[match.start()]
        if byte in b"({[":
            stack.append(place)
            open_[byte] += 1
        elif byte == 0x7D and (place == 0 or code[place - 1] == 0x0A):
            stack.clear()
            open_ = dict.fromkeys(open_, 0)
        elif byte in _PAIR and open_[_PAIR[byte]]:
            while code[last := stack.pop()] != _PAIR[byte]:
                open_[code[last]] -= 1
            open_[_PAIR[byte]] -= 1
    text = _value(code, stack) if stack or last_code(code, len(code)) >= 0 else b""
    closed = False
    for place in reversed(stack):
        if code[place] == 0x7B:
            text += (b"" if closed else _stop(code, text, stack)) + _close_block(code, place)
            closed = True
        else:
            text += _close_paren(code, place)
    if not closed:
        text += _stop(code, text, stack)
    if text.startswith(b"}"):
        text = b" " + text  # a brace at column 0 would end the function
    return text + b"\n" if text else b""


def _value(code: bytes, stack: list[int]) -> bytes:
    """An operand, where the text ends in an operator."""
    last = last_code(code, len(code))
    if last < 0 or code[last] in b";{})]:\"'":
        return b""
    if word_byte(code[last]):
        word = code[word_before(code, last) : last + 1]
        return {b"else": b";", b"do": b"; while (0)", b"goto": b" x_", b"case": b" x_:"}.get(word, b"")
    if code[last] == 0x28:
        return b""
    if code[last] == 0x2C and stack and code[stack[-1]] == 0x7B:
        return b""
    if code[last - 1 : last + 1] in (b"++", b"--"):
        return b""
    return b" x_"


def _stop(code: bytes, text: bytes, stack: list[int]) -> bytes:
    """A ``;``, where a statement is cut."""
    if text.rstrip().endswith((b";", b"}")):
        return b""
    if text:
        return b" ;" if not _in_list(code, stack) or b")" in text else b""
    last = last_code(code, len(code))
    if last < 0 or code[last] in b";{}" or (code[last] == 0x2C):
        return b""
    if not stack and word_byte(code[last]):
        return b" x_;"  # a type or a storage word, the declarator of which is out of sight
    return b"" if _in_list(code, stack) else b" ;"


def _in_list(code: bytes, stack: list[int]) -> bool:
    """Whether the innermost open brace is that of an initialiser or an enumeration."""
    braces = [place for place in stack if code[place] == 0x7B]
    if not braces:
        return False
    last = last_code(code, braces[-1])
    if last < 0:
        return False
    line = code[max(code.rfind(byte, 0, last) for byte in (b";", b"{", b"}", b"\n")) + 1 : last]
    return code[last] in b"=,{(" or (b"enum" in line.split() and b"(" not in line)


def _close_block(code: bytes, place: int) -> bytes:
    last = last_code(code, place)
    if code[last_code(code, len(code))] == 0x2C and code[last] == 0x29:
        return b"};"  # a compound literal
    if last >= 1 and code[word_before(code, last) : last + 1] == b"do":
        return b"} while (0);"
    if last >= 0 and (code[last] in b"=,{(" or (word_byte(code[last]) and not _is_else(code, last))):
        outer = b"," if code[last] in b",{(" else b";"
        return b"}" if outer == b"," else b"};"
    return b"}"


def _is_else(code: bytes, last: int) -> bool:
    return code[word_before(code, last) : last + 1] == b"else"


def _close_paren(code: bytes, place: int) -> bytes:
    if code[place] == 0x5B:
        return b"]"
    last = last_code(code, place)
    if last >= 0 and code[word_before(code, last) : last + 1] == b"for":
        missing = 2 - code.count(b";", place)
        return b";" * max(0, missing) + b")"
    return b")"
