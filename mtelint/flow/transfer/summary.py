"""Function summaries: what a callee does to the pages of its parameters, on each outcome.

A summary is a small set of event sequences, one per distinct path, each with the value returned.  A caller replays
them on its own state, so that "the claim taken in a callee and released in its caller" needs no rule of its own.
"""

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.page_state import page_of
from mtelint.flow.domain.path_state import Lvalue, PathState, asked_of, held, lvalue_of, unassigned
from mtelint.flow.domain.premises import NONE, Premises
from mtelint.flow.domain.symbols import ZERO_PAGE, How, Symbol, derived, head_page, result, variable
from mtelint.flow.domain.values import Copied, Value, ValueKind, const, term
from mtelint.flow.transfer.evaluate import Evaluator, Result
from mtelint.flow.transfer.operators import binary
from mtelint.flow.transfer.refine import assume, comparison, truth
from mtelint.model import Domain, EffectKind
from mtelint.syntax import c_tree

MAX_PATHS = 12
"""More distinct paths than this make a callee unknown."""


class SummaryPath(Struct, frozen=True):
    """One way through a callee: its events on parameters' pages, in order, and the constant returned, if it is one.

    ``conditions`` are the truths of parameters, and of what they point to, on which it is taken; ``outs`` the constants
    that it leaves behind its pointers.
    """

    events: tuple[Event, ...]
    value: Value | None
    conditions: tuple[tuple[Symbol, bool], ...] = ()
    outs: tuple[tuple[Symbol, Value], ...] = ()
    premises: Premises = NONE
    """What the callee takes for granted on it."""


class Summary(Struct, frozen=True):
    """All ways through a callee.  ``complete`` is False where a part of the body is out of sight."""

    function: str
    parameters: tuple[str, ...]
    paths: tuple[SummaryPath, ...]
    complete: bool = True
    macro: bool = False
    """What it does stands where the macro is used."""
    cut: bool = False
    """A path through it has more events than callers are told of."""

    @property
    def roots(self) -> frozenset[int]:
        """The parameters whose pages something happens to, and those that decide about it, from 0."""
        pages = {event.page for path in self.paths for event in path.events if event.page is not None}
        found = (conversions.parameter_of(page, self.parameters) for page in pages)
        asked = {symbol for path in self.paths for symbol, _ in (*path.conditions, *path.outs)}
        deciding = {self.index_of(symbol) for symbol in asked}
        return frozenset(deciding | {parameter[0] for parameter in found if parameter is not None})

    def index_of(self, symbol: Symbol) -> int:
        """The index of the parameter that ``p``, ``*p``, ``p->field`` or a comparison of one is about."""
        return self.parameters.index(asked_of(symbol))

    @property
    def tells_claim(self) -> bool:
        """Who calls it learns by its value whether a claim was won, and nothing else happens to the page."""
        values: dict[bool | None, set[Value | None]] = {True: set(), False: set()}
        for path in self.paths:
            kinds = {event.kind for event in path.events if event.page is not None}
            claims = [event for event in path.events if _is_claim(event)]
            if kinds - {EffectKind.CLAIM} or len(claims) > 1:
                return False
            for event in claims:
                values.setdefault(event.outcome, set()).add(path.value)
        won, lost = values[True], values[False]
        return bool(won and lost) and None not in won | lost and not won & lost and None not in values

    @property
    def is_silent(self) -> bool:
        """Nothing happens to any page."""
        return not any(path.events for path in self.paths)


_PAGELESS = (EffectKind.BARRIER, EffectKind.FAULT, EffectKind.CALL, EffectKind.ACQUIRE, EffectKind.RELEASE)


def replay(
    ev: Evaluator, call: c_tree.Call, work: PathState, values: tuple[Value, ...], summary: Summary, used: bool
) -> list[Result]:
    """Let each path of the callee happen on the caller's state."""
    results: list[Result] = []
    for path in summary.paths if used else _unlooked(summary.paths):
        w = _agreeing(ev, call, work.fork(), values, summary, path)
        if w is not None:
            w.premises |= path.premises
        if w is not None and all(_replay_event(ev, call, w, values, summary, event) for event in path.events):
            for lvalue, value in path.outs:
                ev.bind(w, _seen_by_caller(lvalue, call, w, values, summary), value)
            results.append((w, _result(ev, values, summary, path)))
    if not results:
        results = [(work, term(result(summary.function, ev.node)))]
    if not summary.complete:
        _mark_incomplete(results, values, summary.is_silent)
    return results


def _unlooked(paths: tuple[SummaryPath, ...]) -> tuple[SummaryPath, ...]:
    """The ways through a callee whose value nobody looks at: those that differ by the outcome of a claim are one."""
    found: dict[tuple[object, ...], SummaryPath] = {}
    for path in paths:
        events = tuple(replace(e, outcome=None) if _is_claim(e) else e for e in path.events)
        key = (events, path.outs)
        known = found.get(key)
        if known is None:
            found[key] = path
            continue
        common = tuple(c for c in known.conditions if c in path.conditions)
        found[key] = SummaryPath(path.events if known.events == path.events else events, None, common, path.outs)
    return tuple(found.values())


def _is_claim(event: Event) -> bool:
    return event.kind is EffectKind.CLAIM and not event.atomic


def _agreeing(
    ev: Evaluator, call: c_tree.Call, state: PathState, values: tuple[Value, ...], summary: Summary, path: SummaryPath
) -> PathState | None:
    """The caller's state where the arguments are such that the callee takes this path; None where they are not."""
    agreed: PathState | None = state
    for symbol, holds in path.conditions:
        index = summary.index_of(symbol)
        if agreed is None or index >= len(values):
            break
        if symbol.how is How.COMPARISON:
            left, right = _argument(symbol.of[0], call, agreed, values, summary), const(symbol.of[1].text)
            value = binary(symbol.name, left, right, agreed, ev.context.vocabulary.whole_counts)
            asked = comparison(symbol.name, left, right)
        else:
            value = _argument(symbol, call, agreed, values, summary)
            asked = truth(value)
        agreed = assume(agreed, value, asked, holds, value.ref.text)
    return agreed


def _argument(
    symbol: Symbol, call: c_tree.Call, state: PathState, values: tuple[Value, ...], summary: Summary
) -> Value:
    """What the caller has for ``p``, ``*p`` or ``p->field`` of a parameter."""
    if symbol.leaf is not None:
        return values[summary.index_of(symbol)]
    seen = _seen_by_caller(symbol, call, state, values, summary)
    return held(state, seen) or unassigned(seen)


def _seen_by_caller(
    symbol: Symbol, call: c_tree.Call, state: PathState, values: tuple[Value, ...], summary: Summary
) -> Lvalue:
    """``*p`` and ``p->field`` of a parameter as the caller has them; None where it passes no argument for it."""
    index = summary.index_of(symbol)
    if index >= len(values):
        return None
    argument = call.args[index]
    if isinstance(argument, c_tree.Unary) and argument.op == "&" and isinstance(argument.operand, c_tree.Name):
        name = argument.operand.id
        whole = state.env[name].ref if name in state.env else variable(name)
        return derived(How.DOT, symbol.name, whole) if symbol.how is How.ARROW else name
    return lvalue_of(symbol.replaced(variable(summary.parameters[index]), values[index].ref))


def _result(ev: Evaluator, values: tuple[Value, ...], summary: Summary, path: SummaryPath) -> Value:
    here = result(summary.function, ev.node)
    if path.value is None:
        return term(derived(How.CALL, summary.function, *(v.ref for v in values)) if summary.is_silent else here)
    copied = path.value.copied
    if copied is None:
        return path.value
    asked = {variable(name): value.ref for name, value in zip(summary.parameters, values, strict=False)}
    return replace(path.value, ref=here, copied=Copied(copied.full, asked.get(copied.asked, copied.asked)))


def _mark_incomplete(results: list[Result], values: tuple[Value, ...], unseen: bool) -> None:
    """``unseen``: nothing that the callee does to a page is in sight."""
    for w, _ in results:
        for value in values:
            if value.kind in (ValueKind.PAGE, ValueKind.FOLIO) and value.ref in w.pages:
                page = w.pages[value.ref]
                seen = replace(page.unseen, escaped=page.unseen.escaped or unseen, half_seen=True)
                w.pages[value.ref] = replace(page, unseen=seen)


def _replay_event(
    ev: Evaluator, call: c_tree.Call, state: PathState, values: tuple[Value, ...], summary: Summary, event: Event
) -> bool:
    site = ev.site(call.span)
    told = event.told or (event.kind is EffectKind.CLAIM and summary.tells_claim)
    moved = replace(
        event, told=told, site=site, inner=event.inner if summary.macro else event.place, callee=summary.function
    )
    if event.page is None:
        return event.kind not in _PAGELESS or ev.emit(state, moved)
    if event.page == ZERO_PAGE:
        return ev.emit(state, moved)
    parameter = conversions.parameter_of(event.page, summary.parameters)
    if parameter is None or parameter[0] >= len(values):
        return True
    index, kind = parameter
    argument = values[index]
    moved = replace(moved, guessed=kind is ValueKind.ADDRESS and argument.is_term)
    if moved.guessed and event.kind is EffectKind.WRITE:
        state.wild = moved
    symbol = _page_in_caller(ev, state, argument, kind, event.domain)
    return ev.emit(state, replace(moved, page=symbol, words=ev.context.words(symbol)))


def _page_in_caller(ev: Evaluator, state: PathState, argument: Value, kind: ValueKind, domain: Domain) -> Symbol:
    """The caller's page, or folio, for the callee's that the argument is passed for in the form ``kind``."""
    if domain is Domain.HUGETLB:
        return conversions.as_kind(argument, ValueKind.FOLIO).ref
    if kind is not ValueKind.FOLIO:
        return conversions.as_kind(argument, kind).ref
    folio = conversions.as_kind(argument, kind)
    symbol = head_page(folio.ref)
    if symbol not in state.pages:
        state.pages[symbol] = page_of(folio.ref, ev.context.words(symbol))
    return symbol
