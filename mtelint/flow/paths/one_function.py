"""One function by itself: the state at its entry, its paths, and what its ends tell its callers.

Apart from :mod:`mtelint.flow.program.program`, because all of it is told by the function, the vocabulary and what its
callees and callers say, whatever else is under review.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from mtelint.flow.cfg.control_names import Assertions
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.domain import conversions
from mtelint.flow.domain.conversions import parameter_of as parameter_of_page
from mtelint.flow.domain.events import Event, Trace
from mtelint.flow.domain.page_state import fresh_page
from mtelint.flow.domain.path_state import PathState, asked_of, pointer_of
from mtelint.flow.domain.symbols import ZERO_PAGE, Symbol
from mtelint.flow.domain.values import Value, ValueKind
from mtelint.flow.paths.path_analysis import Solver, Watcher
from mtelint.flow.transfer.calls import CallHandler
from mtelint.flow.transfer.context import Context, ExitRecord, Record, Recorder
from mtelint.flow.transfer.summary import MAX_PATHS, Summary, SummaryPath
from mtelint.model import EffectKind, FlagRole, Vocabulary
from mtelint.model.limits import limits
from mtelint.syntax import c_tree
from mtelint.syntax.unit import Unit

_NEUTRAL = (
    EffectKind.CALL, EffectKind.BARRIER, EffectKind.ACQUIRE, EffectKind.RELEASE, EffectKind.FAULT, EffectKind.WAIT,
)  # fmt: skip

Return = tuple[PathState, Value | None]
"""A path that returns: its last state, and the value."""


class Paths(Struct, frozen=True):
    """All that was seen on the paths of one function, those of all its readings together.

    ``leaving`` are the states that fall off the end of what is in sight.
    """

    records: tuple[Record, ...]
    exits: tuple[ExitRecord, ...]
    returns: Sequence[Return]
    leaving: Sequence[PathState]
    steps: int
    limit_hit: bool


# --- the entry --------------------------------------------------------------------------------------------------------


def context_of(
    function: c_tree.Function, unit: Unit, index: int, vocabulary: Vocabulary, aliases: Mapping[str, FlagRole],
    matters: frozenset[str],
) -> Context:  # fmt: skip
    """The context of a function of a unit; ``matters`` are the names at which something may happen to a page."""
    named = [p for p in function.params if p.name]

    def text(span: c_tree.Span) -> str:
        return unit.text[span.start : span.end].decode("utf-8", "replace")

    return Context(
        unit.path, index, function.name, vocabulary, {p.name: p.type for p in named}, aliases, text,
        parameters=tuple(p.name for p in function.params), words_that_matter=matters,
        contract=frozenset(p.name for p in named if "static" in function.storage),
    )  # fmt: skip


def stops_of(vocabulary: Vocabulary) -> tuple[frozenset[str], Assertions]:
    """What a graph is to know of calls behind which nothing follows, always or by what they ask."""
    asking = Assertions(vocabulary.stop_where_true, vocabulary.stop_where_false)
    return frozenset(vocabulary.noreturn), asking


def entry_state(context: Context, function: c_tree.Function, addresses: Mapping[str, str]) -> PathState:
    """The state at the first statement; ``addresses`` are the parameters that are the address of another's page."""
    work = PathState()
    entry = context.vocabulary.functions.get(function.name)
    for index, parameter in enumerate(function.params, 1):
        if not parameter.name:
            continue
        value = context.unassigned(parameter.name)
        work.env[parameter.name] = value
        if entry is not None and index in entry.fresh:
            work.pages[conversions.as_kind(value, ValueKind.PAGE).ref] = fresh_page(parameter.name)
    for name, page in addresses.items():
        work.env[name] = conversions.as_kind(work.env[page], ValueKind.ADDRESS)
    return work


# --- the paths --------------------------------------------------------------------------------------------------------


def follow(
    graphs: Iterable[Cfg], context: Context, handler: CallHandler, entering: Sequence[PathState], versions: int,
    watch: Watcher | None = None,
) -> Paths:  # fmt: skip
    """Follow all paths of a function through each of its graphs, from each of the states in which it is entered."""
    recorder = Recorder(context)
    returns: list[Return] = []
    leaving: list[PathState] = []
    steps, limit_hit = 0, False
    for cfg in graphs:
        solver = Solver(cfg, context, recorder, handler, versions, watch)
        for state in entering:
            solver.run(state.fork())
        returns += solver.ends.returns
        leaving += solver.ends.leaving
        steps += solver.steps
        limit_hit = limit_hit or solver.limit_hit
    return Paths(
        tuple(recorder.records.values()), tuple(recorder.exits.values()), returns, leaving, steps, limit_hit
    )  # fmt: skip


# --- the ends ---------------------------------------------------------------------------------------------------------


def summarise(name: str, parameters: tuple[str, ...], returns: Sequence[Return], complete: bool) -> Summary:
    """What the ends of a function's paths tell its callers, one path for each way that differs for them."""
    paths: dict[tuple[object, ...], SummaryPath] = {}
    named = frozenset(p for p in parameters if p)
    for work, value in returns:
        events = _relevant(work.trace, parameters)
        if len(events) > limits().events:
            return Summary(name, parameters, (), False, cut=True)
        known = value if value is not None and value.kind in (ValueKind.CONST, ValueKind.COUNT) else None
        outs = _outs(work, named)
        asked = {symbol: fact.truth for symbol, fact in work.facts.items() if asked_of(symbol) in named}
        key = (tuple(_shape(e) for e in events), known, outs)
        if key in paths:
            asked = {symbol: truth for symbol, truth in paths[key].conditions if asked.get(symbol) is truth}
        rests_on = work.premises
        if key in paths and len(paths[key].premises) <= len(rests_on):
            rests_on = paths[key].premises
        paths[key] = SummaryPath(events, known, tuple(sorted(asked.items(), key=_spelled)), outs, rests_on)
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
