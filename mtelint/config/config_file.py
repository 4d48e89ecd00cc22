"""One ``.mtelint.toml`` read and checked: what is wrong is said with file, line and remedy, never skipped over."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct, field

from mtelint.errors import InputError
from mtelint.model import Confidence, Severity
from mtelint.model.limits import NAMES
from mtelint.rulebook import load

_Level = TypeVar("_Level", bound=Enum)

KEYS = ("select", "ignore", "min_severity", "min_confidence", "exclude", "vocabulary", "severity", "limits")
OFF = "off"
"""In ``[severity]``: the rule does not speak."""


class Rating(Struct, frozen=True):
    """The severity of a rule (by id), for the paths that ``glob`` matches (None: all); None turns it off."""

    rule: str
    severity: Severity | None
    glob: str | None
    line: int | None


class Config(Struct, frozen=True):
    """What one file says; None is silence.  Rules are ids, ``vocabulary`` are files, ``lines`` is where keys stand."""

    file: Path
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None
    ratings: tuple[Rating, ...] = ()
    exclude: tuple[str, ...] = ()
    vocabulary: tuple[Path, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    """Bounds by name, see :class:`mtelint.model.limits.Limits`."""
    lines: Mapping[str, int | None] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """``file:line`` of a key."""
        return place(self.file, self.lines.get(key))


def place(file: Path, line: int | None) -> str:
    """``file:line``, or the file where no line is known."""
    return f"{file}:{line}" if line else str(file)


def read_config(file: Path) -> Config:
    """Read a configuration file.

    Raises:
        InputError: it cannot be read, is no TOML, or holds an unknown key, rule or value.
    """
    try:
        text = file.read_bytes().decode("utf-8")
        data = tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}: check its name") from None
    except UnicodeDecodeError:
        raise InputError(f"{file}: is not UTF-8 text: save it as UTF-8") from None
    except (ValueError, RecursionError) as error:  # tomllib lets those of int() and of deep nesting through
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else len(text.splitlines())
        raise InputError(f"{place(file, line)}: not valid TOML: {error}: mend it there") from None
    return _Reader(file, text).config(data)


class _Reader:
    """Turns the tables of one file into a frozen value, and says where a wrong one stands."""

    def __init__(self, file: Path, text: str) -> None:
        self._file = file
        self._lines = text.splitlines()

    def config(self, data: Mapping[str, Any]) -> Config:
        """The whole file."""
        for key in data:
            if key not in KEYS:
                near = _nearest(key, KEYS)
                hint = f"did you mean `{near}`?" if near else f"known are {', '.join(KEYS)}"
                raise self.error(f"unknown key `{key}`: {hint}", key)
        return Config(
            self._file,
            self._rules(data, "select"),
            self._rules(data, "ignore"),
            self._level(Severity, data, "min_severity"),
            self._level(Confidence, data, "min_confidence"),
            self._ratings(data.get("severity", {})),
            tuple(self._pattern(each, "exclude") for each in self._texts(data, "exclude") or ()),
            tuple(self._vocabulary(each) for each in self._texts(data, "vocabulary") or ()),
            self._limits(data.get("limits", {})),
            {key: self._line(key) for key in data},
        )

    def _texts(self, data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
        if key not in data:
            return None
        value = data[key]
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.error(f"`{key}` = {value!r}: due is a list of texts, as in {key} = [{_SAMPLE[key]}]", key)
        return tuple(value)

    def _rules(self, data: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
        words = self._texts(data, key)
        return None if words is None else tuple(self._rule(word, key) for word in words)

    def _rule(self, word: str, key: str, table: str = "") -> str:
        book = load()
        try:
            return book.rule(word).id
        except KeyError:
            near = _nearest(word, [name for rule in book.rules for name in (rule.id, rule.name)])
            hint = f"did you mean {near}?" if near else "`mtelint rules` lists them"
            raise self.error(f"no rule is called `{word}`: {hint}", key, table) from None

    def _level(self, kind: type[_Level], data: Mapping[str, Any], key: str) -> _Level | None:
        if key not in data:
            return None
        try:
            return kind(data[key])
        except ValueError:
            known = ", ".join(f'"{each.value}"' for each in kind)
            raise self.error(f"`{key}` = {data[key]!r}: due is one of {known}", key) from None

    def _ratings(self, table: Any) -> tuple[Rating, ...]:
        """Those for all paths first, then those of each pattern in the order of the file: a later one holds."""
        if not isinstance(table, dict):
            raise self.error('`severity` is no table: write [severity] and below it MTE011 = "note"', "severity")
        plain = {word: value for word, value in table.items() if not isinstance(value, dict)}
        found = [self._rating(word, value, None) for word, value in plain.items()]
        for glob, inner in table.items():
            if isinstance(inner, dict):
                pattern = self._pattern(glob, glob, "severity")
                found += [self._rating(word, value, pattern) for word, value in inner.items()]
        return tuple(found)

    def _rating(self, word: str, value: Any, glob: str | None) -> Rating:
        table = "severity" if glob is None else f"severity.{glob}"
        rule = self._rule(word, word, table)
        known = (*(each.value for each in Severity), OFF)
        if value not in known:
            due = ", ".join(f'"{each}"' for each in known)
            raise self.error(f"severity of `{word}` = {value!r}: due is one of {due}", word, table)
        return Rating(rule, None if value == OFF else Severity(value), glob, self._line(word, table))

    def _limits(self, table: Any) -> dict[str, int]:
        if not isinstance(table, dict):
            raise self.error("`limits` is no table: write [limits] and below it steps = 50000", "limits")
        for name, value in table.items():
            if name not in NAMES:
                near = _nearest(name, NAMES)
                hint = f"did you mean `{near}`?" if near else f"known are {', '.join(NAMES)}"
                raise self.error(f"no bound is called `{name}`: {hint}", name, "limits")
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise self.error(f"`{name}` = {value!r}: due is a number above 0", name, "limits")
        return dict(table)

    def _pattern(self, glob: str, key: str, table: str = "") -> str:
        if not glob or glob.startswith("/") or ".." in glob.split("/"):
            raise self.error(f"the pattern `{glob}` is none: write it relative to the folder of this file", key, table)
        return glob

    def _vocabulary(self, name: str) -> Path:
        path = self._file.parent / name
        try:
            there = path.is_file()
        except OSError:  # a name that is too long
            there = False
        if not there:
            hint = "name it relative to the folder of this file"
            raise self.error(f"there is no vocabulary file {path}: {hint}", "vocabulary")
        return path

    def error(self, problem: str, key: str, table: str = "") -> InputError:
        """An error with file, line where the key can be found again, and problem."""
        return InputError(f"{place(self._file, self._line(key, table))}: {problem}")

    def _line(self, key: str, table: str = "") -> int | None:
        """The line on which a key stands, or a table of that name begins; tomllib does not tell."""
        full = f"{table}.{key}" if table else key
        here = ""
        for number, line in enumerate(self._lines, 1):
            header = re.match(r"\s*\[+\s*(.*?)\s*\]+\s*(?:#.*)?$", line)
            word = line.partition("=")[0].strip()
            if header:
                here = _bare(header[1])
                if here == full or (not table and here.startswith(f"{key}.")):
                    return number
            elif "=" in line and f"{here}.{_bare(word)}".lstrip(".") == full:
                return number
        return None


_SAMPLE = {
    "select": '"MTE002", "inverted-guard"',
    "ignore": '"MTE016"',
    "exclude": '"drivers/staging/"',
    "vocabulary": '"vendor-helpers.toml"',
}


def _nearest(word: str, known: Sequence[str]) -> str | None:
    from difflib import get_close_matches  # for errors alone: a run without one starts faster

    return next(iter(get_close_matches(word, known, n=1)), None)


def _bare(key: str) -> str:
    """A dotted key without the quotes around its parts."""
    return re.sub(r"[\"']", "", re.sub(r"\s*\.\s*(?=[\"'])", ".", key))
