"""Atomic operations on the word of a page's flags: ``set_bit(PG_mte_tagged, &page->flags)`` and the like.

They pass by the helpers of the protocol, so that the bit or the mask that they are given has to tell what they do; by
their name alone they order what stands before them, or not.
"""

from msgspec.structs import replace

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.domain.symbols import result
from mtelint.flow.domain.values import UNKNOWN, BitForm, Value, ValueKind, boolean, term
from mtelint.flow.transfer.evaluate import Evaluator, Result
from mtelint.model import BarrierKind, EffectKind, FlagRole
from mtelint.syntax import c_tree


def bit_operation(
    ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...], used: bool
) -> list[Result]:
    """What an operation of the vocabulary does with the bit that its first argument names, in the second."""
    bit = values[0].bits if len(values) > 1 else None
    if bit is None or bit.form is not BitForm.BIT:
        return [(work, term(result(call.name or "", ev.node)))]
    role = bit.role
    effect = ev.context.vocabulary.bit_operations[call.name or ""]
    page = conversions.as_kind(values[1], ValueKind.PAGE).ref
    site, words = ev.site(call.span), ev.context.words(page)
    name = call.name or ""
    base = Event(effect.do, site, page, words, barrier=effect.barrier, raw=True, warned=ev.warned, callee=name)
    if effect.do is EffectKind.TEST and role is FlagRole.TAGGED:
        return list(ev.test(work, base))
    if effect.do is EffectKind.CLAIM:
        return _raw_claim(ev, work, base, role, used)
    if role is FlagRole.TAGGED:
        _order(ev, work, base)
        ev.emit(work, base)
    return [(work, UNKNOWN)]


def _raw_claim(ev: Evaluator, work: PathState, base: Event, role: FlagRole, used: bool) -> list[Result]:
    """``test_and_set_bit``: on the flag a test and set in one, on the lock bit a claim; true means not ours."""
    results: list[Result] = []
    if role is FlagRole.TAGGED:
        _order(ev, work, base)
    outcomes: tuple[bool | None, ...] = (True, False) if used or role is FlagRole.TAGGED else (None,)
    for won in outcomes:
        w = work.fork()
        if ev.emit(w, replace(base, outcome=won, atomic=role is FlagRole.TAGGED)):
            results.append((w, UNKNOWN if won is None else boolean(not won)))
    return results


def word_operation(ev: Evaluator, call: c_tree.Call, work: PathState, word: Value) -> list[Result]:
    """What a function on a whole word does with the flag's mask; its name tells whether it clears, and orders."""
    name = call.name or ""
    kind = EffectKind.CLEAR if "andnot" in name or "clear" in name else EffectKind.SET
    full = None if name.endswith("_relaxed") else BarrierKind.FULL
    event = Event(kind, ev.site(call.span), word.ref, ev.context.words(word.ref), barrier=full, raw=True, callee=name)
    _order(ev, work, event)
    ev.emit(work, event)
    return [(work, term(result(name, ev.node)))]


def _order(ev: Evaluator, work: PathState, event: Event) -> None:
    """An operation that is a barrier itself orders what stands before it."""
    if event.barrier in (BarrierKind.FULL, BarrierKind.RELEASE):
        assert event.page is not None
        page = work.page(event.page, event.words)
        work.pages[event.page] = replace(page, tags=replace(page.tags, ordered=True))
