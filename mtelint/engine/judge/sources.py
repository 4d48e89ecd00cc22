"""What is judged: whole files, patched files, lone hunks, each with the way from its offsets to lines and mails."""

from bisect import bisect_right
from dataclasses import field

from mtelint.flow.domain.events import Site
from mtelint.patches.line_maps import AppliedFile, Fragment
from mtelint.patches.values import FileDiff, Hunk, HunkLine, Patch
from mtelint.records import dataclass
from mtelint.syntax.unit import Unit


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a source: lines and byte columns from 1, the text of its first line, and the hunk line there."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    hunk: Hunk | None
    mark: HunkLine | None

    @property
    def side(self) -> str:
        """``+``, ``-`` or a blank."""
        return self.mark.side if self.mark is not None else " "


@dataclass(slots=True)
class Source:
    """One unit under review.  A lone hunk has ``fragment``, a patched file ``applied``; ``post`` tells which image."""

    unit: Unit
    path: str
    patch: Patch | None = None
    diff: FileDiff | None = None
    fragment: Fragment | None = None
    applied: AppliedFile | None = None
    post: bool = True
    judged: bool = True
    """False for a file that is there for its callees only."""
    _starts: list[int] = field(default_factory=list)

    def place(self, site: Site) -> Place:
        """Where a site of this unit is."""
        line, column = self._position(site.start)
        end_line, end_column = self._position(site.end)
        hunk, mark = self._mark(line)
        return Place(
            self.path, self._file_line(line), column, self._file_line(end_line), end_column,
            self.line_text(line), hunk, mark,
        )  # fmt: skip

    def line_text(self, line: int) -> str:
        """Text of a line of the unit, without its end."""
        starts = self._line_starts()
        end = starts[line] if line < len(starts) else len(self.unit.text)
        return self.unit.text[starts[line - 1] : end].decode("utf-8", "replace").rstrip("\r\n")

    def _line_starts(self) -> list[int]:
        if not self._starts:
            self._starts.append(0)
            find = self.unit.text.find
            at = find(b"\n")
            while at >= 0:
                self._starts.append(at + 1)
                at = find(b"\n", at + 1)
        return self._starts

    def _position(self, offset: int) -> tuple[int, int]:
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def _file_line(self, line: int) -> int:
        return self.fragment.file_line(line) if self.fragment is not None else line

    def _mark(self, line: int) -> tuple[Hunk | None, HunkLine | None]:
        if self.fragment is not None:
            return self.fragment.hunk, self.fragment.at(line)
        if self.applied is not None:
            found = self.applied.at_new(line) if self.post else self.applied.at_old(line)
            return found if found is not None else (None, None)
        return None, None
