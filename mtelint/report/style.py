"""How a report is to look, text from the input made safe to show, and prose in lines of a given width."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

TAB = 8
"""Columns between tab stops, as the kernel's coding style has them."""
NARROWEST = 40
"""Columns below which nothing is wrapped any tighter."""
WIDEST = 100
"""Columns above which prose is not made any wider."""
DEFAULT_WIDTH = 80
"""Columns where nobody has said how wide the page is."""


class Ink(StrEnum):
    """What a piece of text is; the value is its SGR sequence's number list."""

    ERROR = "1;31"
    WARNING = "1;35"
    NOTE = "1;36"
    PLACE = "1"
    CARET = "32"
    ADDED = "32"
    REMOVED = "31"
    DIM = "2"


class Style(Struct, frozen=True):
    """``width`` in columns; ``clip`` cuts source lines to it; ``stats`` adds counts and times where there is room.

    ``pages`` holds the Markdown of the rule pages by id, for the formats that carry help along.
    """

    color: bool = False
    width: int = DEFAULT_WIDTH
    clip: bool = False
    stats: bool = False
    pages: Mapping[str, str] = field(default_factory=dict)

    def paint(self, text: str, ink: Ink) -> str:
        """``text`` in colour where colours are wanted; an empty text stays empty."""
        return f"\x1b[{ink.value}m{text}\x1b[0m" if self.color and text else text


PLAIN = Style()
"""For files and pipes."""


def wrapped(text: str, columns: int, hang: str = "") -> list[str]:
    """``text`` in lines of at most ``columns`` where its words allow, all but the first behind ``hang``."""
    columns = max(columns, NARROWEST // 2)
    return textwrap.wrap(text, columns, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)


def labelled(label: str, text: str, columns: int) -> list[str]:
    """``text`` beside ``label`` as the foot of a finding has it; further lines stand under the first word."""
    front = f"  {label:<4} "
    lines = wrapped(text, columns - len(front))
    return [f"{front if not i else ' ' * len(front)}{line}" for i, line in enumerate(lines)]


def without_commands(text: str, bracket: str = "\\x5b", colon: str = "\\x3a") -> str:
    """``text`` without what the runner of GitHub's actions takes for a command in the log of a step.

    Those are ``##[command]`` anywhere in a line and ``::command::`` behind leading blanks (``TryParse`` and
    ``TryParseV2`` of ``ActionCommand`` in the runner); ``bracket`` and ``colon`` stand for what makes them one.
    """
    if "::" in text:
        text = _COMMAND.sub(lambda match: f"{match[1]}{colon}:", text)
    return text.replace("##[", f"##{bracket}")


_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)


def visible(text: str) -> str:
    r"""``text`` with all that is no glyph as escapes: controls, line ends, reordering marks (``\x1b``, ``\u202e``)."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def one_line(text: str) -> str:
    """``text`` on one line: white space runs become one blank, the rest of the controls escapes."""
    return without_commands(visible(" ".join(text.split())))


def expand(text: str) -> str:
    """A source line as it is drawn: tabs become blanks up to the next stop, other controls escapes."""
    drawn, column = [], 0
    for char in text:
        piece = " " * (TAB - column % TAB) if char == "\t" else visible(char)
        drawn.append(piece)
        column += width(piece)
    return "".join(drawn)


def width(text: str) -> int:
    """Columns that ``text``, which holds no control characters, takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def drawn_column(text: str, byte_column: int) -> int:
    """Columns in front of the byte ``byte_column`` (from 1) of the source line ``text``, as :func:`expand` draws it."""
    front = text.encode("utf-8", "surrogatepass")[: max(byte_column - 1, 0)]
    return width(expand(front.decode("utf-8", "ignore")))


def clip(text: str, columns: int) -> str:
    """The front of ``text`` that fits into ``columns``, ending in ``…`` where something was cut."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for char in text:
        used += _char_width(char)
        if used > columns - 1:
            break
        kept.append(char)
    return "".join(kept) + "…"


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
