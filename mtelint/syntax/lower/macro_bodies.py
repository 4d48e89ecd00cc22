"""Macros of a text whose body hides a jump: a call of one may not come back."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from msgspec import Struct

_TOKEN = re.compile(r"[A-Za-z_]\w*|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|/\*.*?\*/|//[^\n]*|\S", re.DOTALL)
_JUMP = re.compile(r"\b(?:return|goto|break|continue|case)\b")
_CATCHERS = frozenset(("for", "while", "do", "switch"))
_CAUGHT = frozenset(("break", "continue", "case"))


class MacroLike(Protocol):
    """What is read of a ``#define``."""

    @property
    def params(self) -> tuple[str, ...] | None:
        """Parameters; None for an object-like macro."""

    @property
    def body(self) -> str:
        """Replacement text."""


class Jump(Struct, frozen=True):
    """A jump in a macro body: ``kind`` as in :class:`~mtelint.syntax.c_tree.MacroJump`, or ``case`` for a label.

    ``called`` tells a function-like macro; ``parameter`` is the index of the macro's parameter that names the label
    of a ``goto``, if one does.
    """

    kind: str
    called: bool
    label: str | None = None
    parameter: int | None = None


_FILES = 64
_ROUNDS = 8
"""Passes over macros that call each other."""
_MAX_JUMPS = 64
"""Jumps of one macro."""
_latest: list[tuple[Mapping[str, MacroLike], Mapping[str, tuple[Jump, ...]]]] = []
"""The macros asked about last, and the answers: the functions of a few files ask in turn."""


def hidden_jumps(macros: Mapping[str, MacroLike]) -> Mapping[str, tuple[Jump, ...]]:
    """The jumps out of each macro that has one, through macros it calls as well.

    A ``break`` or ``continue`` in a macro that has a loop or switch of its own (``do { } while (0)``) stays inside.
    A macro that makes ``case`` labels has a jump of kind ``case``.
    """
    for known, answer in _latest:
        if known is macros:
            return answer
    answer = _hidden_jumps(macros)
    _latest[:] = [(macros, answer), *_latest[: _FILES - 1]]
    return answer


def _hidden_jumps(macros: Mapping[str, MacroLike]) -> dict[str, tuple[Jump, ...]]:
    if not any(_JUMP.search(macro.body) for macro in macros.values()):
        return {}
    tokens = {name: _TOKEN.findall(macro.body) for name, macro in macros.items()}
    inner = {name: [w for w in dict.fromkeys(words) if w in macros and w != name] for name, words in tokens.items()}
    order = _inner_first(inner)
    found: dict[str, tuple[Jump, ...]] = {}
    for _ in range(_ROUNDS):  # a second one changes something only where macros call each other
        before = dict(found)
        for name in order:
            found[name] = _jumps_of(macros[name], tokens[name], inner[name], found)
        if before == found:
            break
    return {name: found[name] for name in macros if found[name]}


def _inner_first(inner: Mapping[str, Sequence[str]]) -> list[str]:
    """The macros, each behind those it calls, but for circles."""
    order: list[str] = []
    seen: set[str] = set()
    for first in inner:
        stack = [(first, iter(inner[first]))] if first not in seen else []
        seen.add(first)
        while stack:
            name, ways = stack[-1]
            after = next((word for word in ways if word not in seen), None)
            if after is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(after)
                stack.append((after, iter(inner[after])))
    return order


def _jumps_of(
    macro: MacroLike, words: list[str], inner: Sequence[str], found: Mapping[str, tuple[Jump, ...]]
) -> tuple[Jump, ...]:
    own = dict.fromkeys(_direct(words, macro.params))
    called, catches = macro.params is not None, _catches(words)
    for word in inner:
        for jump in found.get(word, ()):
            if len(own) < _MAX_JUMPS and not (catches and jump.kind in _CAUGHT):
                # The argument that names a label of the inner macro is not traced: it leaves by an unknown label.
                own[Jump(jump.kind, called, jump.label)] = None
    return tuple(own)


def _catches(words: list[str]) -> bool:
    """Whether a macro body has a loop or switch of its own."""
    return any(word in _CATCHERS or "for_each" in word for word in words)


def _direct(words: list[str], params: tuple[str, ...] | None) -> list[Jump]:
    """The jumps that stand in one macro body."""
    catches = _catches(words)
    labels = {word for word, after in pairwise(words) if after == ":"}
    names, called = params or (), params is not None
    jumps: list[Jump] = []
    for index, word in enumerate(words):
        if word == "return":
            jumps.append(Jump("return", called))
        elif word in _CAUGHT and not catches:
            jumps.append(Jump(word, called))
        elif word == "goto" and index + 1 < len(words) and words[index + 1] not in labels:
            label = words[index + 1]
            jumps.append(Jump("goto", called, label, names.index(label) if label in names else None))
    return jumps
