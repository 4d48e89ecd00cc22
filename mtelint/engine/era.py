"""Which helper API the code under review has, and which helpers there is evidence of."""

from collections.abc import Iterable

from mtelint.model import Era
from mtelint.patterns import regex

_HELPERS = (
    (Era.D, regex(rb"\bfolio_(?:set|test|try)_hugetlb_mte_tagg")),
    (Era.C, regex(rb"\btry_page_mte_tagging\b|\bPG_mte_lock\b|\bPG_arch_3\b")),
    (Era.B, regex(rb"\b(?:set_)?page_mte_tagged\b")),
)
_RAW = regex(rb"_bit(?:_\w+)?\s*\(\s*PG_mte_tagged|#\s*define\s+PG_mte_tagged\s+PG_|BIT(?:_ULL)?\(PG_mte_tagged")


def era_of(texts: Iterable[bytes]) -> Era:
    """The era that the texts show by the newest helper they name; unknown where they show nothing."""
    found = Era.UNKNOWN
    for text in texts:
        for era, pattern in _HELPERS:
            if pattern.search(text):
                found = era if found is Era.UNKNOWN or era.rank > found.rank or found is Era.A else found
                break
        else:
            if found is Era.UNKNOWN and _RAW.search(text):
                found = Era.A
    return found


def has_claims(texts: Iterable[bytes]) -> bool:
    """Positive evidence of the claim helpers."""
    return any(pattern.search(text) for text in texts for _, pattern in _HELPERS[:2])


def has_huge(texts: Iterable[bytes]) -> bool:
    """Positive evidence of the hugetlb helpers."""
    return any(_HELPERS[0][1].search(text) for text in texts)
