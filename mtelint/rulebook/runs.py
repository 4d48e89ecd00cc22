"""``rules/runs.toml``: what runs on kernels said of places that findings are about."""

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from mtelint.errors import RulebookError
from mtelint.model import Finding, Run
from mtelint.rulebook.book import rules_folder

_FILE = "runs.toml"
_Place = tuple[str, str, str]
"""Rule, function and source line."""


def with_runs(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings, those that a run was about with what it said.

    Raises:
        RulebookError: the file is malformed.
    """
    return tuple(replace(finding, runs=runs) if (runs := runs_of(finding)) else finding for finding in findings)


def runs_of(finding: Finding) -> tuple[Run, ...]:
    """The runs that were about the place of a finding."""
    place = (finding.rule, finding.function or "", _line(finding.snippet))
    return tuple(run for path, run in _shipped().get(place, ()) if f"/{finding.path}".endswith(f"/{path}"))


@lru_cache(maxsize=1)
def _shipped() -> dict[_Place, list[tuple[str, Run]]]:
    return parse_runs(rules_folder().joinpath(_FILE).read_text(encoding="utf-8"))


def parse_runs(text: str) -> dict[_Place, list[tuple[str, Run]]]:
    """File and run by place.

    Raises:
        RulebookError: the text is malformed; the message names the entry.
    """
    try:
        entries = tomllib.loads(text).get("run", [])
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{_FILE}: {error}") from None
    found: dict[_Place, list[tuple[str, Run]]] = {}
    for number, entry in enumerate(entries, 1):
        place, path, run = _entry(entry, number)
        found.setdefault(place, []).append((path, run))
    return found


def _entry(entry: dict[str, Any], number: int) -> tuple[_Place, str, Run]:
    try:
        run = Run(bool(entry["seen"]), entry["kernel"], entry["command"], entry.get("why"))
        return (entry["rule"], entry["function"], _line(entry["line"])), entry["path"], run
    except KeyError as error:
        raise RulebookError(f"{_FILE}: [[run]] {number} has no {error.args[0]}: add it") from None


def _line(text: str) -> str:
    return " ".join(text.split())
