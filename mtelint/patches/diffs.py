"""From raw segments to :class:`FileDiff` values; unidiff parses the hunks of one clean segment at a time.

unidiff loses a whole mail for one bad hunk and takes a signature for a removed line, so it is given nothing but the
lines that belong to the hunks of one file, under a header that we write.  All numbering is done here.
"""

import re
from collections.abc import Iterator

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as UnidiffHunk
from unidiff.patch import PatchSet

from mtelint.mail.letter import Lines
from mtelint.patches.file_names import HeaderName, common_name, git_names, header_name, tree_path, unquote, unsafe
from mtelint.patches.patch import FileDiff, Hunk, HunkLine, SegmentStatus, Side
from mtelint.patches.segments import RawHunk, RawSegment, SegmentKind, segments

_INDEX = re.compile(r"([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?")
_SIDES: dict[str, Side] = {"+": "+", "-": "-", " ": " ", "": " "}


def file_diffs(lines: Lines) -> Iterator[FileDiff]:
    """Every file diff of a text, in its order; damaged ones carry a reason and the hunks before the damage."""
    last_path = ""
    for raw in segments(lines):
        diff = _file_diff(lines, raw, last_path)
        last_path = diff.path or last_path
        yield diff


def _file_diff(lines: Lines, raw: RawSegment, last_path: str) -> FileDiff:
    body_line = _number(lines, raw.start)
    if raw.kind is SegmentKind.STRAY:
        reason = f"{raw.damage} (body line {body_line})"
        return FileDiff(None, None, last_path, status=SegmentStatus.DAMAGED, reason=reason, body_line=body_line)
    if raw.kind is SegmentKind.COMBINED:
        path = unquote(raw.old_name or "")
        reason = "the combined diff of a merge is not checked"
        return FileDiff(path, path, path, status=SegmentStatus.COMBINED, reason=reason, body_line=body_line)
    old, new = _names(raw)
    hunks, problem = _hunks(lines, raw)
    status, reason = _judge_header(raw, old, new, hunks, problem, lines)
    old_blob, new_blob, mode = _index(raw)
    fields = raw.extended
    return FileDiff(
        old_path=old,
        new_path=new,
        path=new or old or "",
        hunks=hunks,
        status=status,
        reason=reason,
        old_blob=old_blob,
        new_blob=new_blob,
        old_mode=fields.get("old mode") or fields.get("deleted file mode") or mode,
        new_mode=fields.get("new mode") or fields.get("new file mode") or mode,
        is_new=old is None,
        is_deleted=new is None,
        is_rename="rename from" in fields or "rename old" in fields,
        is_copy="copy from" in fields,
        body_line=body_line,
    )


def _judge_header(
    raw: RawSegment, old: str | None, new: str | None, hunks: tuple[Hunk, ...], problem: str, lines: Lines
) -> tuple[SegmentStatus, str]:
    """Status of a segment, the worst first."""
    danger = next((why for why in map(unsafe, filter(None, (old, new))) if why), "")
    if danger or (old is None and new is None):
        return SegmentStatus.DAMAGED, danger or "its header names no file"
    if raw.damage:
        return SegmentStatus.DAMAGED, f"{raw.damage} (body line {_number(lines, raw.damage_at)})"
    if problem:
        return SegmentStatus.DAMAGED, problem
    if old is None and any(hunk.old_count for hunk in hunks):
        return SegmentStatus.DAMAGED, "a new file depends on old contents"
    if raw.binary:
        return SegmentStatus.BINARY, "a binary change is not checked"
    return SegmentStatus.OK, ""


def _names(raw: RawSegment) -> tuple[str | None, str | None]:
    """Old and new path; None where the file does not exist on that side."""
    fields = raw.extended
    source = fields.get("rename from") or fields.get("rename old") or fields.get("copy from")
    target = fields.get("rename to") or fields.get("rename new") or fields.get("copy to")
    if source and target:
        return unquote(source), unquote(target)
    if raw.old_name is not None and raw.new_name is not None:
        return _existing(raw, header_name(raw.old_name), header_name(raw.new_name))
    pair = git_names(raw.title) if raw.kind is SegmentKind.GIT else None
    if not pair:
        return None, None
    return _existing(raw, HeaderName(pair[0], False), HeaderName(pair[1], False))


def _existing(raw: RawSegment, old: HeaderName, new: HeaderName) -> tuple[str | None, str | None]:
    fields = raw.extended
    old_gone = old.absent or "new file mode" in fields
    new_gone = new.absent or "deleted file mode" in fields
    if old_gone and new_gone:
        return None, None
    if old_gone:
        return None, tree_path(new.raw)
    if new_gone:
        return tree_path(old.raw), None
    return common_name(old.raw, new.raw)


def _index(raw: RawSegment) -> tuple[str | None, str | None, str | None]:
    found = _INDEX.match(raw.extended.get("index", ""))
    return (found.group(1), found.group(2), found.group(3)) if found else (None, None, None)


def _hunks(lines: Lines, raw: RawSegment) -> tuple[tuple[Hunk, ...], str]:
    """The hunks with all their numbers, and what unidiff finds wrong with them."""
    if not raw.hunks:
        return (), ""
    first = raw.hunks[0].start
    text = [line + "\n" for line in lines.texts[first : raw.hunks[-1].end]]
    try:
        parsed = PatchSet(["--- a\n", "+++ b\n", *text])[0]
    except (UnidiffParseError, IndexError) as error:
        return (), f"its hunks cannot be parsed: {str(error).strip()}"
    pairs = zip(raw.hunks, parsed, strict=True)
    return tuple(_hunk(lines, index, first, at, found) for index, (at, found) in enumerate(pairs, 1)), ""


def _hunk(lines: Lines, index: int, first: int, raw: RawHunk, parsed: UnidiffHunk) -> Hunk:
    """One hunk; `first` is the logical line of the file's first ``@@``, from which diff lines count."""
    numbered: list[HunkLine] = []
    missing = {"-": False, "+": False}
    for at, line in enumerate(parsed, raw.start + 1):
        if line.line_type == "\\":
            last = numbered[-1].side if numbered else " "
            missing |= {"-": missing["-"] or last != "+", "+": missing["+"] or last != "-"}
            continue
        side = _SIDES[line.line_type]
        numbered.append(
            HunkLine(side, line.value[:-1], _number(lines, at), at - first, line.source_line_no, line.target_line_no)
        )
    old_start, old_count, new_start, new_count = raw.spans
    return Hunk(
        index, old_start, old_count, new_start, new_count, raw.heading, tuple(numbered),
        _number(lines, raw.start), missing["-"], missing["+"],
    )  # fmt: skip


def _number(lines: Lines, at: int) -> int:
    """Physical line of a logical one; past the end it is the last."""
    return lines.numbers[min(at, len(lines.numbers) - 1)] if lines.numbers else 1
