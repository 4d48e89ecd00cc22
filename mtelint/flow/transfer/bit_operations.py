"""Atomic operations on the word of a page's flags: ``set_bit(PG_mte_tagged, &page->flags)`` and the like.

They pass by the helpers of the protocol, so that the bit or the mask that they are given has to tell what they do; by
their name alone they order what stands before them, or not.
"""

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.path_state import Work, boolean
from mtelint.flow.domain.values import UNKNOWN, Value, ValueKind, term
from mtelint.flow.transfer.evaluate import Evaluator, Result
from mtelint.model import BarrierKind, EffectKind
from mtelint.records import replace
from mtelint.syntax import c_tree


def bit_operation(ev: Evaluator, call: c_tree.Call, work: Work, values: tuple[Value, ...], used: bool) -> list[Result]:
    """What an operation of the vocabulary does with the bit that its first argument names, in the second."""
    role = values[0].bits.removeprefix("bit:") if len(values) > 1 else ""
    if role not in ("tagged", "lock"):
        return [(work, term(f"{call.name}@{ev.node}"))]
    effect = ev.context.vocabulary.bit_operations[call.name or ""]
    page = conversions.as_kind(values[1], ValueKind.PAGE).ref
    site, words = ev.site(call.span), ev.context.words(page)
    name = call.name or ""
    base = Event(effect.do, site, page, words, barrier=effect.barrier, raw=True, warned=ev.warned, callee=name)
    if effect.do is EffectKind.TEST and role == "tagged":
        return list(ev.test(work, page, site, raw=True, barrier=effect.barrier, callee=name))
    if effect.do is EffectKind.CLAIM:
        return _raw_claim(ev, work, base, role, used)
    if role == "tagged":
        _order(ev, work, base)
        ev.emit(work, base)
    return [(work, UNKNOWN)]


def _raw_claim(ev: Evaluator, work: Work, base: Event, role: str, used: bool) -> list[Result]:
    """``test_and_set_bit``: on the flag a test and set in one, on the lock bit a claim; true means not ours."""
    results: list[Result] = []
    if role == "tagged":
        _order(ev, work, base)
    outcomes: tuple[bool | None, ...] = (True, False) if used or role == "tagged" else (None,)
    for won in outcomes:
        w = work.fork()
        if ev.emit(w, replace(base, outcome=won, atomic=role == "tagged")):
            results.append((w, UNKNOWN if won is None else boolean(not won)))
    return results


def word_operation(ev: Evaluator, call: c_tree.Call, work: Work, word: Value) -> list[Result]:
    """What a function on a whole word does with the flag's mask; its name tells whether it clears, and orders."""
    name = call.name or ""
    kind = EffectKind.CLEAR if "andnot" in name or "clear" in name else EffectKind.SET
    full = None if name.endswith("_relaxed") else BarrierKind.FULL
    event = Event(kind, ev.site(call.span), word.ref, ev.context.words(word.ref), barrier=full, raw=True, callee=name)
    _order(ev, work, event)
    ev.emit(work, event)
    return [(work, term(f"{name}@{ev.node}"))]


def _order(ev: Evaluator, work: Work, event: Event) -> None:
    """An operation that is a barrier itself orders what stands before it."""
    if event.barrier in (BarrierKind.FULL, BarrierKind.RELEASE):
        page = work.page(event.page, event.words)
        work.pages[event.page] = replace(page, write_ordered=True)
