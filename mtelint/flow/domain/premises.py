"""Premises: what a path takes for granted instead of seeing it.

A premise is recorded where it is taken, travels with the path, and is there when the verdict is spoken.  Of two paths
that agree in all else, the one that rests on less stands for both.
"""

from collections.abc import Iterable
from typing import TypeAlias

from msgspec import Struct

from mtelint.flow.domain.events import Site
from mtelint.model import PremiseKind

LINE = "{line}"
"""Stands in the words of a premise for the number of the line that its site is in."""


class Premise(Struct, frozen=True, cache_hash=True):
    """One thing taken for granted: its kind, the place that asks for it, and ``words``, which follow "assuming"."""

    kind: PremiseKind
    site: Site
    words: str


Premises: TypeAlias = frozenset[Premise]
"""What a path rests on; of two paths that are joined, what both rest on together."""

NONE: Premises = frozenset()
_MOST = 4
"""Sets of premises that are told apart where states agree in all else."""


def rests_on_less(taken: Premises, known: Iterable[Premises]) -> bool:
    """Whether a path under ``taken`` says something new beside those of ``known``: it needs none of them whole."""
    others = list(known)
    if any(other <= taken for other in others):
        return False
    return len(others) < _MOST or any(taken < other for other in others)
