"""Vocabulary files (TOML) to :class:`~mtelint.model.Vocabulary`.

The keys of a file are the fields of the structs in the model, found by introspection: a new field there needs no
line here, and a key that is no field is refused, so that a misspelling cannot silently lose an effect.
"""

import hashlib
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin

from msgspec.structs import FieldInfo, fields, replace

from mtelint.errors import RulebookError
from mtelint.model import Conversion, Domain, Effect, Era, FlagEntry, Form, FunctionEntry, Role, Vocabulary
from mtelint.model.vocabulary import role_of

T = TypeVar("T")

_WORDS = tuple(name for name, kind in Vocabulary.__annotations__.items() if kind == tuple[str, ...])
_TABLES = ("flags", "bit_operations", "functions", "conversions", "types", "helpers_in_words")
_NO_KEYS: Mapping[type, tuple[object, ...]] = {Era: (Era.UNKNOWN,)}
"""Members that a file cannot name."""


def load_vocabulary(sources: Iterable[tuple[str, str]], vendors: Iterable[tuple[str, str]] = ()) -> Vocabulary:
    """Merge vocabulary files, given as pairs of name and text; of two entries of one name the later one holds.

    The helpers that ``vendors`` declare are those of their own code: each file's are used with each other.

    Raises:
        RulebookError: a file is malformed, or says of two bits that they are one flag; the message names file, line or
            entry, and remedy.
    """
    shipped, others = list(sources), list(vendors)
    parts = [*(_Part(name, text) for name, text in shipped), *(_Part(name, text, name) for name, text in others)]
    digest = hashlib.sha256("\0".join(text for _, text in [*shipped, *others]).encode()).hexdigest()[:12]
    words: dict[str, Any] = {key: _joined(parts, key) for key in _WORDS}
    tables: dict[str, Any] = {key: _overlaid(parts, key) for key in _TABLES}
    _refuse_two_bits(parts, tables["flags"])
    return _with_eras(Vocabulary(**words, **tables, digest=digest))


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


def _joined(parts: "Iterable[_Part]", key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in parts for word in part.values.get(key, ())))


def _overlaid(parts: "Iterable[_Part]", key: str) -> dict[str, Any]:
    return {name: entry for part in parts for name, entry in part.values[key].items()}


def _refuse_two_bits(parts: "Sequence[_Part]", flags: Mapping[str, FlagEntry]) -> None:
    """A page has one state: two bits of one role, each with a life of its own, could not be told apart in it."""
    chief: dict[str, str] = {}
    for name, entry in flags.items():
        reader = next(part.reader for part in reversed(parts) if name in part.values["flags"])
        known = flags.get(entry.alias_of or "")
        if entry.alias_of is None:
            first = chief.setdefault(entry.role, name)
            if first != name:
                remedy = (
                    f'write alias_of = "{first}" if both are one bit; mtelint follows one {entry.role} bit per page'
                )
                raise reader.error(f"flags.{name}", f"has the role of {first}, `{entry.role}`: {remedy}")
        elif known is None or known.alias_of is not None or known.role is not entry.role:
            mine = ", ".join(e.name for e in flags.values() if e.role is entry.role and e.alias_of is None) or "none"
            due = f"due is a flag of the role `{entry.role}` that is no alias: {mine}"
            raise reader.error(f"flags.{name}", f"has `alias_of` = {entry.alias_of!r}: {due}")


def _with_eras(vocabulary: Vocabulary) -> Vocabulary:
    """A helper that does not say which helper APIs have it is of those of the first of its role that does."""
    functions = vocabulary.functions
    for entry in list(vocabulary.helpers(*Role)):
        if not entry.eras:
            like = (e for e in vocabulary.helpers(*Role) if (e.role, e.domain) == (entry.role, entry.domain) and e.eras)
            functions[entry.name] = replace(entry, eras=next((e.eras for e in like), ()))
    return vocabulary


class _Part:
    """What one file says: its words and tables by key, and the reader that knows its lines."""

    def __init__(self, source: str, text: str, vendor: str = "") -> None:
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # tomllib lets those of int() and of deep nesting through
            raise RulebookError(f"{source}: not valid TOML: {error}") from None
        self.reader = reader = _Reader(text, source, vendor)
        reader.refuse_unknown(data, (*_WORDS, *_TABLES), "")
        self.values: dict[str, Any] = {
            "flags": reader.table(data, "flags", reader.flag),
            "bit_operations": reader.table(data, "bit_operations", lambda _, v, place: reader.build(Effect, v, place)),
            "functions": reader.table(data, "functions", reader.function),
            "conversions": reader.table(data, "conversions", reader.conversion),
            "types": reader.table(data, "types", lambda name, value, place: reader.value(Form, value, name, place)),
            "helpers_in_words": reader.table(data, "helpers_in_words", reader.words),
            **{key: reader.value(tuple[str, ...], data[key], key, key) for key in _WORDS if key in data},
        }


class _Reader:
    """Turns tables of one file into frozen values, and says where a wrong one stands."""

    def __init__(self, text: str, source: str, vendor: str) -> None:
        self._text = text
        self._source = source
        self._vendor = vendor

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
        role = role_of(built) if not rest.get("derived") and not rest.get("callers_duty") else None
        entry = self.build(FunctionEntry, rest, place, name=name, effects=built, role=role, vendor=self._vendor)
        if entry.eras and role is None:
            raise self.error(place, "has `eras`: only a helper has them that tests, claims or sets the flag, no more")
        return replace(entry, helper=True) if role is not None and not entry.helper else entry

    def flag(self, name: str, value: Any, place: str) -> FlagEntry:
        """One entry of ``[flags]``."""
        return self.build(FlagEntry, value, place, name=name)

    def words(self, name: str, value: Any, place: str) -> str:
        """One entry of ``[helpers_in_words]``, whose key is a domain."""
        self.value(Domain, name, "helpers_in_words", place)
        text: str = self.value(str, value, name, place)
        return text

    def conversion(self, name: str, value: Any, place: str) -> Conversion:
        """One entry of ``[conversions]``."""
        return self.build(Conversion, value, place, name=name)

    def build(self, kind: type[T], value: Any, place: str, **given: Any) -> T:
        """A struct of the model from a table whose keys are its fields, less those ``given``."""
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
        due, of = _due(kind)
        if of is not None:
            return self._many(of, value, name, place)
        if issubclass(due, Enum):
            return self._member(due, value, name, place)
        if type(value) is not due:  # an exact match: True is no argument number
            raise self.error(place, f"has `{name}` = {value!r}: due is {_WRITTEN[due]}")
        return value

    def _many(self, kind: Any, value: Any, name: str, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self.error(place, f"has `{name}` that is no list: write {name} = [...]")
        return tuple(self.value(kind, each, name, place) for each in value)

    def _member(self, kind: type[Enum], value: Any, name: str, place: str) -> Enum:
        members = _members_of(kind)
        if not isinstance(value, str) or value not in members:
            raise self.error(place, f"has `{name}` = {value!r}: known are {', '.join(members)}")
        return members[value]

    def error(self, place: str, problem: str) -> RulebookError:
        """An error with file, line where the entry can be found again, entry and problem."""
        entry = place.split(":", 1)[0]
        header, _, key = entry.rpartition(".")
        table = ""
        for number, line in enumerate(self._text.splitlines(), start=1):
            words = line.split("#", 1)[0].replace('"', "").strip()
            table = words[1:-1] if words.startswith("[") and words.endswith("]") else table
            if words == f"[{entry}]" or (table == header and words.partition("=")[0].strip() == key):
                return RulebookError(f"{self._source}:{number}: {place} {problem}")
        return RulebookError(f"{self._source}: {place or header} {problem}")


_WRITTEN = {bool: "true or false", int: "a whole number", str: "a text in quotes"}


@cache
def _due(kind: Any) -> tuple[Any, Any]:
    """What an annotation asks for where there is a value, and of what kind the members of a tuple are, else None."""
    parts = get_args(kind)
    due = next(each for each in parts if each is not NoneType) if NoneType in parts else kind
    return due, get_args(due)[0] if get_origin(due) is tuple else None


@cache
def _members_of(kind: Any) -> Mapping[str, Enum]:
    return {each.value: each for each in kind if each not in _NO_KEYS.get(kind, ())}


@cache
def _fields_of(kind: Any) -> Mapping[str, FieldInfo]:
    return {each.name: each for each in fields(kind)}


def _required(each: FieldInfo) -> bool:
    return each.required
