"""How a report is to look: what the caller knows of the place it goes to."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from mtelint.records import dataclass

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


@dataclass(frozen=True, slots=True)
class Style:
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
