"""Hunks without a tree: what a hunk leaves open at its ends is closed, on the same lines.

A prefix on the first line opens what the hunk closes, a suffix behind the last line closes what it opens.  Text of the
hunk itself is only blanked (a comment or a macro body that began out of sight), never changed: a real defect stays.
"""

import re

from msgspec import Struct
from msgspec.structs import replace

from mtelint.syntax.mask.masked_text import MaskedText, skip_space, word_after
from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import Masked, Note, NoteKind
from mtelint.syntax.mask.preprocessor_groups import resolve
from mtelint.syntax.parse.brackets import Levels, levels, suffix
from mtelint.syntax.parse.hunk_heading import Heading, read_heading
from mtelint.syntax.scan import SPACES, scan

_COLUMN_0 = re.compile(rb"^[{}]", re.MULTILINE)
_OPENED = re.compile(rb"^\w[^\n]*\{[ \t]*$", re.MULTILINE)
"""A structure or an initialiser at file level begins here."""
_COMMENT_LINE = re.compile(rb"[ \t]*\*(?:[ \t/]|$)")
_LABEL = re.compile(rb"\w+:\s*$")
_OPERATOR = re.compile(rb"&&|\|\||->|\?|[-+|&^%/<>=!]?=(?!=)|[+|^%/<>,.\]]|==|!=")
_NAME_FIRST = re.compile(rb"\w+[ \t]*\([^;]*?\)\s*\{")
_ELSE = re.compile(rb"\belse\b")
_IF = re.compile(rb"\bif\b")


class Repaired(Struct, frozen=True):
    """A hunk's text made whole.

    ``text`` is prefix, hunk and suffix; the hunk takes ``[prefix, end)``.  ``source`` is the same without the blanking.
    ``name`` is that of the function in which the hunk begins, empty where it is unknown or at file level.
    """

    text: bytes
    source: bytes
    prefix: int
    end: int
    name: str
    typed: bool
    """Whether the return type of that function is known."""

    def masked(self, branch: int = 0) -> Masked:
        """The masked text; what the repair wrote is noted as BRACE."""
        found = mask(self.text, branch)
        notes = list(found.notes)
        for start, end in ((0, self.prefix), (self.end, len(self.text))):
            if end > start:
                notes.append(Note(start, end, NoteKind.BRACE, self.text[start:end]))
        return replace(found, original=self.source, notes=tuple(sorted(notes)))


def repair(text: bytes, heading: str = "") -> Repaired:
    """Make a hunk's text whole; ``heading`` is the text behind the second ``@@`` of its header."""
    blanked = _cut_macro(_cut_comments(text))
    code = _code(blanked)
    known = read_heading(heading)
    prefix, name, head_cut = _prefix(code, known)
    if head_cut:
        blanked = blanked[:head_cut].translate(SPACES) + blanked[head_cut:]
    if prefix:
        prefix += b"\n"  # a directive must begin its line
    whole = prefix + blanked
    tail = suffix(_code(whole))
    if tail and not whole.endswith(b"\n"):
        tail = b"\n" + tail
    return Repaired(whole + tail, prefix + text + tail, len(prefix), len(whole), name, known.typed)


def _code(text: bytes) -> bytes:
    masked = MaskedText(text, scan(text))
    if masked.scanned.directives:
        resolve(masked, 0)
    return bytes(masked.code)


def _cut_comments(text: bytes) -> bytes:
    """Blank a comment that begins above the hunk, and one that ends below it."""
    end, start = text.find(b"*/"), text.find(b"/*")
    if end >= 0 and (start < 0 or end < start):
        text = text[: end + 2].translate(SPACES) + text[end + 2 :]
    else:
        size = 0
        for line in text.splitlines(keepends=True):
            if not _COMMENT_LINE.match(line.rstrip(b"\n")) or line.rstrip().endswith((b";", b"{", b",")):
                break
            size += len(line)
        text = text[:size].translate(SPACES) + text[size:]
    start = text.rfind(b"/*")
    if start >= 0 and text.find(b"*/", start) < 0:
        text = text[:start] + text[start:].translate(SPACES)
    return text


def _cut_macro(text: bytes) -> bytes:
    """Blank the rest of a ``#define`` that begins above the hunk, and the backslash of one that ends below."""
    size = 0
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith(b"#") or not line.rstrip().endswith(b"\\"):
            if size:
                size += len(line) if not line.lstrip().startswith(b"#") else 0
            break
        size += len(line)
    text = text[:size].translate(SPACES) + text[size:]
    if text.rstrip(b"\n").endswith(b"\\"):
        last = text.rindex(b"\\")
        text = text[:last] + b" " + text[last + 1 :]
    return text


def _prefix(code: bytes, heading: Heading) -> tuple[bytes, str, int]:
    """The prefix, the name of the function in which the hunk begins, and how much of a cut head to blank."""
    inside = starts_inside(code, heading)
    opened = levels(code, inside)
    if not inside:
        return _file_level(code, heading, opened)
    openers = b"".join(_opener(code, opened, index) for index in reversed(range(len(opened.closers))))
    parens = _parens(code, opened)
    kind = _container(code, heading, opened)
    if kind:
        return kind + openers + parens, "", 0
    switch = b"switch (x_) {" if _has_case(code, opened) else b""
    head = (heading.head or b"void x_(void)") + b" {"
    first = _statement(code, bool(opened.closers))
    return head + switch + openers + first + parens + (b"" if first else _operand(code)), heading.name, 0


def _file_level(code: bytes, heading: Heading, opened: Levels) -> tuple[bytes, str, int]:
    """A hunk that begins at file level, perhaps in a parameter list."""
    if opened.parens and not opened.closers:
        right = opened.parens[-1]
        after = skip_space(code, right + 1)
        if code[after : after + 1] == b"{":
            if heading.opening:
                return heading.opening + b" ", heading.name, 0
            return b"void x_(void)", "", right + 1
        if after < len(code) and code[after - 1] == 0x0A and code[after] not in b"});":
            return b"", "", right + 1  # the end of a #define
        return b"void x_(" * len(opened.parens), "", 0
    first = skip_space(code, 0)
    if opened.closers:
        return b"struct x_ {" * len(opened.closers), "", 0
    if code[first : first + 1] == b"{":
        return heading.head or b"void x_(void)", heading.name, 0
    if first == 0 and _NAME_FIRST.match(code):
        return heading.type_line, "", 0
    return b"", "", 0


def starts_inside(code: bytes, heading: Heading) -> bool:
    """Whether a hunk begins inside a brace pair: by the first brace at column 0, else by indentation."""
    brace = _COLUMN_0.search(code)
    if brace is not None:
        return brace[0] == b"}" and not _OPENED.search(code, 0, brace.start())
    lines = [line for line in code.splitlines() if line.strip()]
    inner = [line for line in lines if line[:1] in b" \t" or _LABEL.match(line)]
    return bool(lines) and len(inner) >= 0.8 * len(lines) and (line_is_code(lines) or heading.is_function)


def line_is_code(lines: list[bytes]) -> bool:
    """Whether any line is more than closing brackets."""
    return any(line.strip() for line in lines)


def _container(code: bytes, heading: Heading, opened: Levels) -> bytes:
    """The opener of a structure or an initialiser, where the hunk begins in one; empty for a function body."""
    end = opened.end if opened.end >= 0 else len(code)
    tail = code[end + 1 : end + 40].lstrip(b" \t")
    closed = opened.end >= 0 and tail[:1] == b";"
    if not closed and not (opened.end < 0 and heading.container):
        return b"" if opened.end < 0 or not re.match(rb"\w+;|__\w+", tail) else b"struct x_ {"
    items = code[:end]
    if heading.container and opened.end < 0:
        return heading.container
    return b"struct x_ {" if items.count(b";") > items.count(b",\n") else b"int x_[] = {"


def _opener(code: bytes, opened: Levels, index: int) -> bytes:
    """What opens the block that the hunk's ``index``-th unmatched ``}`` closes."""
    close = opened.closers[index]
    start = opened.closers[index - 1] + 1 if index else 0
    if any(start <= place < close for place in opened.cases):
        return b"switch (x_) {"
    after = skip_space(code, close + 1)
    word = code[after : word_after(code, after)]
    if word == b"else":
        return b"if (1) {"
    if word == b"while":
        line = code[after : code.find(b"\n", after) if code.find(b"\n", after) >= 0 else len(code)]
        if line.rstrip().endswith((b";", b"||", b"&&", b",")):
            return b"do {"
    if code[after : after + 1] in (b";", b","):
        return b"int x_[] = {"
    return b"if (1) {"


def _has_case(code: bytes, opened: Levels) -> bool:
    start = opened.closers[-1] + 1 if opened.closers else 0
    return opened.end < 0 and any(place >= start for place in opened.cases)


def _parens(code: bytes, opened: Levels) -> bytes:
    """What opens the parentheses that the hunk closes first."""
    if not opened.parens:
        return b""
    right = opened.parens[-1]
    after = skip_space(code, right + 1)
    semicolons = code.count(b";", 0, right)
    inner = b"x_(" * (len(opened.parens) - 1)
    if semicolons:
        return b"for (" + (b";" if semicolons == 1 else b"") + inner
    following = code[after : after + 1]
    word = code[after : word_after(code, after)]
    return (b"if (" if following == b"{" or word else b"x_(") + inner


def _is_then(code: bytes) -> bool:
    """Whether the hunk begins with the one statement between an ``if`` out of sight and its ``else``."""
    match = _ELSE.search(code)
    if match is None:
        return False
    before = code[: match.start()].strip()
    return before.endswith(b";") and before.count(b";") == 1 and not _IF.search(before) and b"}" not in before


def _statement(code: bytes, openers: bool) -> bytes:
    """The ``if`` of a hunk that begins with its ``else`` or with the one statement before that."""
    first = skip_space(code, 0)
    if code[first : word_after(code, first)] == b"else":
        return b"if (1) ;"
    if not openers and _is_then(code):
        return b"if (1) "
    return b""


def _operand(code: bytes) -> bytes:
    """What completes a first line that begins with an operator."""
    first = skip_space(code, 0)
    if code[first : first + 1] == b":":
        return b"x_ ? x_ "
    if code[first : first + 1] == b"]":
        return b"x_[x_"
    if _OPERATOR.match(code, first):
        return b"x_ "
    return b""
