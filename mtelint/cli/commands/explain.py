"""``mtelint explain``: print a rule's page, made readable in a terminal."""

from collections.abc import Iterator

import click

from mtelint.cli.review_command import rule_ids
from mtelint.cli.world import World
from mtelint.report.style import Ink, Style, expand, wrapped

_FENCE = "```"
_CODE_INDENT = "    "


@click.command("explain", short_help="Print the pages of rules.")
@click.argument("rules", nargs=-1, required=True, metavar="RULE...")
@click.option("--markdown", is_flag=True, help="Print the page as it is written.")
@click.pass_obj
def explain(world: World, /, rules: tuple[str, ...], markdown: bool) -> int:
    """Explain rules, given by id (MTE002) or by name (flag-before-tags)."""
    book = world.rulebook()
    pages = [book.page(rule) for rule in rule_ids(rules, world)]
    style = world.style()
    texts = [page if markdown else readable(page, style) for page in pages]
    world.stdout.write("\n".join(text.strip("\n") + "\n" for text in texts))
    return 0


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
