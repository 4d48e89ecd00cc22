"""Events and states made by hand, for tables of transfer functions."""

from typing import Any

from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.symbols import variable
from mtelint.model import EffectKind

PAGE = variable("page")
FOLIO = variable("folio")


def site(line: int) -> Site:
    return Site("a.c", 0, line, line + 1, "f")


def event(kind: EffectKind, line: int = 1, **more: Any) -> Event:
    return Event(kind, site(line), **{"page": PAGE, "words": "page", **more})
