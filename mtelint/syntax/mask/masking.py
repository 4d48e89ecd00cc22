"""Masking: kernel macro shapes become text of the same length that tree-sitter-c reads rightly.

Types and operators as arguments of macros are masked here: each becomes one identifier with a note.
"""

import re
from collections.abc import Collection

from mtelint.syntax.mask.attributes import mask_attributes
from mtelint.syntax.mask.file_level import mask_file_level
from mtelint.syntax.mask.macro_names import NOT_A_MACRO
from mtelint.syntax.mask.masked_text import MaskedText, last_code, word_before, word_byte
from mtelint.syntax.mask.notes import Masked, Note, NoteKind
from mtelint.syntax.mask.preprocessor_groups import resolve
from mtelint.syntax.mask.statement_macros import mask_statements
from mtelint.syntax.scan import restore, scan

_POINTER = re.compile(rb"\*(?:[\s*]{1,100}+|const\s{0,100}+){0,5}+(?=[,)])")
_ARGUMENT = re.compile(
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
_LAST_EMPTY = re.compile(rb",(?=\s*+\))")
_BEFORE = re.compile(
    rb"[(,]\s*((?:(?:const|volatile|struct|union|enum|unsigned|signed|long|short)\s+)*\w+(?:\s+const)?(?:\s+(?:int|long|char))*\s*)\Z"
)
_NO_CALL = NOT_A_MACRO | {b"typedef"}


def mask(text: bytes, branch: int = 0, attributes: Collection[bytes] = ()) -> Masked:
    """The text as the parser shall see it.

    ``branch`` chooses the arm of every ``#if`` group that splits a statement: 0 the first, 1 the second (or none), and
    so on; ``Masked.variants`` says how many choices differ.  ``attributes`` are macros of the text around this one that
    stand for an attribute or for nothing.
    """
    # A newline before the text lets every rule for the start of a line begin with one: a literal is searched fast.
    text = b"\n" + text
    masked = MaskedText(text, scan(text), attributes=attributes)
    variants = resolve(masked, branch)
    mask_attributes(masked)
    mask_file_level(masked)
    mask_arguments(masked)
    mask_statements(masked)
    code = bytes(masked.code)
    restore(masked.code, masked.scanned, text, masked.dropped)
    notes = (Note(n.start - 1, n.end - 1, n.kind, n.original, n.extra) for n in masked.notes)
    return Masked(bytes(masked.code[1:]), text[1:], tuple(sorted(notes)), code[1:], variants)


def mask_arguments(masked: MaskedText) -> None:
    """Mask types, operators and the like that stand where an expression must."""
    code = masked.code
    for match in _POINTER.finditer(code):
        _pointer(masked, match)
    for match in _ARGUMENT.finditer(code):
        _argument(masked, match)
    for match in _LAST_EMPTY.finditer(code):
        masked.blank(NoteKind.OTHER, match.start(), match.end())


def _argument(masked: MaskedText, match: re.Match[bytes]) -> None:
    kind = match.lastgroup or ""
    start, end = match.span(kind)
    if kind == "type":
        if _in_call(masked.code, match.start()):
            _write(masked, start, end)
    elif kind == "operator":
        if _in_call(masked.code, match.start()):
            masked.write(NoteKind.OPERATOR_ARG, start, end, b"X" * (end - start))
    elif kind == "digit":
        masked.write(NoteKind.OTHER, start, end, b"_")
    else:
        masked.blank(NoteKind.OTHER, start, end)


def _pointer(masked: MaskedText, match: re.Match[bytes]) -> None:
    code = masked.code
    low = max(0, match.start() - 100)
    before = _BEFORE.search(bytes(code[low : match.start()]))
    if before and _in_call(code, low + before.start()):
        _write(masked, low + before.start(1), match.end())


def _in_call(code: bytearray, bracket: int) -> bool:
    """Whether the ``(`` or ``,`` at an offset stands in an argument list and not in a cast or after a keyword."""
    if code[bracket] == 0x2C:
        return True
    last = last_code(code, bracket)
    if last < 0 or not word_byte(code[last]):
        return False
    return bytes(code[word_before(code, last) : last + 1]) not in _NO_CALL


def _write(masked: MaskedText, start: int, end: int) -> None:
    end = last_code(masked.code, end) + 1
    spelled = bytes(masked.code[start:end])
    if b"\n" in spelled:
        line = spelled.index(b"\n")
        spelled = spelled[:line].rstrip()
    name = re.sub(rb"\W", b"_", spelled)
    if bytes(name) in NOT_A_MACRO:
        name = name.upper()
    masked.write(NoteKind.TYPE_ARG, start, end, name)
