"""Which helper API the code under review has, and which helpers there is evidence of.

Both are told by names of the vocabulary: a text that uses a helper shows the oldest API that has it.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from mtelint.model import Domain, Era, FlagRole, Role, Vocabulary

_Names = tuple[tuple[str, Era], ...]


def era_of(texts: Iterable[bytes], vocabulary: Vocabulary) -> Era:
    """The era that the texts show by the newest helper they name; unknown where they show nothing."""
    shown = sorted(vocabulary.shown_eras(), key=lambda pair: pair[1].rank, reverse=True)
    raw = _RawUse(vocabulary)
    found = Era.UNKNOWN
    for text in texts:
        era = next((era for name, era in shown if _names(text, name)), None)
        if era is None and found is Era.UNKNOWN and raw.is_in(text):
            era = Era.A
        if era is not None and (found in (Era.UNKNOWN, Era.A) or era.rank > found.rank):
            found = era
    return found


def has_claims(texts: Iterable[bytes], vocabulary: Vocabulary) -> bool:
    """Positive evidence of the claim: one of its helpers, its bit, or a helper that is younger than it."""
    claimers = {entry.name for entry in vocabulary.helpers(Role.CLAIMER)}
    claimers |= {name for name in vocabulary.flags if vocabulary.flag_role(name) is FlagRole.LOCK}
    shown = vocabulary.shown_eras()
    oldest = min((era.rank for name, era in shown if name in claimers), default=None)
    younger = {name for name, era in shown if oldest is not None and era.rank >= oldest}
    return _any_named(texts, claimers | younger)


def has_huge(texts: Iterable[bytes], vocabulary: Vocabulary) -> bool:
    """Positive evidence of the helpers for a folio of hugetlb."""
    return _any_named(texts, {e.name for e in vocabulary.helpers(*Role) if e.domain is Domain.HUGETLB})


def _any_named(texts: Iterable[bytes], names: Collection[str]) -> bool:
    return any(_names(text, name) for text in texts for name in names)


def _names(text: bytes, name: str) -> bool:
    """Whether a text has a name as a whole word: most have not even its letters, and that is seen much sooner."""
    return name.encode() in text and _word(name).search(text) is not None


@lru_cache(maxsize=256)
def _word(name: str) -> re.Pattern[bytes]:
    return re.compile(rb"\b%b\b" % re.escape(name.encode()))


class _RawUse:
    """A raw operation on the flag by its own name, or the definition of that name."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._flag = flag = vocabulary.flag_name(FlagRole.TAGGED)
        aliases = tuple(name for name, entry in vocabulary.flags.items() if entry.alias_of == flag)
        self._pattern = _raw_pattern(flag, (*vocabulary.bit_operations, *vocabulary.masks), aliases)

    def is_in(self, text: bytes) -> bool:
        """Whether a text has one."""
        return bool(self._flag) and self._flag.encode() in text and self._pattern.search(text) is not None


@lru_cache(maxsize=16)
def _raw_pattern(flag: str, operations: tuple[str, ...], aliases: tuple[str, ...]) -> re.Pattern[bytes]:
    name, called, others = (_either(each) for each in ((flag,), operations, aliases))
    return re.compile(rf"\b{called}\s*\(\s*{name}\b|#\s*define\s+{name}\s+{others}\b".encode())


def _either(names: Collection[str]) -> str:
    return f"(?:{'|'.join(map(re.escape, names))})" if names else r"(?!)"
