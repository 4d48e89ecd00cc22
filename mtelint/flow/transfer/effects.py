"""What the vocabulary says that a call does: each of its effects as an event, and the path forked where one comes out
in more ways than one.

Apart from :mod:`mtelint.flow.transfer.calls`, which finds out what a call is: here the lines of its entry are all
that counts.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from mtelint.flow.dataflow.liveness import names_of
from mtelint.flow.domain import conversions, counts
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.knowledge import Claim, Flag
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.domain.symbols import How, Symbol, result, variable
from mtelint.flow.domain.values import UNKNOWN, Value, ValueKind, boolean, const, term
from mtelint.flow.transfer.evaluate import Evaluator, Result
from mtelint.model import Domain, Effect, EffectKind, Extent, FlagRole, When
from mtelint.syntax import c_tree


def perform(
    ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...], effects: Iterable[Effect], used: bool
) -> list[Result]:
    """Let the effects happen one after the other; the value is unknown where none of them says what it is."""
    results: list[Result] = [(work, UNKNOWN)]
    for effect in effects:
        results = [r for w, v in results for r in _effect(ev, call, w, values, effect, v, used)]
    return results


def _effect(
    ev: Evaluator,
    call: c_tree.Call,
    work: PathState,
    values: tuple[Value, ...],
    effect: Effect,
    value: Value,
    used: bool,
) -> list[Result]:
    site = ev.site(call.span)
    argument = values[effect.arg - 1] if effect.arg and len(values) >= effect.arg else None
    match effect.do:
        case EffectKind.BARRIER:
            ev.emit(work, Event(effect.do, site, barrier=effect.barrier))
            return [(work, value)]
        case EffectKind.FAULT:
            ev.emit(work, Event(effect.do, site))
            return [(work, value)]
        case EffectKind.ACQUIRE | EffectKind.RELEASE:
            return _lock(ev, work, effect, argument, site, value, used)
        case EffectKind.WAIT:
            return _wait(ev, call, work, values, effect)
    if argument is None:
        return [(work, value)]
    if effect.do in (EffectKind.ZERO_TEST, EffectKind.HUGETLB_TEST):
        return [(work, _question(effect, argument))]
    return _page_effect(ev, call, work, argument, effect, site, value, used)


def _page_effect(
    ev: Evaluator,
    call: c_tree.Call,
    work: PathState,
    argument: Value,
    effect: Effect,
    site: Site,
    value: Value,
    used: bool,
) -> list[Result]:
    event = _event(ev, argument, effect, site, call.name or "")
    match effect.do:
        case EffectKind.TEST:
            return list(ev.test(work, event))
        case EffectKind.CLAIM:
            return _fork(ev, work, event, (True, False) if used else (None,))
        case EffectKind.PUBLISH if argument.kind is not ValueKind.PTE:
            return [(work, value)]
        case EffectKind.PUBLISH:
            event = _mapping(work, event)
    if effect.when is When.TRUE:
        w = work.fork()
        ev.emit(w, event)
        return [(w, boolean(True)), (work, boolean(False))]
    if effect.do is EffectKind.WRITE and argument.is_term:
        work.wild = event
    if effect.when is When.FULL and not argument.offset:
        return _copied(ev, call, work, event)
    ev.emit(work, event)
    return [(work, term(result(call.name or "", ev.node)) if effect.when is When.FULL else value)]


def _mapping(work: PathState, event: Event) -> Event:
    """A PTE of unknown origin maps the one page whose tags this path has written and whose flag it has yet to set."""
    page = event.page
    if page is None or page.how is not How.OF_PTE or page in work.pages or page.is_versioned:
        return event
    open_pages = [(s, p) for s, p in work.pages.items() if p.tags.last is not None and p.known.flag is not Flag.SET]
    if len(open_pages) != 1 or open_pages[0][1].claim.state is not Claim.HELD:
        return event
    symbol, state = open_pages[0]
    return replace(event, page=symbol, words=state.words, guessed=True)


def _event(ev: Evaluator, argument: Value, effect: Effect, site: Site, callee: str) -> Event:
    misused = effect.address and argument.kind in (ValueKind.PAGE, ValueKind.FOLIO)
    kind = ValueKind.ADDRESS if effect.address and not misused else ValueKind.PAGE
    if effect.domain is Domain.HUGETLB:
        kind = ValueKind.FOLIO
    if argument.kind is ValueKind.PFN or effect.pfn:
        kind = ValueKind.PFN
    target = conversions.as_kind(argument, kind)
    extent = effect.extent
    if effect.do is EffectKind.WRITE and target.offset:
        extent = Extent.PART
    return Event(
        effect.do, site, target.ref, ev.context.words(target.ref), extent=extent, how=effect.how,
        barrier=effect.barrier, domain=effect.domain, misused=misused, callee=callee, warned=ev.warned,
        guessed=effect.address and argument.is_term,
    )  # fmt: skip


def _lock(
    ev: Evaluator, work: PathState, effect: Effect, argument: Value | None, site: Site, value: Value, used: bool
) -> list[Result]:
    lock = variable(effect.lock) if effect.lock else argument.ref if argument is not None else variable("")
    event = Event(effect.do, site, lock=lock.text, exclusive=effect.exclusive and is_global(lock))
    if effect.when and used:
        taken = work.fork()
        ev.emit(taken, event)
        won = effect.when is When.TRUE
        return [(taken, boolean(won)), (work, const("-EINTR") if not won else boolean(False))]
    ev.emit(work, event)
    return [(work, value)]


def _wait(ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...], effect: Effect) -> list[Result]:
    """``smp_cond_load_*(&page->flags, VAL & mask)``: afterwards the flag is set."""
    word = next((v for v in values if v.kind is ValueKind.WORD), None)
    if word is None or not any(ev.context.flag_role(n) is FlagRole.TAGGED for n in names_of(*call.args)):
        return [(work, UNKNOWN)]
    event = Event(
        EffectKind.WAIT, ev.site(call.span), word.ref, ev.context.words(word.ref), True,
        barrier=effect.barrier, raw=True, callee=call.name or "",
    )  # fmt: skip
    ev.emit(work, event)
    return [(work, UNKNOWN)]


def _fork(ev: Evaluator, work: PathState, event: Event, outcomes: tuple[bool | None, ...]) -> list[Result]:
    results: list[Result] = []
    for outcome in outcomes:
        w = work.fork()
        if ev.emit(w, replace(event, outcome=outcome)):
            results.append((w, UNKNOWN if outcome is None else boolean(outcome)))
    return results


def _copied(ev: Evaluator, call: c_tree.Call, work: PathState, event: Event) -> list[Result]:
    """A copy from the user to the start of a page: it writes the whole page, or it falls short."""
    asked = ev.evaluate(call.args[-1], work.fork())[0][1].ref
    results: list[Result] = []
    for full in (True, False):
        w = work.fork()
        ev.emit(w, replace(event, extent=Extent.WHOLE) if full else event)
        results.append((w, counts.count(result(call.name or "", ev.node), asked, full=full)))
    return results


def _question(effect: Effect, argument: Value) -> Value:
    if effect.do is EffectKind.ZERO_TEST:
        return Value(ValueKind.ZERO, conversions.as_kind(argument, ValueKind.PFN if effect.pfn else ValueKind.PAGE).ref)
    return Value(ValueKind.HUGE, conversions.as_kind(argument, ValueKind.FOLIO).ref)


def is_global(lock: Symbol) -> bool:
    """Whether the lock is one for all pages: ``&name`` without a member, so not one per mm or per VM."""
    held = lock.of[0] if lock.how is How.PREFIX and lock.name == "&" else lock
    return held.leaf is not None and held.leaf.node is None and held.leaf.name.isidentifier()
