"""Source lines with the steps of a path marked in them, and their columns in the units that other programs count."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

from mtelint.model import ExcerptLine, Finding, Origin, Step
from mtelint.report.style import Ink, Style, clip, drawn_column, expand, one_line, width, wrapped

_GAP = "..."
_LABEL_ROOM = 32
"""Columns that a label must have beside its caret; with fewer it goes below."""
_LEFT = 9
"""Leftmost column of a label below its caret."""
_HANG = "   "
"""Columns of a step's number."""


class Mark(Struct, frozen=True):
    """A caret from byte ``column`` to ``end_column`` (exclusive; 0 stands for one character) with its label."""

    column: int
    end_column: int
    label: str


class Row(Struct, frozen=True):
    """A source line with its marks."""

    line: ExcerptLine
    marks: tuple[Mark, ...]


def excerpt(finding: Finding, style: Style) -> list[str]:
    """Lines of the excerpt, those of other files than the finding's under their names."""
    lines = _draw(rows_of(finding, finding.path, finding.excerpt), style)
    for path in other_paths(finding):
        lines += ["", f"  in {one_line(path)}:", *_draw(rows_of(finding, path, ()), style)]
    return lines


def other_paths(finding: Finding) -> list[str]:
    """Files that steps stand in, other than the finding's own."""
    paths = dict.fromkeys(step.path for step in finding.steps)
    return [path for path in paths if path != finding.path]


def rows_of(finding: Finding, path: str, given: Sequence[ExcerptLine]) -> list[Row]:
    """The excerpt's lines and those that only a step names, each with its marks."""
    marks: dict[tuple[int, bool], list[Mark]] = {}
    texts: dict[tuple[int, bool], ExcerptLine] = {(line.line, line.side == "-"): line for line in given}
    for number, step in enumerate(finding.steps, start=1):
        if step.path != path:
            continue
        key = (step.line, step.side == "-")
        marks.setdefault(key, []).append(_mark(step, number))
        texts.setdefault(key, ExcerptLine(step.line, step.side, step.text))
    if path == finding.path:
        _add_own_mark(finding, marks, texts)
    lines = _in_order(given, texts.values())
    return _trimmed([Row(line, tuple(marks.get((line.line, line.side == "-"), ()))) for line in lines])


def _trimmed(rows: list[Row]) -> list[Row]:
    """``rows`` without the blank lines around them."""
    told = [index for index, row in enumerate(rows) if row.marks or row.line.text.strip()]
    return rows[told[0] : told[-1] + 1] if told else []


def _mark(step: Step, number: int) -> Mark:
    end = step.end_column if step.end_line in (0, step.line) else len(step.text.encode("utf-8", "surrogatepass")) + 1
    return Mark(step.column, end, f"{number}: {one_line(step.message)}")


def _add_own_mark(
    finding: Finding, marks: dict[tuple[int, bool], list[Mark]], texts: dict[tuple[int, bool], ExcerptLine]
) -> None:
    """A bare caret where the finding stands, unless a step stands there."""
    key = (finding.line, finding.origin is Origin.FIXED)
    if any(mark.column == finding.column for mark in marks.get(key, ())):
        return
    end = finding.end_column if finding.end_line == finding.line else 0
    marks.setdefault(key, []).insert(0, Mark(finding.column, end, ""))
    texts.setdefault(key, ExcerptLine(finding.line, "-" if key[1] else " ", finding.snippet))


def _in_order(given: Sequence[ExcerptLine], wanted: Iterable[ExcerptLine]) -> list[ExcerptLine]:
    """``given`` in its order, as only a diff knows where removed lines go; the others before the next number."""
    lines = list(given)
    for line in sorted((each for each in wanted if each not in given), key=lambda each: each.line):
        lines.insert(next((i for i, each in enumerate(lines) if _follows(each, line)), len(lines)), line)
    return lines


def _follows(line: ExcerptLine, other: ExcerptLine) -> bool:
    """Whether both are numbered in the same image and ``line`` comes later."""
    return (line.side == "-") == (other.side == "-") and line.line > other.line


def _draw(rows: Sequence[Row], style: Style) -> list[str]:
    if not rows:
        return []
    digits = max(len(str(row.line.line)) for row in rows)
    indent = min((_indent(row.line.text) for row in rows if row.line.text.strip()), default=0)
    lines: list[str] = []
    last: int | None = None
    for row in rows:
        if row.line.side != "-":
            if last is not None and row.line.line > last + 1:
                lines.append(f"  {_GAP:>{digits}}")
            last = row.line.line
        lines += _draw_row(row, digits, indent, style)
    return lines


def _indent(text: str) -> int:
    drawn = expand(text)
    return len(drawn) - len(drawn.lstrip(" "))


def _draw_row(row: Row, digits: int, indent: int, style: Style) -> Iterator[str]:
    code = expand(row.line.text.rstrip("\r\n"))[indent:].rstrip()
    gutter = digits + 5
    shown = clip(code, style.width - gutter) if style.clip else code
    ink = {"+": Ink.ADDED, "-": Ink.REMOVED}.get(row.line.side, Ink.DIM)
    number = style.paint(f"{row.line.line:>{digits}}", Ink.DIM)
    yield f"  {number} {style.paint(row.line.side, ink)} {shown}".rstrip()
    for (column, end_column), labels in _by_span(row.marks).items():
        start = max(0, min(drawn_column(row.line.text, column) - indent, width(shown) - 1))
        end = max(start + 1, min(drawn_column(row.line.text, end_column) - indent, width(shown)))
        yield from _draw_mark(gutter + start, gutter + end, labels, style)


def _by_span(marks: Sequence[Mark]) -> dict[tuple[int, int], list[str]]:
    """Labels of the marks that share a caret: what a call does, it does at one place."""
    spans: dict[tuple[int, int], list[str]] = {}
    for mark in marks:
        spans.setdefault((mark.column, mark.end_column), []).append(mark.label)
    return spans


def _draw_mark(start: int, end: int, labels: Sequence[str], style: Style) -> Iterator[str]:
    """A caret over the columns ``start`` up to ``end`` with its labels: beside it where they fit, else below."""
    front = " " * start + style.paint("^" * (end - start), Ink.CARET)
    room = style.width - end - 1
    label = labels[0]
    if len(labels) == 1 and (len(label) <= room or room >= _LABEL_ROOM):
        first, *rest = wrapped(label, room, _HANG) or [""]
        yield f"{front} {first}".rstrip()
        yield from (" " * (end + 1) + line for line in rest)
        return
    yield front
    longest = max(len(label) for label in labels)
    below = max(_LEFT, min(start, max(style.width - longest, style.width - 2 * _LABEL_ROOM)))
    yield from (" " * below + line for label in labels for line in wrapped(label, style.width - below, _HANG))


def utf16_column(text: str, byte_column: int) -> int:
    """The column from 1 in UTF-16 code units of the byte ``byte_column`` (from 1) of ``text``.

    Bytes past the end of ``text``, as where no text is known, count as one unit each.
    """
    return _column(text, byte_column, lambda front: len(front.encode("utf-16-le", "surrogatepass")) // 2)


def char_column(text: str, byte_column: int) -> int:
    """The same in Unicode code points."""
    return _column(text, byte_column, len)


def _column(text: str, byte_column: int, length: Callable[[str], int]) -> int:
    data = text.encode("utf-8", "surrogatepass")
    before = max(byte_column - 1, 0)
    front = data[:before].decode("utf-8", "ignore")
    return length(front) + max(before - len(data), 0) + 1
