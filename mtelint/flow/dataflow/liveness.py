"""Live variables and live conditions: what a path may still ask for, as far as it bears on an event.

A strong liveness (backward, may): an assignment reads its operands only if its target is live, a condition only if an
event hangs on it.  Dropping the rest lets states merge, so that a long function stays linear.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence, Set

from msgspec import Struct

from mtelint.errors import InputError
from mtelint.flow.cfg.graph import Cfg, Node, NodeKind
from mtelint.flow.dataflow.dominators import post_dominators
from mtelint.flow.dataflow.engine import CfgAnalysis, Direction, solved
from mtelint.flow.dataflow.reachability import reachable, reaches
from mtelint.model.limits import limits
from mtelint.syntax import c_tree

_CHOICES = (NodeKind.BRANCH, NodeKind.SWITCH, NodeKind.LOOP)


def names_of(*exprs: c_tree.Expr | None) -> frozenset[str]:
    """The identifiers and temporaries (``$3``) that expressions mention."""
    return frozenset(name for each in c_tree.walk(*exprs) if (name := _name(each)) is not None)


def _name(node: c_tree.Node) -> str | None:
    if isinstance(node, c_tree.Name):
        return node.id
    return f"${node.id}" if isinstance(node, c_tree.Temp) else None


def killed(node: Node) -> str | None:
    """The variable that the node assigns without reading it first."""
    expr = node.expr
    if node.kind is NodeKind.DECLARE:
        return node.target
    if isinstance(expr, c_tree.Assign) and expr.op == "=":
        if isinstance(expr.target, c_tree.Name):
            return expr.target.id
        if isinstance(expr.target, c_tree.Temp):
            return f"${expr.target.id}"
    return None


Wanted = Callable[[str], Collection[int] | None]
"""Which arguments of a call matter, by the function's name and from 0; None means all of them."""


def read_by(node: Node, wanted: Wanted, pointers: Collection[str]) -> frozenset[str]:
    """The variables that the node reads and that matter to what it does.

    A condition is compared by its text, so that all of it matters; elsewhere a call asks for the arguments that stand
    for pages, and for ``pointers``, through which an unknown function may get at one.
    """
    expr = node.expr
    if isinstance(expr, c_tree.Assign) and isinstance(expr.target, (c_tree.Name, c_tree.Temp)):
        expr = expr.value  # ``a |= b`` reads ``a`` for nobody but who reads ``a`` behind it
    if expr is None:
        return frozenset()
    return names_of(expr) if node.kind in _CHOICES else frozenset(_asked(expr, wanted, pointers))


def _asked(node: c_tree.Node, wanted: Wanted, pointers: Collection[str]) -> Iterator[str]:
    name = _name(node)
    if name is not None:
        yield name
    elif isinstance(node, c_tree.Call):
        positions = wanted(node.name) if node.name else None
        for index, arg in enumerate(node.args):
            found = _asked(arg, wanted, pointers)
            whole = positions is None or index in positions
            yield from found if whole else (n for n in found if n in pointers or n[0] == "$")
    else:
        for below in c_tree.children(node):
            yield from _asked(below, wanted, pointers)


def deciding(cfg: Cfg, events: frozenset[int]) -> frozenset[int]:
    """The choices that an event hangs on: one lies between the choice and the point where its ways meet again."""
    meets = post_dominators(cfg).parents
    choices = [node.index for node in cfg.nodes if node.kind in _CHOICES]
    sharing = Counter(meets[index] for index in choices)
    ahead = {meet: _ahead(cfg, events, meet) for meet, many in sharing.items() if many >= _MANY}
    found: set[int] = set()
    for index in choices:
        known = ahead.get(meets[index]) if index not in events else None  # an event does not hang on itself
        if known is None:
            decides = _decides(cfg, index, meets[index], events)
        else:
            decides = any(edge.target in known for edge in cfg.successors[index] if edge.target != index)
        found.update([index] if decides else ())
    return frozenset(found)


_MANY = 16
"""Choices with one meeting point, as in a web of jumps, from which on one search for all is less than one for each."""


def _ahead(cfg: Cfg, events: frozenset[int], meet: int | None) -> Set[int]:
    """The nodes that have an event ahead on a way that does not lead over ``meet``."""

    def before(index: int) -> list[int]:
        return [edge.source for edge in cfg.predecessors[index] if edge.source != meet]

    return reachable([event for event in sorted(events) if event != meet], before).keys()


def _decides(cfg: Cfg, choice: int, meet: int | None, events: frozenset[int]) -> bool:
    def between(index: int) -> list[int]:
        return [edge.target for edge in cfg.successors[index] if edge.target not in (choice, meet)]

    return reaches(between(choice), events, between)


class Live(Struct, frozen=True):
    """What may still be asked for at a node.

    ``variables`` are those whose values matter; of the ``returned`` ones it only matters what is known of the value.
    ``conditions`` are those that a path from here may meet.
    """

    variables: frozenset[str]
    returned: frozenset[str]
    conditions: frozenset[str]


def live_in(
    cfg: Cfg,
    conditions: Sequence[str | None],
    reads: Sequence[frozenset[str]],
    events: frozenset[int],
    choices: frozenset[int],
    always: frozenset[str],
) -> list[Live]:
    """What is live on entry of each node.

    ``conditions`` spells the condition of each node, ``reads`` are its variables (:func:`read_by`), ``events`` the
    nodes at which something happens to a page, ``choices`` those they hang on (:func:`deciding`), ``always`` the
    variables that matter wherever they are read (those that name pages).
    """
    liveness = Liveness(cfg, conditions, reads, events, choices, always)
    found = solved(liveness, range(len(cfg.nodes)))
    return [found.before(node.index) for node in cfg.nodes]


_NOTHING = Live(frozenset(), frozenset(), frozenset())


class Liveness(CfgAnalysis[Live]):
    """The analysis behind :func:`live_in`, with its parameters; the lattice is the product of three powersets."""

    direction = Direction.BACKWARD

    def __init__(
        self, cfg: Cfg, conditions: Sequence[str | None], reads: Sequence[frozenset[str]], events: Set[int],
        choices: Set[int], always: frozenset[str],
    ) -> None:  # fmt: skip
        super().__init__(cfg)
        self._conditions = [frozenset({c} if c is not None and i in choices else ()) for i, c in enumerate(conditions)]
        self._reads = reads
        self._always = [each & always for each in reads]
        self._keeps = [n.index in events or n.index in choices for n in cfg.nodes]
        self._returns = [n.kind is NodeKind.RETURN and n.index not in events for n in cfg.nodes]
        self._kills = [killed(node) for node in cfg.nodes]
        self._work = 0

    def bottom(self, place: int) -> Live:
        """Nothing is asked for."""
        return _NOTHING

    def join(self, one: Live, other: Live) -> Live:
        """What is asked for on either way.

        Raises InputError where so much is live at so many joins that its sets would take all time and memory.
        """
        if one is other or one is _NOTHING:
            return other
        self._work += len(other.conditions) + len(other.variables)
        if self._work > limits().live:
            raise InputError(f"its ways meet too often for what they ask for: more than live = {limits().live}")
        return Live(
            one.variables | other.variables, one.returned | other.returned, one.conditions | other.conditions
        )  # fmt: skip

    def effect(self, index: int, state: Live) -> Live:
        """What the node assigns is not asked for above it; what it reads is, if it matters what it does."""
        kill, reads = self._kills[index], self._reads[index]
        variables, returned = state.variables, state.returned
        wanted = self._keeps[index] or kill in variables
        told = self._returns[index] or kill in returned
        if kill is not None:
            variables, returned = variables - {kill}, returned - {kill}
        return Live(
            variables | (reads if wanted else self._always[index]),
            returned | reads if told else returned,
            state.conditions | self._conditions[index],
        )
