"""Where lines are: between pre-image and post-image, hunk and mail, for a patched file and for a lone hunk."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from mtelint.patches.patch import FileDiff, Hunk, HunkLine

Mark = tuple[Hunk, HunkLine]


class AppliedFile(Struct, frozen=True):
    """One file before and after a patch, and the map between its lines and those of the mail.

    ``pre`` is None for a new file and ``post`` for a deleted one; lines count from 1.  Where ``ok`` is false, the patch
    does not apply: ``post`` is None, ``reason`` says why and ``failed_hunk`` which hunk.

    ``origin[n - 1]`` is the pre-image line of post-image line n, 0 for an added one.  ``marks`` gives the hunk line of
    each post-image line that stands in a hunk, ``gone`` that of each removed pre-image line.
    """

    path: str
    old_path: str | None
    pre: bytes | None
    post: bytes | None
    ok: bool
    reason: str = ""
    failed_hunk: int | None = None
    is_copy: bool = False
    origin: tuple[int, ...] = ()
    marks: Mapping[int, Mark] = field(default_factory=dict)
    gone: Mapping[int, Mark] = field(default_factory=dict)

    def at_new(self, line: int) -> Mark | None:
        """Hunk and hunk line of a post-image line, or None outside all hunks."""
        return self.marks.get(line)

    def at_old(self, line: int) -> Mark | None:
        """Hunk and hunk line of a pre-image line, removed or context, or None outside all hunks."""
        if line in self.gone:
            return self.gone[line]
        new = self.new_of(line)
        return self.marks.get(new) if new else None

    def old_of(self, new_line: int) -> int | None:
        """Pre-image line of a post-image line; None for an added line."""
        return (self.origin[new_line - 1] or None) if 0 < new_line <= len(self.origin) else None

    def new_of(self, old_line: int) -> int | None:
        """Post-image line of a pre-image line; None for a removed line."""
        old, new = self._survivors()
        at = bisect_left(old, old_line)
        return new[at] if at < len(old) and old[at] == old_line else None

    def new_near(self, old_line: int) -> int:
        """The post-image line where a pre-image line is, or would be had it not been removed."""
        return self._near(old_line, *self._survivors())

    def _near(self, old_line: int, old: list[int], new: list[int]) -> int:
        at = bisect_left(old, old_line)
        return new[at] if at < len(old) else max(len(self.origin), 1)

    @property
    def added(self) -> frozenset[int]:
        """Post-image lines that the patch adds."""
        return frozenset(line for line, (_, mark) in self.marks.items() if mark.side == "+")

    @property
    def removed(self) -> frozenset[int]:
        """Pre-image lines that the patch removes."""
        return frozenset(self.gone)

    def nearest_change(self, new_line: int) -> Mark | None:
        """The changed line of the patch that is nearest to a post-image line; an added one at equal distance."""
        changes = [(abs(line - new_line), 0, mark) for line, mark in self.marks.items() if mark[1].side == "+"]
        old, new = self._survivors()
        changes += [(abs(self._near(line, old, new) - new_line), 1, mark) for line, mark in self.gone.items()]
        return min(changes, key=lambda change: (change[0], change[1], change[2][1].diff_line))[2] if changes else None

    def _survivors(self) -> tuple[list[int], list[int]]:
        """Pre-image lines that are still there, and their post-image lines; both grow."""
        pairs = [(old, new) for new, old in enumerate(self.origin, 1) if old]
        return [old for old, _ in pairs], [new for _, new in pairs]


class Fragment(Struct, frozen=True):
    """One side of one hunk as text to be parsed by itself; line n of ``text`` (from 1) is ``lines[n - 1]``."""

    hunk: Hunk
    lines: tuple[HunkLine, ...]
    start: int

    @property
    def text(self) -> str:
        """The lines, each with a newline."""
        return "".join(line.text + "\n" for line in self.lines)

    def at(self, line: int) -> HunkLine | None:
        """Hunk line of a line of the fragment, or None outside it."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else None

    def file_line(self, line: int) -> int:
        """Line in the file of that side, as the hunk's header says it."""
        return self.start + line - 1


def pre_fragment(hunk: Hunk) -> Fragment:
    """The hunk as it was."""
    return Fragment(hunk, hunk.pre_lines, hunk.old_start)


def post_fragment(hunk: Hunk) -> Fragment:
    """The hunk as it becomes."""
    return Fragment(hunk, hunk.post_lines, hunk.new_start)


def changed_lines(diff: FileDiff) -> Iterator[Mark]:
    """Added and removed lines of a file with their hunks, in the order of the diff."""
    return ((hunk, line) for hunk, line in diff.lines() if line.side != " ")


def nearest_in_hunk(hunk: Hunk, at: HunkLine) -> HunkLine | None:
    """The changed line of a hunk that is nearest to one of its lines; an added one at equal distance."""
    changed = [line for line in hunk.lines if line.side != " "]
    return min(changed, key=lambda line: (abs(line.diff_line - at.diff_line), line.side != "+"), default=None)
