"""From the ends of a function's paths to what its callers are told."""

from collections.abc import Sequence

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event, Trace
from mtelint.flow.domain.path_state import Work, is_out, root_of
from mtelint.flow.domain.values import Value, ValueKind
from mtelint.flow.transfer.summary import MAX_PATHS, Summary, SummaryPath
from mtelint.model import EffectKind

_NEUTRAL = (
    EffectKind.CALL, EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE, EffectKind.FAULT, EffectKind.WAIT,
)  # fmt: skip


def summarise(
    name: str, parameters: tuple[str, ...], returns: Sequence[tuple[Work, Value | None]], complete: bool
) -> Summary:
    """What the ends of a function's paths tell its callers, one path for each way that differs for them."""
    paths: dict[tuple[object, ...], SummaryPath] = {}
    named = frozenset(p for p in parameters if p)
    for work, value in returns:
        events = _relevant(work.trace, parameters)
        known = value if value is not None and value.kind in (ValueKind.CONST, ValueKind.COUNT) else None
        outs = tuple(sorted((n, v) for n, v in work.env.items() if is_out(n, named) and v.kind is ValueKind.CONST))
        asked = {text: truth for (_, text), truth in work.facts.items() if root_of(text) in named}
        key = (tuple(_shape(e) for e in events), known, outs)
        if key in paths:
            asked = {t: truth for t, truth in paths[key].conditions if asked.get(t) is truth}
        paths[key] = SummaryPath(events, known, tuple(sorted(asked.items())), outs)
    kept = tuple(paths.values())
    if len(kept) > MAX_PATHS:
        return Summary(name, parameters, (), False)
    return Summary(name, parameters, kept, complete)


def _shape(event: Event) -> tuple[object, ...]:
    return (event.kind, event.page, event.outcome, event.how, event.extent, event.domain, event.lock, event.atomic)


def _relevant(trace: Trace | None, parameters: tuple[str, ...]) -> tuple[Event, ...]:
    events = [i for i in (trace.forwards() if trace else ()) if isinstance(i, Event)]
    kept = [e for e in events if (e.kind in _NEUTRAL and not e.page) or _of_parameter(e, parameters)]
    if not any(e.page for e in kept):
        kept = [e for e in kept if e.kind is not EffectKind.FAULT]
    return tuple(kept)


def _of_parameter(event: Event, parameters: tuple[str, ...]) -> bool:
    return bool(event.page) and (
        event.page == conversions.ZERO_PAGE or conversions.root(event.page, parameters) is not None
    )
