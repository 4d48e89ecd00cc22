"""The event language: what happens to a page, where, and with which outcome.

Everything downstream works on these values: rules judge them, summaries carry them across calls, the simulator runs
them.  They are frozen, hashable and picklable.
"""

from msgspec import Struct

from mtelint.flow.domain.symbols import Symbol
from mtelint.model import BarrierKind, Domain, EffectKind, Extent, WriteHow


class Site(Struct, frozen=True, cache_hash=True):
    """A place in a source text: byte offsets ``[start, end)`` in the unit at ``path``, inside ``function``.

    ``unit`` tells the units of one path apart (the hunks of a patch).
    """

    path: str
    unit: int
    start: int
    end: int
    function: str


class Event(Struct, frozen=True, cache_hash=True):
    """One event on a path.

    ``page`` is the page's symbol, None where the event is about no page, ``words`` its spelling in the
    source.  ``outcome`` is the branch outcome of a test or
    a claim (True: the flag was set, the claim was won; None: nobody looked).  ``barrier`` is the ordering that comes
    with the event.  ``site`` is the place in the function under analysis; ``inner`` the place in the callee where the
    event comes from a call.  ``atomic`` marks a test and set in one.
    """

    kind: EffectKind
    site: Site
    page: Symbol | None = None
    words: str = ""
    outcome: bool | None = None
    extent: Extent = Extent.WHOLE
    how: WriteHow | None = None
    barrier: BarrierKind | None = None
    raw: bool = False
    atomic: bool = False
    warned: bool = False
    domain: Domain = Domain.PAGE
    lock: str = ""
    exclusive: bool = False
    misused: bool = False
    """A ``struct page *`` stands where a kernel address is due; of an unknown call: it got the page itself."""
    guessed: bool = False
    """The page is known by an address of unknown origin only: it may be any page in sight."""
    told: bool = False
    """Of a claim in a callee: its value tells the caller whether it was won."""
    callee: str = ""
    inner: Site | None = None

    @property
    def place(self) -> Site:
        """The innermost place of the event."""
        return self.inner or self.site


class Decision(Struct, frozen=True, cache_hash=True):
    """A branch taken on the way: which condition, which way."""

    site: Site
    outcome: bool
    text: str


class Trace(Struct, frozen=True, cache_hash=True):
    """A path read backwards: the newest event and what came before."""

    item: Event | Decision
    before: "Trace | None"

    def forwards(self) -> tuple[Event | Decision, ...]:
        """The items from the function's entry on."""
        items = []
        node: Trace | None = self
        while node is not None:
            items.append(node.item)
            node = node.before
        return tuple(reversed(items))
