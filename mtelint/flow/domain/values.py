"""Symbolic values: which page a C expression stands for, and what else the analysis knows of it."""

from enum import StrEnum
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain import symbols
from mtelint.flow.domain.symbols import How, Leaf, Symbol
from mtelint.model import FlagRole


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
    """Anything else, by how it was reached."""


NAMES_PAGE = (ValueKind.PAGE, ValueKind.FOLIO, ValueKind.ADDRESS, ValueKind.PFN, ValueKind.PTE)
"""The kinds that stand for one page, in whatever form."""


class BitForm(StrEnum):
    """What a value has to do with a bit of the flags word."""

    BIT = "bit"
    """It is the bit's number."""
    MASK = "mask"
    """It has the bit set."""
    INVERTED = "inverted"
    """It has all bits set but this one."""
    WITH = "with"
    """It is the word with the bit set."""
    WITHOUT = "without"
    """It is the word with the bit cleared."""


class Bits(Struct, frozen=True, cache_hash=True):
    """A bit of the flags word in a value: in which form, and what the bit is for."""

    form: BitForm
    role: FlagRole

    def as_form(self, form: BitForm) -> "Bits":
        """The same bit in another form."""
        return Bits(form, self.role)

    @property
    def tagged(self) -> BitForm | None:
        """The form, where the bit is the flag itself."""
        return self.form if self.role is FlagRole.TAGGED else None


class Copied(Struct, frozen=True, cache_hash=True):
    """What a copy from the user wrote: the ``full`` page or less, asked for ``asked`` granules."""

    full: bool
    asked: Symbol


class Value(Struct, frozen=True, cache_hash=True):
    """One value.

    ``ref`` is the symbol of the page or folio, of a term, or a constant; ``offset`` tells that an address is not the
    start of its page; ``bits`` the flag bit that is in it; ``copied`` is what a count counts.
    """

    kind: ValueKind
    ref: Symbol
    offset: bool = False
    bits: Bits | None = None
    copied: Copied | None = None

    @property
    def is_term(self) -> bool:
        """Nothing is known but how it was reached."""
        return self.kind is ValueKind.TERM

    @property
    def is_zero(self) -> bool:
        """It is the constant 0."""
        return self.kind is ValueKind.CONST and self.ref == _ZERO

    @property
    def mask(self) -> Bits | None:
        """The bit that is set in it, where it is a mask."""
        return self.bits if self.bits is not None and self.bits.form is BitForm.MASK else None


@lru_cache(maxsize=8192)
def term(symbol: Symbol) -> Value:
    """A value of which only is known how it was reached."""
    return Value(ValueKind.TERM, symbol)


@lru_cache(maxsize=1024)
def const(text: str) -> Value:
    """A constant by its canonical text: ``0``, ``1``, ``-ENOMEM``."""
    return Value(ValueKind.CONST, symbols.text(text))


_ZERO = symbols.text("0")
TRUE = const("1")
FALSE = const("0")
UNKNOWN = term(symbols.text("?"))


def boolean(truth: bool) -> Value:
    """The C value of a truth."""
    return TRUE if truth else FALSE


def negated(value: Value) -> Value:
    """``!value`` of a value whose truth is not known."""
    return term(symbols.derived(How.PREFIX, "!", value.ref))


def aged(value: Value, version: Leaf) -> Value:
    """The value once ``version`` is assigned anew; unknown where its generation is gone."""
    if not value.ref.leaves:
        return value
    ref = symbols.aged(value.ref, version)
    return value if ref is value.ref else UNKNOWN if ref is None else replace(value, ref=ref)


def truth_of(value: Value) -> bool | None:
    """Whether a constant, or the count of a whole page, is true in C; None for anything else."""
    if value.kind is ValueKind.COUNT and value.copied is not None and value.copied.full:
        return True
    if value.kind is not ValueKind.CONST:
        return None
    return value.ref != _ZERO
