"""The vocabulary of the protocol as data: which function does what to which page.

The types of ``rules/protocols/*.toml``.  A new kernel helper is a line there, never code.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum

from msgspec import Struct, field

from mtelint.model.findings import Era


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
    STORE = "store"
    """Stores something else of the page: a write barrier right behind it is for that."""
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


class Role(StrEnum):
    """What a helper around the flag is for, told by the effect that it has."""

    TESTER = "test"
    CLAIMER = "claim"
    SETTER = "set"


class Domain(StrEnum):
    """Whose flag a helper is for: that of one page, or that of the head page, which stands for a folio of hugetlb."""

    PAGE = "page"
    HUGETLB = "hugetlb"


class FlagRole(StrEnum):
    """What a bit of a page's flags is to the protocol."""

    TAGGED = "tagged"
    LOCK = "lock"


class Form(StrEnum):
    """The forms in which code has a page."""

    PAGE = "page"
    ADDRESS = "address"
    PFN = "pfn"
    PTE = "pte"
    PMD = "pmd"
    FOLIO = "folio"


class When(StrEnum):
    """The outcome that an effect is tied to; ``full``: the count is a whole page's."""

    TRUE = "true"
    FALSE = "false"
    FULL = "full"


class Effect(Struct, frozen=True):
    """One effect of a function.  ``arg`` counts from 1; 0 is the return value; None where no page is meant.

    ``when`` ties the effect to an outcome: ``true``, ``false`` or ``full`` (the count is a whole page's).
    ``address`` tells that the argument is a kernel address of the page, not a ``struct page *``.
    ``pfn`` tells that the argument is a page frame number.  ``count`` names the argument that counts pages.
    """

    do: EffectKind
    arg: int | None = None
    extent: Extent = Extent.WHOLE
    how: WriteHow | None = None
    when: When | None = None
    barrier: BarrierKind | None = None
    address: bool = False
    pfn: bool = False
    domain: Domain = Domain.PAGE
    raw: bool = False
    lock: str | None = None
    exclusive: bool = False
    """``lock`` names a lock where the effect takes or releases one that no argument spells."""


class FunctionEntry(Struct, frozen=True):
    """A function of the vocabulary.

    ``derived`` entries stand for C functions whose body wins wherever it can be seen; ``protocol`` marks those whose
    contract is the whole protocol for the page (tags and flag), which binds even where the body is seen.
    """

    name: str
    effects: tuple[Effect, ...] = ()
    derived: bool = False
    protocol: bool = False
    helper: bool = False
    """A helper around the flag: raw operations inside its definition are right.  Those with a role need not say so."""
    eras: tuple[Era, ...] = ()
    """The helper APIs that have it, oldest first.  A helper without takes those of the shipped one of its role."""
    fresh: tuple[int, ...] = ()
    """Parameters (from 1) that are newly allocated pages by contract."""
    callers_duty: bool = False
    """The protocol is the callers' duty (hibernation): absence of a guard or of a set inside is no defect."""
    role: Role | None = None
    """Told by the effects, no key of a file: see :func:`role_of`."""
    vendor: str = ""
    """The file that declares it, empty for a shipped one: its helpers are used with each other.  No key of a file."""

    @property
    def domain(self) -> Domain:
        """Whose flag it is for."""
        return next((each.domain for each in self.effects if each.do in _ROLES), Domain.PAGE)


_ROLES = frozenset(role.value for role in Role)


def role_of(effects: Collection[Effect]) -> Role | None:
    """The role of a function with these effects: beside ordering, it does nothing but test, claim or set the flag."""
    done = [each for each in effects if each.do is not EffectKind.BARRIER]
    only = done[0] if len(done) == 1 else None
    return Role(only.do.value) if only is not None and only.arg and only.do.value in _ROLES else None


class FlagEntry(Struct, frozen=True):
    """A name of a bit in a page's flags; ``alias_of`` is the name of the same bit that the protocol itself uses."""

    name: str
    role: FlagRole
    alias_of: str | None = None
    eras: tuple[Era, ...] = ()


class Conversion(Struct, frozen=True):
    """A function that maps one name of a page to another: its address to its page, a folio to one of its pages.

    ``arg`` counts from 1.
    """

    name: str
    arg: int
    source: Form
    result: Form
    index: int | None = None
    """Argument that selects a subpage."""


class Vocabulary(Struct, frozen=True):
    """All that the analysis knows by name."""

    families: tuple[str, ...] = ()
    """What the ids of the rules of a protocol begin with."""
    functions: dict[str, FunctionEntry] = field(default_factory=dict)
    conversions: dict[str, Conversion] = field(default_factory=dict)
    flags: dict[str, FlagEntry] = field(default_factory=dict)
    """Names of the flag's bit and of the lock's."""
    bit_operations: dict[str, Effect] = field(default_factory=dict)
    """Raw bit operations by name: what they do to the bit of argument 1 in the word of argument 2."""
    types: dict[str, Form] = field(default_factory=dict)
    """What a declared type says about a value."""
    helpers_in_words: dict[Domain, str] = field(default_factory=dict)
    """What messages call all helpers of a domain."""
    zero_pages: tuple[str, ...] = ()
    whole_counts: tuple[str, ...] = ()
    """Spellings of the number of granules of a page."""
    allocators: tuple[str, ...] = ()
    """Functions whose result is a new page that nobody else can see."""
    folio_allocators: tuple[str, ...] = ()
    """The same for a folio."""
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
    """Functions and macros that do not come back."""
    transparent: tuple[str, ...] = ()
    """Functions and macros whose value is their first argument."""
    warnings: tuple[str, ...] = ()
    """Wrappers of a condition that complain where it holds, and let the kernel go on; ``*`` as above."""
    warn_where_false: tuple[str, ...] = ()
    """The same, where the condition does not hold."""
    stop_where_true: tuple[str, ...] = ()
    """Wrappers of a condition behind which nothing follows where it holds; ``*`` as above."""
    stop_where_false: tuple[str, ...] = ()
    """The same, where it does not hold."""
    masks: tuple[str, ...] = ()
    """Macros that make a mask from the number of a bit."""
    exclusive_guards: tuple[str, ...] = ()
    """Classes of ``guard()`` that exclude a second holder; ``*`` as above."""
    tag_workers: tuple[str, ...] = ()
    """Functions out of sight that may write the tags of an address whose page is out of sight; ``*`` as above."""
    headers: tuple[str, ...] = ()
    """Paths of the headers that declare the helpers."""
    configs: tuple[str, ...] = ()
    """Symbols that configure the helpers in; without them there are stubs."""
    stubbed: tuple[str, ...] = ()
    """Names of functions that may have stubs; ``*`` as above."""
    folders: tuple[str, ...] = ()
    """Where callees and callers of a file under review may be, in a kernel tree."""
    needles: tuple[str, ...] = ()
    """Words without which no file or mail can matter."""
    digest: str = ""

    # --- questions by role --------------------------------------------------------------------------------------------

    def flag_role(self, name: str) -> FlagRole | None:
        """What the bit of that name is to the protocol."""
        entry = self.flags.get(name)
        return entry.role if entry is not None else None

    def flag_name(self, role: FlagRole) -> str:
        """The protocol's own name of a bit, no alias; empty where there is none."""
        return next((e.name for e in self.flags.values() if e.role is role and e.alias_of is None), "")

    def helpers(self, *roles: Role) -> Iterator[FunctionEntry]:
        """The helpers around the flag of these roles, shipped ones first."""
        return (entry for entry in self.functions.values() if entry.role in roles)

    def helper(
        self, role: Role, domain: Domain = Domain.PAGE, beside: Collection[str] = (), era: Era | None = None
    ) -> FunctionEntry | None:
        """The helper of a role in code that calls ``beside``: of the vendor of one of those, else a shipped one.

        ``era`` leaves out the helpers that it does not have.
        """
        vendors = {self.functions[name].vendor for name in beside if name in self.functions} | {""}
        found = [
            entry
            for entry in self.helpers(role)
            if entry.domain is domain and entry.vendor in vendors and (era is None or era in entry.eras)
        ]
        return max(found, key=lambda entry: bool(entry.vendor), default=None)

    def barrier(self, kind: BarrierKind) -> str:
        """The barrier of a kind that fits best between accesses of two CPUs: the first that is declared."""
        return next((e.name for e in self.functions.values() if [f.barrier for f in e.effects] == [kind]
                     and e.effects[0].do is EffectKind.BARRIER), "")  # fmt: skip

    def bit_operation(self, do: EffectKind) -> str:
        """The raw operation that does so to a bit: the first that is declared."""
        return next((name for name, effect in self.bit_operations.items() if effect.do is do), "")

    def converts(self, name: str, source: Form, result: Form) -> bool:
        """Whether a function of that name maps ``source`` to ``result``."""
        conversion = self.conversions.get(name)
        return conversion is not None and (conversion.source, conversion.result) == (source, result)

    def conversion(self, source: Form, result: Form) -> str:
        """The function that maps ``source`` to ``result``: the first that is declared."""
        return next((name for name in self.conversions if self.converts(name, source, result)), "")

    def shown_eras(self) -> tuple[tuple[str, Era], ...]:
        """Names of which each shows an era, the oldest that has it: helpers, and bits that came with one."""
        named = [*((e.name, e.eras) for e in self.helpers(*Role)), *((e.name, e.eras) for e in self.flags.values())]
        return tuple((name, min(eras, key=lambda era: era.rank)) for name, eras in named if eras)
