"""What C's literals and operators make of symbolic values: constants folded, pages moved on, flag bits put together.

Apart from :mod:`mtelint.flow.transfer.evaluate`, because no path forks here and no event happens: what the operands
are is all that counts, and where they tell nothing, the result is their text.
"""

from mtelint.flow.domain import counts
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.path_state import Work, boolean
from mtelint.flow.domain.values import FALSE, TRUE, Value, ValueKind, const, term, truth_of
from mtelint.patterns import regex
from mtelint.records import replace

CONSTANTS = {"true": TRUE, "false": FALSE, "NULL": FALSE}
"""The names that are numbers."""
_NUMBER = regex(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\Z")
_LONGEST_NUMBER = 100


def literal(text: str) -> Value:
    """The value of a number, ``true``, ``false`` or ``NULL``; of any other literal the text."""
    number = _NUMBER.match(text)
    if number and len(number[1]) <= _LONGEST_NUMBER:
        return const(str(int(number[1], 16 if number[1][:2].lower() == "0x" else 10)))
    return CONSTANTS.get(text) or term(text if len(text) < 40 else '"..."')


def unary(op: str, value: Value) -> Value:
    """The value of ``op value``."""
    if op == "!":
        known = truth_of(value)
        return term(f"!{value.ref}") if known is None else (FALSE if known else TRUE)
    if op == "-" and value.kind is ValueKind.CONST and value.ref != "0":
        return const(f"-{value.ref}")
    if op == "~" and value.bits.startswith("mask:"):
        return replace(value, bits="~" + value.bits)
    if op == "&":
        return value if value.kind is ValueKind.WORD else term(f"&{value.ref}")
    if op == "*" and value.ref.startswith("&") and value.is_term:
        return term(value.ref[1:])
    return replace(value) if op == "+" else term(f"{op}{value.ref}")


def binary(op: str, left: Value, right: Value, work: Work, whole: tuple[str, ...]) -> Value:
    """The value of ``left op right``; ``whole`` spells the number of granules of a page.

    A page that is moved on to another of its folio gets its place in ``work``.
    """
    merged = _bits(op, left, right)
    if merged is not None:
        return merged
    if op in ("+", "-") and left.kind in (ValueKind.PAGE, ValueKind.ADDRESS, ValueKind.PFN):
        return _moved(work, op, left, right)
    if op == "/" and f"{left.ref} / {right.ref}" in whole:
        return term(whole[0])
    counted = counts.combine(op, left, right, whole)
    if isinstance(counted, Value):
        return counted
    decided = _compare(op, left, right) if counted is None else counted
    if decided is not None:
        return boolean(decided)
    return term(f"({left.ref} {op} {right.ref})")


def masks(left: Value, right: Value) -> bool:
    """Whether ``left & right`` picks a known bit out of a flags word."""
    return (left.kind is ValueKind.WORD and right.bits.startswith("mask:")) or (
        right.kind is ValueKind.WORD and left.bits.startswith("mask:")
    )


def _bits(op: str, left: Value, right: Value) -> Value | None:
    """The value of an operator on flag bits and masks, or None where none is involved."""
    if op == "<<" and right.bits.startswith("bit:"):
        return Value(ValueKind.TERM, f"({left.ref} << {right.ref})", bits="mask:" + right.bits[4:])
    if op == "|" and left.kind is ValueKind.WORD and right.bits.startswith("mask:"):
        return Value(ValueKind.WORD, left.ref, bits="set:" + right.bits[5:])
    if op == "|" and right.kind is ValueKind.WORD and left.bits.startswith("mask:"):
        return Value(ValueKind.WORD, right.ref, bits="set:" + left.bits[5:])
    if op == "|" and (left.bits.startswith("mask:") or right.bits.startswith("mask:")):
        both = {left.bits, right.bits}
        return Value(ValueKind.TERM, f"({left.ref} | {right.ref})", bits=max(both, key=lambda b: b == "mask:tagged"))
    if op == "&" and left.kind is ValueKind.WORD and right.bits.startswith("~mask:"):
        return Value(ValueKind.WORD, left.ref, bits="clear:" + right.bits[6:])
    return None


def _moved(work: Work, op: str, left: Value, right: Value) -> Value:
    if right.ref == "0" and right.kind is ValueKind.CONST:
        return left
    if left.kind is ValueKind.ADDRESS and not any(unit in right.ref for unit in ("PAGE_SIZE", "PAGE_SHIFT")):
        return replace(left, offset=True)
    return _sibling(work, left, f"({left.ref} {op} {right.ref})")


def _sibling(work: Work, value: Value, symbol: str) -> Value:
    """Another page of the same folio."""
    state = work.pages.get(value.ref)
    if state is not None and state.parent and symbol not in work.pages:
        work.pages[symbol] = PageState(words=state.words, parent=state.parent)
    return replace(value, ref=symbol)


def _compare(op: str, left: Value, right: Value) -> bool | None:
    """Decide a comparison where both sides are known."""
    if op in ("==", "!=") and left.kind is right.kind is ValueKind.CONST:
        return (left.ref == right.ref) == (op == "==")
    if left.kind is ValueKind.CONST and right.kind is ValueKind.PAGES and op in ("<", "!=") and left.ref == "0":
        return True
    if left.kind is ValueKind.PAGES and right.kind is ValueKind.CONST and op in (">", "!=") and right.ref == "0":
        return True
    if right.ref == "0" and left.kind is ValueKind.CONST and op in ("<", ">=", ">", "<="):
        negative = left.ref.startswith("-")
        zero = left.ref == "0"
        return {"<": negative, ">=": not negative, ">": not negative and not zero, "<=": negative or zero}[op]
    if left.kind is right.kind is ValueKind.CONST and left.ref.isdigit() and right.ref.isdigit():
        a, b = int(left.ref), int(right.ref)
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}.get(op)
    return None
