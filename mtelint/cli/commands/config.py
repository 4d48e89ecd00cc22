"""``mtelint config``: what holds for a file, and why."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mtelint.cli.review_command import rule_ids
from mtelint.cli.review_options import filter_options
from mtelint.cli.world import World
from mtelint.errors import InputError, UsageError
from mtelint.model import Confidence, Severity
from mtelint.report.style import one_line

if TYPE_CHECKING:
    from mtelint.config import Config, Settings

_NOTHING = "none"


@click.command("config", short_help="Show what holds for a file, and why.")
@click.argument("path", default=".", metavar="[PATH]")
@click.option("--show", is_flag=True, help="Print what holds; there is nothing else to ask for.")
@filter_options
@click.pass_obj
def config(world: World, /, path: str, show: bool, **values: Any) -> int:
    """Show each setting for a file or folder, and the file and line or the option that it comes from."""
    if not show:
        raise UsageError("say --show: it is all that this command does")
    if not Path(path).exists():
        raise InputError(f"{path}: no such file or folder: name one that is there")
    world.stdout.writelines(f"{line}\n" for line in _table(_settings(path, values, world), path))
    return 0


def _settings(path: str, values: dict[str, Any], world: World) -> "Settings":
    from mtelint.config import Configs, Said

    select, ignore = (tuple(word for words in values[key] for word in words) for key in ("select", "ignore"))
    severity, confidence = values["min_severity"], values["min_confidence"]
    said = Said(
        rule_ids(select, world), rule_ids(ignore, world),
        Severity(severity) if severity else None, Confidence(confidence) if confidence else None,
    )  # fmt: skip
    configs = Configs(values["config"], said)
    configs.book([Path(path)])  # a vocabulary file that is wrong is said here, not in the next review
    return configs.settings(Path(path))


def _table(settings: "Settings", path: str) -> Iterator[str]:
    found = f"configuration {settings.config.file}" if settings.config else "no .mtelint.toml here or further up"
    yield _near(f"for {path}: {found}")
    rows = [(key, value, settings.why[key]) for key, value in _plain(settings)]
    rows += _of_file(settings.config, settings) if settings.config else []
    rows = [(key, _near(value), _near(why)) for key, value, why in rows]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for key, value, why in rows:
        yield f"  {key:<{widths[0]}}  {value:<{widths[1]}}  {why}"


def _near(text: str) -> str:
    """One line, in which paths below the current folder are relative to it."""
    return one_line(text.replace(f"{Path.cwd()}{os.sep}", ""))


def _plain(settings: "Settings") -> Iterator[tuple[str, str]]:
    yield "select", ", ".join(settings.select) or "all rules"
    yield "ignore", ", ".join(settings.ignore) or _NOTHING
    yield "min_severity", settings.min_severity.value
    yield "min_confidence", settings.min_confidence.value


def _of_file(config: "Config", settings: "Settings") -> Iterator[tuple[str, str, str]]:
    """What only a file can say; a later severity holds where two match."""
    from mtelint.config.config_file import OFF, place

    for rating in config.ratings:
        where = f" in {rating.glob}" if rating.glob else ""
        severity = rating.severity.value if rating.severity else OFF
        yield "severity", f"{rating.rule} {severity}{where}", place(config.file, rating.line)
    limits = [f"{name} = {value}" for name, value in config.limits.items()]
    files = [str(file) for file in config.vocabulary]
    for key, values in (("exclude", config.exclude), ("vocabulary", files), ("limits", limits)):
        yield from ((key, value, settings.why[key]) for value in values)
