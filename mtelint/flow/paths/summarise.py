"""From the ends of a function's paths to what its callers are told."""

from collections.abc import Sequence

from mtelint.flow.domain.conversions import parameter_of as parameter_of_page
from mtelint.flow.domain.events import Event, Trace
from mtelint.flow.domain.path_state import PathState, parameter_of, pointer_of
from mtelint.flow.domain.symbols import ZERO_PAGE, Symbol
from mtelint.flow.domain.values import Value, ValueKind
from mtelint.flow.transfer.summary import MAX_PATHS, Summary, SummaryPath
from mtelint.model import EffectKind

_NEUTRAL = (
    EffectKind.CALL, EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE, EffectKind.FAULT, EffectKind.WAIT,
)  # fmt: skip


def summarise(
    name: str, parameters: tuple[str, ...], returns: Sequence[tuple[PathState, Value | None]], complete: bool
) -> Summary:
    """What the ends of a function's paths tell its callers, one path for each way that differs for them."""
    paths: dict[tuple[object, ...], SummaryPath] = {}
    named = frozenset(p for p in parameters if p)
    for work, value in returns:
        events = _relevant(work.trace, parameters)
        known = value if value is not None and value.kind in (ValueKind.CONST, ValueKind.COUNT) else None
        outs = _outs(work, named)
        asked = {symbol: fact.truth for symbol, fact in work.facts.items() if parameter_of(symbol) in named}
        key = (tuple(_shape(e) for e in events), known, outs)
        if key in paths:
            asked = {symbol: truth for symbol, truth in paths[key].conditions if asked.get(symbol) is truth}
        paths[key] = SummaryPath(events, known, tuple(sorted(asked.items(), key=_spelled)), outs)
    kept = tuple(paths.values())
    if len(kept) > MAX_PATHS:
        return Summary(name, parameters, (), False)
    return Summary(name, parameters, kept, complete)


def _outs(state: PathState, parameters: frozenset[str]) -> tuple[tuple[Symbol, Value], ...]:
    """The constants that the callee leaves behind its pointers."""
    found = [(s, v) for s, v in state.memory.items() if pointer_of(s) in parameters and v.kind is ValueKind.CONST]
    return tuple(sorted(found, key=_spelled))


def _spelled(item: tuple[Symbol, object]) -> str:
    return item[0].text


def _shape(event: Event) -> tuple[object, ...]:
    return (event.kind, event.page, event.outcome, event.how, event.extent, event.domain, event.lock, event.atomic)


def _relevant(trace: Trace | None, parameters: tuple[str, ...]) -> tuple[Event, ...]:
    events = [i for i in (trace.forwards() if trace else ()) if isinstance(i, Event)]
    kept = [e for e in events if (e.kind in _NEUTRAL and not e.page) or _of_parameter(e, parameters)]
    if not any(e.page for e in kept):
        kept = [e for e in kept if e.kind is not EffectKind.FAULT]
    return tuple(kept)


def _of_parameter(event: Event, parameters: tuple[str, ...]) -> bool:
    page = event.page
    return page is not None and (page == ZERO_PAGE or parameter_of_page(page, parameters) is not None)
