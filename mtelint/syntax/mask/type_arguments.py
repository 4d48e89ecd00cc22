"""Types and operators as arguments of macros: each becomes one identifier with a note."""

import re

from mtelint.patterns import regex
from mtelint.syntax.mask.macro_names import NOT_A_MACRO
from mtelint.syntax.mask.masked_text import Sheet, last_code, word_before, word_byte
from mtelint.syntax.mask.notes import NoteKind

_POINTER = regex(rb"\*(?:[\s*]{1,100}+|const\s{0,100}+){0,5}+(?=[,)])")
_ARGUMENT = regex(
    rb"[(,]\s*+(?:"
    rb"(?P<type>(?:(?:const|volatile)\s++)*+(?:(?:struct|union|enum)\s++\w++|"
    rb"(?:unsigned|signed|long|short|int|char|double|float)\b(?:\s++(?:unsigned|signed|long|short|int|char|double)\b)*+)|"
    rb"(?:const|volatile)\s++\w++)"
    rb"\s*+(?=[,)])|"
    rb"(?P<operator>==|!=|<=|>=|<<=?|>>=?|&&|\|\||&~|[-+*/%|^&]=|[-+*/%<>=|^&~!])\s*+(?=[,)])|"
    rb"(?P<empty>,(?:\s*+,)*+)|"
    rb"(?P<digit>\d(?=\w*_)|[1-9](?=x))|"
    rb"[A-Z][A-Z0-9_]*+(?P<words>(?:\s++[A-Z][A-Z0-9_]++)++)\s*+(?=[,)]))"
)
_LAST_EMPTY = regex(rb",(?=\s*+\))")
_BEFORE = regex(
    rb"[(,]\s*((?:(?:const|volatile|struct|union|enum|unsigned|signed|long|short)\s+)*\w+(?:\s+const)?(?:\s+(?:int|long|char))*\s*)\Z"
)
_NO_CALL = NOT_A_MACRO | {b"typedef"}


def mask_arguments(sheet: Sheet) -> None:
    """Mask types, operators and the like that stand where an expression must."""
    code = sheet.code
    for match in _POINTER.finditer(code):
        _pointer(sheet, match)
    for match in _ARGUMENT.finditer(code):
        _argument(sheet, match)
    for match in _LAST_EMPTY.finditer(code):
        sheet.blank(NoteKind.OTHER, match.start(), match.end())


def _argument(sheet: Sheet, match: re.Match[bytes]) -> None:
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "type":
        if _in_call(sheet.code, match.start()):
            _write(sheet, start, end)
    elif kind == "operator":
        if _in_call(sheet.code, match.start()):
            sheet.write(NoteKind.OPERATOR_ARG, start, end, b"X" * (end - start))
    elif kind == "digit":
        sheet.write(NoteKind.OTHER, start, end, b"_")
    else:
        sheet.blank(NoteKind.OTHER, start, end)


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
