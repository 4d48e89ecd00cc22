"""Lay a patch over a tree in memory, by the rules of ``git apply``.

A hunk may stand at any offset from where it says: the nearest place wins, later before earlier at equal distance.  Its
context must match whole (git's default has no fuzz).  A hunk that starts at line 1 stays at the start, one without
context at its end stays at the end of the file, and no hunk lies over another one.
"""

from collections.abc import Mapping

from msgspec import Struct, field

from mtelint.patches.line_maps import AppliedFile
from mtelint.patches.patch import FileDiff, Hunk, HunkLine, Patch
from mtelint.patches.trees import Overlay, Tree

_NO_NEWLINE = "\0"  # ends the key of a last line without newline, so that it equals no line with one


class Applied(Struct, frozen=True):
    """The files that a patch touches, by path after it; a file that could not be patched is there with its reason."""

    files: Mapping[str, AppliedFile] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every file was patched."""
        return all(file.ok for file in self.files.values())

    @property
    def changes(self) -> dict[str, bytes | None]:
        """New contents by path, None for what is gone; only of files that were patched."""
        changed: dict[str, bytes | None] = {}
        for file in self.files.values():
            if file.ok:
                if file.old_path and file.old_path != file.path and not file.is_copy:
                    changed[file.old_path] = None
                changed[file.path] = file.post
        return changed

    def over(self, tree: Tree) -> Overlay:
        """`tree` as the patch leaves it."""
        return tree.with_changes(self.changes) if isinstance(tree, Overlay) else Overlay(tree, self.changes)


class _Image(Struct):
    """A file while it is patched.

    For each line: its bytes, its key for comparison, the pre-image line it came from (0: none), and the hunk line that
    touched it.  `fresh` marks lines that a hunk of the current diff has laid down and no other hunk may match.
    """

    lines: list[bytes]
    keys: list[str]
    origin: list[int]
    marks: list[tuple[Hunk, HunkLine] | None]
    fresh: list[bool]
    crlf: bool
    gone: dict[int, tuple[Hunk, HunkLine]]

    @classmethod
    def of(cls, data: bytes) -> "_Image":
        lines = _split(data)
        count = len(lines)
        keys = [_key(line) for line in lines]
        crlf = data.count(b"\r\n") * 2 > count
        return cls(lines, keys, list(range(1, count + 1)), [None] * count, [False] * count, crlf, {})

    @property
    def data(self) -> bytes:
        return b"".join(self.lines)


def apply_patch(tree: Tree, patch: Patch) -> Applied:
    """Pre-image and post-image of every judged file of `patch` on `tree`; `tree` itself stays as it is.

    The second diff of one file is laid over the result of the first.  A file whose hunk does not apply keeps its
    pre-image, has no post-image, and names the hunk.
    """
    files: dict[str, AppliedFile] = {}
    images: dict[str, _Image] = {}
    for diff in patch.files:
        if diff.is_judged:
            files[diff.path] = _apply_file(tree, diff, files, images)
    return Applied(files)


def _apply_file(tree: Tree, diff: FileDiff, files: dict[str, AppliedFile], images: dict[str, _Image]) -> AppliedFile:
    source = diff.old_path or diff.path
    earlier = files.get(source)
    if earlier and not earlier.ok:
        return earlier
    pre = earlier.pre if earlier else tree.read(source)
    problem = _refusal(tree, diff, pre, earlier)
    if problem:
        return AppliedFile(diff.path, diff.old_path, pre, None, False, problem)
    image = images.get(source) or _Image.of((pre or b"") if diff.old_path else b"")
    image.fresh = [False] * len(image.lines)
    for hunk in diff.hunks:
        if not _lay(image, hunk):
            reason = f"hunk {hunk.index} does not apply at line {hunk.old_start}"
            return AppliedFile(diff.path, diff.old_path, pre, None, False, reason, hunk.index)
    images[diff.path] = image
    return AppliedFile(
        path=diff.path,
        old_path=(earlier.old_path if earlier else diff.old_path),
        pre=pre,
        post=None if diff.is_deleted else image.data,
        ok=True,
        is_copy=diff.is_copy,
        origin=tuple(image.origin),
        marks={number: mark for number, mark in enumerate(image.marks, 1) if mark},
        gone=dict(image.gone),
    )


def _refusal(tree: Tree, diff: FileDiff, pre: bytes | None, earlier: AppliedFile | None) -> str:
    """Why a file cannot be patched at all, or an empty string."""
    if diff.old_path is None:
        return "it is to be created and exists already" if earlier is None and tree.exists(diff.path) else ""
    if pre is None and not (earlier and earlier.post is not None):
        return "it is not in the tree"
    if diff.is_rename and tree.exists(diff.path) and diff.path != diff.old_path:
        return "it is to be renamed to a name that exists already"
    return ""


def _lay(image: _Image, hunk: Hunk) -> bool:
    """Find the place of a hunk and replace its pre-image by its post-image; False where it fits nowhere."""
    before = _keys(hunk, hunk.pre_lines, hunk.old_no_newline)
    at = _place(image, hunk, before)
    if at is None:
        return False
    lines: list[bytes] = []
    origin: list[int] = []
    marks: list[tuple[Hunk, HunkLine] | None] = []
    position = at
    newline = b"\r\n" if image.crlf else b"\n"
    for line in hunk.lines:
        if line.side == "-":
            if image.origin[position]:
                image.gone[image.origin[position]] = (hunk, line)
        else:
            added = line.side == "+"
            lines.append(line.text.encode("utf-8", "replace") + newline if added else image.lines[position])
            origin.append(0 if added else image.origin[position])
            marks.append(_stronger(None if added else image.marks[position], (hunk, line)))
        position += line.side != "+"
    if hunk.new_no_newline and lines:
        lines[-1] = lines[-1].rstrip(b"\r\n")
    end = at + len(before)
    image.lines[at:end], image.origin[at:end], image.marks[at:end] = lines, origin, marks
    image.keys[at:end] = [_key(line) for line in lines]
    image.fresh[at:end] = [True] * len(lines)
    return True


def _stronger(old: tuple[Hunk, HunkLine] | None, new: tuple[Hunk, HunkLine]) -> tuple[Hunk, HunkLine]:
    """A line that one diff of the mail added stays an added line when a second diff has it as context."""
    return old if old and old[1].side == "+" else new


def _place(image: _Image, hunk: Hunk, before: list[str]) -> int | None:
    """Index of the line where the pre-image of `hunk` matches, as git's ``find_pos`` looks for it."""
    count, total = len(before), len(image.keys)
    at_start = hunk.old_start <= 1
    at_end = bool(hunk.lines) and hunk.lines[-1].side != " "
    wanted = 0 if at_start else total - count if at_end else max(hunk.new_start - 1, 0)
    wanted = min(max(wanted, 0), total)
    if at_start or at_end:
        places = [wanted] if (not at_end or wanted + count == total) else []
    elif before:
        places = [place for place, key in enumerate(image.keys) if key == before[0]]
        places.sort(key=lambda place: (abs(place - wanted), place < wanted))
    else:
        places = [wanted]
    return next((place for place in places if _matches(image, place, before)), None)


def _matches(image: _Image, place: int, before: list[str]) -> bool:
    end = place + len(before)
    return end <= len(image.keys) and image.keys[place:end] == before and not any(image.fresh[place:end])


def _keys(hunk: Hunk, lines: tuple[HunkLine, ...], no_newline: bool) -> list[str]:
    keys = [line.text.rstrip("\r") for line in lines]
    if no_newline and keys:
        keys[-1] += _NO_NEWLINE
    return keys


def _key(line: bytes) -> str:
    """Text of a line for comparison: without its end, in UTF-8 or else Latin-1, as mails are decoded."""
    bare = line.rstrip(b"\r\n")
    mark = "" if line.endswith(b"\n") else _NO_NEWLINE
    try:
        return bare.decode() + mark
    except UnicodeDecodeError:
        return bare.decode("latin-1") + mark


def _split(data: bytes) -> list[bytes]:
    """Lines with their ends, split at newlines only."""
    *whole, last = data.split(b"\n")
    return [line + b"\n" for line in whole] + ([last] if last else [])
