"""Statements and declarations as arguments of macros."""

import re
from itertools import pairwise

from mtelint.syntax.mask.macro_names import NOT_A_MACRO
from mtelint.syntax.mask.masked_text import (
    MaskedText,
    at_statement,
    closing,
    enclosing,
    last_code,
    opening,
    skip_space,
    split_arguments,
    word_before,
    word_byte,
)
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.scan import SPACES

_STATEMENT_ARG = re.compile(rb";\s*\)\s*;")
_STATEMENT_FIRST = re.compile(
    rb"[(,]\s*+(?=(?:if|for|while|do|switch|return|goto|break|continue)\b|\w*for_each\w*\s*\((?:[^()]|\([^()]*\))*\)\s*\{)"
)
_DECLARATION_ARG = re.compile(
    rb"\((?=(?:const\s+)?(?:struct\s+\w+|unsigned|char|int|long|u8|u32|u64)\s+\**\w+\s*(?:[\[=,][^()]*)?\);)"
)


def mask_statement_arguments(masked: MaskedText) -> None:
    """Give every macro with a statement or a declaration as an argument the shape of a block."""
    code = masked.code
    for match in _STATEMENT_ARG.finditer(code):
        _statement_argument(masked, match.end() - 1)
    for match in _STATEMENT_FIRST.finditer(code):
        _statement_first(masked, match)
    for match in _DECLARATION_ARG.finditer(code):
        _declaration_argument(masked, match)


def _statement_argument(masked: MaskedText, end: int) -> None:
    """``M(x, stmt;);`` becomes ``{ x; stmt; };``."""
    code = masked.code
    right = last_code(code, end)
    left = opening(code, right) if code[right] == 0x29 else -1
    last = last_code(code, left) if left >= 0 else -1
    if last < 0 or not word_byte(code[last]):
        return
    start = word_before(code, last)
    if bytes(code[start : last + 1]) in NOT_A_MACRO or not at_statement(code, start):
        return
    masked.note(NoteKind.STATEMENT_ARG, start, right + 1, bytes(code[start : last + 1]).decode())
    _commas(code, left, right)
    code[start : left + 1] = b"{" + code[start + 1 : left + 1].translate(SPACES)
    code[right] = 0x7D


def _commas(code: bytearray, left: int, right: int) -> None:
    """Make statements of arguments."""
    parts = split_arguments(code, left, right)
    for (_, stop), (begin, _) in pairwise(parts):
        code[code.index(b",", stop, begin)] = 0x3B


def _statement_first(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``M(a, return -1);`` becomes ``{ a; return -1;}``."""
    code = masked.code
    left = enclosing(code, match.start())
    if left < 0:
        return
    last = last_code(code, left)
    start = word_before(code, last)
    name = bytes(code[start : last + 1])
    right = closing(code, left)
    if not name or name in NOT_A_MACRO or right < 0 or not at_statement(code, start):
        return
    if code[last_code(code, right)] == 0x7D:
        masked.note(NoteKind.STATEMENT_ARG, start, right + 1, name.decode())
        _commas(code, left, right)
        code[start : left + 1] = b"{" + code[start + 1 : left + 1].translate(SPACES)
        code[right] = 0x7D
        return
    end = skip_space(code, right + 1)
    if bytes(code[end : end + 1]) != b";" or b"\n" in code[right:end]:
        return
    masked.note(NoteKind.STATEMENT_ARG, start, end + 1, name.decode())
    _commas(code, left, right)
    code[start : left + 1] = b"{" + code[start + 1 : left + 1].translate(SPACES)
    code[right], code[end] = 0x3B, 0x7D


def _declaration_argument(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``M(char buf[8]);`` declares in the scope around it."""
    code = masked.code
    start = word_before(code, match.start() - 1)
    name = bytes(code[start : match.start()])
    right = closing(code, match.start())
    indented = start > 0 and code[start - 1] in b" \t"
    if right >= 0 and name and name not in NOT_A_MACRO and indented and at_statement(code, start):
        masked.blank(NoteKind.OTHER, start, match.end())
        masked.blank(NoteKind.OTHER, right, right + 1)
