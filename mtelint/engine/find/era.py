"""Which helper API the code under review has, and which helpers there is evidence of."""

import re
from collections.abc import Iterable

from mtelint.model import Era
from mtelint.patterns import regex

_HELPERS = (
    (Era.D, (b"_hugetlb_mte_tagg",), regex(rb"\bfolio_(?:set|test|try)_hugetlb_mte_tagg")),
    (Era.C, (b"page_mte_tagging", b"PG_mte_lock", b"PG_arch_3"),
     regex(rb"\btry_page_mte_tagging\b|\bPG_mte_lock\b|\bPG_arch_3\b")),
    (Era.B, (b"page_mte_tagged",), regex(rb"\b(?:set_)?page_mte_tagged\b")),
)  # fmt: skip
"""Each with literals of which a text that has it holds one: most texts hold none, and that is seen much sooner."""
_RAW = regex(rb"_bit(?:_\w+)?\s*\(\s*PG_mte_tagged|#\s*define\s+PG_mte_tagged\s+PG_|BIT(?:_ULL)?\(PG_mte_tagged")


def era_of(texts: Iterable[bytes]) -> Era:
    """The era that the texts show by the newest helper they name; unknown where they show nothing."""
    found = Era.UNKNOWN
    for text in texts:
        for era, words, pattern in _HELPERS:
            if _shows(text, words, pattern):
                found = era if found is Era.UNKNOWN or era.rank > found.rank or found is Era.A else found
                break
        else:
            if found is Era.UNKNOWN and _RAW.search(text):
                found = Era.A
    return found


def has_claims(texts: Iterable[bytes]) -> bool:
    """Positive evidence of the claim helpers."""
    return any(_shows(text, words, pattern) for text in texts for _, words, pattern in _HELPERS[:2])


def has_huge(texts: Iterable[bytes]) -> bool:
    """Positive evidence of the hugetlb helpers."""
    return any(_shows(text, *_HELPERS[0][1:]) for text in texts)


def _shows(text: bytes, words: tuple[bytes, ...], pattern: re.Pattern[bytes]) -> bool:
    return any(word in text for word in words) and pattern.search(text) is not None
