"""What the mail and patch room hands out: patches as frozen, picklable values.

Three numberings meet here and are never mixed:

* ``old_line`` and ``new_line`` are lines of the pre-image and the post-image, from 1, as the hunk header says them;
* ``diff_line`` is the line in the diff of that one file: the line just below the file's first ``@@`` is 1, and later
  ``@@`` lines and ``\\ No newline`` lines count, which is what GitHub calls a *position*;
* ``body_line`` counts from 1 in the decoded text part that holds the diff, as the mail carries it before any clean-up.
  For format=flowed it is the first physical line of a joined one, for a plain diff the line of the file, and for a
  saved archive page it counts after the blank line that ends the header of the copy that is judged.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Literal

from msgspec import Struct

from mtelint.mail.letter import SeriesInfo

Side = Literal["+", "-", " "]


class SegmentStatus(StrEnum):
    """Whether one file's diff can be judged; only ``OK`` is."""

    OK = "ok"
    DAMAGED = "damaged"
    """Git would refuse it as well: wrong counts, text inside a hunk, a path that leaves the tree."""
    QUOTED = "quoted"
    """Taken from a quoted reply (``> +``); judged only on request."""
    COMBINED = "combined"
    """``diff --cc`` of a merge: named as not checked."""
    BINARY = "binary"
    """A binary change: named as not checked."""


class HunkLine(Struct, frozen=True):
    """One line of a hunk, without its sign and its line end.

    ``old_line`` is None on an added line, ``new_line`` on a removed one.
    """

    side: Side
    text: str
    body_line: int
    diff_line: int
    old_line: int | None
    new_line: int | None


class Hunk(Struct, frozen=True):
    """One ``@@`` block; ``index`` counts from 1 in its file and ``heading`` is the text after the second ``@@``.

    ``old_no_newline`` and ``new_no_newline`` say that the last line of that side has no newline at its end.
    """

    index: int
    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    lines: tuple[HunkLine, ...]
    body_line: int
    old_no_newline: bool = False
    new_no_newline: bool = False

    @property
    def pre_lines(self) -> tuple[HunkLine, ...]:
        """Lines of the pre-image: context and removed."""
        return tuple(line for line in self.lines if line.side != "+")

    @property
    def post_lines(self) -> tuple[HunkLine, ...]:
        """Lines of the post-image: context and added."""
        return tuple(line for line in self.lines if line.side != "-")

    @property
    def added(self) -> int:
        """Number of added lines."""
        return sum(line.side == "+" for line in self.lines)

    @property
    def removed(self) -> int:
        """Number of removed lines."""
        return sum(line.side == "-" for line in self.lines)


class FileDiff(Struct, frozen=True):
    """The diff of one file: one segment that is judged, or damaged, by itself.

    Paths are relative to the top of the tree: ``a/``, ``linux-2.6/``, ``.orig`` and ``~name`` are gone.  ``old_path``
    is None for a new file, ``new_path`` for a deleted one; ``path`` is the one that exists.  Blobs are the abbreviated
    object ids of the ``index`` line, modes the octal numbers of the header.
    """

    old_path: str | None
    new_path: str | None
    path: str
    hunks: tuple[Hunk, ...] = ()
    status: SegmentStatus = SegmentStatus.OK
    reason: str = ""
    old_blob: str | None = None
    new_blob: str | None = None
    old_mode: str | None = None
    new_mode: str | None = None
    is_new: bool = False
    is_deleted: bool = False
    is_rename: bool = False
    is_copy: bool = False
    body_line: int = 1

    @property
    def added(self) -> int:
        """Number of added lines, as ``git apply --numstat`` counts."""
        return sum(hunk.added for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """Number of removed lines, as ``git apply --numstat`` counts."""
        return sum(hunk.removed for hunk in self.hunks)

    @property
    def is_judged(self) -> bool:
        """Whether the diff is whole and wanted; a quoted one is here only when it was asked for."""
        return self.status in (SegmentStatus.OK, SegmentStatus.QUOTED)

    def lines(self) -> Iterator[tuple[Hunk, HunkLine]]:
        """Every line with its hunk, in the order of the diff."""
        for hunk in self.hunks:
            for line in hunk.lines:
                yield hunk, line


class Patch(Struct, frozen=True):
    """The diffs of one text part of one mail, or of one plain diff file (then ``message_id`` is empty).

    ``subject`` is that of the patch: the one after the scissors where there is one.  ``also_in`` names the other mails
    that carry the same diff.  ``notes`` say what had to be guessed or repaired.  ``source`` is the name of the input.
    """

    message_id: str
    subject: str
    part: int
    files: tuple[FileDiff, ...]
    also_in: tuple[str, ...] = ()
    series: SeriesInfo | None = None
    base_commit: str | None = None
    notes: tuple[str, ...] = ()
    source: str = ""
    date: str = ""
    duplicate_of: str = ""
    """Set by :func:`deduplicate` on a member of a series whose diff was judged before: apply it, do not judge it."""
