"""What a check finds on a path."""

from msgspec import Struct

from mtelint.flow.domain.events import Event, Site, Trace
from mtelint.flow.domain.premises import NONE, Premises
from mtelint.flow.domain.symbols import Symbol
from mtelint.model import Confidence, Severity


class Defect(Struct, frozen=True, cache_hash=True):
    """One defect before it is tied to lines.  ``site`` is where it points, ``trace`` the path up to the last event.

    ``last`` is the event at which the defect became certain, where that is not the one at ``site``.
    """

    rule: str
    site: Site
    message: str
    page: str
    trace: Trace | None
    confidence: Confidence
    last: Event | None = None
    severity: Severity | None = None
    symbols: tuple[Symbol, ...] = ()
    root: Site | None = None
    """Innermost place of the event at fault, where several functions may report it."""
    premises: Premises = NONE
    """What the path rests on."""
    through: str = ""
    """The callee that the event at fault comes out of; it may report the same."""
