"""Jumps: labels, ``break``, ``continue``, ``return``, and what goes out of scope on the way."""

from collections.abc import Set

from msgspec import Struct, field

from mtelint.flow.cfg.branching import Conditions
from mtelint.flow.cfg.control_names import PLAIN, RELEASED_BY_HAND, Assertions
from mtelint.flow.cfg.draft import Draft, Ends
from mtelint.flow.cfg.graph import CaseLabel, NodeKind
from mtelint.flow.cfg.terms import address_taken, declared, is_settled, labels_of
from mtelint.syntax import c_tree as c


class Cleanup(Struct, frozen=True, eq=False):
    """Something that is released at every exit of its scope: a guard, or a ``__free()`` variable."""

    span: c.Span
    target: str
    expr: c.Expr
    variable: str | None = None


Held = tuple[Cleanup, ...]
"""What is in scope, in the order it was taken."""


class Breakable(Struct):
    """A loop, switch or scoped guard: where ``break`` and ``continue`` lead, and what is held outside.

    ``restart`` is None for a switch, which ``continue`` passes; ``cases`` is None for a loop.
    """

    held: Held
    restart: int | None = None
    restart_is_back: bool = False
    breaks: Ends = field(default_factory=list)
    cases: list[tuple[CaseLabel, int]] | None = None


class Label(Struct, frozen=True):
    """A label in sight: its node and what is held there."""

    node: int
    held: Held
    offset: int


class Pending(Struct, frozen=True):
    """A jump whose label may still come."""

    ends: Ends
    label: str
    held: Held
    span: c.Span


def release(draft: Draft, held: Held, kept: Held, exempt: str | None = None) -> None:
    """Release, last taken first, what is held beyond the common part with what is kept."""
    common = 0
    while common < min(len(held), len(kept)) and held[common] is kept[common]:
        common += 1
    for cleanup in reversed(held[common:]):
        if cleanup.variable is None or cleanup.variable != exempt:
            draft.add(NodeKind.RELEASE, cleanup.span, cleanup.expr, target=cleanup.target, type=cleanup.variable)


class Jumps(Conditions):
    """Knows the labels, the loops around, and what is held."""

    def __init__(self, function: c.Function, noreturn: Set[str] = frozenset(), assertions: Assertions = PLAIN) -> None:
        super().__init__(noreturn, assertions)
        self.function = function
        labels = labels_of(function.body)
        self.labels = labels - declared(function) if labels else labels
        self.every_label_call = function.head
        self.targets = sorted(address_taken(function.body) & labels) if labels else []
        self.held: Held = ()
        self.breakables: list[Breakable] = []
        self.places: dict[str, Label] = {}
        self.pending: list[Pending] = []
        opening = c.Span(function.span.start, function.body.span.start)
        self.entry = self.draft.add(NodeKind.ENTRY, opening)
        self.exit = self.draft.detached(NodeKind.EXIT, c.Span(function.span.end, function.span.end))

    def scope(self, body: tuple[c.Stmt, ...]) -> None:
        """Statements in a scope of their own: at the end, what they hold is released."""
        outside = self.held
        for stmt in body:
            self.statement(stmt)
        if self.draft.ends:
            release(self.draft, self.held, outside)
        self.held = outside

    def statement(self, stmt: c.Stmt) -> None:
        """Add the nodes of one statement."""
        raise NotImplementedError

    def leave(self, span: c.Span) -> None:
        """Control leaves what is in sight."""
        if self.draft.ends:
            self.draft.add(NodeKind.LEAVES, span)
        self.draft.ends = []

    def go_to(self, label: str, ends: Ends, span: c.Span) -> None:
        """Note a jump, to be drawn when all labels are known."""
        self.pending.append(Pending(list(ends), label, self.held, span))

    def resolve(self) -> None:
        """Draw the jumps to labels, with what goes out of scope on the way."""
        for jump in self.pending:
            self.draft.ends = jump.ends
            place = self.places.get(jump.label)
            if place is None:
                self.leave(jump.span)
                continue
            release(self.draft, jump.held, place.held)
            self.draft.join(self.draft.ends, place.node, back=place.offset <= jump.span.start)
        self.draft.ends = []

    def returns(self, span: c.Span, value: c.Expr | None) -> None:
        """Evaluate the value, release what is held, return."""
        exempt = _taken_out(value)
        if value is not None:
            value = self.value(value)
            if self.held and not is_settled(value):
                value = self.assign(self.temp(value.span), value)
        release(self.draft, self.held, (), exempt)
        self.add(NodeKind.RETURN, span, value)
        self.draft.join(self.draft.ends, self.exit)
        self.draft.ends = []

    def breaks(self, span: c.Span) -> None:
        """``break``: out of the innermost loop, switch or scoped guard."""
        if not self.breakables:
            self.leave(span)
            return
        inner = self.breakables[-1]
        release(self.draft, self.held, inner.held)
        inner.breaks += self.draft.ends
        self.draft.ends = []

    def continues(self, span: c.Span) -> None:
        """``continue``: to the innermost loop's next turn."""
        loop = next((one for one in reversed(self.breakables) if one.restart is not None), None)
        if loop is None or loop.restart is None:
            self.leave(span)
            return
        release(self.draft, self.held, loop.held)
        self.draft.join(self.draft.ends, loop.restart, back=loop.restart_is_back)
        self.draft.ends = []


def _taken_out(value: c.Expr | None) -> str | None:
    """The variable that ``return no_free_ptr(p);`` keeps alive."""
    if isinstance(value, c.Call) and value.name in RELEASED_BY_HAND and value.args:
        first = value.args[0]
        return first.id if isinstance(first, c.Name) else None
    return None
