"""The hunks of a mail quoted, each with the comments that stand under its lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mtelint.mail.letter import Letter, logical_lines
from mtelint.patches.values import FileDiff, Hunk, Patch
from mtelint.report.visible import visible

WHOLE = 60
"""Lines up to which a hunk is quoted whole."""
NEAR = 8
"""Lines that are kept around what a comment is about, in a longer hunk."""
GAP = 3
"""Lines that are rather quoted than left out."""
LEFT_OUT = "> [...]"

Comments = Mapping[int, Sequence[str]]
"""The lines of the comments that stand under a line of the mail, by that line's number in the body."""


def quoted(letter: Letter, patch: Patch, comments: Comments, shown: Iterable[int]) -> Iterator[str]:
    """The commented hunks of ``patch``, behind the header of their file, with ``comments`` below their lines.

    ``shown`` are the body lines that the comments speak of: those a long hunk keeps, with what is near them.
    """
    body = _body(letter)
    wanted = set(shown) | set(comments)
    for diff in patch.files:
        hunks = [hunk for hunk in diff.hunks if any(line.body_line in comments for line in hunk.lines)]
        if hunks:
            yield from (_quote(body[number]) for number in _header(diff, body))
        for hunk in hunks:
            yield from _hunk(hunk, body, comments, wanted)


def _body(letter: Letter) -> dict[int, str]:
    """The lines of the text by number, soft line breaks joined."""
    lines = logical_lines(letter.text, letter.flowed, letter.delsp)
    return dict(zip(lines.numbers, lines.texts, strict=True))


def _header(diff: FileDiff, body: Mapping[int, str]) -> list[int]:
    """The lines above the first hunk that name the file."""
    return [number for number in range(diff.body_line, diff.hunks[0].body_line) if number in body]


def _hunk(hunk: Hunk, body: Mapping[int, str], comments: Comments, wanted: set[int]) -> Iterator[str]:
    numbers = [number for number in range(hunk.body_line, hunk.lines[-1].body_line + 1) if number in body]
    before = None
    for number in _kept(numbers, wanted):
        if before is not None and numbers.index(number) != before + 1:
            yield LEFT_OUT
        yield _quote(body[number])
        yield from ("", *comments[number], "") if number in comments else ()
        before = numbers.index(number)
    if before is not None and before + 1 < len(numbers):
        yield LEFT_OUT


def _kept(numbers: Sequence[int], wanted: set[int]) -> list[int]:
    """The lines of a hunk that are quoted: all of a short one, of a long one its head and what is near the wanted."""
    if len(numbers) <= WHOLE:
        return list(numbers)
    marks = [index for index, number in enumerate(numbers) if number in wanted]
    keep = {0} | {near for mark in marks for near in range(mark - NEAR, mark + NEAR + 1)}
    kept = sorted(index for index in keep if 0 <= index < len(numbers))
    for first, second in zip(kept, [*kept[1:], len(numbers)], strict=True):
        if second - first <= GAP + 1:
            keep |= set(range(first, second))
    return [numbers[index] for index in sorted(keep) if 0 <= index < len(numbers)]


def _quote(line: str) -> str:
    """The line behind its mark; of what is no text only tabs stay as they are."""
    return "> " + "\t".join(visible(piece) for piece in line.split("\t"))
