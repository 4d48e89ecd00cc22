"""Function summaries: what a callee does to the pages of its parameters, on each outcome.

A summary is a small set of event sequences, one per distinct path, each with the value returned.  A caller replays
them on its own state, so that "the claim taken in a callee and released in its caller" needs no rule of its own.
"""

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.path_state import Work, root_of
from mtelint.flow.domain.values import Value, ValueKind, term
from mtelint.flow.transfer.evaluate import Evaluator, Result
from mtelint.flow.transfer.refine import assume
from mtelint.model import EffectKind
from mtelint.records import dataclass, replace
from mtelint.syntax import c_tree

MAX_PATHS = 12
"""More distinct paths than this make a callee unknown."""


@dataclass(frozen=True, slots=True)
class SummaryPath:
    """One way through a callee: its events on parameters' pages, in order, and the constant returned, if it is one.

    ``conditions`` are the truths of parameters, and of what they point to, on which it is taken; ``outs`` the constants
    that it leaves behind its pointers.
    """

    events: tuple[Event, ...]
    value: Value | None
    conditions: tuple[tuple[str, bool], ...] = ()
    outs: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """All ways through a callee.  ``complete`` is False where a part of the body is out of sight."""

    function: str
    parameters: tuple[str, ...]
    paths: tuple[SummaryPath, ...]
    complete: bool = True
    macro: bool = False
    """What it does stands where the macro is used."""

    @property
    def roots(self) -> frozenset[int]:
        """The parameters whose pages something happens to, and those that decide about it, from 0."""
        found = (conversions.root(event.page, self.parameters) for path in self.paths for event in path.events)
        texts = {text for path in self.paths for text, _ in (*path.conditions, *path.outs)}
        deciding = {self.parameters.index(root_of(text)) for text in texts}
        return frozenset(deciding | {root[0] for root in found if root is not None})

    @property
    def is_silent(self) -> bool:
        """Nothing happens to any page."""
        return not any(path.events for path in self.paths)


_PAGELESS = (EffectKind.BARRIER, EffectKind.FAULT, EffectKind.CALL, EffectKind.ACQUIRE, EffectKind.RELEASE)


def replay(
    ev: Evaluator, call: c_tree.Call, work: Work, values: tuple[Value, ...], summary: Summary, used: bool
) -> list[Result]:
    """Let each path of the callee happen on the caller's state."""
    results: list[Result] = []
    for path in summary.paths:
        w = _agreeing(call, work.fork(), values, summary, path)
        if w is not None and all(_replay_event(ev, call, w, values, summary, event) for event in path.events):
            for text, value in path.outs:
                ev.bind(w, _seen_by_caller(text, call, w, values, summary), value)
            results.append((w, _result(ev, values, summary, path)))
    if not results:
        results = [(work, term(f"{summary.function}@{ev.node}"))]
    if not summary.complete:
        _mark_incomplete(results, values, summary.is_silent)
    return results


def _agreeing(
    call: c_tree.Call, work: Work, values: tuple[Value, ...], summary: Summary, path: SummaryPath
) -> Work | None:
    """The caller's state where the arguments are such that the callee takes this path; None where they are not."""
    agreed: Work | None = work
    for text, truth in path.conditions:
        index = summary.parameters.index(root_of(text))
        if agreed is None or index >= len(values):
            break
        value = values[index]
        if text != summary.parameters[index]:
            lvalue = _seen_by_caller(text, call, agreed, values, summary)
            value = agreed.env.get(lvalue) or term(lvalue)
        agreed = assume(agreed, value, ("truth", value.kind.value, value.ref, "!="), truth, value.ref)
    return agreed


def _seen_by_caller(text: str, call: c_tree.Call, work: Work, values: tuple[Value, ...], summary: Summary) -> str:
    """``*p`` and ``p->field`` of a parameter in the words of the caller, ``*`` where it has none."""
    index = summary.parameters.index(root_of(text))
    if index >= len(values):
        return "*"
    argument, rest = call.args[index], text.lstrip("*").removeprefix(summary.parameters[index])
    if isinstance(argument, c_tree.Unary) and argument.op == "&" and isinstance(argument.operand, c_tree.Name):
        name = argument.operand.id
        return f"{work.env[name].ref if name in work.env else name}.{rest[2:]}" if rest else name
    return f"{values[index].ref}{rest}" if rest else f"*{values[index].ref}"


def _result(ev: Evaluator, values: tuple[Value, ...], summary: Summary, path: SummaryPath) -> Value:
    here = f"{summary.function}@{ev.node}"
    if path.value is None:
        return term(f"{summary.function}({', '.join(v.ref for v in values)})" if summary.is_silent else here)
    if path.value.kind is not ValueKind.COUNT:
        return path.value
    kind, _, asked = path.value.bits.partition(":")
    index = summary.parameters.index(asked) if asked in summary.parameters else len(values)
    return replace(path.value, ref=here, bits=f"{kind}:{values[index].ref if index < len(values) else asked}")


def _mark_incomplete(results: list[Result], values: tuple[Value, ...], unseen: bool) -> None:
    """``unseen``: nothing that the callee does to a page is in sight."""
    for w, _ in results:
        for value in values:
            if value.kind in (ValueKind.PAGE, ValueKind.FOLIO) and value.ref in w.pages:
                page = w.pages[value.ref]
                w.pages[value.ref] = replace(page, escaped=page.escaped or unseen, half_seen=True)


def _replay_event(
    ev: Evaluator, call: c_tree.Call, work: Work, values: tuple[Value, ...], summary: Summary, event: Event
) -> bool:
    site = ev.site(call.span)
    moved = replace(event, site=site, inner=event.inner if summary.macro else event.place, callee=summary.function)
    if not event.page and event.kind in _PAGELESS:
        return ev.emit(work, moved)
    if event.page == conversions.ZERO_PAGE:
        return ev.emit(work, moved)
    root = conversions.root(event.page, summary.parameters)
    if root is None or root[0] >= len(values):
        return True
    index, kind = root
    argument = values[index]
    moved = replace(moved, guessed=kind is ValueKind.ADDRESS and argument.is_term)
    if moved.guessed and event.kind is EffectKind.WRITE:
        work.wild = moved
    if event.domain == "hugetlb":
        kind = ValueKind.FOLIO
        symbol = conversions.as_kind(argument, kind).ref
    elif kind is ValueKind.FOLIO:
        folio = conversions.as_kind(argument, kind)
        symbol = conversions.head_page(folio).ref
        if symbol not in work.pages:
            work.pages[symbol] = PageState(words=ev.context.words(symbol), parent=folio.ref)
    else:
        symbol = conversions.as_kind(argument, kind).ref
    return ev.emit(work, replace(moved, page=symbol, words=ev.context.words(symbol)))
