"""Words that C does not know: address spaces, attributes, ``__free``, ``typeof``, ``offsetof``, ``asm`` templates."""

import re
from collections.abc import Iterable, Iterator

from mtelint.syntax.mask.macro_names import ADDRESS_SPACES, ATTRIBUTE_CALLS, ATTRIBUTE_WORDS, PLAIN_ATTRIBUTES
from mtelint.syntax.mask.masked_text import (
    MaskedText,
    at_statement,
    closing,
    last_code,
    next_byte,
    skip_space,
    word_after,
    word_before,
    word_byte,
)
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.scan import Directive

_UNDERSCORED = re.compile(rb"__[a-z]\w*")
_SPACES = frozenset(b"__" + word for word in ADDRESS_SPACES)
_WORDS = frozenset(b"__" + word for word in ATTRIBUTE_WORDS)
_CALLS = frozenset(b"__" + word for word in ATTRIBUTE_CALLS) | {b"__attribute__", b"__attribute"}
_TYPE_AFTER = re.compile(rb"\s++(?:int|void|struct|union|enum|unsigned|signed|long|short|char|bool)\b")
_TYPE_BEFORE = re.compile(rb"\b(?:int|void|long|short|char|bool)[ \t]+\Z")
_NAME_AFTER = re.compile(rb"[ \t]++\w")
_AFTER_HEAD = re.compile(rb"\)\s++([A-Za-z_]\w*+(?:\((?:[^()]|\([^()]*\))*\))?)[ \t]*+\n\{")
"""An attribute that is known by its place alone: between a parameter list and the body."""
_PLAIN = {word: re.compile(word + rb"\b") for word in PLAIN_ATTRIBUTES}
_LEVEL = re.compile(rb"KERN_(?:EMERG|ALERT|CRIT|ERR|WARNING|NOTICE|INFO|DEBUG|CONT|DEFAULT|SOH\w*)\b")
_ASM = re.compile(rb"asm(?:_volatile_goto|_goto_output|_inline|__)?\b")
_QUALIFIER = re.compile(rb"(?:\s*(?:volatile|__volatile__|__volatile|inline|__inline__|goto|VOLATILE)\b)*\s*\(")
_TYPEOF = re.compile(rb"typeof(?:__)?(?:_unqual)?(?:_member)?\s*\(")
_OFFSETOF = re.compile(rb"offsetof(?=\s*\()|__alignof(?:__)?(?=\s*\()|_Alignof(?=\s*\()")
_MAX_ATTRIBUTES = 4
"""Unknown attributes behind one parameter list."""
_STATEMENT_CALLS = (b"__acquire", b"__release", b"__cleanup", b"__error", b"__copy", b"__align")
_ATTRIBUTE_MACRO = re.compile(rb"\s*(\w+)\s*(?:__attribute__.*|__pass_object_size\(\d\)\s*)?", re.DOTALL)
_CASE_RANGE = re.compile(rb"case\b[^;{}:?]*?(\.\.\.)")


def mask_attributes(masked: MaskedText) -> None:
    """Blank or rename every word of this module, in an order in which none hides another."""
    code = masked.code
    if code.holds(b"__"):
        _underscored(masked)
    for _ in range(_MAX_ATTRIBUTES):
        if not _after_head(masked):
            break
    for word, pattern in _PLAIN.items():
        if code.holds(word):
            _plain(masked, pattern)
    _attribute_macros(masked)
    if code.holds(b"__stringify"):
        _stringified(masked)
    if code.holds(b"KERN_"):
        _log_levels(masked)
    if code.holds(b"asm"):
        _asm(masked)
    if code.holds(b"typeof"):
        _typeof(masked)
    if code.holds(b"offsetof") or code.holds(b"lignof"):
        _offsetof(masked)
    if code.holds(b"...") and code.holds(b"case"):
        _case_ranges(masked)


def _underscored(masked: MaskedText) -> None:
    code = masked.code
    for match in _UNDERSCORED.finditer(code):
        word, start, end = match[0], match.start(), match.end()
        if start and word_byte(code[start - 1]):
            continue
        if word in _SPACES:
            _address_space(masked, start, end)
        elif word in _CALLS:
            _attribute_call(masked, start, end)
        elif word in _WORDS:
            if not _is_called(code, end) and not _is_named(code, start, end):
                masked.blank(NoteKind.ATTRIBUTE, start, end)
        elif word == b"__free":
            _free(masked, start, end)
        elif _is_attribute_by_place(code, start, end):
            masked.blank(NoteKind.ATTRIBUTE, start, end)


def _after_head(masked: MaskedText) -> bool:
    """Blank the last unknown attribute of each head; True where there was one."""
    found = [match.span(1) for match in _AFTER_HEAD.finditer(masked.code)]
    found = [(start, end) for start, end in found if bytes(masked.code[start:end]) not in (b"else", b"do")]
    for start, end in found:
        masked.blank(NoteKind.ATTRIBUTE, start, end)
    return bool(found)


def _attribute_macros(masked: MaskedText) -> None:
    """Blank the macros of this file that stand for an attribute or for nothing."""
    for name in (*masked.attributes, *attribute_macros(masked.scanned.directives)):
        if masked.code.holds(name):
            _plain(masked, re.compile(re.escape(name) + rb"\b(?!\s*\()"))


def attribute_macros(directives: Iterable[Directive]) -> Iterator[bytes]:
    """The names of macros that stand for an attribute or for nothing."""
    for item in directives:
        if item.keyword == "define":
            match = _ATTRIBUTE_MACRO.fullmatch(item.argument)
            if match:
                yield match[1]


def _stringified(masked: MaskedText) -> None:
    """``__stringify(x) "text"`` is string concatenation: the call goes."""
    code = masked.code
    for match in re.finditer(rb"__stringify\s*\(", code):
        right = closing(code, match.end() - 1)
        if right >= 0:
            last, after = last_code(code, match.start()), skip_space(code, right + 1)
            if code[last] == 0x22 or bytes(code[after : after + 1]) == b'"':
                masked.blank(NoteKind.OTHER, match.start(), right + 1)


def _plain(masked: MaskedText, pattern: re.Pattern[bytes]) -> None:
    for match in pattern.finditer(masked.code):
        if not (match.start() and word_byte(masked.code[match.start() - 1])):
            masked.blank(NoteKind.ATTRIBUTE, match.start(), match.end())


def _is_attribute_by_place(code: bytearray, start: int, end: int) -> bool:
    """Whether an unknown word stands before a type, or between a type and a name (``int __new f(void)``)."""
    after_type = _TYPE_BEFORE.search(code, max(0, start - 20), start) is not None
    return bool(_NAME_AFTER.match(code, end) if after_type else _TYPE_AFTER.match(code, end))


def _is_called(code: bytearray, end: int) -> bool:
    return code[end : end + 1] == b"("


def _is_named(code: bytearray, start: int, end: int) -> bool:
    """Whether a word is a plain identifier here: a member, a label, an operand or an argument."""
    last = last_code(code, start)
    after = skip_space(code, end)
    before, following = bytes(code[last : last + 1]), bytes(code[after : after + 1])
    if before in (b".", b">") or following in (b":", b"."):
        return True
    return before in (b"(", b",", b"=", b"!", b"&") and following in (b",", b")", b";")


def _address_space(masked: MaskedText, start: int, end: int) -> None:
    code = masked.code
    after = skip_space(code, end)
    if code[after : after + 1] == b"(" and code[after - 1] == 0x28:
        return
    if not _is_called(code, end):
        masked.blank(NoteKind.ADDRESS_SPACE, start, end, masked.original[start:end].decode())


def _attribute_call(masked: MaskedText, start: int, end: int) -> None:
    code = masked.code
    left = skip_space(code, end)
    last = last_code(code, start)
    if code[left : left + 1] == b"(":
        if last < 0 or code[last] in b"}){*/]" or word_byte(code[last]) or code[last] in b";,(":
            right = closing(code, left)
            spelled = masked.original[start:end]
            called = spelled in _STATEMENT_CALLS and _is_statement_call(code, start, right)
            if right >= 0 and not called and not _after_keyword(code, last):
                masked.blank(NoteKind.ATTRIBUTE, start, right + 1)
    elif masked.original[start:end] in (b"__aligned", b"__section"):
        masked.blank(NoteKind.ATTRIBUTE, start, end)


def _after_keyword(code: bytearray, last: int) -> bool:
    """Whether the word before is one that an expression or a statement follows."""
    return bytes(code[word_before(code, last) : last + 1]) in (b"return", b"else", b"do", b"case", b"goto", b"sizeof")


def _is_statement_call(code: bytearray, start: int, right: int) -> bool:
    """Whether ``__acquire(x);`` stands as a statement, as sparse has it: it is a call there, not an attribute."""
    return next_byte(code, right + 1) == 0x3B and at_statement(code, start)


def _free(masked: MaskedText, start: int, end: int) -> None:
    code = masked.code
    left = skip_space(code, end)
    if code[left : left + 1] == b"(":
        right = closing(code, left)
        last = last_code(code, start)
        if right >= 0 and last >= 0 and word_byte(code[last]):
            cleanup = bytes(code[left + 1 : right]).strip().decode("utf-8", "replace")
            masked.blank(NoteKind.FREE, start, right + 1, cleanup)


def _log_levels(masked: MaskedText) -> None:
    """``KERN_ERR "text"`` is string concatenation: the word goes."""
    code = masked.code
    for match in _LEVEL.finditer(code):
        after = skip_space(code, match.end())
        end = match.end()
        if code[after : after + 1].isupper():
            end = word_after(code, after)
            after = skip_space(code, end)
        if not word_byte(code[match.start() - 1]) and code[after : after + 1] == b'"':
            masked.blank(NoteKind.OTHER, match.start(), end)


def _asm(masked: MaskedText) -> None:
    code = masked.code
    for match in _ASM.finditer(code):
        start = match.start()
        while start and code[start - 1] == 0x5F:
            start -= 1
        if start and word_byte(code[start - 1]):
            continue
        paren = _QUALIFIER.match(code, match.end())
        if not paren:
            continue
        if _register(masked, start):
            continue
        if match[0] in (b"asm_volatile_goto", b"asm_goto_output"):
            spelled = b"asm volatile goto" if match[0] == b"asm_volatile_goto" else b"asm goto"
            masked.write(NoteKind.ASM_GOTO, start, match.end(), spelled)
        elif match[0] == b"asm_inline":
            masked.write(NoteKind.ASM_GOTO, start, match.end(), b"asm inline")
        _template(masked, paren.end())


def _register(masked: MaskedText, start: int) -> bool:
    """``register long x asm("x0") = y``: blank the register's name; True where there was one."""
    code = masked.code
    left = code.index(b"(", start)
    right = closing(code, left)
    last = last_code(code, start)
    if right < 0 or last < 0 or not word_byte(code[last]) or _after_keyword(code, last):
        return False
    if next_byte(code, right + 1) not in b"=;,":
        return False
    masked.blank(NoteKind.ATTRIBUTE, start, right + 1)
    return True


def _template(masked: MaskedText, start: int) -> None:
    """Replace a template that is more than string literals by an empty one."""
    code = masked.code
    right = closing(code, start - 1)
    if right < 0:
        return
    end = _colon(code, start, right)
    begin = skip_space(code, start)
    if code[begin:end].replace(b'"', b"").strip():
        masked.write(NoteKind.ASM, begin, end, b'""')


def _colon(code: bytearray, start: int, right: int) -> int:
    depth = 0
    for index in range(start, right):
        byte = code[index]
        depth += (byte in b"([") - (byte in b")]")
        if byte == 0x3A and depth == 0:
            return index
    return right


def _typeof(masked: MaskedText) -> None:
    code = masked.code
    for match in _TYPEOF.finditer(code):
        start = match.start()
        while start and code[start - 1] == 0x5F:
            start -= 1
        left = match.end() - 1
        right = closing(code, left)
        if right < 0 or (start and word_byte(code[start - 1])):
            continue
        spelled = bytes(code[start : right + 1])
        name = b"typeof" if b"\n" in spelled else re.sub(rb"\W", b"_", spelled)
        masked.write(NoteKind.TYPEOF, start, right + 1, name)


def _offsetof(masked: MaskedText) -> None:
    code = masked.code
    for match in _OFFSETOF.finditer(code):
        start, end = match.span()
        if start and word_byte(code[start - 1]):
            continue
        masked.note(NoteKind.OFFSETOF, start, end)
        code[end - 1] = ord("X")


def _case_ranges(masked: MaskedText) -> None:
    code = masked.code
    for match in _CASE_RANGE.finditer(code):
        if not match.start() or not word_byte(code[match.start() - 1]):
            masked.write(NoteKind.CASE_RANGE, match.start(1), match.end(1), b"||")
