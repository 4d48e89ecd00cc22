"""The vocabulary of the protocol as data: which function does what to which page.

The types of ``rules/protocols/*.toml``.  A new kernel helper is a line there, never code.
"""

from dataclasses import field
from enum import StrEnum

from mtelint.records import dataclass


class EffectKind(StrEnum):
    """What a function does to a page, its flag, or the order of memory."""

    TEST = "test"
    """Tests the flag; the value is the flag."""
    CLAIM = "claim"
    """Tries to take the right to initialise; true means taken."""
    SET = "set"
    """Sets the flag."""
    CLEAR = "clear"
    """Clears the flag."""
    WRITE = "write"
    """Writes tags."""
    READ = "read"
    """Reads tags."""
    BARRIER = "barrier"
    ACQUIRE = "acquire"
    """Takes a lock."""
    RELEASE = "release"
    """Releases a lock."""
    PUT = "put"
    """Drops a reference to the page."""
    PUBLISH = "publish"
    """Installs a PTE."""
    FAULT = "fault"
    """Accesses user memory and may fault."""
    ZERO_TEST = "zero-test"
    """True means the page is the zero page."""
    HUGETLB_TEST = "hugetlb-test"
    """True means the folio is hugetlb."""
    CALL = "call"
    """An unknown function gets the page: what it does is out of sight."""
    WAIT = "wait"
    """Spins until the flag is set."""


class Extent(StrEnum):
    """How much of a page a write covers."""

    WHOLE = "whole"
    PART = "part"


class WriteHow(StrEnum):
    """Where written tags come from."""

    CLEAR = "clear"
    ZERO_CLEAR = "zero-clear"
    COPY = "copy"
    RESTORE = "restore"
    USER = "user"


class BarrierKind(StrEnum):
    """The barriers of the kernel memory model that the protocol uses."""

    WRITE = "wmb"
    READ = "rmb"
    FULL = "mb"
    ACQUIRE = "acquire"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect of a function.  ``arg`` counts from 1; 0 is the return value; None where no page is meant.

    ``when`` ties the effect to an outcome: ``true``, ``false`` or ``full`` (the count is a whole page's).
    ``address`` tells that the argument is a kernel address of the page, not a ``struct page *``.
    ``pfn`` tells that the argument is a page frame number.  ``count`` names the argument that counts pages.
    """

    do: EffectKind
    arg: int | None = None
    extent: Extent = Extent.WHOLE
    how: WriteHow | None = None
    when: str | None = None
    barrier: BarrierKind | None = None
    address: bool = False
    pfn: bool = False
    domain: str = "page"
    raw: bool = False
    lock: str | None = None
    exclusive: bool = False
    """``lock`` names a lock where the effect takes or releases one that no argument spells."""


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function of the vocabulary.

    ``derived`` entries stand for C functions whose body wins wherever it can be seen; ``protocol`` marks those whose
    contract is the whole protocol for the page (tags and flag), which binds even where the body is seen.
    """

    name: str
    effects: tuple[Effect, ...] = ()
    derived: bool = False
    protocol: bool = False
    helper: bool = False
    """One of the kernel's own helpers around the flag: raw operations inside its definition are right."""
    eras: tuple[str, ...] = ()
    fresh: tuple[int, ...] = ()
    """Parameters (from 1) that are newly allocated pages by contract."""
    callers_duty: bool = False
    """The protocol is the callers' duty (hibernation): absence of a guard or of a set inside is no defect."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A function that maps one name of a page to another: ``page_address``, ``pfn_to_page``, ``folio_page``.

    ``source`` and ``result`` are ``page``, ``address``, ``pfn``, ``pte`` or ``folio``; ``arg`` counts from 1.
    """

    name: str
    arg: int
    source: str
    result: str
    index: int | None = None
    """Argument that selects a subpage."""
    canonical: str | None = None
    """A fixed identity such as ``ZERO_PAGE``."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that the analysis knows by name."""

    families: tuple[str, ...] = ()
    """What the ids of the rules of a protocol begin with."""
    functions: dict[str, FunctionEntry] = field(default_factory=dict)
    conversions: dict[str, Conversion] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)
    """Flag bit name to its role, ``tagged`` or ``lock``."""
    bit_operations: dict[str, Effect] = field(default_factory=dict)
    """Raw bit operations by name: what they do to the bit of argument 1 in the word of argument 2."""
    zero_pages: tuple[str, ...] = ()
    whole_counts: tuple[str, ...] = ()
    """Spellings of the number of granules of a page."""
    allocators: tuple[str, ...] = ()
    """Functions whose result is a new page that nobody else can see."""
    page_counts: tuple[str, ...] = ()
    """Functions whose value is the number of pages of a folio."""
    harmless: tuple[str, ...] = ()
    """Functions that take a page and touch neither its flag nor its tags; ``*`` at the end stands for any rest."""
    fault_pfn_types: tuple[str, ...] = ()
    """Types of page frame numbers that come from a guest fault and may be the zero page's."""
    impure: tuple[str, ...] = ()
    """Words in function names whose value may differ from call to call; ``*`` as above."""
    raw_is_right: tuple[str, ...] = ()
    """Paths in which raw operations on the flag are on purpose."""
    noreturn: tuple[str, ...] = ()
    needles: tuple[str, ...] = ()
    """Words without which no file or mail can matter."""
    digest: str = ""
