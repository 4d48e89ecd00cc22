"""What one function's analysis needs to know, and where it writes down what it sees."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.flow.domain import symbols
from mtelint.flow.domain.conversions import mapped_page
from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.domain.knowledge import Flag, shared
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.domain.premises import NONE, Premise, Premises
from mtelint.flow.domain.symbols import Symbol, folio_of, variable
from mtelint.flow.domain.values import Value, ValueKind, term
from mtelint.model import BarrierKind, Domain, EffectKind, Extent, FlagRole, Form, PremiseKind, Vocabulary
from mtelint.syntax import c_tree


class Record(Struct, frozen=True):
    """One event with what was known of its page right before; ``claims`` are the pages then under claim."""

    event: Event
    before: PageState
    trace: Trace | None
    node: int
    wild: Event | None = None
    premises: Premises = NONE


class ExitRecord(Struct, frozen=True):
    """The end of a page's path: the function returns (``value``), or nothing names the page any more."""

    page: Symbol
    state: PageState
    trace: Trace | None
    returns: bool
    value: Value | None = None
    node: int = 0
    wild: Event | None = None
    others: tuple[tuple[Symbol, PageState], ...] = ()
    premises: Premises = NONE


_TOKEN = re.compile(r"\w+|[^\w\s]")
_FORMS = {Form.PAGE: ValueKind.PAGE, Form.FOLIO: ValueKind.FOLIO, Form.PTE: ValueKind.PTE}


def kind_of_type(spelled: str, vocabulary: Vocabulary) -> ValueKind:
    """What a declared type says about a value."""
    return _kind_of_type(spelled, tuple(vocabulary.types.items()))


@lru_cache(maxsize=1024)
def _kind_of_type(spelled: str, types: tuple[tuple[str, Form], ...]) -> ValueKind:
    written = _TOKEN.findall(spelled)
    for name, form in types:
        due = _TOKEN.findall(name)
        if written[-len(due) :] == due:
            return _FORMS.get(form, ValueKind.TERM)
    return ValueKind.TERM


class Context(Struct):
    """The function under analysis: names, types, flag aliases, and the words of the source for its pages."""

    path: str
    unit: int
    function: str
    vocabulary: Vocabulary
    types: dict[str, str]
    aliases: Mapping[str, FlagRole]
    text: Callable[[c_tree.Span], str]
    parameters: tuple[str, ...] = ()
    contract: frozenset[str] = frozenset()
    """Parameters of which callers are told what a path asks of them and leaves behind them."""
    words_that_matter: frozenset[str] = frozenset()
    """Functions and flag names at which something may happen to a page."""
    spelled: dict[Symbol, str] = field(default_factory=dict)

    def site(self, span: c_tree.Span) -> Site:
        """The place of a span of this function."""
        return Site(self.path, self.unit, span.start, span.end, self.function)

    def is_parameter(self, name: str) -> bool:
        """Whether the name is a parameter in sight."""
        return name in self.parameters

    def flag_role(self, name: str) -> FlagRole | None:
        """What a flag bit is for, by a spelling of it."""
        return self.vocabulary.flag_role(name) or self.aliases.get(name)

    def typed(self, name: str, symbol: Symbol) -> Value:
        """A value by the declared type of ``name``; the form is kept even where ``symbol`` is all that is known."""
        spelled = self.types.get(name)
        kind = kind_of_type(spelled, self.vocabulary) if spelled else ValueKind.TERM
        if kind is ValueKind.TERM:
            return term(symbol)
        return mapped_page(symbol) if kind is ValueKind.PTE else Value(kind, symbol)

    def unassigned(self, name: str) -> Value:
        """A variable to which nothing was assigned in sight."""
        return self.typed(name, variable(name))

    def rename(self, symbol: Symbol, name: str) -> None:
        """Remember the variable that names a page in the source."""
        self.spelled.setdefault(symbol, name)

    def words(self, symbol: Symbol) -> str:
        """The page in the words of the source."""
        return self.spelled.get(symbol) or symbols.words(symbol)


class Recorder(Struct):
    """Applies events to states and writes each down once per distinct state, by the path that rests on least."""

    context: Context
    records: dict[tuple[object, ...], Record] = field(default_factory=dict)
    exits: dict[tuple[object, ...], ExitRecord] = field(default_factory=dict)
    node: int = 0
    turns: bool = True

    def emit(self, work: PathState, event: Event) -> bool:
        """Let the event happen; False where the path is infeasible."""
        if event.kind is EffectKind.BARRIER:
            self._barrier(work, event)
        elif event.kind in (EffectKind.ACQUIRE, EffectKind.RELEASE):
            self._lock(work, event)
        elif event.kind is EffectKind.FAULT:
            self._fault(work, event)
        elif event.page is not None:
            return self._page_event(work, event, event.page)
        else:
            work.wild = event  # code out of sight
        work.push(event)
        return True

    def _page_event(self, work: PathState, event: Event, page: Symbol) -> bool:
        before = work.page(page, event.words)
        if not before.known.allows(event):
            return False
        self._note(event, before, work)
        stored = work.pages.get(page, before)
        work.pages[page] = stored.after(event, work.locks)
        if event.kind is EffectKind.WRITE:
            self._cover(work, event, stored.folio.parent)
        elif event.kind in (EffectKind.CALL, EffectKind.PUT, EffectKind.PUBLISH):
            self._spread(work, event, stored.folio.parent, folio_of(page))
        work.push(event)
        return True

    def _note(self, event: Event, before: PageState, work: PathState, more: Premises = NONE) -> None:
        key = (event, before, work.wild)
        known = self.records.get(key)
        rests_on = work.premises | more
        if known is None or len(rests_on) < len(known.premises):
            self.records[key] = Record(event, before, work.trace, self.node, work.wild, rests_on)

    def _cover(self, work: PathState, event: Event, parent: Symbol | None) -> None:
        """A page of a folio was written: that is a part of the folio's tags, in this turn of the loop."""
        if parent is not None:
            folio = work.page(parent)
            part = replace(event, page=parent, words=folio.words, domain=Domain.HUGETLB, extent=Extent.PART)
            self._note(part, folio, work)
            work.pages[parent] = folio.page_written(event, part, work.locks)
            work.push(part)

    def _spread(self, work: PathState, event: Event, parent: Symbol | None, head: Symbol) -> None:
        """What happens to the head page happens to the folio, and who gets a page may reach the others."""
        folio = parent or head
        if folio in work.pages and (event.kind is EffectKind.CALL or folio == head):
            work.pages[folio] = work.pages[folio].after(event, work.locks)

    def _barrier(self, work: PathState, event: Event) -> None:
        assert event.barrier is not None
        if event.barrier in (BarrierKind.WRITE, BarrierKind.FULL, BarrierKind.RELEASE):
            work.barrier = event.site
        for symbol, page in list(work.pages.items()):
            self._note(replace(event, page=symbol, words=page.words), page, work)
            work.pages[symbol] = page.fenced(event.barrier, event.site)

    def _lock(self, work: PathState, event: Event) -> None:
        if event.kind is EffectKind.ACQUIRE:
            work.locks = work.locks | {event.lock if event.exclusive else shared(event.lock)}
            return
        names = frozenset({event.lock, shared(event.lock)})
        work.locks = work.locks - names
        for symbol, page in work.pages.items():
            work.pages[symbol] = page.unlocked(event, names)

    def _fault(self, work: PathState, event: Event) -> None:
        for symbol, page in work.pages.items():
            if page.claim.may_be_held and page.known.flag is not Flag.SET:
                words = self.context.words(symbol)
                here = Premise(PremiseKind.SAME_PAGE, event.site, f"the user's address maps `{words}` itself")
                self._note(replace(event, page=symbol, words=words), page, work, frozenset((here,)))

    def retire(
        self, work: PathState, symbol: Symbol, state: PageState, returns: bool = False, value: Value | None = None
    ) -> None:
        """Nothing happens to the page any more on this path."""
        key = (symbol, state, returns, value, work.wild)
        known = self.exits.get(key)
        if known is None or len(work.premises) < len(known.premises):
            others = tuple((s, p) for s, p in work.pages.items() if s != symbol and p.acted_on)
            self.exits[key] = ExitRecord(
                symbol, state, work.trace, returns, value, self.node, work.wild, others, work.premises
            )
