"""Macros of the code under review that touch the flag or the tags, read as functions.

``#define mark(p) set_page_mte_tagged(p)`` does to its argument what a function of that body would do; a macro without
parameters that stands for a function's name is another name of it.
"""

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from mtelint.flow.dataflow.reachability import reachable
from mtelint.model import FlagRole, Vocabulary
from mtelint.syntax.mask.defines import Macro

_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_STATEMENT = re.compile(r"(?:do|if|for|while|switch)\b|\{")


class Macros(Struct, frozen=True):
    """What macros of the code under review do to pages."""

    touching: frozenset[str]
    """Those that touch the flag or the tags: who uses one is reviewed."""
    other_names: Mapping[str, str]
    """Those that are another name of a function, and that function."""
    text: str
    """The others as a C text."""


def flag_names(macros: Iterable[Macro], vocabulary: Vocabulary) -> dict[str, FlagRole]:
    """``#define X PG_arch_3`` makes X a spelling of the bit."""
    found = {}
    for macro in macros:
        role = vocabulary.flag_role(macro.body.strip().strip("()"))
        if role and macro.params is None and macro.name not in vocabulary.flags:
            found[macro.name] = role
    return found


def read_macros(macros: Mapping[str, Macro], words: Collection[str], support: Collection[str]) -> Macros:
    """Those that lead to one of ``words``, which touch the flag or the tags, or to one of ``support``."""
    found = _leading_to(macros, {*words, *support})
    return Macros(frozenset(m.name for m in _leading_to(macros, words)), _other_names(found), _as_functions(found))


def _leading_to(macros: Mapping[str, Macro], words: Collection[str]) -> list[Macro]:
    """The macros whose body names one of ``words``, or another macro that does."""
    named = {name: set(_IDENTIFIER.findall(macro.body)) for name, macro in macros.items()}
    users: dict[str, list[str]] = {}
    for name, words_of in named.items():
        for word in words_of & named.keys():
            users.setdefault(word, []).append(name)
    starts = [name for name, words_of in named.items() if not words_of.isdisjoint(words)]
    steps = reachable(starts, lambda name: users.get(name, ()))
    order = {name: place for place, name in enumerate(macros)}
    # Those that lead there in fewer steps first, each lot in the order of the source.
    return [macros[name] for name in sorted(steps, key=lambda name: (steps[name], order[name]))]


def _other_names(macros: Iterable[Macro]) -> dict[str, str]:
    """Macros that are another name of a function, and that function."""
    return {m.name: m.body for m in macros if m.params is None and _IDENTIFIER.fullmatch(m.body)}


def _as_functions(macros: Iterable[Macro]) -> str:
    """A C text with one static function for each macro that takes a fixed number of arguments."""
    return "\n".join(_as_function(m) for m in macros if m.params is not None and all(map(str.isidentifier, m.params)))


def _as_function(macro: Macro) -> str:
    body = " ".join(macro.body.split())
    parameters = ", ".join(f"macro_argument {name}" for name in macro.params or ()) or "void"
    statement = f"{body};" if _STATEMENT.match(body) or ";" in body.rstrip("; ") else f"return {body.rstrip('; ')};"
    if body.startswith("("):
        statement = f"return {body};"
    return f"static macro_result {macro.name}({parameters})\n{{\n\t{statement}\n}}\n"
