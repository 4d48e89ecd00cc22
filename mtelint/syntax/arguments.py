"""Types and operators as arguments of macros: each becomes one identifier with a note."""

import re

from mtelint.syntax.notes import NoteKind
from mtelint.syntax.sheet import Sheet, last_code, word_before, word_byte
from mtelint.syntax.vocabulary import NOT_A_MACRO

_POINTER = re.compile(rb"\*[\s*]*(?:const\s*|\*\s*)*(?=[,)])")
_SPELLED = re.compile(
    rb"[(,]\s*+((?:(?:const|volatile)\s++)*+(?:(?:struct|union|enum)\s++\w++|"
    rb"(?:unsigned|signed|long|short|int|char|double|float)\b(?:\s++(?:unsigned|signed|long|short|int|char|double)\b)*+))"
    rb"\s*+(?=[,)])"
)
_BEFORE = re.compile(
    rb"[(,]\s*((?:(?:const|volatile|struct|union|enum|unsigned|signed|long|short)\s+)*\w+(?:\s+const)?(?:\s+(?:int|long|char))*\s*)\Z"
)
_OPERATOR = re.compile(rb"[,(]\s*+(==|!=|<=|>=|<<=?|>>=?|&&|\|\||&~|[-+*/%|^&]=|[-+*/%<>=|^&~!])\s*+(?=[,)])")
_EMPTY = re.compile(rb"(,)\s*+(?=\))|[(,]\s*+(,)")
_NUMBER_NAME = re.compile(rb"[(,]\s*+(\d)(?=\w*_)")
_CONSTANTS = re.compile(rb"[(,]\s*+[A-Z][A-Z0-9_]*+((?:\s++[A-Z][A-Z0-9_]++)++)\s*+(?=[,)])")
_NO_CALL = NOT_A_MACRO | {b"typedef"}


def mask_arguments(sheet: Sheet) -> None:
    """Mask types and operators that stand where an expression must."""
    code = sheet.code
    for match in _POINTER.finditer(code):
        _pointer(sheet, match)
    for match in _SPELLED.finditer(code):
        if _in_call(code, match.start()):
            _write(sheet, *match.span(1))
    for match in _EMPTY.finditer(code):
        group = 1 if match[1] else 2
        sheet.blank(NoteKind.OTHER, match.start(group), match.end(group))
    for match in _NUMBER_NAME.finditer(code):
        sheet.write(NoteKind.OTHER, match.start(1), match.end(1), b"_")
    for match in _CONSTANTS.finditer(code):
        sheet.blank(NoteKind.OTHER, match.start(1), match.end(1))
    for match in _OPERATOR.finditer(code):
        if _in_call(code, match.start()):
            sheet.write(NoteKind.OPERATOR_ARG, match.start(1), match.end(1), b"X" * (match.end(1) - match.start(1)))


def _pointer(sheet: Sheet, match: re.Match[bytes]) -> None:
    code = sheet.code
    low = max(0, match.start() - 100)
    before = _BEFORE.search(bytes(code[low : match.start()]))
    if before and _in_call(code, low + before.start()):
        _write(sheet, low + before.start(1), match.end())


def _in_call(code: bytearray, bracket: int) -> bool:
    """Whether the ``(`` or ``,`` at an offset stands in an argument list and not in a cast or after a keyword."""
    if code[bracket] == 0x2C:
        return True
    last = last_code(code, bracket)
    if last < 0 or not word_byte(code[last]):
        return False
    return bytes(code[word_before(code, last) : last + 1]) not in _NO_CALL


def _write(sheet: Sheet, start: int, end: int) -> None:
    end = last_code(sheet.code, end) + 1
    spelled = bytes(sheet.code[start:end])
    if b"\n" in spelled:
        line = spelled.index(b"\n")
        spelled = spelled[:line].rstrip()
    name = re.sub(rb"\W", b"_", spelled)
    if bytes(name) in NOT_A_MACRO:
        name = name.upper()
    sheet.write(NoteKind.TYPE_ARG, start, end, name)
