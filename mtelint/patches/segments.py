"""Cut the logical lines of a mail into raw segments, one per file diff, by the rules of ``git apply``.

A hunk ends where the counts of its ``@@`` line are used up, whatever follows: a signature, a list footer, another file.
Text between files is passed over; text *inside* a hunk damages that file and no other.  Rules of header recognition
follow the behaviour documented for git-apply and git-diff ("generate patch text with -p").
"""

import re
from collections.abc import Iterator, Sequence
from enum import Enum

from msgspec import Struct, field

from mtelint.mail.letter import Lines

HUNK_HEADER = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)", re.DOTALL)
_STARTS = ("diff --", "--- ", "@@ -", "Binary files ")
_EXTENDED = re.compile(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|rename old|rename new|"
    r"similarity index|dissimilarity index|index) (.*)",
    re.DOTALL,
)
# After a complete hunk, a line that still looks like code of a diff: the counts were edited by hand and fell short.
_LEFT_OVER = re.compile(r"\+(?!\+\+ )|-(?=[\t}])")


class SegmentKind(Enum):
    """What a segment starts with."""

    GIT = "diff --git"
    PLAIN = "---"
    COMBINED = "diff --cc"
    BINARY = "Binary files"
    STRAY = "hunk with no file header"


class RawHunk(Struct):
    """Logical line numbers (from 0): of the ``@@`` line and one past the last line; both counts of the header."""

    start: int
    end: int
    spans: tuple[int, int, int, int]
    heading: str


class RawSegment(Struct):
    """One file diff as found: header fields by name, the hunks, and why it is damaged, if it is."""

    kind: SegmentKind
    start: int
    title: str
    old_name: str | None = None
    new_name: str | None = None
    extended: dict[str, str] = field(default_factory=dict)
    binary: bool = False
    hunks: list[RawHunk] = field(default_factory=list)
    damage: str = ""
    damage_at: int = 0


def segments(lines: Lines) -> Iterator[RawSegment]:
    """Every file diff in the order of the text; never raises on any text."""
    texts = lines.texts
    position = 0
    while position < len(texts):
        line = texts[position]
        if not line.startswith(_STARTS):
            position += 1
            continue
        found, position = _segment_at(lines, position)
        if found:
            yield found


def _segment_at(lines: Lines, at: int) -> tuple[RawSegment | None, int]:
    """The segment that starts at line `at`, if one does, and where to go on."""
    line = lines.texts[at]
    if line.startswith("diff --git "):
        return _git_segment(lines, at)
    if line.startswith(("diff --cc ", "diff --combined ")):
        name = line.split(" ", 2)[2].strip()
        return RawSegment(SegmentKind.COMBINED, at, line, name, name), _skip_combined(lines, at + 1)
    if line.startswith("--- "):
        return _plain_segment(lines, at)
    if line.startswith("Binary files "):
        return _binary_line(line, at), at + 1
    if HUNK_HEADER.match(line):
        stray = RawSegment(SegmentKind.STRAY, at, line, damage="a hunk with no file header", damage_at=at)
        return stray, _skip_strays(lines, at)
    return None, at + 1


def _git_segment(lines: Lines, at: int) -> tuple[RawSegment | None, int]:
    """``diff --git``, its extended header, names, and hunks or a binary patch."""
    segment = RawSegment(SegmentKind.GIT, at, lines.texts[at])
    texts = lines.texts
    position = at + 1
    while position < len(texts) and (field_ := _EXTENDED.match(texts[position])):
        segment.extended[field_.group(1)] = field_.group(2).rstrip()
        position += 1
    if position < len(texts) and texts[position].startswith(("GIT binary patch", "Binary files ")):
        segment.binary = True
        return segment, position + 1
    if _names_at(texts, position):
        segment.old_name, segment.new_name = texts[position][4:], texts[position + 1][4:]
        return segment, _read_hunks(lines, position + 2, segment)
    # Without fields this is a mention of a command or a wrapped line; names may follow as in a plain diff.
    return (segment if segment.extended else None), position


def _plain_segment(lines: Lines, at: int) -> tuple[RawSegment | None, int]:
    """``---``, ``+++`` and at least one hunk header directly below: anything else is not a diff."""
    texts = lines.texts
    if not _names_at(texts, at) or at + 2 >= len(texts) or not HUNK_HEADER.match(texts[at + 2]):
        return None, at + 1
    segment = RawSegment(SegmentKind.PLAIN, at, texts[at], texts[at][4:], texts[at + 1][4:])
    return segment, _read_hunks(lines, at + 2, segment)


def _names_at(texts: Sequence[str], at: int) -> bool:
    return at + 1 < len(texts) and texts[at].startswith("--- ") and texts[at + 1].startswith("+++ ")


def _read_hunks(lines: Lines, at: int, segment: RawSegment) -> int:
    """Read the hunks that follow each other without a gap; on damage go on at the next file header."""
    texts = lines.texts
    while at < len(texts) and (header := HUNK_HEADER.match(texts[at])):
        start, old, new, new_count, heading = header.groups()
        spans = (int(start), 1 if old is None else int(old), int(new), 1 if new_count is None else int(new_count))
        end, problem = _hunk_end(lines, at + 1, spans[1], spans[3])
        if problem:
            segment.damage, segment.damage_at = problem, end
            return _next_header(lines, end)
        segment.hunks.append(RawHunk(at, end, spans, heading.strip()))
        at = end
    if segment.hunks and at < len(texts) and _LEFT_OVER.match(texts[at]):
        segment.damage, segment.damage_at = "the counts of its last hunk end before its lines do", at
        return _next_header(lines, at)
    return at


def _hunk_end(lines: Lines, at: int, old_left: int, new_left: int) -> tuple[int, str]:
    """One past the last line of a hunk, or the offending line and what is wrong with it."""
    texts = lines.texts
    while old_left > 0 or new_left > 0:
        if at >= len(texts):
            return at, "the text ends inside a hunk"
        sign = texts[at][:1]
        if sign in ("", " "):
            old_left, new_left = old_left - 1, new_left - 1
        elif sign == "-":
            old_left -= 1
        elif sign == "+":
            new_left -= 1
        elif not _is_no_newline(texts[at]):
            return at, "a line inside a hunk is neither context nor change (wrapped line, comment, or wrong counts)"
        if old_left < 0 or new_left < 0:
            return at, "the counts of a hunk do not fit its lines"
        at += 1
    if at < len(texts) and _is_no_newline(texts[at]):
        at += 1
    return at, ""


def _is_no_newline(line: str) -> bool:
    """``\\ No newline at end of file``, in any language: a backslash, a blank, twelve bytes or more, as for git."""
    return line.startswith("\\ ") and len(line) >= 11


def _next_header(lines: Lines, at: int) -> int:
    """The next line that starts a file, so that a damaged one loses only itself."""
    texts = lines.texts
    while at < len(texts):
        if texts[at].startswith(("diff --git ", "diff --cc ", "diff --combined ")):
            return at
        if _names_at(texts, at) and at + 2 < len(texts) and HUNK_HEADER.match(texts[at + 2]):
            return at
        at += 1
    return at


def _skip_combined(lines: Lines, at: int) -> int:
    texts = lines.texts
    while at < len(texts) and not texts[at].startswith("diff --"):
        at += 1
    return at


def _skip_strays(lines: Lines, at: int) -> int:
    """Past this hunk and what follows it up to the next file header: all of it has lost its file."""
    return _next_header(lines, at + 1)


def _binary_line(line: str, at: int) -> RawSegment | None:
    found = re.match(r"Binary files (\S+) and (\S+) differ$", line)
    if not found:
        return None
    return RawSegment(SegmentKind.BINARY, at, line, found.group(1), found.group(2), binary=True)
