"""Vocabulary files (TOML) to :class:`~mtelint.model.Vocabulary`.

The keys of a file are the fields of the dataclasses in the model, found by introspection: a new field there needs no
line here, and a key that is no field is refused, so that a misspelling cannot silently lose an effect.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

from mtelint.errors import RulebookError
from mtelint.model import Conversion, Effect, FlagRole, FunctionEntry, Vocabulary

T = TypeVar("T")

_WORDS = tuple(each.name for each in fields(Vocabulary) if each.type == tuple[str, ...])
_TABLES = ("flags", "bit_operations", "functions", "conversions")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "eras": ("A", "B", "C", "D"),
}
"""Fields that are plain text in the model but hold one of few words."""


def load_vocabulary(sources: Iterable[tuple[str, str]]) -> Vocabulary:
    """Merge vocabulary files, given as pairs of name and text; of two entries of one name the later one holds.

    Raises:
        RulebookError: a file is malformed; the message names file, line or entry, and remedy.
    """
    texts = list(sources)
    parts = [_parse(text, name) for name, text in texts]
    digest = hashlib.sha256("\0".join(text for _, text in texts).encode()).hexdigest()[:12]
    words: dict[str, Any] = {key: _joined(parts, key) for key in _WORDS}
    tables: dict[str, Any] = {key: _overlaid(parts, key) for key in _TABLES}
    return Vocabulary(**words, **tables, digest=digest)


def read_vocabulary_file(path: Path) -> tuple[str, str]:
    """Name and text of a vocabulary file that a user names.

    Raises:
        RulebookError: the file cannot be read.
    """
    try:
        return str(path), path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise RulebookError(f"{path}: the vocabulary file cannot be read: {reason}; check its name") from None


def _joined(parts: Iterable[Vocabulary], key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in parts for word in getattr(part, key)))


def _overlaid(parts: Iterable[Vocabulary], key: str) -> dict[str, Any]:
    return {name: entry for part in parts for name, entry in getattr(part, key).items()}


def _parse(text: str, source: str) -> Vocabulary:
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib lets those of int() and of deep nesting through
        raise RulebookError(f"{source}: not valid TOML: {error}") from None
    reader = _Reader(text, source)
    reader.refuse_unknown(data, (*_WORDS, *_TABLES), "")
    words: dict[str, Any] = {key: reader.value(tuple[str, ...], data[key], key, key) for key in _WORDS if key in data}
    return Vocabulary(
        flags=reader.table(data, "flags", lambda _, value, place: reader.value(FlagRole, value, "flags", place)),
        bit_operations=reader.table(data, "bit_operations", lambda _, value, place: reader.build(Effect, value, place)),
        functions=reader.table(data, "functions", reader.function),
        conversions=reader.table(data, "conversions", reader.conversion),
        **words,
    )


class _Reader:
    """Turns tables of one file into frozen values, and says where a wrong one stands."""

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source

    def table(self, data: Mapping[str, Any], key: str, make: Callable[[str, Any, str], T]) -> dict[str, T]:
        """Each entry of the table ``key`` made into a value; an absent table is empty."""
        entries = data.get(key, {})
        if not isinstance(entries, dict):
            raise self.error(key, f"is no table: write [{key}]")
        return {name: make(name, value, f"{key}.{name}") for name, value in entries.items()}

    def function(self, name: str, value: Any, place: str) -> FunctionEntry:
        """One entry of ``[functions]``; its effects are inline tables."""
        table = self.mapping(value, place)
        effects = table.get("effects", [])
        if not isinstance(effects, list):
            raise self.error(place, "has `effects` that are no list: write effects = [{ do = ... }]")
        built = tuple(self.build(Effect, each, f"{place}: effect {i}") for i, each in enumerate(effects, start=1))
        rest = {key: each for key, each in table.items() if key != "effects"}
        return self.build(FunctionEntry, rest, place, name=name, effects=built)

    def conversion(self, name: str, value: Any, place: str) -> Conversion:
        """One entry of ``[conversions]``."""
        return self.build(Conversion, value, place, name=name)

    def build(self, kind: type[T], value: Any, place: str, **given: Any) -> T:
        """A dataclass of the model from a table whose keys are its fields, less those ``given``."""
        whole = _fields_of(kind)  # type: ignore[arg-type]  # a class is hashable
        known = {name: each for name, each in whole.items() if name not in given}
        table = self.mapping(value, place)
        self.refuse_unknown(table, tuple(known), place)
        for name, each in known.items():
            if name not in table and _required(each):
                raise self.error(place, f"lacks `{name}`: add it")
        found = {name: self.value(known[name].type, each, name, place) for name, each in table.items()}
        return kind(**found, **given)

    def mapping(self, value: Any, place: str) -> Mapping[str, Any]:
        """``value`` where it is a table."""
        if not isinstance(value, dict):
            raise self.error(place, "is no table: write keys and values, as the other entries do")
        return value

    def refuse_unknown(self, table: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
        """Refuse the first key that is not ``known``."""
        for key in table:
            if key not in known:
                raise self.error(place or key, f"has the unknown key `{key}`: known are {', '.join(known)}")

    def value(self, kind: Any, value: Any, name: str, place: str) -> Any:
        """``value`` as the annotation ``kind`` asks, or an error that says what is due."""
        alternatives = [each for each in get_args(kind) if each is not NoneType] if NoneType in get_args(kind) else []
        due = alternatives[0] if alternatives else kind
        if get_origin(due) is tuple:
            return self._many(get_args(due)[0], value, name, place)
        if issubclass(due, Enum):
            return self._member(due, value, name, place)
        if type(value) is not due:  # an exact match: True is no argument number
            raise self.error(place, f"has `{name}` = {value!r}: due is {_WRITTEN[due]}")
        return self._chosen(value, name, place)

    def _many(self, kind: Any, value: Any, name: str, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self.error(place, f"has `{name}` that is no list: write {name} = [...]")
        return tuple(self.value(kind, each, name, place) for each in value)

    def _member(self, kind: type[Enum], value: Any, name: str, place: str) -> Enum:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(str(each.value) for each in kind)
            raise self.error(place, f"has `{name}` = {value!r}: known are {known}") from None

    def _chosen(self, value: Any, name: str, place: str) -> Any:
        choices = _CHOICES.get(name)
        if choices and value not in choices:
            raise self.error(place, f"has `{name}` = {value!r}: known are {', '.join(choices)}")
        return value

    def error(self, place: str, problem: str) -> RulebookError:
        """An error with file, line where the entry can be found again, entry and problem."""
        entry = place.split(":", 1)[0]
        header, _, key = entry.rpartition(".")
        for number, line in enumerate(self._text.splitlines(), start=1):
            words = line.split("#", 1)[0].replace('"', "").strip()
            if words == f"[{entry}]" or words.partition("=")[0].strip() in (key, entry):
                return RulebookError(f"{self._source}:{number}: {place} {problem}")
        return RulebookError(f"{self._source}: {place or header} {problem}")


_WRITTEN = {bool: "true or false", int: "a whole number", str: "a text in quotes"}


@cache
def _fields_of(kind: Any) -> Mapping[str, "Field[Any]"]:
    return {each.name: each for each in fields(kind)}


def _required(each: "Field[Any]") -> bool:
    return each.default is MISSING and each.default_factory is MISSING
