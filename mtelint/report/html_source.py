"""Source lines as HTML, the path marked in them."""

from collections.abc import Iterator
from html import escape

from mtelint.model import Finding
from mtelint.report.columns import char_column
from mtelint.report.excerpt import Mark, Row, other_paths, rows_of
from mtelint.report.visible import TAB, one_line, visible


def safe(text: str) -> str:
    """Text of the input as HTML text on one line, with controls as escapes."""
    return escape(one_line(text))


def sources(finding: Finding) -> Iterator[str]:
    """The excerpt, and the lines of other files that steps stand in."""
    yield from _table(finding.path, rows_of(finding, finding.path, finding.excerpt))
    for path in other_paths(finding):
        yield f"<h4><code>{safe(path)}</code></h4>"
        yield from _table(path, rows_of(finding, path, ()))


def _table(path: str, rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="Source of {safe(path)}">'
    yield '<table class="source code">'
    for row in rows:
        kind = {"+": ' class="added"', "-": ' class="removed"'}.get(row.line.side, "")
        code = _marked(row.line.text.rstrip("\r\n"), row.marks)
        yield f'<tr{kind}><td class="number">{row.line.line}</td><td>{escape(row.line.side)}</td><td>{code}</td></tr>'
        labels = [mark.label for mark in row.marks if mark.label]
        yield from (f'<tr class="step"><td colspan="3"><span>{escape(label)}</span></td></tr>' for label in labels)
    yield "</table></div>"


def _marked(text: str, marks: tuple[Mark, ...]) -> str:
    """The line with each stretch that any mark covers in one ``<mark>``."""
    covered = [False] * len(text)
    for mark in marks:
        start = char_column(text, mark.column) - 1
        stop = max(char_column(text, mark.end_column) - 1, start + 1)
        covered[start:stop] = [True] * len(covered[start:stop])
    pieces, begin = [], 0
    for end in range(1, len(text) + 1):
        if end == len(text) or covered[end] != covered[begin]:
            piece = escape(_drawn(text[begin:end]))
            pieces.append(f"<mark>{piece}</mark>" if covered[begin] else piece)
            begin = end
    return "".join(pieces)


def _drawn(text: str) -> str:
    return "".join(" " * TAB if char == "\t" else visible(char) for char in text)
