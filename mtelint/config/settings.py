"""What holds for a file and why: ``.mtelint.toml``, found upwards from the file, under what the command line says.

The nearest file holds alone: nothing is merged with one further up.
"""

import os
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from mtelint.config.config_file import Config, read_config
from mtelint.model import Confidence, Finding, Severity
from mtelint.rulebook import Rulebook, load

_TOKEN = re.compile(r"(?:\*\*/)+|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_MEMBER = re.compile(r"(.)-(.)|.", re.DOTALL)
_T = TypeVar("_T")
NAME = ".mtelint.toml"
"""Name of a configuration file."""
DEFAULT_SEVERITY = Severity.NOTE
DEFAULT_CONFIDENCE = Confidence.MEDIUM
"""Opt in to what is noisy: a lower confidence is asked for."""
DEFAULT = "default"
"""The reason for a value that nobody gave."""


class Said(Struct, frozen=True):
    """What the command line says: rules by id or name, and levels; empty or None is silence."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None


class Settings(Struct, frozen=True):
    """What holds for one file; ``why`` says for each key of the configuration where its value comes from.

    An empty ``select`` is all rules.  ``config`` is the file that was found, if any.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity = DEFAULT_SEVERITY
    min_confidence: Confidence = DEFAULT_CONFIDENCE
    config: Config | None = None
    why: Mapping[str, str] = field(default_factory=dict)

    def rated(self, finding: Finding, file: Path) -> Severity | None:
        """The severity of a finding in ``file``, None where the configuration turns its rule off there."""
        severity: Severity | None = finding.severity
        subject = self._subject(file, finding.path)
        for rating in self.config.ratings if self.config else ():
            if rating.rule == finding.rule and (rating.glob is None or matches(rating.glob, subject)):
                severity = rating.severity
        return severity

    def wants(self, finding: Finding) -> bool:
        """Whether a finding of that rule, severity and confidence is shown."""
        names = {finding.rule, finding.name}
        if names & set(self.ignore) or (self.select and not names & set(self.select)):
            return False
        loud = finding.severity.rank >= self.min_severity.rank
        return loud and finding.confidence.rank >= self.min_confidence.rank

    def excludes(self, file: Path, shown: str) -> bool:
        """Whether ``file``, reported as ``shown``, is not to be judged."""
        subject = self._subject(file, shown)
        return any(matches(pattern, subject) for pattern in (self.config.exclude if self.config else ()))

    def _subject(self, file: Path, shown: str) -> str:
        """The path that patterns are held against: from the folder of the configuration on, else as reported."""
        if self.config is None:
            return shown
        relative = os.path.relpath(file, self.config.file.parent)
        return shown if relative.startswith(os.pardir) else Path(relative).as_posix()


class Configs(Struct):
    """Finds what holds for each file of a run; ``explicit`` is a file that holds for all."""

    explicit: Path | None = None
    said: Said = Said()
    _folders: dict[Path, Config | None] = field(default_factory=dict)

    def of(self, place: Path) -> Config | None:
        """The configuration for a file or folder, which need not exist.

        Raises:
            InputError: it cannot be read, or is wrong.
        """
        if self.explicit is not None:
            return self._read(self.explicit.absolute())
        top = Path(os.path.abspath(place))
        return self._upwards(top if os.path.isdir(top) else top.parent)

    def _upwards(self, folder: Path) -> Config | None:
        if folder not in self._folders:
            file = folder / NAME
            if os.path.isfile(file):  # unlike Path.is_file() no error where a folder may not be searched
                self._folders[folder] = self._read(file)
            else:
                self._folders[folder] = None if folder == folder.parent else self._upwards(folder.parent)
        return self._folders[folder]

    def _read(self, file: Path) -> Config:
        known = self._folders.get(file)
        if known is None:
            known = self._folders[file] = read_config(file)
        return known

    def settings(self, place: Path) -> Settings:
        """What holds for a file or folder; raises as :meth:`of`."""
        return settle(self.of(place), self.said)

    def book(self, places: Iterable[Path]) -> Rulebook:
        """The rulebook with the further vocabulary of every configuration for these places.

        Raises:
            InputError: a configuration is wrong.
            RulebookError: a vocabulary file is.
        """
        found = [config for config in map(self.of, places) if config is not None]
        return load(tuple(dict.fromkeys(file for config in found for file in config.vocabulary)))


def settle(config: Config | None, said: Said) -> Settings:
    """The command line over the configuration over the defaults.

    Rules that the command line selects are looked for even where the configuration ignores them.
    """
    why: dict[str, str] = {}
    empty: tuple[str, ...] = ()
    told = config or Config(Path())
    select = _first(why, "select", said.select, told, empty)
    ignore = _first(why, "ignore", said.ignore, told, empty)
    if said.select and not said.ignore and ignore:
        ignore, why["ignore"] = empty, f"--select, which beats {why['ignore']}"
    severity = _first(why, "min_severity", said.min_severity, told, DEFAULT_SEVERITY)
    confidence = _first(why, "min_confidence", said.min_confidence, told, DEFAULT_CONFIDENCE)
    for key in ("severity", "exclude", "vocabulary", "limits"):
        why[key] = told.place(key) if key in told.lines else DEFAULT
    return Settings(select, ignore, severity, confidence, config, why)


def _first(why: dict[str, str], key: str, typed: _T | None, told: Config, default: _T) -> _T:
    """The typed value, else the one of the file, else the default; ``why`` learns which."""
    if typed:
        why[key] = f"--{key.replace('_', '-')}"
        return typed
    if key in told.lines:
        why[key] = told.place(key)
        written: _T = getattr(told, key)
        return written
    why[key] = DEFAULT
    return default


def matches(pattern: str, path: str) -> bool:
    """Whether a relative path, with ``/`` between its components, matches the pattern, or a folder above it does.

    All ways to match are followed side by side, token by token, so that no pattern takes more than its length times
    that of the path: patterns come from configurations of trees that are reviewed.
    """
    ends = {0}
    for token in _tokens(pattern):
        ends = _after(token, path, ends)
        if not ends:
            return False
    return any(path[end : end + 1] in ("", "/") for end in ends)


def _after(token: "str | re.Pattern[str]", path: str, starts: set[int]) -> set[int]:
    """The places where what a token matches from one of some places may end."""
    if isinstance(token, re.Pattern):
        return {at + 1 for at in starts if token.match(path, at)}
    first = min(starts)
    if token == "**/":
        return starts | {at + 1 for at in range(first, len(path)) if path[at] == "/"}
    ends, inside = set[int](), False
    for at in range(first, len(path) + 1):
        inside = at in starts or (inside and (token == "**" or path[at - 1] != "/"))
        ends.update([at] if inside else ())
    return ends


@lru_cache(maxsize=256)
def _tokens(pattern: str) -> "tuple[str | re.Pattern[str], ...]":
    """The three wildcards that match texts, and a regular expression for each other token, which match one letter."""
    bare = pattern.removeprefix("./").rstrip("/")
    found = [match[0] for match in _TOKEN.finditer(bare)]
    anywhere: list[str | re.Pattern[str]] = [] if "/" in bare else ["**/"]
    return (*anywhere, *("**/" if t.startswith("**/") else _letters(t) for t in found))


def _letters(token: str) -> "str | re.Pattern[str]":
    return token if token in ("*", "**") else re.compile(_meaning(token), re.DOTALL)


def _meaning(token: str) -> str:
    if token == "?":
        return "[^/]"
    if len(token) > 2 and token[0] == "[":
        negated = token[1] == "!"
        members = "".join(_member(match) for match in _MEMBER.finditer(token, 1 + negated, len(token) - 1))
        if negated:
            return f"[^/{members}]"
        return f"(?!/)[{members}]" if members else "(?!)"
    return re.escape(token)


def _member(match: re.Match[str]) -> str:
    """One character of a set or a range of them; a range that ends before it begins is empty."""
    first, last = match[1], match[2]
    if first is None:
        return re.escape(match[0])
    return f"{re.escape(first)}-{re.escape(last)}" if first <= last else ""
