"""Reads ``rules/premises.toml``: how loud a finding can be that rests on a premise."""

import re
import tomllib
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from mtelint.errors import RulebookError
from mtelint.model import Ceiling, Confidence, Loudness, PremiseKind, Severity

FILE = "premises.toml"
SOURCE = f"rules/{FILE}"
_OWN = "rules"
"""The key of a kind below which rules have ceilings of their own."""
_Member = TypeVar("_Member", bound=StrEnum)


def parse_premises(text: str, source: str, rules: Collection[str]) -> Loudness:
    """The table from TOML; ``source`` is for messages, ``rules`` are the ids of all rules.

    Raises:
        RulebookError: a kind is missing or unknown, or a key, a rule or a value is; the message names file and line.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib lets those of int() and of deep nesting through
        raise RulebookError(f"{source}: not valid TOML: {error}") from None
    where = _Lines(text, source)
    kinds = {kind.value: kind for kind in PremiseKind}
    for name in data:
        if name not in kinds:
            raise where.error(name, f"there is no premise `{name}`; known are {', '.join(sorted(kinds))}")
    any_rule, of_rule = {}, {}
    for name, kind in kinds.items():
        if not isinstance(data.get(name), dict):
            raise where.error(name, f"the premise `{name}` is missing: add a table [{name}]")
        own = data[name].get(_OWN, {})
        any_rule[kind] = _ceiling({k: v for k, v in data[name].items() if k != _OWN}, where, name)
        for rule, entry in own.items() if isinstance(own, dict) else ():
            if rule not in rules:
                raise where.error(rule, f"there is no page of a rule `{rule}`: correct the id")
            of_rule[kind, rule] = _ceiling(entry, where, rule)
    return Loudness(any_rule, of_rule)


def _ceiling(entry: Any, where: "_Lines", name: str) -> Ceiling:
    if not isinstance(entry, dict) or not entry or not entry.keys() <= {"severity", "confidence"}:
        raise where.error(name, f"`{name}` must have `severity`, `confidence` or both, and nothing else")
    return Ceiling(
        _member(Severity, "severity", entry, where, name), _member(Confidence, "confidence", entry, where, name)
    )


def _member(kind: type[_Member], key: str, entry: Mapping[str, Any], where: "_Lines", name: str) -> _Member | None:
    if key not in entry:
        return None
    try:
        return kind(entry[key])
    except ValueError:
        known = ", ".join(member.value for member in kind)
        raise where.error(name, f"`{name}` has {key} = {entry[key]!r}: due is one of {known}") from None


class _Lines:
    """The text, to name the line of what is wrong in it."""

    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source

    def error(self, name: str, complaint: str) -> RulebookError:
        """The complaint at the first line that has ``name`` as a key; at the first line where none has it."""
        key = re.compile(rf"\s*\[?[\"']?(?:\w+\.)?{re.escape(name)}[\"'\s=\].]")
        line = next((number for number, each in enumerate(self._lines, 1) if key.match(each)), 1)
        return RulebookError(f"{self._source}:{line}: {complaint}")
