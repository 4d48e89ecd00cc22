"""Options that the reviewing commands share, and what they say in one value."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from msgspec import Struct

from mtelint.cli.output import ParamType, Target, TargetType
from mtelint.model import Confidence, Severity
from mtelint.model.limits import NAMES

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Level = TypeVar("_Level", Severity, Confidence)


class RuleNames(ParamType[tuple[str, ...]]):
    """Rule ids or names with commas between them."""

    name = "RULES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Split at commas; whether the rules exist is the rulebook's to say."""
        del param, ctx
        return value if isinstance(value, tuple) else tuple(word.strip() for word in value.split(",") if word.strip())


class Limit(ParamType[tuple[str, int]]):
    """``NAME=NUMBER``: a bound and what it is to be."""

    name = "NAME=N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Parse one value of the option."""
        if isinstance(value, tuple):
            return value
        name, _, number = value.partition("=")
        if name not in NAMES:
            self.fail(f"no bound is called {name!r}: known are {', '.join(NAMES)}", param, ctx)
        if not re.fullmatch("[1-9][0-9]{0,17}", number):
            self.fail(f"{value!r}: due is a number above 0, as in {name}=1000", param, ctx)
        return name, int(number)


class Request(Struct, frozen=True):
    """What the common options ask for; ``select`` and ``ignore`` as they were typed, None for what was not."""

    targets: tuple[Target, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    min_severity: Severity | None
    min_confidence: Confidence | None
    exit_zero: bool
    stats: bool
    quiet: bool
    config: Path | None
    baseline: Path | None
    write_baseline: str | None
    confirm: bool
    litmus_dir: Path | None
    compat: bool
    limits: tuple[tuple[str, int], ...]
    fail_on_nothing: bool = False

    def words(self) -> list[str]:
        """The options that change what is found, as they are typed; for the command that shows it again."""
        words = [f"--select={','.join(self.select)}"] if self.select else []
        words += [f"--ignore={','.join(self.ignore)}"] if self.ignore else []
        words += [f"--min-severity={self.min_severity}"] if self.min_severity else []
        words += [f"--min-confidence={self.min_confidence}"] if self.min_confidence else []
        words += [f"--config={self.config}"] if self.config else []
        words += [f"--baseline={self.baseline}"] if self.baseline else []
        words += ["--confirm"] if self.confirm else []
        words += [f"--limit={name}={value}" for name, value in self.limits]
        return words


def request_of(values: dict[str, Any]) -> Request:
    """Take the common options out of click's keyword arguments, which keep only what is the command's own."""
    return Request(
        targets=tuple(values.pop("targets")),
        select=tuple(word for words in values.pop("select") for word in words),
        ignore=tuple(word for words in values.pop("ignore") for word in words),
        min_severity=_level(Severity, values.pop("min_severity")),
        min_confidence=_level(Confidence, values.pop("min_confidence")),
        exit_zero=values.pop("exit_zero"),
        stats=values.pop("stats"),
        quiet=values.pop("quiet"),
        config=values.pop("config"),
        baseline=values.pop("baseline"),
        write_baseline=values.pop("write_baseline"),
        confirm=values.pop("confirm") or values["litmus_dir"] is not None,
        litmus_dir=values.pop("litmus_dir"),
        compat=values.pop("compat"),
        limits=tuple(values.pop("limits")),
        fail_on_nothing=values.pop("fail_on_nothing", False),
    )


def filters_of(values: dict[str, Any]) -> Request:
    """The same for a command that takes the filter options alone."""
    unsaid = {"targets": (), "exit_zero": False, "stats": False, "quiet": False, "baseline": None,
              "write_baseline": None, "confirm": False, "litmus_dir": None, "compat": False, "limits": ()}  # fmt: skip
    return request_of({**unsaid, **values})


def _level(kind: type[_Level], word: str | None) -> _Level | None:
    return None if word is None else kind(word)


def common_options(function: _Function) -> _Function:
    """Add the options that every reviewing command takes."""
    for option in reversed(_COMMON):
        function = option(function)
    return function


def filter_options(function: _Function) -> _Function:
    """Add the options that have a counterpart in the configuration."""
    for option in reversed(_FILTERS):
        function = option(function)
    return function


_UNSAID = "[default: what the configuration says, else {}]"
_FILTERS = (
    click.option("--select", type=RuleNames(), multiple=True, help="Only these rules, by id or name."),
    click.option("--ignore", type=RuleNames(), multiple=True, help="All but these rules, by id or name."),
    click.option(
        "--min-severity",
        type=click.Choice([each.value for each in Severity]),
        help=f"Leave out what is less severe.  {_UNSAID.format('note')}",
    ),
    click.option(
        "--min-confidence",
        type=click.Choice([each.value for each in Confidence]),
        help=f"Leave out what is less sure; low opts in to what is noisy.  {_UNSAID.format('medium')}",
    ),
    click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="This configuration for all files, not the .mtelint.toml found upwards from each.",
    ),
)
limit_option = click.option(
    "--limit",
    "limits",
    type=Limit(),
    multiple=True,
    help="Another bound than the configuration's, as in steps=50000; docs/robustness.md has the names.",
)
confirm_option = click.option(
    "--confirm", is_flag=True, help="Put each finding to the memory-model simulator, and show a witness."
)
_COMMON = (
    click.option(
        "--format",
        "targets",
        type=TargetType(),
        multiple=True,
        help="Print NAME on standard output, or write it to FILE; may be given more than once.  [default: text]",
    ),
    *_FILTERS,
    click.option(
        "--baseline",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Leave out the findings that are in this baseline.",
    ),
    click.option(
        "--write-baseline",
        metavar="FILE",
        help="Write all findings to this baseline instead of reporting them.",
    ),
    confirm_option,
    click.option(
        "--litmus-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write litmus tests of the confirmed findings to this folder; implies --confirm.",
    ),
    click.option("--compat", is_flag=True, help="With --litmus-dir: for versions of herd7 without atomic_or()."),
    limit_option,
    click.option("--exit-zero", is_flag=True, help="Exit with 0 although there are findings."),
    click.option("--fail-on-nothing", is_flag=True, help="Exit with 2 where there was nothing to review."),
    click.option("--stats", is_flag=True, help="Add counts and times."),
    click.option("--quiet", "-q", is_flag=True, help="No summary on standard error."),
)
