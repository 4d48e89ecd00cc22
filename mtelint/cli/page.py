"""A rule page made readable in a terminal: headings stand out, prose is wrapped, code is indented."""

from collections.abc import Iterator

from mtelint.report.style import Ink, Style
from mtelint.report.visible import expand
from mtelint.report.wrap import wrapped

_FENCE = "```"
_CODE_INDENT = "    "


def readable(markdown: str, style: Style) -> str:
    """``markdown`` as plain text of the style's width; code keeps its lines."""
    return "\n".join(_lines(markdown.splitlines(), style)) + "\n"


def _lines(lines: list[str], style: Style) -> Iterator[str]:
    paragraph: list[str] = []
    code = False
    for line in lines:
        if code or not _continues(line):
            yield from _wrapped(paragraph, style)
            paragraph = []
        if line.startswith(_FENCE):
            code = not code
        elif code:
            yield (_CODE_INDENT + expand(line)).rstrip()
        elif _continues(line):
            if line.lstrip().startswith(("- ", "* ", "1. ")):
                yield from _wrapped(paragraph, style)
                paragraph = []
            paragraph.append(line)
        elif line.startswith("#"):
            yield style.paint(line.lstrip("# "), Ink.PLACE)
        else:
            yield line
    yield from _wrapped(paragraph, style)


def _continues(line: str) -> bool:
    """Whether the line belongs to a paragraph or list item, which is wrapped as a whole; tables are not."""
    return bool(line.strip()) and not line.startswith(("#", _FENCE, "|", "    "))


def _wrapped(paragraph: list[str], style: Style) -> Iterator[str]:
    if not paragraph:
        return
    first = paragraph[0]
    hang = "  " if first.lstrip().startswith(("- ", "* ")) else ""
    for number, line in enumerate(wrapped(" ".join(line.strip() for line in paragraph), style.width - len(hang))):
        yield f"{hang if number else ''}{line}"
