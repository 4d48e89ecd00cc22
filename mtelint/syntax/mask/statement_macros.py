"""Macros that are statements: loops, guards, ``do_each`` pairs, statements without ``;`` or as arguments."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from operator import attrgetter

from mtelint.syntax.mask.macro_names import (
    COND_GUARD_NAME,
    DO_NAME,
    IF_NAME,
    NOT_A_MACRO,
    ONCE_NAME,
)
from mtelint.syntax.mask.masked_text import (
    MaskedText,
    at_statement,
    closing,
    last_code,
    next_byte,
    skip_space,
    split_arguments,
    word_after,
    word_before,
    word_byte,
)
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.mask.statement_arguments import mask_statement_arguments
from mtelint.syntax.scan import CONDITIONALS

_ARGUMENTS = rb"\((?:[^()]++|\((?:[^()]++|\((?:[^()]++|\((?:[^()]++|\([^()]*+\))*+\))*+\))*+\))*+\)"
_AT_LINE_START = re.compile(
    rb"\n[ \t;]++(?:\}[ \t]*+)?(?:else[ \t]++)?(?!(?:if|while|for|switch|return|sizeof|do|else|case|goto|asm)\b)"
    rb"([A-Za-z_]\w*+)[ \t]*+(" + _ARGUMENTS + rb")(?=(\s*+)[\w{}])"
)
_EACHES = {word: re.compile(word + rb"\w*\s*+\(") for word in (b"for_each", b"foreach", b"FOR_EACH", b"FOREACH")}
_INSIDE = re.compile(rb"scoped_\w*\s*\(")
_WHILE_EACH = re.compile(rb"while_(?:for_)?each_\w+\s*\(")
_DO_EACH = re.compile(rb"do_(?:for_)?each_\w+\s*\(")
_BARE_NAME = re.compile(rb"\n[ \t]++([A-Z_][A-Z0-9_]{3,}+)(?=[ \t]*+\n)")
_MAX_ROUNDS = 6
"""Depth of macros within macros on one line."""
_GAP = re.compile(rb"[ \t]")
_JUMP = re.compile(rb"(?:return|goto|break|continue)\b")


def mask_statements(masked: MaskedText) -> None:
    """Give every macro that is a statement the shape of one; what stands behind one shows only then, so again."""
    for _ in range(_MAX_ROUNDS):
        before = len(masked.notes)
        _round(masked)
        if len(masked.notes) == before:
            break


def _round(masked: MaskedText) -> None:
    code = masked.code
    mask_statement_arguments(masked)
    if code.holds(b"_each_"):
        _do_pairs(masked)
    for word, pattern in _EACHES.items():
        if code.holds(word):
            for match in pattern.finditer(code):
                _block(masked, word_before(code, match.start() - 1), match.end() - 1, named=True)
    if code.holds(b"scoped_"):
        for match in _INSIDE.finditer(code):
            _block(masked, word_before(code, match.start()), match.end() - 1, named=True)
    for match in _AT_LINE_START.finditer(code):
        _unknown(masked, match)
    for match in _BARE_NAME.finditer(code):
        _bare(masked, match)


def _do_pairs(masked: MaskedText) -> None:
    code = masked.code
    for match in _DO_EACH.finditer(code):
        right = closing(code, match.end() - 1)
        if right >= 0 and next_byte(code, right + 1) == 0x7B and at_statement(code, match.start()):
            name = match[0].rstrip(b"( \t\n").decode()
            masked.write(NoteKind.DO_LOOP, match.start(), right + 1, b"do", name)
    for match in _WHILE_EACH.finditer(code):
        last = last_code(code, match.start())
        right = closing(code, match.end() - 1)
        ends = right >= 0 and next_byte(code, right + 1) == 0x3B
        if ends and last >= 0 and code[last] == 0x7D and not word_byte(code[match.start() - 1]):
            _keyword(masked, NoteKind.WHILE_EACH, match.start(), match.end() - 1, b"while")


def _keyword(masked: MaskedText, kind: NoteKind, start: int, left: int, keyword: bytes) -> None:
    """Write a keyword over the macro's name; an empty argument list becomes ``(1)``."""
    code = masked.code
    end = word_after(code, start)
    name = bytes(code[start:end])
    right = closing(code, left)
    if not code[left + 1 : right].strip():
        masked.write(kind, start, right + 1, keyword + b"(1)", name.decode())
    elif len(name) < len(keyword):
        masked.write(kind, start, end, b"if", name.decode())
    else:
        masked.write(kind, start, end, keyword, name.decode())


def _block(masked: MaskedText, start: int, left: int, named: bool) -> None:
    """Mask ``name(args) S`` where it stands as a statement."""
    code = masked.code
    right = closing(code, left)
    if right < 0 or not at_statement(code, start):
        return
    after = skip_space(code, right + 1)
    if after >= len(code) or code[after] in b";,)=" or (code[after] == 0x7D and named):
        return
    name = bytes(code[start : word_after(code, start)])
    if DO_NAME.match(name) or name in NOT_A_MACRO or name[:1].isdigit():
        return
    if code[after] != 0x7B and not word_byte(code[after]) and code[after] not in b"*+-(":
        return
    if bytes(code[after : word_after(code, after)]) == b"else":
        return
    if COND_GUARD_NAME.match(name):
        _jump_argument(masked, left, right)
    _keyword(masked, kind_of(name), start, left, b"while")


def kind_of(name: bytes) -> NoteKind:
    """What a block macro does with its body, by its name."""
    if COND_GUARD_NAME.match(name):
        return NoteKind.COND_GUARD
    if ONCE_NAME.match(name):
        return NoteKind.SCOPED_GUARD
    if IF_NAME.match(name):
        return NoteKind.BLOCK
    return NoteKind.LOOP


def _jump_argument(masked: MaskedText, left: int, right: int) -> None:
    """Blank ``return`` or ``goto`` in an argument list, or make an identifier of a lone jump."""
    code = masked.code
    for start, end in split_arguments(code, left, right):
        match = _JUMP.match(code, start, end)
        if match:
            keyword = match[0].decode()
            if match.end() == end:
                masked.write(NoteKind.JUMP_ARG, start, end, match[0].upper(), keyword)
            else:
                masked.blank(NoteKind.JUMP_ARG, start, match.end(), keyword)


def _unknown(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``name(args)`` at the start of a line, with a block or a word behind it: a loop, or a statement without ``;``."""
    code = masked.code
    start, right, following = match.start(1), match.end(2) - 1, match.end(3)
    if match[1] in NOT_A_MACRO or not at_statement(code, start) or _in_list(code, start):
        return
    if code[following] == 0x7B:
        _block(masked, start, match.start(2), named=False)
        return
    word = bytes(code[following : word_after(code, following)])
    gap = bytes(match[3])
    if b"\n" not in gap:
        if word and word not in (b"__attribute__", b"else", b"const"):
            _block(masked, start, match.start(2), named=False)
        return
    if word == b"else" and kind_of(match[1]) is NoteKind.LOOP:
        return
    if word and _indent(masked, following) > _indent(masked, start):
        _block(masked, start, match.start(2), named=False)
    else:
        _semicolon(masked, right, following)


def _indent(masked: MaskedText, index: int) -> int:
    """Width of the white space before a line's first word; what masking wrote there counts as what it was."""
    code = masked.code
    line = code.rfind(b"\n", 0, index) + 1
    pairs = zip(code[line:index], masked.original[line:index], strict=True)
    before = bytes(old if new == 0x3B else new for new, old in pairs)
    return 0 if before.strip() else len(before.expandtabs())


def _in_list(code: bytearray, start: int) -> bool:
    """Whether the macro is an item of an initialiser or an enumeration (``= { INIT(a) }``)."""
    last = last_code(code, start)
    if last < 0 or code[last] != 0x7B:
        return False
    before = last_code(code, last)
    return before >= 0 and code[before] in b"=,({"


def _bare(masked: MaskedText, match: re.Match[bytes]) -> None:
    """``MACRO`` alone on a line: a statement without ``;``."""
    code = masked.code
    start, end = match.span(1)
    following = skip_space(code, end)
    last = last_code(code, start)
    opens = last >= 0 and code[last] == 0x7B and code[last_code(code, last)] != 0x29
    ended = following < len(code) and (word_byte(code[following]) or (code[following] == 0x7D and not opens))
    if ended and at_statement(code, start) and not _in_list(code, start):
        _semicolon(masked, end - 1, following)


def _semicolon(masked: MaskedText, right: int, following: int) -> None:
    """Write a ``;`` behind a macro, in the first white space that no ``#if`` line needs."""
    at = right + 1
    for start, end in _kept_lines(masked, right, following):
        place = _GAP.search(masked.code, at, start)
        if place is not None:
            masked.note(NoteKind.SEMICOLON, place.start(), place.end())
            masked.code[place.start()] = 0x3B
            masked.code.space_replaced()
            return
        at = end


def _kept_lines(masked: MaskedText, right: int, following: int) -> Iterator[tuple[int, int]]:
    """The ``#if`` lines between two offsets that the parser needs, and the end."""
    directives = masked.scanned.directives
    for number in range(bisect_right(directives, right, key=attrgetter("start")), len(directives)):
        item = directives[number]
        if item.start >= following:
            break
        if item.keyword in CONDITIONALS and item.start not in masked.dropped:
            yield item.start, item.end
    yield following, following
