"""What one function's analysis needs to know, and where it writes down what it sees."""

from collections.abc import Callable, Mapping
from dataclasses import field
from functools import lru_cache

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.domain.page_state import Claim, Flag, PageState, after, ordered, shared
from mtelint.flow.domain.path_state import Work
from mtelint.flow.domain.values import Value, ValueKind, term
from mtelint.model import BarrierKind, EffectKind, Extent, Form, Vocabulary
from mtelint.patterns import regex
from mtelint.records import dataclass, replace
from mtelint.syntax import c_tree


@dataclass(frozen=True, slots=True)
class Record:
    """One event with what was known of its page right before; ``claims`` are the pages then under claim."""

    event: Event
    before: PageState
    trace: Trace | None
    node: int
    wild: Event | None = None


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """The end of a page's path: the function returns (``value``), or nothing names the page any more."""

    page: str
    state: PageState
    trace: Trace | None
    returns: bool
    value: Value | None = None
    node: int = 0
    wild: Event | None = None
    others: tuple[tuple[str, PageState], ...] = ()


_TOKEN = regex(r"\w+|[^\w\s]")
_VERSION = regex(r"@\d+'?")
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


@dataclass(slots=True)
class Context:
    """The function under analysis: names, types, flag aliases, and the words of the source for its pages."""

    path: str
    unit: int
    function: str
    vocabulary: Vocabulary
    types: dict[str, str]
    aliases: Mapping[str, str]
    text: Callable[[c_tree.Span], str]
    parameters: tuple[str, ...] = ()
    contract: frozenset[str] = frozenset()
    """Parameters of which callers are told what a path asks of them and leaves behind them."""
    words_that_matter: frozenset[str] = frozenset()
    """Functions and flag names at which something may happen to a page."""
    spelled: dict[str, str] = field(default_factory=dict)

    def site(self, span: c_tree.Span) -> Site:
        """The place of a span of this function."""
        return Site(self.path, self.unit, span.start, span.end, self.function)

    def is_parameter(self, name: str) -> bool:
        """Whether the name is a parameter in sight."""
        return name in self.parameters

    def flag_role(self, name: str) -> str:
        """``tagged`` or ``lock`` for a spelling of the flag bits, else nothing."""
        return self.vocabulary.flag_role(name) or self.aliases.get(name, "")

    def typed(self, name: str, text: str) -> Value:
        """A value by its declared type; the form is kept even where the text is all that is known."""
        kind = kind_of_type(self.types.get(name, ""), self.vocabulary)
        if kind is ValueKind.PTE:
            return Value(kind, f"pte_page({text})")
        return term(text) if kind is ValueKind.TERM else Value(kind, text)

    def rename(self, symbol: str, name: str) -> None:
        """Remember the variable that names a page in the source."""
        self.spelled.setdefault(symbol, name)

    def words(self, symbol: str) -> str:
        """The page in the words of the source."""
        known = self.spelled.get(symbol)
        return known or (_VERSION.sub("", symbol) if "@" in symbol else symbol)


@dataclass(slots=True)
class Recorder:
    """Applies events to states and writes each down once per distinct state."""

    context: Context
    records: dict[tuple[object, ...], Record] = field(default_factory=dict)
    exits: dict[tuple[object, ...], ExitRecord] = field(default_factory=dict)
    node: int = 0
    turns: bool = True

    def emit(self, work: Work, event: Event) -> bool:
        """Let the event happen; False where the path is infeasible."""
        if event.kind is EffectKind.BARRIER:
            self._barrier(work, event)
        elif event.kind in (EffectKind.ACQUIRE, EffectKind.RELEASE):
            self._lock(work, event)
        elif event.kind is EffectKind.FAULT:
            self._fault(work, event)
        elif event.kind is EffectKind.CALL and not event.page:
            work.wild = event  # code out of sight
        else:
            return self._page_event(work, event)
        work.push(event)
        return True

    def _page_event(self, work: Work, event: Event) -> bool:
        before = work.page(event.page, event.words)
        if not feasible(before, event):
            return False
        self._note(event, before, work)
        stored = work.pages.get(event.page, before)
        work.pages[event.page] = after(stored, event, work.locks)
        if event.kind is EffectKind.WRITE:
            self._cover(work, event)
        elif event.kind in (EffectKind.CALL, EffectKind.PUT, EffectKind.PUBLISH):
            self._spread(work, event)
        work.push(event)
        return True

    def _note(self, event: Event, before: PageState, work: Work) -> None:
        self.records.setdefault((event, before, work.wild), Record(event, before, work.trace, self.node, work.wild))

    def _cover(self, work: Work, event: Event) -> None:
        """A page of a folio was written: that is a part of the folio's tags, in this turn of the loop."""
        parent = work.pages[event.page].parent
        if parent:
            folio = work.page(parent)
            part = replace(event, page=parent, words=folio.words, domain="hugetlb", extent=Extent.PART)
            self._note(part, folio, work)
            work.pages[parent] = replace(after(folio, part, work.locks), cover=folio.cover, cover_write=event)
            work.push(part)

    def _spread(self, work: Work, event: Event) -> None:
        """What happens to the head page happens to the folio, and who gets a page may reach the others."""
        parent = work.pages[event.page].parent
        head = conversions.folio_of(event.page)
        folio = parent or head
        if folio in work.pages and (event.kind is EffectKind.CALL or folio == head):
            work.pages[folio] = after(work.pages[folio], event, work.locks)

    def _barrier(self, work: Work, event: Event) -> None:
        assert event.barrier is not None
        if event.barrier in (BarrierKind.WRITE, BarrierKind.FULL, BarrierKind.RELEASE):
            work.barrier = event.site
        for symbol, page in list(work.pages.items()):
            self._note(replace(event, page=symbol, words=page.words), page, work)
            work.pages[symbol] = ordered(page, event.barrier, event.site)

    def _lock(self, work: Work, event: Event) -> None:
        if event.kind is EffectKind.ACQUIRE:
            work.locks = work.locks | {event.lock if event.exclusive else shared(event.lock)}
            return
        both = {event.lock, shared(event.lock)}
        work.locks = work.locks - both
        for symbol, page in list(work.pages.items()):
            held = bool(both & page.write_locks) and page.write is not None
            if held or event.lock in page.test_locks:
                unlocked = event if held else page.unlocked
                work.pages[symbol] = replace(page, unlocked=unlocked, test_locks=page.test_locks - {event.lock})

    def _fault(self, work: Work, event: Event) -> None:
        for symbol, page in work.pages.items():
            if page.claim in (Claim.HELD, Claim.OPEN) and page.flag is not Flag.SET:
                self._note(replace(event, page=symbol, words=self.context.words(symbol)), page, work)

    def retire(
        self, work: Work, symbol: str, state: PageState, returns: bool = False, value: Value | None = None
    ) -> None:
        """Nothing happens to the page any more on this path."""
        others = tuple((s, p) for s, p in work.pages.items() if s != symbol and (p.set or p.write or p.claim_site))
        key = (symbol, state, returns, value, work.wild)
        self.exits.setdefault(key, ExitRecord(symbol, state, work.trace, returns, value, self.node, work.wild, others))


def feasible(page: PageState, event: Event) -> bool:
    """Whether the event can have this outcome: a flag known set is never found clear, as nobody clears it."""
    if page.flag is not Flag.SET or event.outcome is None:
        return True
    if event.kind is EffectKind.TEST:
        return event.outcome
    return not (event.kind is EffectKind.CLAIM and event.outcome)
