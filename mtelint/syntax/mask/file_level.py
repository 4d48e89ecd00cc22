"""What stands at file level: system call heads, macro lines without ``;``, definitions by macro."""

import re

from mtelint.syntax.mask.macro_names import NOT_A_MACRO, SYSCALL_DEFINITIONS
from mtelint.syntax.mask.masked_text import (
    MaskedText,
    closing,
    last_code,
    next_byte,
    opening,
    skip_space,
    split_arguments,
    word_after,
    word_before,
    word_byte,
)
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.scan import SPACES

_STATIC_MACRO = re.compile(
    rb"\n[ \t]*+((?:(?:static|extern|const|inline)\s++)++)"
    rb"(?=(?:DEFINE|DECLARE|LIST_HEAD|HLIST_HEAD|BLOCKING_NOTIFIER|ATOMIC_NOTIFIER|RAW_NOTIFIER|SRCU_NOTIFIER|DEVICE_ATTR|"
    rb"[A-Z][A-Z0-9]*_ATTR|[A-Z][A-Z0-9_]*_(?:ATTR|DEFINE|ATTRS|HEAD|INIT|DECLARE)|[A-Z][A-Z0-9]+_[A-Z0-9_]+)\w*\s*\()"
)
_NO_TYPE = re.compile(
    rb"\n(?:(?:static|inline|extern|__inline|__inline__|__always_inline)[ \t\n]++)++(\w++)[ \t]*+(?=\([^;{}]*\)\s*\{)"
)
_INITIALISED = re.compile(rb"\n[ \t]*+(?:(?:static|extern|const)\s++)*+(\w*PER_CPU\w*+)\s*+\(")
_BITMAP = re.compile(rb"DECLARE_BITMAP[ \t]*+\(")
_FILE_MACRO = re.compile(rb"\n([A-Za-z_]\w*)[ \t]*+(\((?:[^(){};]++|\((?:[^()]++|\([^()]*+\))*+\))*+\))(?=[ \t]*+\n)")


def mask_file_level(masked: MaskedText) -> None:
    """Mask heads and macro lines at file level."""
    code = masked.code
    if code.holds(b"_DEFINE") or code.holds(b"BPF_"):
        for match in SYSCALL_DEFINITIONS.finditer(code):
            _system_call(masked, match)
    for match in _NO_TYPE.finditer(code):
        _no_type(masked, match)
    if code.holds(b"DECLARE_BITMAP"):
        for match in _BITMAP.finditer(code):
            _bitmap(masked, match)
    if code.holds(b"PER_CPU"):
        for match in _INITIALISED.finditer(code):
            _initialised(masked, match)
    for match in _FILE_MACRO.finditer(code):
        _file_macro(masked, match)
    for match in _STATIC_MACRO.finditer(code):
        _static_macro(masked, match)


def _system_call(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``SYSCALL_DEFINE2(n, T, a, U, b)`` becomes ``long n(T a, U b)``, in place."""
    code = masked.code
    left = match.end() - 1
    right = closing(code, left)
    if right < 0 or next_byte(code, right + 1) != 0x7B:
        return
    parts = split_arguments(code, left, right)
    start = match.start(1)
    if not parts or any(not code[a:b].strip() for a, b in parts):
        return
    name, params = parts[0], parts[1:]
    text = bytearray(code[start : right + 1])
    room = name[0] - start
    text[:room] = b"long" + text[4:room].translate(SPACES)
    if params:
        _pairs(text, start, name, params)
    elif not _no_params(text, name, start):
        return
    masked.note(NoteKind.SYSCALL, start, right + 1, match[1].decode())
    code[start : right + 1] = text
    code.space_replaced()


def _no_params(text: bytearray, name: tuple[int, int], start: int) -> bool:
    """``SYSCALL_DEFINE0(n)``: shift the name left to make room for ``()``; False where a newline is in the way."""
    spelled = bytes(text[name[0] - start : name[1] - start])
    place = name[0] - start - 1
    if b"\n" in text[place:]:
        return False
    text[place:] = (spelled + b"()").ljust(len(text) - place)
    return True


def _pairs(text: bytearray, start: int, name: tuple[int, int], params: list[tuple[int, int]]) -> None:
    comma = text.index(b",", name[1] - start)
    text[comma] = 0x28
    for index, (_, end) in enumerate(params[:-1]):
        if index % 2 == 0:
            text[text.index(b",", end - start)] = 0x20


def _no_type(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``static inline f(int a) {``: a head without a return type, which C no longer has; the parser gets ``int``."""
    if match[1] in NOT_A_MACRO or match[1].isupper():
        return
    words = list(re.finditer(rb"\w+", match[0]))
    last = words[-2]
    masked.write(NoteKind.NO_TYPE, match.start() + last.start(), match.start() + last.end(), b"int")
    for word in words[:-2]:
        if word[0].startswith(b"__always"):
            masked.blank(NoteKind.ATTRIBUTE, match.start() + word.start(), match.start() + word.end())


def _initialised(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``DEFINE_PER_CPU(T, n) = v;`` becomes ``T n = v;``."""
    code = masked.code
    left = match.end() - 1
    right = closing(code, left)
    parts = split_arguments(code, left, right) if right >= 0 else []
    after = skip_space(code, right + 1)
    if len(parts) < 2 or bytes(code[after : after + 1]) not in (b"=", b";"):
        return
    masked.blank(NoteKind.FILE_MACRO, match.start(1), left + 1)
    masked.blank(NoteKind.FILE_MACRO, parts[0][1], parts[1][0])
    masked.blank(NoteKind.FILE_MACRO, parts[1][1], right + 1)


def _bitmap(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``DECLARE_BITMAP(n, 3) = {``: ``long n[3] = {``."""
    code = masked.code
    right = closing(code, match.end() - 1)
    parts = split_arguments(code, match.end() - 1, right) if right >= 0 else []
    if len(parts) == 2 and next_byte(code, right + 1) == 0x3D:
        masked.note(NoteKind.FILE_MACRO, match.start(), right + 1)
        code[match.start() : match.end()] = b"long".ljust(match.end() - match.start())
        code[code.index(b",", parts[0][1])] = 0x5B
        code[right] = 0x5D


def _file_macro(masked: MaskedText, match: re.Match[bytes]) -> None:
    """A macro line at file level without ``;``: blank it, unless it is the head of a function."""
    code = masked.code
    after = skip_space(code, match.end())
    last = last_code(code, match.start())
    if match[1] in NOT_A_MACRO:
        return
    if bytes(code[after : after + 1]) in (b"{", b";", b"=", b",", b")"):
        return
    if last >= 0 and code[last] not in b";}" and not _ends_macro_line(code, last):
        return
    if after < len(code) and not word_byte(code[after]):
        return
    if bytes(code[after : word_after(code, after)]).startswith(b"__") and code[after : after + 2] == b"__":
        return
    masked.blank(NoteKind.FILE_MACRO, match.start(1), match.end())


def _ends_macro_line(code: bytearray, last: int) -> bool:
    """Whether the byte at ``last`` closes a macro line that begins in column 0."""
    left = opening(code, last) if code[last] == 0x29 else -1
    return left >= 0 and word_before(code, left - 1) == code.rfind(b"\n", 0, left) + 1


def _static_macro(masked: MaskedText, match: re.Match[bytes]) -> None:
    code = masked.code
    left = code.index(b"(", match.end())
    right = closing(code, left)
    after = skip_space(code, right + 1)
    if right >= 0 and after < len(code) and code[after] in b";=":
        masked.blank(NoteKind.FILE_MACRO, match.start(1), match.end(1))
