"""The call graph of the units under review: which functions can matter, and who mentions whom.

A function matters that mentions a word of the vocabulary, or a function that matters and of which the vocabulary does
not say all.  Every mention counts as a call, so that no pointer to a function is missed; nothing is parsed for it, so
that a file in which nothing matters costs a look at its identifiers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain

from msgspec import Struct

from mtelint.flow.dataflow.reachability import reachable
from mtelint.flow.program.hunk_parts import Key, Part, depths, key_of, parts_above, with_all_parts
from mtelint.flow.program.scope import Scope, by_name, is_private
from mtelint.flow.transfer.name_patterns import matches
from mtelint.model import EffectKind, Vocabulary
from mtelint.syntax.unit import Unit

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SUPPORT = (
    EffectKind.PUT, EffectKind.PUBLISH, EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE,
    EffectKind.ZERO_TEST, EffectKind.HUGETLB_TEST,
)  # fmt: skip
_CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(")
_OPAQUE = re.compile(r"\)\s*\(|\basm\b|\b__asm__\b|(?:->|\.)\s*\w+\s*\(|#")
"""Calls by a pointer, assembly, and what the preprocessor decides."""
_KEEPS = re.compile(r"(?<![=!<>])=(?!=)")
"""An assignment, which may keep the page for others."""
_KEYWORDS = frozenset({"if", "for", "while", "switch", "return", "sizeof"})
_SHORT = 2000
"""Bytes up to which a function that only locks, orders or lets go is read for its callers."""


class CallGraph(Struct, frozen=True):
    """The functions that can matter, in the order of the source, and how they hang together."""

    functions: Sequence[Part]
    mentions: Mapping[Key, frozenset[str]]
    """The names that each function holds, its own left out."""
    mentioning: Mapping[str, Sequence[Part]]
    """By name, the functions that can matter and hold it."""
    scope: Scope
    """Which body a name means."""
    read: Set[Key]
    """The functions whose body is read: those that can matter, and those that only lock, order or let go for them."""
    direct: Set[str]
    """Names at which something happens to the flag or the tags by itself."""
    matters: frozenset[str]
    """Names at which something may happen to a page."""
    above: Mapping[Key, Part]
    """The part above each part of a function of which several are in sight."""
    depths: Mapping[Key, int]
    """How many parts stand above each part."""


def words_that_touch(vocabulary: Vocabulary, aliases: Iterable[str]) -> frozenset[str]:
    """Names that touch the flag or the tags by themselves."""
    touching = {
        name
        for name, entry in vocabulary.functions.items()
        if entry.helper or entry.derived or any(e.do in (EffectKind.WRITE, EffectKind.READ) for e in entry.effects)
    }
    return frozenset(touching | set(vocabulary.flags) | set(aliases))


def words_of_support(vocabulary: Vocabulary) -> frozenset[str]:
    """Names that lock, order, let go, or ask what kind of page it is."""
    return frozenset(n for n, entry in vocabulary.functions.items() if any(e.do in _SUPPORT for e in entry.effects))


def is_told(vocabulary: Vocabulary, name: str) -> bool:
    """The vocabulary says all that a call of the function does: its body tells its callers nothing."""
    entry = vocabulary.functions.get(name)
    return entry is not None and not (entry.derived or entry.callers_duty)


def call_graph(
    units: Sequence[Unit], vocabulary: Vocabulary, direct: frozenset[str], macros: Iterable[str]
) -> CallGraph:
    """The call graph of some units.

    ``direct`` are the names that touch the flag or the tags by themselves, ``macros`` those of macros that lead there.
    """
    mentions, everything = _mentions(units)
    chosen, names = _closure(everything, mentions, vocabulary, direct, units)
    above = parts_above(everything, units)
    chosen = with_all_parts(chosen, above)
    supporting = _supporting(everything, mentions, chosen, words_of_support(vocabulary))
    idle = _idle(everything, units, mentions, chosen | supporting, vocabulary)
    functions = [part for part in everything if key_of(part) in chosen]
    silent = {name for name, entry in vocabulary.functions.items() if entry.effects}
    names |= {part[1].name for part in everything if key_of(part) in supporting}
    makers = (*vocabulary.allocators, *vocabulary.folio_allocators)
    read = chosen | supporting | idle
    scope = Scope(units, by_name(everything), read, above, vocabulary.folders)
    return CallGraph(
        functions, mentions, _mentioning(functions, mentions), scope, read, direct,
        frozenset(chain(names, macros, silent, makers)), above, depths(above),
    )  # fmt: skip


def _mentions(units: Sequence[Unit]) -> tuple[dict[Key, frozenset[str]], list[Part]]:
    """The names in each function, and all functions."""
    mentions: dict[Key, frozenset[str]] = {}
    everything: list[Part] = []
    for index, unit in enumerate(units):
        text = unit.text.decode("latin-1")  # one character a byte, so that spans hold
        for ref in unit.functions:
            found = frozenset(_IDENTIFIER.findall(text, ref.span.start, ref.span.end)) - {ref.name}
            mentions[index, ref.span.start] = found
            everything.append((index, ref))
    return mentions, everything


def _closure(
    everything: Sequence[Part], mentions: Mapping[Key, frozenset[str]], vocabulary: Vocabulary,
    direct: frozenset[str], units: Sequence[Unit],
) -> tuple[set[Key], set[str]]:  # fmt: skip
    """The functions that mention one of ``direct``, or one that does and is not told; and all these names."""
    known = {ref.name for _, ref in everything}
    callers: dict[str, list[Part]] = {}
    for part in everything:
        for name in mentions[key_of(part)] & known:
            callers.setdefault(name, []).append(part)

    def callers_of(part: Part) -> Sequence[Part]:
        name, path = part[1].name, units[part[0]].path
        found = () if is_told(vocabulary, name) else callers.get(name, ())
        return [c for c in found if units[c[0]].path == path] if is_private(path, part[1]) else found

    found = reachable([part for part in everything if mentions[key_of(part)] & direct], callers_of)
    names = {ref.name for _, ref in found if ref.name and not is_told(vocabulary, ref.name)}
    return {key_of(part) for part in found}, names | direct


def _supporting(
    everything: Iterable[Part], mentions: Mapping[Key, frozenset[str]], chosen: Set[Key], words: Set[str]
) -> set[Key]:
    """Short functions that the chosen ones call and that lock, order or let go: not judged, but summarised."""
    called = frozenset[str]().union(*(mentions[key] for key in chosen))
    found = set()
    for index, ref in everything:
        key = (index, ref.span.start)
        short = ref.span.end - ref.span.start <= _SHORT
        if key not in chosen and short and ref.name in called and mentions[key] & words:
            found.add(key)
    return found


def _idle(
    everything: Iterable[Part], units: Sequence[Unit], mentions: Mapping[Key, frozenset[str]], read: Set[Key],
    vocabulary: Vocabulary,
) -> set[Key]:  # fmt: skip
    """Short functions that the ones that are read call with a page, and that are seen to do nothing with it."""
    called = frozenset[str]().union(*(mentions[key] for key in read))
    pages = [set(_IDENTIFIER.findall(spelled)) for spelled in vocabulary.types]
    idle: set[Key] = set()
    busy = {ref.name for index, ref in everything if (index, ref.span.start) in read}
    for index, ref in everything:
        if ref.name not in called or ref.name in busy:
            continue
        text = units[index].text[ref.span.start : ref.span.end].decode("latin-1")
        handles = any(words <= mentions[index, ref.span.start] for words in pages)
        if handles and ref.head and ref.tail and len(text) <= _SHORT and _does_nothing(text, ref.name, vocabulary):
            idle.add((index, ref.span.start))
        else:
            busy.add(ref.name)
    return {key_of(part) for part in everything if key_of(part) in idle and part[1].name not in busy}


def _does_nothing(text: str, name: str, vocabulary: Vocabulary) -> bool:
    """All that a function calls is known to be harmless, and it keeps no page and gives none back."""
    head, _, body = text.partition("{")
    if _OPAQUE.search(body) or _KEEPS.search(body) or "*" in head.partition(name)[0]:  # it may give the page back
        return False
    calls = set(_CALLED.findall(text)) - _KEYWORDS - {name}
    return all(matches(call, vocabulary.harmless) for call in calls)


def _mentioning(functions: Iterable[Part], mentions: Mapping[Key, frozenset[str]]) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {}
    for part in functions:
        for word in mentions[key_of(part)]:
            found.setdefault(word, []).append(part)
    return found
