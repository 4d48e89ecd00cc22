"""``mtelint rules``: list the rules."""

import json
from collections.abc import Sequence

import click
from msgspec.structs import asdict

from mtelint.cli.world import World
from mtelint.model import RuleInfo
from mtelint.report.style import Ink, Style, wrapped


@click.command("rules", short_help="List the rules.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_obj
def rules(world: World, /, form: str) -> int:
    """List all rules: id, name, severity, confidence, and what each reports."""
    rules = world.rulebook().rules
    text = json.dumps([asdict(rule) for rule in rules], indent=1) + "\n" if form == "json" else _table(rules, world)
    world.stdout.write(text)
    return 0


def _table(rules: Sequence[RuleInfo], world: World) -> str:
    style = world.style()
    names = max((len(rule.name) for rule in rules), default=0)
    return "".join(_row(rule, names, style) for rule in rules)


def _row(rule: RuleInfo, names: int, style: Style) -> str:
    head = f"{style.paint(rule.id, Ink.PLACE)}  {rule.name:<{names}}  {rule.severity:<7}  {rule.confidence}"
    return "\n".join([head, *(f"        {line}" for line in wrapped(rule.summary, style.width - 8))]) + "\n"
