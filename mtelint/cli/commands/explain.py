"""``mtelint explain``: print a rule's page."""

import click

from mtelint.cli.context import World
from mtelint.cli.page import readable
from mtelint.cli.review_command import rule_ids


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
