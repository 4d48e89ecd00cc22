"""One path's knowledge: pages, variables, decided conditions, locks, and the trace that led here."""

from functools import lru_cache

from mtelint.flow.dataflow.liveness import Live
from mtelint.flow.domain.events import Decision, Event, Site, Trace
from mtelint.flow.domain.page_state import Flag, PageState
from mtelint.flow.domain.values import FALSE, TRUE, Value, ValueKind, aged, aged_value, tokens
from mtelint.patterns import regex
from mtelint.records import dataclass, replace

_PATH = regex(r"\*?([A-Za-z_]\w*)(?:->\w+)?\Z")
_WORD = regex(r"\$?\w*")

StateKey = tuple[object, ...]


@dataclass(slots=True)
class Work:
    """The state of one path while it is being extended; forked at every choice, never shared.

    ``pages`` maps a symbol to its state, ``env`` a variable (or lvalue text) to its value, ``facts`` a condition
    (as spelled, and by its value) to its truth; ``locks`` are the exclusive locks
    held; ``wild`` is a write to an address whose page is out of sight.
    """

    pages: dict[str, PageState]
    env: dict[str, Value]
    facts: dict[tuple[str, str], bool]
    locks: frozenset[str] = frozenset()
    trace: Trace | None = None
    wild: Event | None = None
    barrier: Site | None = None
    """The last write barrier: what a page not met before has behind it."""
    loops: frozenset[tuple[int, str]] = frozenset()
    """Of loops under a claim on a folio, by their head: ``turned`` once or more; ``late`` if begun behind the head."""

    def fork(self) -> "Work":
        """A copy that may go another way."""
        pages, env, facts = dict(self.pages), dict(self.env), dict(self.facts)
        return Work(pages, env, facts, self.locks, self.trace, self.wild, self.barrier, self.loops)

    def key(self) -> StateKey:
        """What two states must share to be one; the trace is not part of it."""
        return (
            frozenset(self.pages.items()),
            frozenset(self.env.items()),
            frozenset(self.facts.items()),
            self.locks, self.wild, self.barrier, self.loops,
        )  # fmt: skip

    def push(self, item: Event | Decision) -> None:
        """Note what happened on the way."""
        self.trace = Trace(item, self.trace)

    def page(self, symbol: str, words: str = "") -> PageState:
        """The state of a page; a page of a flagged folio counts as flagged."""
        state = self.pages.get(symbol)
        if state is None:
            state = PageState(words=words or symbol, early_barrier=self.barrier)
        parent = self.pages.get(state.parent) if state.parent else None
        if parent is not None and parent.flag is Flag.SET and state.flag is not Flag.SET:
            state = replace(state, flag=Flag.SET, known_by=parent.known_by, read_ordered=parent.read_ordered)
        if parent is not None and parent.huge is not None:
            state = replace(state, huge=parent.huge)
        if parent is not None and (parent.escaped or parent.tags_escaped):
            state = replace(state, escaped=state.escaped or parent.escaped, tags_escaped=True)
        return state

    def refers_to(self, symbol: str) -> bool:
        """Whether a variable still names the page."""
        return any(value.ref == symbol for value in self.env.values())

    def is_current(self, text: str) -> bool:
        """Whether the text would come out again if it were evaluated now."""
        return all(self._current(token) for token in tokens(text))

    def _current(self, token: str) -> bool:
        name, at, _ = token.partition("@")
        known = self.env.get(name)
        if at:
            return known is not None and token in known.ref
        return known is None or known.ref == token or name in tokens(known.ref)

    def assign(self, name: str, value: Value, version: str) -> list[tuple[str, PageState]]:
        """Bind ``name``; return the pages that no name reaches any more, each with its last state."""
        gone = self._age(version)
        self.env[name] = value
        self.facts = {
            key: truth for key, truth in self.facts.items()
            if version not in tokens(key[1]) and self.is_current(key[1])
        }  # fmt: skip
        return gone + self._unreachable()

    def _age(self, version: str) -> list[tuple[str, PageState]]:
        if not any(version in value.ref for value in self.env.values()) and not any(version in p for p in self.pages):
            return []
        self.env = {name: aged_value(value, version) for name, value in self.env.items()}
        gone = []
        kept: dict[str, PageState] = {}
        for symbol, state in self.pages.items():
            renamed = aged(symbol, version)
            if renamed is None:
                gone.append((symbol, state))
            else:
                parent = aged(state.parent, version) or "" if state.parent else ""
                kept[renamed] = state if parent == state.parent else replace(state, parent=parent)
        self.pages = kept
        return gone

    def _unreachable(self) -> list[tuple[str, PageState]]:
        dead = [symbol for symbol in self.pages if not self._reachable(symbol)]
        return [(symbol, self.pages.pop(symbol)) for symbol in dead]

    def _reachable(self, symbol: str) -> bool:
        return self.refers_to(symbol) or self.is_current(symbol) or self._is_parent(symbol)

    def _is_parent(self, symbol: str) -> bool:
        return any(state.parent == symbol for state in self.pages.values())

    def forget(self, live: Live, contract: frozenset[str] = frozenset()) -> None:
        """Drop variables and conditions that nothing downstream asks for; callers ask for those on ``contract``."""
        pages, env, facts = self.pages, self.env, self.facts
        dead = [
            n for n, v in env.items()
            if first_word(n) not in live.variables and not (v.ref in pages and v.kind in _PAGE_KINDS)
            and not (v.kind is ValueKind.CONST and is_out(n, contract)) and n != "$return"
            and not ((v.kind is not ValueKind.TERM or v.bits) and first_word(n) in live.returned)
        ]  # fmt: skip
        for name in dead:
            del env[name]
        over = [key for key in facts if key[0] not in live.conditions and root_of(key[1]) not in contract]
        for key in over:
            del facts[key]


_PAGE_KINDS = (ValueKind.PAGE, ValueKind.FOLIO, ValueKind.ADDRESS, ValueKind.PFN, ValueKind.PTE)


def boolean(truth: bool) -> Value:
    """The C value of a truth."""
    return TRUE if truth else FALSE


def is_out(lvalue: str, parameters: frozenset[str]) -> bool:
    """``*p`` or ``p->field`` of one of the parameters: the caller sees what is assigned."""
    root = root_of(lvalue)
    return root != lvalue and root in parameters


@lru_cache(maxsize=4096)
def root_of(text: str) -> str:
    """The variable of ``p``, ``*p`` and ``p->field``; nothing for any other text."""
    match = _PATH.match(text)
    return match[1] if match else ""


@lru_cache(maxsize=4096)
def first_word(lvalue: str) -> str:
    """The variable at the start of an lvalue: ``kiov`` of ``kiov->iov_len``."""
    match = _WORD.match(lvalue.lstrip("*"))
    return match[0] if match else lvalue
