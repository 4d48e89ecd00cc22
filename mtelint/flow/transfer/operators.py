"""What C's literals and operators make of symbolic values: constants folded, pages moved on, flag bits put together.

Apart from :mod:`mtelint.flow.transfer.evaluate`, because no path forks here and no event happens: what the operands
are is all that counts, and where they tell nothing, the result is their text.
"""

import re

from msgspec.structs import replace

from mtelint.flow.domain import counts, symbols
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.domain.symbols import How, Symbol, derived
from mtelint.flow.domain.values import (
    FALSE,
    TRUE,
    BitForm,
    Value,
    ValueKind,
    boolean,
    const,
    negated,
    term,
    truth_of,
)

CONSTANTS = {"true": TRUE, "false": FALSE, "NULL": FALSE}
"""The names that are numbers."""
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\Z")
_LONGEST_NUMBER = 100
_SIGNS = ("<", ">=", ">", "<=")


def literal(text: str) -> Value:
    """The value of a number, ``true``, ``false`` or ``NULL``; of any other literal the text."""
    number = _NUMBER.match(text)
    if number and len(number[1]) <= _LONGEST_NUMBER:
        return const(str(int(number[1], 16 if number[1][:2].lower() == "0x" else 10)))
    return CONSTANTS.get(text) or term(symbols.text(text if len(text) < 40 else '"..."'))


def unary(op: str, value: Value) -> Value:
    """The value of ``op value``."""
    if op == "!":
        known = truth_of(value)
        return negated(value) if known is None else (FALSE if known else TRUE)
    if op == "-" and value.kind is ValueKind.CONST and not value.is_zero:
        return const(f"-{value.ref.text}")
    if op == "~" and value.mask is not None:
        return replace(value, bits=value.mask.as_form(BitForm.INVERTED))
    if op == "&" and value.kind is ValueKind.WORD:
        return value
    return value if op == "+" else term(derived(How.PREFIX, op, value.ref))


def binary(op: str, left: Value, right: Value, state: PathState, whole: tuple[str, ...]) -> Value:
    """The value of ``left op right``; ``whole`` spells the number of granules of a page.

    A page that is moved on to another of its folio gets its place in ``state``.
    """
    merged = _bits(op, left, right)
    if merged is not None:
        return merged
    if op in ("+", "-") and left.kind in (ValueKind.PAGE, ValueKind.ADDRESS, ValueKind.PFN):
        return _moved(state, op, left, right)
    if op == "/" and f"{left.ref.text} / {right.ref.text}" in whole:
        return term(symbols.text(whole[0]))
    counted = counts.combine(op, left, right, whole)
    if isinstance(counted, Value):
        return counted
    decided = _compare(op, left, right) if counted is None else counted
    if decided is not None:
        return boolean(decided)
    return term(derived(How.INFIX, op, left.ref, right.ref))


def masks(left: Value, right: Value) -> bool:
    """Whether ``left & right`` picks a known bit out of a flags word."""
    return (left.kind is ValueKind.WORD and right.mask is not None) or (
        right.kind is ValueKind.WORD and left.mask is not None
    )


def _bits(op: str, left: Value, right: Value) -> Value | None:
    """The value of an operator on flag bits and masks, or None where none is involved."""
    bits = right.bits
    if op == "<<" and bits is not None and bits.form is BitForm.BIT:
        return Value(ValueKind.TERM, derived(How.INFIX, op, left.ref, right.ref), bits=bits.as_form(BitForm.MASK))
    if op == "|":
        return _united(left, right)
    if op == "&" and left.kind is ValueKind.WORD and bits is not None and bits.form is BitForm.INVERTED:
        return Value(ValueKind.WORD, left.ref, bits=bits.as_form(BitForm.WITHOUT))
    return None


def _united(left: Value, right: Value) -> Value | None:
    """``left | right`` with a mask in it: the word with the bit set, or a mask of both, in which the flag counts."""
    for word, mask in ((left, right.mask), (right, left.mask)):
        if word.kind is ValueKind.WORD and mask is not None:
            return Value(ValueKind.WORD, word.ref, bits=mask.as_form(BitForm.WITH))
    masks = [mask for mask in (left.mask, right.mask) if mask is not None]
    if not masks:
        return None
    counts_most = next((mask for mask in masks if mask.tagged), masks[0])
    return Value(ValueKind.TERM, derived(How.INFIX, "|", left.ref, right.ref), bits=counts_most)


def _moved(state: PathState, op: str, left: Value, right: Value) -> Value:
    if right.is_zero:
        return left
    if left.kind is ValueKind.ADDRESS and not _counts_pages(right.ref):
        return replace(left, offset=True)
    return _sibling(state, left, derived(How.INFIX, op, left.ref, right.ref))


def _counts_pages(distance: Symbol) -> bool:
    """Whether an address that is moved on by it is that of another page."""
    return any(unit in leaf.name for leaf in distance.leaves for unit in ("PAGE_SIZE", "PAGE_SHIFT"))


def _sibling(state: PathState, value: Value, symbol: Symbol) -> Value:
    """Another page of the same folio, or of the same allocation."""
    known = state.pages.get(value.ref)
    if known is not None and known.has_neighbours and symbol not in state.pages:
        state.pages[symbol] = known.neighbour()
    return replace(value, ref=symbol)


def _compare(op: str, left: Value, right: Value) -> bool | None:
    """Decide a comparison where both sides are known."""
    if left.is_zero and right.kind is ValueKind.PAGES and op in ("<", "!="):
        return True
    if left.kind is ValueKind.PAGES and right.is_zero and op in (">", "!="):
        return True
    if left.kind is not ValueKind.CONST or right.kind is not ValueKind.CONST:
        return None
    if op in ("==", "!="):
        return (left.ref == right.ref) == (op == "==")
    negative, zero = left.ref.text.startswith("-"), left.is_zero
    if right.is_zero and op in _SIGNS:
        return {"<": negative, ">=": not negative, ">": not negative and not zero, "<=": negative or zero}[op]
    if left.ref.text.isdigit() and right.ref.text.isdigit():
        a, b = int(left.ref.text), int(right.ref.text)
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}.get(op)
    return None
