"""One path's knowledge: pages, variables, memory, decided conditions, locks, and the trace that led here."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from mtelint.flow.dataflow.liveness import Live
from mtelint.flow.domain import symbols, values
from mtelint.flow.domain.events import Decision, Event, Site, Trace
from mtelint.flow.domain.knowledge import TagState
from mtelint.flow.domain.page_state import PageState
from mtelint.flow.domain.premises import NONE, Premise, Premises
from mtelint.flow.domain.symbols import How, Leaf, Symbol, variable
from mtelint.flow.domain.values import NAMES_PAGE, UNKNOWN, Value, ValueKind, term

StateKey = tuple[object, ...]
RETURNED = "$return"
"""The variable that holds what the function returns."""


class Fact(NamedTuple):
    """The truth of a condition, and how it is spelled in the source."""

    truth: bool
    spelled: str


class Turn(StrEnum):
    """What is known of a loop under a claim on a folio."""

    TURNED = "turned"
    """It made a turn."""
    LATE = "late"
    """It began behind the head page."""


class PathState(Struct):
    """The state of one path while it is being extended; forked at every choice, never shared.

    ``pages`` maps a page to what is known of it, ``env`` a variable and ``memory`` an lvalue behind a pointer to its
    value, ``facts`` a condition to its truth; ``locks`` are those held; ``wild`` is a write to an address whose page is
    out of sight.
    """

    pages: dict[Symbol, PageState] = field(default_factory=dict)
    env: dict[str, Value] = field(default_factory=dict)
    memory: dict[Symbol, Value] = field(default_factory=dict)
    facts: dict[Symbol, Fact] = field(default_factory=dict)
    locks: frozenset[str] = frozenset()
    trace: Trace | None = None
    wild: Event | None = None
    barrier: Site | None = None
    """The last write barrier: what a page not met before has behind it."""
    loops: frozenset[tuple[int, Turn]] = frozenset()
    """Of loops under a claim on a folio, by their head, what is known of them."""
    premises: Premises = NONE
    """What the path takes for granted so far."""

    def fork(self) -> "PathState":
        """A copy that may go another way."""
        return PathState(
            dict(self.pages), dict(self.env), dict(self.memory), dict(self.facts),
            self.locks, self.trace, self.wild, self.barrier, self.loops, self.premises,
        )  # fmt: skip

    def key(self) -> StateKey:
        """What two states must share to be one; the trace is not part of it, and neither are the premises."""
        return (
            frozenset(self.pages.items()), frozenset(self.env.items()), frozenset(self.memory.items()),
            frozenset(self.facts.items()), self.locks, self.wild, self.barrier, self.loops,
        )  # fmt: skip

    def take(self, premise: Premise) -> None:
        """Go on under one premise more."""
        self.premises |= {premise}

    def drop(self, premise: Premise) -> None:
        """What was taken for granted is seen by now."""
        if premise in self.premises:
            self.premises -= {premise}

    def push(self, item: Event | Decision) -> None:
        """Note what happened on the way."""
        self.trace = Trace(item, self.trace)

    # --- pages --------------------------------------------------------------------------------------------------------

    def page(self, symbol: Symbol, words: str = "") -> PageState:
        """What is known of a page, by itself and as one of its folio."""
        state = self.pages.get(symbol)
        if state is None:
            fenced = replace(_NOT_MET, early_barrier=self.barrier) if self.barrier is not None else _NOT_MET
            state = PageState(words or symbol.text, tags=fenced)
        folio = self.pages.get(state.folio.parent) if state.folio.parent is not None else None
        return state if folio is None else state.with_folio(folio)

    def values(self) -> Iterator[Value]:
        """What variables and memory hold."""
        yield from self.env.values()
        yield from self.memory.values()

    # --- time ---------------------------------------------------------------------------------------------------------

    def is_current(self, symbol: Symbol) -> bool:
        """Whether the same symbol would come out if it were evaluated again now."""
        return all(self._is_current(leaf) for leaf in symbol.leaves)

    def _is_current(self, leaf: Leaf) -> bool:
        if leaf.how is not How.VARIABLE:
            return False
        known = self.env.get(leaf.name)
        return leaf.node is None if known is None else leaf in known.ref.leaves

    def assign(self, name: str, value: Value, node: int) -> list[tuple[Symbol, PageState]]:
        """Let ``node`` bind ``name``; return the pages that no name reaches any more, each with its last state."""
        version = Leaf(How.VARIABLE, name, node)
        gone = self._age(version)
        self.env[name] = value
        self._drop_outdated(version)
        return gone + self._unreachable()

    def store(self, lvalue: Symbol, value: Value) -> list[tuple[Symbol, PageState]]:
        """The same for memory behind a pointer."""
        self.memory[lvalue] = value
        self._drop_outdated(None)
        return self._unreachable()

    def _drop_outdated(self, version: Leaf | None) -> None:
        """Drop the facts that are about the version before, or about what has another value by now."""
        self.facts = {
            key: fact for key, fact in self.facts.items() if version not in key.leaves and self.is_current(key)
        }  # fmt: skip

    def _age(self, version: Leaf) -> list[tuple[Symbol, PageState]]:
        """``version`` is assigned anew: what it stood for is the generation before, and that of before is gone."""
        held = any(version in value.ref.leaves for value in self.values())
        if not held and not any(version in symbol.leaves for symbol in self.pages):
            return []
        self.env = {name: values.aged(value, version) for name, value in self.env.items()}
        self.memory = {lvalue: values.aged(value, version) for lvalue, value in self.memory.items()}
        gone = []
        kept: dict[Symbol, PageState] = {}
        for symbol, state in self.pages.items():
            renamed = symbols.aged(symbol, version)
            if renamed is None:
                gone.append((symbol, state))
            else:
                kept[renamed] = _with_aged_parent(state, version)
        self.pages = kept
        return gone

    def _unreachable(self) -> list[tuple[Symbol, PageState]]:
        """Take out the pages that no variable names, that no spelling means any more, and that are no page's folio."""
        named = {value.ref for value in self.values()}
        parents = {state.folio.parent for state in self.pages.values()}
        dead = [s for s in self.pages if s not in named and s not in parents and not self.is_current(s)]
        return [(symbol, self.pages.pop(symbol)) for symbol in dead]

    # --- projection ---------------------------------------------------------------------------------------------------

    def project(self, live: Live, contract: frozenset[str] = frozenset()) -> None:
        """Keep what something downstream may ask for, or callers, who are told of the parameters on ``contract``."""
        pages, variables, returned = self.pages, live.variables, live.returned
        dead = [
            name for name, v in self.env.items()
            if name not in variables and not (v.kind in NAMES_PAGE and v.ref in pages) and name != RETURNED
            and not (name in returned and (v.kind is not ValueKind.TERM or v.bits is not None))
        ]  # fmt: skip
        for name in dead:
            del self.env[name]
        over = [s for s, v in self.memory.items() if not self._asked_for(s, v, live, contract)]
        for lvalue in over:
            del self.memory[lvalue]
        undecided = [
            symbol for symbol, fact in self.facts.items()
            if fact.spelled not in live.conditions and not (contract and asked_of(symbol) in contract)
            and not (symbol.leaf is not None and symbol.leaf.name in variables and symbol not in pages)
        ]  # fmt: skip
        for symbol in undecided:
            del self.facts[symbol]

    def _asked_for(self, lvalue: Symbol, value: Value, live: Live, contract: frozenset[str]) -> bool:
        name = base_name(lvalue)
        if name in live.variables or (value.kind in NAMES_PAGE and value.ref in self.pages):
            return True
        if value.kind is ValueKind.CONST and pointer_of(lvalue) in contract:
            return True
        return name in live.returned and (not value.is_term or value.bits is not None)


_NOT_MET = TagState()

Lvalue: TypeAlias = str | Symbol | None
"""What is assigned to: a variable by its name, memory behind a pointer, or None for what cannot be followed."""


def lvalue_of(symbol: Symbol) -> Lvalue:
    """What ``symbol`` is as the target of an assignment: a variable, or memory."""
    return symbol.leaf.name if symbol.leaf is not None else symbol


def held(state: PathState, target: Lvalue) -> Value | None:
    """What is known to be in a variable or in memory."""
    if target is None:
        return None
    return state.env.get(target) if isinstance(target, str) else state.memory.get(target)


def unassigned(target: Lvalue) -> Value:
    """What is in a variable or in memory of which nothing is known."""
    return UNKNOWN if target is None else term(variable(target) if isinstance(target, str) else target)


def _with_aged_parent(state: PageState, version: Leaf) -> PageState:
    parent = state.folio.parent
    aged = symbols.aged(parent, version) if parent is not None else None
    return state if aged is parent else replace(state, folio=replace(state.folio, parent=aged))


def base_name(lvalue: Symbol) -> str:
    """The variable at the start of an lvalue: ``kiov`` of ``kiov->iov_len``; nothing where it begins with none."""
    leaf = lvalue.root.leaf
    return leaf.name if leaf is not None else ""


def pointer_of(lvalue: Symbol) -> str:
    """``p`` of ``*p`` and ``p->field``, where ``p`` holds what it held on entry: its caller sees what is assigned."""
    through = lvalue.how is How.ARROW or (lvalue.how is How.PREFIX and lvalue.name == "*")
    return _entry_variable(lvalue.of[0]) if through else ""


def parameter_of(symbol: Symbol) -> str:
    """``p`` of ``p``, ``*p`` and ``p->field``, where ``p`` holds what it held on entry; nothing for anything else."""
    return _entry_variable(symbol) or pointer_of(symbol)


def asked_of(symbol: Symbol) -> str:
    """The parameter that a condition is about: ``p``, ``*p``, ``p->field``, or a comparison of one with a constant."""
    compared = symbol.how is How.COMPARISON and symbol.of[1].how is How.TEXT
    return parameter_of(symbol.of[0] if compared else symbol)


def _entry_variable(symbol: Symbol) -> str:
    leaf = symbol.leaf
    return leaf.name if leaf is not None and leaf.how is How.VARIABLE and leaf.node is None else ""
