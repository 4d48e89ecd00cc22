"""Conversions between the spellings of one page: ``page_address(page)``, ``&folio->page``, ``pfn_to_page(pfn)``.

A value that stands for a page, in whatever form, carries the page's symbol in ``ref``; a conversion changes the kind
and keeps the symbol.  Only a value of which nothing is known gets a symbol of its own, named by how it was reached.
"""

from mtelint.flow.domain.values import Value, ValueKind
from mtelint.model import Conversion

ZERO_PAGE = "ZERO_PAGE(0)"

_ROOT = {
    ValueKind.ADDRESS: "virt_to_page({})",
    ValueKind.PFN: "pfn_to_page({})",
    ValueKind.PTE: "pte_page({})",
}
_KINDS = {
    "page": ValueKind.PAGE,
    "folio": ValueKind.FOLIO,
    "address": ValueKind.ADDRESS,
    "pfn": ValueKind.PFN,
    "pte": ValueKind.PTE,
    "pmd": ValueKind.PTE,
}


def zero_address() -> Value:
    """The address of the zero page."""
    return Value(ValueKind.ADDRESS, ZERO_PAGE)


def zero_page() -> Value:
    """The zero page itself."""
    return Value(ValueKind.PAGE, ZERO_PAGE)


def head_page(value: Value) -> Value:
    """``&folio->page``."""
    return Value(ValueKind.PAGE, f"&{value.ref}->page")


def word(value: Value) -> Value:
    """The flags word of a page or of a folio's head page."""
    page = head_page(value) if value.kind is ValueKind.FOLIO else value
    return Value(ValueKind.WORD, page.ref)


def as_kind(value: Value, kind: ValueKind) -> Value:
    """Read ``value`` as a page in the form ``kind``."""
    if value.kind is kind:
        return value
    if value.kind is ValueKind.FOLIO:
        return Value(kind, head_page(value).ref)
    if value.kind in (ValueKind.PAGE, ValueKind.ADDRESS, ValueKind.PFN, ValueKind.PTE, ValueKind.WORD):
        if kind is ValueKind.FOLIO:
            return Value(kind, folio_of(value.ref))
        return Value(kind, value.ref, offset=value.offset)
    if kind is ValueKind.FOLIO:
        return Value(kind, value.ref)
    root = _ROOT.get(kind, "{}")
    return Value(kind, root.format(value.ref))


def folio_of(page: str) -> str:
    """Symbol of the folio of a page."""
    if page.startswith("&") and page.endswith("->page"):
        return page[1:-6]
    return f"page_folio({page})"


def apply(conversion: Conversion, source: Value, index: Value | None) -> Value:
    """The value of a conversion call."""
    base = as_kind(source, _KINDS[conversion.source])
    target = _KINDS[conversion.result]
    if conversion.index is not None and index is not None:
        if index.kind is ValueKind.CONST and index.ref == "0":
            return as_kind(base, target)
        return Value(target, f"{conversion.name}({base.ref}, {index.ref})")
    return as_kind(base, target)


def parent_of(conversion: Conversion, source: Value) -> str:
    """Symbol of the folio that the result is a page of, or nothing."""
    if conversion.source == "folio" and conversion.result in ("page", "address"):
        return as_kind(source, ValueKind.FOLIO).ref
    return ""


def root(symbol: str, parameters: tuple[str, ...]) -> tuple[int, ValueKind] | None:
    """Which parameter a symbol stands for, and in which form: the inverse of :func:`as_kind`."""
    for index, name in enumerate(parameters):
        if not name:
            continue
        if symbol == name:
            return index, ValueKind.PAGE
        if symbol == f"&{name}->page":
            return index, ValueKind.FOLIO
        for kind, pattern in _ROOT.items():
            if symbol == pattern.format(name):
                return index, kind
    return None
