"""The lexical layer: comments, literals and directive lines are blanked, so that code can be matched by pattern."""

import re

from mtelint.patterns import regex
from mtelint.records import dataclass
from mtelint.syntax.blanks import Code
from mtelint.syntax.mask.arm_conditions import normalise

_TOKEN = regex(
    rb"/\*(?:.*?\*/|.*)|//(?:\\\n|[^\n])*|\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.)*+'",
    re.DOTALL,
)
_DIRECTIVE = regex(rb"#[ \t]*+(\w*+)((?:[^\n]*\\\n)*+[^\n]*)")
_SLASH, _QUOTE = ord("/"), ord('"')


def _keep_newlines(fill: bytes, newline: bytes = b"\n") -> bytes:
    return bytes(newline[0] if byte in b"\n" else fill[0] for byte in range(256))


SPACES = _keep_newlines(b" ")
"""Translation table: everything but a newline becomes a space."""
_COMMENT = _keep_newlines(b" ", b"\v")
"""A newline in a comment does not end a directive; it is a vertical tab until the directives are known."""
_QUOTES = _keep_newlines(b'"')
_APOSTROPHES = _keep_newlines(b"'")


CONDITIONALS = frozenset(("if", "ifdef", "ifndef", "elif", "elifdef", "elifndef", "else", "endif"))


@dataclass(frozen=True, slots=True)
class Directive:
    """A preprocessor line with its continuations; ``argument`` is what follows the keyword, comments blanked."""

    start: int
    end: int
    keyword: str
    argument: bytes

    @property
    def condition(self) -> str:
        """The normalised condition of an ``#if``-like line."""
        return normalise(self.keyword, self.argument.decode("utf-8", "replace"))


@dataclass(slots=True)
class Scanned:
    """A text of the same length as the source, made for matching.

    ``code`` has comments and directives as spaces; a string literal is as long a run of ``"``, a character literal of
    ``'`` (so no pattern can match inside one, or take one for space).
    """

    code: Code
    clean: bytes
    """As ``code``, but with the directive lines."""
    literals: list[tuple[int, int]]
    directives: list[Directive]


def scan(text: bytes) -> Scanned:
    """Blank comments, literals and directives of a C text."""
    literals: list[tuple[int, int]] = []

    def blank(match: re.Match[bytes]) -> bytes:
        token = match[0]
        if token[0] == _SLASH:
            return token.translate(_COMMENT)
        literals.append(match.span())
        return token.translate(_QUOTES if token[0] == _QUOTE else _APOSTROPHES)

    clean = _TOKEN.sub(blank, text.replace(b"\v", b" "))
    directives = _directives(clean) if b"#" in clean else []
    clean = clean.replace(b"\v", b"\n")
    code = Code(clean)
    for item in directives:
        code[item.start : item.end] = clean[item.start : item.end].translate(SPACES)
    if code.holds(b"#"):
        code = Code(code.replace(b"#", b" "))  # in code a sign that begins no line means nothing
    return Scanned(code, clean, literals, directives)


def _directives(clean: bytes) -> list[Directive]:
    found = []
    for match in _DIRECTIVE.finditer(clean):
        line = clean.rfind(b"\n", 0, match.start()) + 1
        if not clean[line : match.start()].strip():
            found.append(Directive(line, match.end(), match[1].decode("ascii", "replace"), match[2]))
    return found


def restore(code: bytearray, scanned: Scanned, text: bytes, dropped: set[int]) -> None:
    """Write conditionals (but those whose start is in ``dropped``) and literals back, where nothing replaced them.

    The other directives stay blank: the tree has no use for them, and they may stand where its grammar has no place.
    """
    for item in scanned.directives:
        if item.keyword in CONDITIONALS and item.start not in dropped:
            code[item.start : item.end] = scanned.clean[item.start : item.end]
    for start, end in scanned.literals:
        if code[start] == text[start] and code[end - 1] == text[end - 1]:
            code[start:end] = text[start:end]
