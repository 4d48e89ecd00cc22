"""Symbolic values: which page a C expression stands for, and what else the analysis knows of it.

A page symbol is a canonical text such as ``page``, ``pte_page(pte)`` or ``folio_page(folio, i@12)``; ``@12`` is the
version of a variable that was assigned at node 12.  Two spellings that mean one page have one symbol.
"""

import re
from enum import StrEnum
from functools import lru_cache

from mtelint.patterns import regex
from mtelint.records import dataclass, replace


class ValueKind(StrEnum):
    """What a value is."""

    PAGE = "page"
    FOLIO = "folio"
    ADDRESS = "address"
    PFN = "pfn"
    PTE = "pte"
    WORD = "word"
    """The flags word of a page."""
    COUNT = "count"
    """How many granules a copy from the user wrote."""
    ZERO = "zero"
    """True means that the page is the zero page."""
    HUGE = "huge"
    """True means that the folio is hugetlb."""
    PAGES = "pages"
    """The number of pages of a folio."""
    CONST = "const"
    TERM = "term"
    """Anything else, by its canonical text."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value.

    ``ref`` is a page or folio symbol (or the text of a term, or a constant); ``offset`` tells that an address is not
    the start of its page; ``bits`` the role of the flag bit that a masked word holds.
    """

    kind: ValueKind
    ref: str
    offset: bool = False
    bits: str = ""

    @property
    def is_term(self) -> bool:
        """Nothing but a text is known."""
        return self.kind is ValueKind.TERM


def term(text: str) -> Value:
    """A value of which only the text is known."""
    return Value(ValueKind.TERM, text)


def const(text: str) -> Value:
    """A constant by its canonical text: ``0``, ``1``, ``-ENOMEM``."""
    return Value(ValueKind.CONST, text)


FULL = "full:"
SHORT_OF = "short:"
"""How the ``bits`` of a count begin: the copy wrote the whole page, or it did not."""
TRUE = const("1")
FALSE = const("0")
UNKNOWN = term("?")

_TOKEN = regex(r"[A-Za-z_]\w*(?:@\d+'?)?")


@lru_cache(maxsize=8192)
def tokens(text: str) -> frozenset[str]:
    """The versioned variables that a canonical text mentions."""
    return frozenset(_TOKEN.findall(text))


def aged(text: str, version: str) -> str | None:
    """``text`` once ``version`` is assigned anew: the last generation gets a prime, the one before is gone (None)."""
    if version not in text:
        return text
    found = tokens(text)
    if version + "'" in found:
        return None
    if version not in found:
        return text
    return re.sub(rf"(?<!\w){re.escape(version)}(?!['\w])", version + "'", text)


def aged_value(value: Value, version: str) -> Value:
    """The value once ``version`` is assigned anew; unknown where its generation is gone."""
    if value.kind is ValueKind.CONST or "@" not in value.ref:
        return value
    text = aged(value.ref, version)
    return UNKNOWN if text is None else replace(value, ref=text)


def truth_of(value: Value) -> bool | None:
    """Whether a constant, or the count of a whole page, is true in C; None for anything else."""
    if value.kind is ValueKind.COUNT and value.bits.startswith(FULL):
        return True
    if value.kind is not ValueKind.CONST:
        return None
    return value.ref != "0"
