"""Conversions between the spellings of one page: ``page_address(page)``, ``&folio->page``, ``pfn_to_page(pfn)``.

A value that stands for a page, in whatever form, carries the page's symbol in ``ref``; a conversion changes the kind
and keeps the symbol.  Only a value of which nothing is known gets a symbol of its own, named by how it was reached.
"""

from mtelint.flow.domain.symbols import ZERO_PAGE, How, Symbol, derived, folio_of, head_page
from mtelint.flow.domain.values import NAMES_PAGE, Value, ValueKind
from mtelint.model import Conversion, Form

_REACHED = {ValueKind.ADDRESS: How.AT_ADDRESS, ValueKind.PFN: How.OF_PFN, ValueKind.PTE: How.OF_PTE}
"""How the page is reached from a value of unknown origin in that form."""
_FORMS = {how: kind for kind, how in _REACHED.items()}
_KINDS = {
    Form.PAGE: ValueKind.PAGE, Form.FOLIO: ValueKind.FOLIO, Form.ADDRESS: ValueKind.ADDRESS,
    Form.PFN: ValueKind.PFN, Form.PTE: ValueKind.PTE, Form.PMD: ValueKind.PTE,
}  # fmt: skip


def zero_address() -> Value:
    """The address of the zero page."""
    return Value(ValueKind.ADDRESS, ZERO_PAGE)


def zero_page() -> Value:
    """The zero page itself."""
    return Value(ValueKind.PAGE, ZERO_PAGE)


def mapped_page(pte: Symbol) -> Value:
    """A page table entry, as the page that it maps."""
    return Value(ValueKind.PTE, derived(How.OF_PTE, "", pte))


def head_of(value: Value) -> Value:
    """``&folio->page``."""
    return Value(ValueKind.PAGE, head_page(value.ref))


def word(value: Value) -> Value:
    """The flags word of a page or of a folio's head page."""
    page = head_of(value) if value.kind is ValueKind.FOLIO else value
    return Value(ValueKind.WORD, page.ref)


def as_kind(value: Value, kind: ValueKind) -> Value:
    """Read ``value`` as a page in the form ``kind``."""
    if value.kind is kind:
        return value
    if value.kind is ValueKind.FOLIO:
        return Value(kind, head_page(value.ref))
    if value.kind in NAMES_PAGE or value.kind is ValueKind.WORD:
        if kind is ValueKind.FOLIO:
            return Value(kind, folio_of(value.ref))
        return Value(kind, value.ref, offset=value.offset)
    reached = _REACHED.get(kind)
    return Value(kind, value.ref if reached is None else derived(reached, "", value.ref))


def apply(conversion: Conversion, source: Value, index: Value | None) -> Value:
    """The value of a conversion call."""
    base = as_kind(source, _KINDS[conversion.source])
    target = _KINDS[conversion.result]
    if conversion.index is not None and index is not None and not index.is_zero:
        return Value(target, derived(How.NTH_PAGE, conversion.name, base.ref, index.ref))
    return as_kind(base, target)


def parent_of(conversion: Conversion, source: Value) -> Symbol | None:
    """Symbol of the folio that the result is a page of, or nothing."""
    if conversion.source is Form.FOLIO and conversion.result in (Form.PAGE, Form.ADDRESS):
        return as_kind(source, ValueKind.FOLIO).ref
    return None


def parameter_of(symbol: Symbol, parameters: tuple[str, ...]) -> tuple[int, ValueKind] | None:
    """Which parameter a page belongs to, by its index, and in which form: the inverse of :func:`as_kind`."""
    kind = ValueKind.FOLIO if symbol.how is How.HEAD else _FORMS.get(symbol.how, ValueKind.PAGE)
    leaf = (symbol.of[0] if kind is not ValueKind.PAGE else symbol).leaf
    if leaf is None or leaf.how is not How.VARIABLE or leaf.node is not None or leaf.name not in parameters:
        return None
    return parameters.index(leaf.name), kind
