"""Options that the reviewing commands share, and what they say in one value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from mtelint.cli.output import Target, TargetType
from mtelint.model import Confidence, Severity

_Function = TypeVar("_Function", bound=Callable[..., Any])

DEFAULT_SEVERITY = Severity.NOTE
DEFAULT_CONFIDENCE = Confidence.MEDIUM
"""Opt in to what is noisy: ``--min-confidence low``."""


class RuleNames(click.ParamType[tuple[str, ...]]):
    """Rule ids or names with commas between them."""

    name = "RULES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at commas; whether the rules exist is the rulebook's to say."""
        del param, ctx
        return value if isinstance(value, tuple) else tuple(word.strip() for word in value.split(",") if word.strip())


@dataclass(frozen=True, slots=True)
class Request:
    """What the common options ask for; ``select`` and ``ignore`` as they were typed."""

    targets: tuple[Target, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    min_severity: Severity
    min_confidence: Confidence
    exit_zero: bool
    stats: bool
    quiet: bool

    def words(self) -> list[str]:
        """The options that change what is found, as they are typed; for the command that shows it again."""
        words = [f"--select={','.join(self.select)}"] if self.select else []
        words += [f"--ignore={','.join(self.ignore)}"] if self.ignore else []
        words += [f"--min-severity={self.min_severity}"] if self.min_severity != DEFAULT_SEVERITY else []
        words += [f"--min-confidence={self.min_confidence}"] if self.min_confidence != DEFAULT_CONFIDENCE else []
        return words


def request_of(values: dict[str, Any]) -> Request:
    """Take the common options out of click's keyword arguments, which keep only what is the command's own."""
    return Request(
        targets=tuple(values.pop("targets")),
        select=tuple(word for words in values.pop("select") for word in words),
        ignore=tuple(word for words in values.pop("ignore") for word in words),
        min_severity=Severity(values.pop("min_severity")),
        min_confidence=Confidence(values.pop("min_confidence")),
        exit_zero=values.pop("exit_zero"),
        stats=values.pop("stats"),
        quiet=values.pop("quiet"),
    )


def common_options(function: _Function) -> _Function:
    """Add the options that every reviewing command takes."""
    for option in reversed(_COMMON):
        function = option(function)
    return function


_COMMON = (
    click.option(
        "--format",
        "targets",
        type=TargetType(),
        multiple=True,
        help="Print NAME on standard output, or write it to FILE; may be given more than once.  [default: text]",
    ),
    click.option("--select", type=RuleNames(), multiple=True, help="Only these rules, by id or name."),
    click.option("--ignore", type=RuleNames(), multiple=True, help="All but these rules, by id or name."),
    click.option(
        "--min-severity",
        type=click.Choice([each.value for each in Severity]),
        default=DEFAULT_SEVERITY.value,
        show_default=True,
        help="Leave out what is less severe.",
    ),
    click.option(
        "--min-confidence",
        type=click.Choice([each.value for each in Confidence]),
        default=DEFAULT_CONFIDENCE.value,
        show_default=True,
        help="Leave out what is less sure.",
    ),
    click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings."),
    click.option("--stats", is_flag=True, help="Add counts and times."),
    click.option("--quiet", "-q", is_flag=True, help="No summary on standard error."),
)
