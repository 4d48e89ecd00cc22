"""Rule pages: a TOML head between ``+++`` lines, prose under fixed headings, and fenced examples.

Nothing here interprets Markdown beyond headings and fences, so that start-up stays cheap.
"""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import count

from msgspec import Struct

from mtelint.errors import RulebookError
from mtelint.model import Confidence, RuleInfo, Severity
from mtelint.model.rules import Covers

HEADINGS = ("What it flags", "Why it matters on arm64", "How to fix", "Limits")
"""Second-level headings that every page has, in this order."""

LANGUAGES = ("c", "diff", "litmus")
"""Fences that are examples; a page has no other fences, so that a misspelled one cannot drop a test."""

_FENCE = "```"
_EXPECT = "// expect:"
_ATTRIBUTES = ("era", "path")
_HEAD_TEXT = ("id", "name", "severity", "confidence", "since", "summary")
_HEAD_COMMITS = ("introduced_by", "fixed_by")
_HEAD_COVERS = ("covers_at_place", "covers_in_function")


class Expectation(Struct, frozen=True):
    """What must be found on one line of an example; ``line`` counts from 1 in the example's text.

    Without a severity the finding has the one that the rule's head names.
    """

    line: int
    rule: str
    severity: Severity | None = None


class Example(Struct, frozen=True):
    """A fenced block of a rule page; ``line`` is the line of the page on which its text begins.

    ``attributes`` are the words ``key=value`` after the language: ``era`` (A to D) and ``path``.
    """

    language: str
    text: str
    attributes: Mapping[str, str]
    line: int
    expectations: tuple[Expectation, ...] = ()

    @property
    def result(self) -> str | None:
        """What the ``Result:`` line of a litmus block states, or None where there is none."""
        for line in self.text.splitlines():
            _, found, rest = line.partition("Result:")
            if found:
                return rest.strip()
        return None


class Page(Struct, frozen=True):
    """One rule page: its head as data, and the Markdown below it, which begins on ``first_line`` of ``source``.

    ``keys`` are the lines of the page on which the keys of its head stand.
    """

    info: RuleInfo
    markdown: str
    first_line: int
    source: str
    covers: Covers
    keys: Mapping[str, int]

    @property
    def covered(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the covered rules by the key of the head that names them."""
        return dict(zip(_HEAD_COVERS, (self.covers.at_place, self.covers.in_function), strict=True))

    def place(self, key: str) -> str:
        """File and line of a key of the head, for messages."""
        return f"{self.source}:{self.keys.get(key, 1)}"

    @property
    def examples(self) -> tuple[Example, ...]:
        """The examples in order, read when they are asked for: a review has no use for them.

        Raises:
            RulebookError: one is malformed; the message names file, line and remedy.
        """
        return tuple(_examples(self.markdown.splitlines(), self.first_line, self.source))


def parse_page(text: str, source: str) -> Page:
    """Parse the rule page ``text``; ``source`` names the file in messages.

    Raises:
        RulebookError: the page is malformed; the message names file, line and remedy.
    """
    head, body, first_line = _split_head(text, source)
    data, keys = _toml(head, source), _key_lines(head)
    info = _info(data, source)
    covers = Covers(*(_covered(data, key, f"{source}:{keys.get(key, 1)}") for key in _HEAD_COVERS))
    _check_headings(body.splitlines(), source)
    return Page(info, body, first_line, source, covers, keys)


def _split_head(text: str, source: str) -> tuple[str, str, int]:
    """Head, body and the line of the page on which the body begins."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].strip() != "+++":
        raise RulebookError(f"{source}:1: the page does not begin with its head: put `+++` on the first line")
    for index in range(1, len(lines)):
        if lines[index].strip() == "+++":
            return "".join(lines[1:index]), "".join(lines[index + 1 :]), index + 2
    raise RulebookError(f"{source}:1: the head is not closed: put `+++` on the line after its last key")


def _toml(head: str, source: str) -> dict[str, object]:
    try:
        return tomllib.loads("\n" + head)  # the blank line stands for `+++`, so that line numbers are the page's
    except (ValueError, RecursionError) as error:  # tomllib lets those of int() and of deep nesting through
        raise RulebookError(f"{source}: the head is not valid TOML: {error}") from None


def _key_lines(head: str) -> dict[str, int]:
    """The line of the page on which each key stands; tomllib does not tell."""
    lines = enumerate(head.splitlines(), start=2)
    return {line.partition("=")[0].strip(): number for number, line in lines if "=" in line}


def _info(head: Mapping[str, object], source: str) -> RuleInfo:
    if unknown := sorted(set(head) - {*_HEAD_TEXT, *_HEAD_COMMITS, *_HEAD_COVERS}):
        known = ", ".join((*_HEAD_TEXT, *_HEAD_COMMITS, *_HEAD_COVERS))
        raise RulebookError(f"{source}:1: the head has the unknown key `{unknown[0]}`: known are {known}")
    words = {key: _word(head, key, source) for key in _HEAD_TEXT}
    info = RuleInfo(
        id=words["id"],
        name=words["name"],
        severity=_severity(words["severity"], f"{source}:1"),
        confidence=_confidence(words["confidence"], f"{source}:1"),
        summary=words["summary"],
        since=words["since"],
        introduced_by=_commits(head, "introduced_by", source),
        fixed_by=_commits(head, "fixed_by", source),
    )
    if info.page != source.rsplit("/", 1)[-1]:
        raise RulebookError(f"{source}:1: id and name ask for the file name {info.page}: rename the file or the rule")
    return info


def _word(head: Mapping[str, object], key: str, source: str) -> str:
    value = head.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RulebookError(f'{source}:1: the head lacks `{key}`: add a line `{key} = "..."`')
    return value


def _commits(head: Mapping[str, object], key: str, source: str) -> tuple[str, ...]:
    value = head.get(key)
    if not isinstance(value, list) or not all(isinstance(commit, str) for commit in value):
        raise RulebookError(f"{source}:1: the head lacks `{key}`: add a list of commit ids, which may be empty")
    return tuple(value)


def _covered(head: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    value = head.get(key, [])
    if not isinstance(value, list) or not all(isinstance(rule, str) for rule in value):
        raise RulebookError(f"{place}: `{key}` is no list of rules: write their ids, or take the line out")
    return tuple(value)


def _severity(word: str, place: str) -> Severity:
    try:
        return Severity(word)
    except ValueError:
        raise RulebookError(f"{place}: `{word}` is no severity: write {', '.join(Severity)}") from None


def _confidence(word: str, place: str) -> Confidence:
    try:
        return Confidence(word)
    except ValueError:
        raise RulebookError(f"{place}: `{word}` is no confidence: write {', '.join(Confidence)}") from None


def _check_headings(lines: list[str], source: str) -> None:
    found = tuple(line[3:].strip() for line in lines if line.startswith("## "))
    if found != HEADINGS:
        wanted = ", ".join(HEADINGS)
        raise RulebookError(f"{source}: the headings of level two are not {wanted}, in this order")


def _examples(lines: list[str], first_line: int, source: str) -> Iterator[Example]:
    numbered = zip(count(first_line), lines, strict=False)
    for number, line in numbered:
        if not line.startswith(_FENCE):
            continue
        language, attributes = _fence(line, f"{source}:{number}")
        block = _block((content for _, content in numbered), f"{source}:{number}")
        expectations = tuple(_expectations(block, number + 1, source)) if language != "litmus" else ()
        yield Example(language, "\n".join(block) + "\n", attributes, number + 1, expectations)


def _block(lines: Iterator[str], place: str) -> list[str]:
    """The lines up to the closing fence, which is consumed; another opening fence tells that it was forgotten."""
    block: list[str] = []
    for line in lines:
        if line.rstrip() == _FENCE:
            return block
        if line.startswith(_FENCE):
            break
        block.append(line)
    raise RulebookError(f"{place}: the block is not closed: put ``` on the line after it")


def _fence(line: str, place: str) -> tuple[str, Mapping[str, str]]:
    language, *words = line[len(_FENCE) :].split() or [""]
    if language not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise RulebookError(f"{place}: a block in `{language}`: use {known}, or indent what is no example")
    attributes: dict[str, str] = {}
    for word in words:
        key, _, value = word.partition("=")
        if key not in _ATTRIBUTES or not value or (key == "era" and value not in "ABCD"):
            raise RulebookError(f"{place}: `{word}` is unknown here: write era=A to era=D, or path=FILE")
        attributes[key] = value
    return language, attributes


def _expectations(block: list[str], first_line: int, source: str) -> Iterator[Expectation]:
    for number, line in enumerate(block, start=1):
        _, found, rest = line.partition(_EXPECT)
        if found:
            yield from _expected(rest.split(), number, f"{source}:{first_line + number - 1}")


def _expected(words: list[str], line: int, place: str) -> Iterator[Expectation]:
    if not words or not _is_id(words[0]):
        raise RulebookError(f"{place}: nothing is expected here: write `{_EXPECT} MTE0xx [severity] [MTE0yy ...]`")
    for word, following in zip(words, [*words[1:], words[0]], strict=True):
        if _is_id(word):
            yield Expectation(line, word, None if _is_id(following) else _severity(following, place))


def _is_id(word: str) -> bool:
    """Whether a word can be the id of a rule: capitals and digits."""
    return word.isupper() and word[-1].isdigit()
