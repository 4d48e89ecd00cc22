"""Symbols: which page, or which other thing, an expression stands for.

A symbol is a tree.  Its leaves are variables, each with the node that assigned it and its generation, and what a call
made; its inner nodes are what C or a conversion derives from them.  Two spellings that mean one page have one symbol,
and nothing is ever read out of a symbol's text.  The laws (:mod:`tests.flow.domain.test_symbols`):

- equal derivations give equal symbols: identity is the tree, not its text;
- ``folio_of(head_page(f)) == f``: the head page belongs to its folio;
- :func:`aged` leaves a symbol alone that does not hold the version; else the last generation becomes the one before,
  and what held the one before is gone (None): two generations are told apart, no more, so that loops converge;
- ``latest`` forgets generations and is idempotent; ``aged(s, v).latest == s.latest`` wherever ``aged`` gives a symbol;
- :meth:`Symbol.replaced` by what it stands for is the identity, and one leaf replaced leaves no such leaf behind.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct


class How(StrEnum):
    """How a symbol comes about: the leaves, and the derivations from other symbols."""

    VARIABLE = "variable"
    """``name``: what it held on entry, or, with ``node``, what that node assigned to it."""
    RESULT = "result"
    """What ``node`` made and no variable keeps: the result of a call, a value that cannot be followed."""
    ALLOCATED = "allocated"
    """A new page, by the allocator ``name`` at ``node``."""
    ZERO_PAGE = "zero page"
    TEXT = "text"
    """A constant or a literal as spelled."""
    CALL = "call"
    """``name(of, ...)``, by its arguments alone."""
    NTH_PAGE = "nth page"
    """``name(folio, index)``: the conversion ``name`` to a page of a folio."""
    ARROW = "->"
    DOT = "."
    INDEX = "[]"
    PREFIX = "prefix"
    """``! ~ - * &`` before an operand."""
    INFIX = "infix"
    COMPARISON = "comparison"
    """A comparison as a condition, by itself."""
    HEAD = "head"
    """The head page of a folio."""
    FOLIO = "folio"
    """The folio of a page."""
    AT_ADDRESS = "at address"
    """The page at an address of unknown origin."""
    OF_PFN = "of pfn"
    """The page of a page frame number of unknown origin."""
    OF_PTE = "of pte"
    """The page that a page table entry maps."""


class Leaf(NamedTuple):
    """A variable or a result in a symbol.

    ``node`` tells the assignments of one variable and the results of one function apart, None is the value on entry;
    ``generation`` is 0 for what the node made last and 1 for the time before.
    """

    how: How
    name: str
    node: int | None = None
    generation: int = 0


class Symbol(Struct, frozen=True, cache_hash=True):
    """One page or term, by how it was reached.

    ``of`` are the symbols it derives from, ``leaf`` is what a leaf stands for.  ``text`` is the canonical spelling,
    versions included, ``leaves`` are all leaves in it; both follow from the rest.  Made by the functions below alone,
    which keep a symbol unique while it is in use, so that equality mostly is identity.
    """

    how: How
    name: str = ""
    of: tuple["Symbol", ...] = ()
    leaf: Leaf | None = None
    text: str = ""
    leaves: frozenset[Leaf] = frozenset()

    def walk(self) -> Iterator["Symbol"]:
        """The symbol and all that it derives from."""
        yield self
        for part in self.of:
            yield from part.walk()

    def holds(self, part: "Symbol") -> bool:
        """Whether ``part`` is the symbol, or something that it derives from."""
        return any(each == part for each in self.walk())

    @property
    def root(self) -> "Symbol":
        """What is left when all derivations are undone, along the first operand of each."""
        symbol = self
        while symbol.of:
            symbol = symbol.of[0]
        return symbol

    @property
    def is_versioned(self) -> bool:
        """Whether it names something that may be another thing in the next turn of a loop."""
        return any(leaf.node is not None for leaf in self.leaves)

    @property
    def is_element(self) -> bool:
        """Whether it is, or derives from, an element of an array."""
        return any(each.how is How.INDEX for each in self.walk())

    @property
    def is_allocated(self) -> bool:
        """Whether it is a new page, or derives from one."""
        return any(leaf.how is How.ALLOCATED for leaf in self.leaves)

    @property
    def latest(self) -> "Symbol":
        """The same without generations: two turns of one loop meet in it."""
        return _rebuilt(self, lambda leaf: leaf._replace(generation=0))

    def replaced(self, old: "Symbol", new: "Symbol") -> "Symbol":
        """The symbol with ``new`` in place of each ``old`` that it is made of; ``*&x`` and ``(&x)->f`` are undone."""
        if self == old:
            return new
        if not self.of:
            return self
        of = tuple(part.replaced(old, new) for part in self.of)
        return self if of == self.of else derived(self.how, self.name, *of)


# --- leaves -----------------------------------------------------------------------------------------------------------


def variable(name: str, node: int | None = None) -> Symbol:
    """What the variable ``name`` holds on entry, or what ``node`` assigned to it."""
    return _leaf(Leaf(How.VARIABLE, name, node))


def result(name: str, node: int) -> Symbol:
    """What ``node`` made by a call of ``name``, or by something else of that name."""
    return _leaf(Leaf(How.RESULT, name, node))


def allocated(name: str, node: int) -> Symbol:
    """The new page that ``node`` got from the allocator ``name``."""
    return _leaf(Leaf(How.ALLOCATED, name, node))


def text(spelled: str) -> Symbol:
    """A constant or a literal by its text; nothing derives from another symbol there."""
    return _make(How.TEXT, spelled)


# --- derivations ------------------------------------------------------------------------------------------------------


def derived(how: How, name: str, *of: Symbol) -> Symbol:
    """A derivation; ``*&x`` is ``x``, and ``(&x)->f`` is ``x.f``."""
    if of and of[0].how is How.PREFIX and of[0].name == "&":
        if how is How.PREFIX and name == "*":
            return of[0].of[0]
        if how is How.ARROW:
            return _make(How.DOT, name, of[0].of)
    return _make(how, name, of)


def head_page(folio: Symbol) -> Symbol:
    """``&folio->page``."""
    return _make(How.HEAD, "", (folio,))


def folio_of(page: Symbol) -> Symbol:
    """The folio of a page: of a head page the folio that it is the head of."""
    return page.of[0] if page.how is How.HEAD else _make(How.FOLIO, "", (page,))


# --- time -------------------------------------------------------------------------------------------------------------


def aged(symbol: Symbol, version: Leaf) -> Symbol | None:
    """``symbol`` once ``version`` is assigned anew: what it was last is older then, what was older is gone (None)."""
    older = version._replace(generation=1)
    if older in symbol.leaves:
        return None
    if version not in symbol.leaves:
        return symbol
    return _rebuilt(symbol, lambda leaf: older if leaf == version else leaf)


@lru_cache(maxsize=4096)
def words(symbol: Symbol) -> str:
    """The symbol as a report prints it where the source has no name for the page: without versions."""
    return _rebuilt(symbol, lambda leaf: Leaf(How.VARIABLE, leaf.name)).text if symbol.is_versioned else symbol.text


def _rebuilt(symbol: Symbol, change: Callable[[Leaf], Leaf]) -> Symbol:
    """The same derivations from changed leaves."""
    if symbol.leaf is not None:
        return _leaf(change(symbol.leaf))
    of = tuple(_rebuilt(part, change) if part.leaves else part for part in symbol.of)
    return symbol if of == symbol.of else _make(symbol.how, symbol.name, of)


# --- making -----------------------------------------------------------------------------------------------------------

_SPELLED = {
    How.ZERO_PAGE: "ZERO_PAGE(0)", How.HEAD: "&{0}->page", How.FOLIO: "page_folio({0})",
    How.AT_ADDRESS: "virt_to_page({0})", How.OF_PFN: "pfn_to_page({0})", How.OF_PTE: "pte_page({0})",
    How.INDEX: "{0}[{1}]",
}  # fmt: skip


@lru_cache(maxsize=1 << 14)
def _leaf(leaf: Leaf) -> Symbol:
    """The one symbol of a leaf."""
    spelled = leaf.name if leaf.node is None else f"{leaf.name}@{leaf.node}" + "'" * leaf.generation
    return Symbol(leaf.how, "", (), leaf, spelled, frozenset((leaf,)))


@lru_cache(maxsize=1 << 14)
def _make(how: How, name: str = "", of: tuple[Symbol, ...] = ()) -> Symbol:
    """The one symbol of a derivation, or of something without parts that never changes."""
    leaves = of[0].leaves if len(of) == 1 else frozenset[Leaf]().union(*(part.leaves for part in of))
    return Symbol(how, name, of, None, _spelling(how, name, [part.text for part in of]), leaves)


def _spelling(how: How, name: str, parts: list[str]) -> str:
    match how:
        case How.TEXT:
            return name
        case How.CALL | How.NTH_PAGE:
            return f"{name}({', '.join(parts)})"
        case How.ARROW | How.DOT:
            return f"{parts[0]}{how}{name}"
        case How.PREFIX:
            return f"{name}{parts[0]}"
        case How.INFIX:
            return f"({parts[0]} {name} {parts[1]})"
        case How.COMPARISON:
            return f"{parts[0]} {name} {parts[1]}"
        case _:
            return _SPELLED[how].format(*parts)


ZERO_PAGE = _make(How.ZERO_PAGE)
"""The zero page."""
