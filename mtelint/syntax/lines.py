"""Offsets and lines."""

from bisect import bisect_right
from dataclasses import field
from itertools import accumulate

from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class LineIndex:
    """Lines of a text; ``prefix`` bytes at its start are synthetic and belong to no column of line 1."""

    text: bytes
    prefix: int = 0
    starts: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the line starts."""
        lengths = (len(line) + 1 for line in self.text.split(b"\n"))
        object.__setattr__(self, "starts", tuple(accumulate(lengths, initial=0))[:-1])

    def __len__(self) -> int:
        """Number of lines; a newline at the end opens no further line."""
        return len(self.starts) - (self.text.endswith(b"\n") or not self.text)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and byte column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        column = offset - self.starts[line - 1] + 1
        return line, max(1, column - self.prefix) if line == 1 else column

    def line(self, number: int) -> str:
        """Text of a line (from 1) without its newline; empty outside the text."""
        if not 1 <= number <= len(self.starts):
            return ""
        start = self.starts[number - 1] + (self.prefix if number == 1 else 0)
        end = self.starts[number] - 1 if number < len(self.starts) else len(self.text)
        return self.text[start:end].decode("utf-8", "replace")

    def offset(self, line: int, column: int = 1) -> int:
        """Offset of a line and column (from 1), clamped to the text."""
        number = min(max(line, 1), len(self.starts))
        return min(self.starts[number - 1] + column - 1 + (self.prefix if number == 1 else 0), len(self.text))
