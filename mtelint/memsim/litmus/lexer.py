"""Tokens of the C dialect and of the state language of litmus files, with line numbers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mtelint.errors import InputError


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or operator; ``kind`` is ``name``, ``number``, ``op`` or ``end``."""

    kind: str
    text: str
    line: int


_C_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)|(?P<number>0[xX][0-9a-fA-F]+|\d+)[uUlL]*"
    r"|(?P<op>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=(){}\[\];,.?:]))"
)
_STATE_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_.$][\w.$]*)|(?P<number>-?(?:0[xX][0-9a-fA-F]+|\d+))"
    r"|(?P<op>/\\|\\/|=>|->|==|!=|<>|&&|\|\||<=|>=|[~=()\[\]{};:,*&+!<>|]))"
)


class Tokens:
    """A cursor over the tokens of one part of a file."""

    def __init__(self, tokens: list[Token], path: str) -> None:
        self.tokens = tokens
        self.path = path
        self.at = 0

    @property
    def here(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def ahead(self, distance: int) -> Token:
        """A token further on, the last one where there are no more."""
        return self.tokens[min(self.at + distance, len(self.tokens) - 1)]

    def take(self) -> Token:
        """The next token, consumed."""
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """Consume the next token if it is one of ``texts``."""
        return self.take() if self.here.text in texts and self.here.kind != "end" else None

    def expect(self, text: str) -> Token:
        """Consume ``text``; raises :class:`InputError` if something else comes."""
        if self.here.text != text or self.here.kind == "end":
            raise self.error(f"expected '{text}'")
        return self.take()

    def name(self) -> str:
        """Consume a name."""
        if self.here.kind != "name":
            raise self.error("expected a name")
        return self.take().text

    def error(self, what: str, hints: Mapping[str, str] = MappingProxyType({})) -> InputError:
        """An error at the next token, with file and line; ``hints`` say for a token what was probably meant."""
        found = "the end" if self.here.kind == "end" else f"'{self.here.text}'"
        hint = f" ({hints[self.here.text]})" if self.here.text in hints and self.here.kind == "op" else ""
        return InputError(f"{self.path}:{self.here.line}: {what}, found {found}{hint}")


def c_tokens(text: str, line: int, path: str) -> Tokens:
    """Tokens of C text that starts on ``line``; comments must have been blanked."""
    return Tokens(_scan(text, line, path, _C_TOKEN), path)


def state_tokens(text: str, line: int, path: str) -> Tokens:
    """Tokens of an initial state or of a condition; comments must have been blanked."""
    return Tokens(_scan(text, line, path, _STATE_TOKEN), path)


def _scan(text: str, line: int, path: str, pattern: re.Pattern[str]) -> list[Token]:
    tokens = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = pattern.match(text, at)
        if match is None or match.lastgroup is None:
            while text[at].isspace():
                line += text[at] == "\n"
                at += 1
            raise InputError(f"{path}:{line}: unexpected character {text[at]!r}")
        kind = match.lastgroup
        start = match.start(kind)
        if start > at:
            line += text.count("\n", at, start)
        tokens.append(Token(kind, match[kind], line))
        at = match.end()
    tokens.append(Token("end", "", line + text.count("\n", at)))
    return tokens


def blank(text: str) -> str:
    """Spaces for everything but line ends."""
    return re.sub(r"[^\n]", " ", text)


_C_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def without_c_comments(text: str) -> str:
    """``text`` with C comments blanked."""
    return _C_COMMENT.sub(lambda match: blank(match.group()), text)


def without_ml_comments(text: str, path: str, line: int) -> str:
    """``text`` with nested ``(* ... *)`` comments blanked."""
    pieces = []
    depth = 0
    at = 0
    for match in re.finditer(r"\(\*|\*\)", text):
        piece = text[at : match.start()]
        pieces.append(blank(piece) if depth else piece)
        opening = match.group() == "(*"
        if not opening and depth == 0:
            raise InputError(f"{path}:{line + text[: match.start()].count(chr(10))}: comment ends that never began")
        depth += 1 if opening else -1
        pieces.append("  ")
        at = match.end()
    if depth:
        raise InputError(f"{path}:{line + text.count(chr(10))}: comment never ends")
    pieces.append(text[at:])
    return "".join(pieces)
