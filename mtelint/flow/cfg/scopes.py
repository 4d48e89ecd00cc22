"""Where jumps lead, and what goes out of scope on the way."""

from dataclasses import field

from mtelint.flow.cfg.draft import Draft, Ends
from mtelint.flow.cfg.graph import CaseLabel, NodeKind
from mtelint.records import dataclass
from mtelint.syntax.c_tree import Expr, Span


@dataclass(frozen=True, slots=True, eq=False)
class Cleanup:
    """Something that is released at every exit of its scope: a guard, or a ``__free()`` variable."""

    span: Span
    target: str
    expr: Expr
    variable: str | None = None


Held = tuple[Cleanup, ...]
"""What is in scope, in the order it was taken."""


@dataclass(slots=True)
class Breakable:
    """A loop, switch or scoped guard: where ``break`` and ``continue`` lead, and what is held outside.

    ``restart`` is None for a switch, which ``continue`` passes; ``cases`` is None for a loop.
    """

    held: Held
    restart: int | None = None
    restart_is_back: bool = False
    breaks: Ends = field(default_factory=list)
    cases: list[tuple[CaseLabel, int]] | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A label in sight: its node and what is held there."""

    node: int
    held: Held
    offset: int


@dataclass(frozen=True, slots=True)
class Pending:
    """A jump whose label may still come."""

    ends: Ends
    label: str
    held: Held
    span: Span


def release(draft: Draft, held: Held, kept: Held, exempt: str | None = None) -> None:
    """Release, last taken first, what is held beyond the common part with what is kept."""
    common = 0
    while common < min(len(held), len(kept)) and held[common] is kept[common]:
        common += 1
    for cleanup in reversed(held[common:]):
        if cleanup.variable is None or cleanup.variable != exempt:
            draft.add(NodeKind.RELEASE, cleanup.span, cleanup.expr, target=cleanup.target, type=cleanup.variable)
