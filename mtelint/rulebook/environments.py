"""Reads ``rules/protocols/environments.toml``: what the simulator sets against a flagged path."""

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from mtelint.errors import RulebookError
from mtelint.model.environments import Environments, OtherThread, Question
from mtelint.rulebook.book import load, rules_folder

FILE = "environments.toml"
_SOURCE = f"rules/protocols/{FILE}"


@lru_cache(maxsize=1)
def load_environments() -> Environments:
    """The environments as shipped.

    Raises:
        RulebookError: the file is missing or malformed, or asks about a rule that has no page.
    """
    try:
        text = (rules_folder() / "protocols" / FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise RulebookError(f"{_SOURCE}: cannot be read: {error.strerror}; install mtelint again") from None
    environments = parse_environments(text, _SOURCE)
    refuse_strangers(environments, load().pages.keys(), text, _SOURCE)
    return environments


def refuse_strangers(environments: Environments, rules: Collection[str], text: str, source: str) -> None:
    """Refuse a question about a rule that is none of ``rules``: it would never be asked.

    Raises:
        RulebookError: there is one; the message names the file and the line of ``text``.
    """
    for question in environments.questions:
        if question.rule not in rules:
            wanted = re.compile(rf"\s*rule\s*=\s*[\"']{re.escape(question.rule)}[\"']")
            line = next((number for number, each in enumerate(text.splitlines(), 1) if wanted.match(each)), 1)
            raise RulebookError(f"{source}:{line}: there is no page of a rule `{question.rule}`: correct the id")


def parse_environments(text: str, source: str) -> Environments:
    """Environments from TOML; ``source`` is for messages.

    Raises:
        RulebookError: a key, a type or a name is wrong; the message names the file and the entry.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # tomllib lets those of int() and of deep nesting through
        raise RulebookError(f"{source}: not valid TOML: {error}") from None
    _refuse_unknown(data, {"threads", "questions"}, source)
    threads = {name: _thread(name, entry, source) for name, entry in data.get("threads", {}).items()}
    questions = tuple(_question(entry, threads, source) for entry in data.get("questions", []))
    return Environments(threads, questions)


def _thread(name: str, entry: Mapping[str, Any], source: str) -> OtherThread:
    where = f"{source}: thread {name}"
    _refuse_unknown(entry, {"title", "body"}, where)
    if not isinstance(entry.get("title"), str) or not isinstance(entry.get("body"), str):
        raise RulebookError(f"{where}: `title` and `body` must both be given as text")
    return OtherThread(name, entry["title"], entry["body"])


_KEYS = dict(Question.__annotations__)


def _question(entry: Mapping[str, Any], threads: Mapping[str, OtherThread], source: str) -> Question:
    where = f"{source}: question of {entry.get('rule', 'no rule')}"
    _refuse_unknown(entry, set(_KEYS), where)
    if not entry.get("skip") and not (entry.get("rule") and entry.get("bad") and entry.get("says")):
        raise RulebookError(f"{where}: `rule`, `bad` and `says` must be given, or `rule` and `skip`")
    for name in entry.get("threads", []):
        if name != "same" and name not in threads:
            raise RulebookError(f"{where}: there is no thread `{name}`; known are {', '.join(sorted(threads))}")
    return Question(**{key: _value(key, value, where) for key, value in entry.items()})


def _value(key: str, value: Any, where: str) -> Any:
    kind = _KEYS[key]
    if kind == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif kind == Mapping[str, int]:
        if isinstance(value, dict) and all(isinstance(item, int) for item in value.values()):
            return dict(value)
    elif isinstance(value, kind if isinstance(kind, type) else str):
        return value
    raise RulebookError(f"{where}: `{key}` has a value of the wrong type")


def _refuse_unknown(entry: Mapping[str, Any], known: set[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise RulebookError(f"{where}: `{key}` is not known here; known are {', '.join(sorted(known))}")
