"""Live variables and live conditions: what a path may still ask for, as far as it bears on an event.

A strong liveness (backward, may): an assignment reads its operands only if its target is live, a condition only if an
event hangs on it.  Dropping the rest lets states merge, so that a long function stays linear.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from mtelint.flow.cfg.graph import Cfg, Node, NodeKind
from mtelint.flow.dataflow.dominators import post_dominators
from mtelint.records import dataclass
from mtelint.syntax import c_tree

_CHOICES = (NodeKind.BRANCH, NodeKind.SWITCH, NodeKind.LOOP)


def names_of(expr: object) -> frozenset[str]:
    """The identifiers and temporaries (``$3``) that an expression mentions."""
    found: set[str] = set()
    stack: list[object] = [expr]
    while stack:
        item = stack.pop()
        if isinstance(item, c_tree.Name):
            found.add(item.id)
        elif isinstance(item, c_tree.Temp):
            found.add(f"${item.id}")
        elif isinstance(item, tuple):
            stack.extend(item)
        else:
            stack.extend(getattr(item, name) for name in fields_of(type(item)))
    return frozenset(found)


_FIELDS: dict[type, tuple[str, ...]] = {c_tree.Span: ()}


def fields_of(kind: type) -> tuple[str, ...]:
    """The fields of a node that may hold names."""
    found = _FIELDS.get(kind)
    if found is None:
        found = _FIELDS[kind] = tuple(getattr(kind, "__dataclass_fields__", ()))
    return found


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
    expr: object = node.expr
    if isinstance(expr, c_tree.Assign) and isinstance(expr.target, (c_tree.Name, c_tree.Temp)):
        expr = expr.value  # ``a |= b`` reads ``a`` for nobody but who reads ``a`` behind it
    return names_of(expr) if node.kind in _CHOICES else frozenset(_asked(expr, wanted, pointers))


def _asked(item: object, wanted: Wanted, pointers: Collection[str]) -> Iterator[str]:
    match item:
        case c_tree.Name():
            yield item.id
        case c_tree.Temp():
            yield f"${item.id}"
        case c_tree.Call():
            positions = wanted(item.name) if item.name else None
            for index, arg in enumerate(item.args):
                found = _asked(arg, wanted, pointers)
                whole = positions is None or index in positions
                yield from found if whole else (n for n in found if n in pointers or n[0] == "$")
        case tuple():
            for each in item:
                yield from _asked(each, wanted, pointers)
        case _:
            for name in fields_of(type(item)):
                yield from _asked(getattr(item, name), wanted, pointers)


def deciding(cfg: Cfg, events: frozenset[int]) -> frozenset[int]:
    """The choices that an event hangs on: one lies between the choice and the point where its ways meet again."""
    meets = post_dominators(cfg).parents
    found = set()
    for node in cfg.nodes:
        if node.kind in _CHOICES and _reaches(cfg, node.index, meets[node.index], events):
            found.add(node.index)
    return frozenset(found)


def _reaches(cfg: Cfg, start: int, stop: int | None, events: frozenset[int]) -> bool:
    seen = {start}
    stack = [edge.target for edge in cfg.successors[start]]
    while stack:
        index = stack.pop()
        if index in seen or index == stop:
            continue
        if index in events:
            return True
        seen.add(index)
        stack.extend(edge.target for edge in cfg.successors[index])
    return False


@dataclass(frozen=True, slots=True)
class Live:
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
    keeps = [n.index in events or n.index in choices for n in cfg.nodes]
    returns = [n.kind is NodeKind.RETURN and n.index not in events for n in cfg.nodes]
    kills = [killed(node) for node in cfg.nodes]
    variables: list[frozenset[str]] = [frozenset()] * len(cfg.nodes)
    returned: list[frozenset[str]] = [frozenset()] * len(cfg.nodes)
    ahead: list[frozenset[str]] = [frozenset()] * len(cfg.nodes)
    work = list(range(len(cfg.nodes)))
    queued = set(work)
    while work:
        index = work.pop()
        queued.discard(index)
        out = frozenset[str]().union(*(variables[e.target] for e in cfg.successors[index]))
        back = frozenset[str]().union(*(returned[e.target] for e in cfg.successors[index]))
        later = frozenset[str]().union(*(ahead[e.target] for e in cfg.successors[index]))
        kill, condition = kills[index], conditions[index]
        wanted = keeps[index] or (kill is not None and kill in out)
        new = (out - {kill} if kill else out) | (reads[index] if wanted else reads[index] & always)
        told = returns[index] or (kill is not None and kill in back)
        new_back = (back - {kill} if kill else back) | (reads[index] if told else frozenset())
        new_ahead = later | {condition} if condition is not None and index in choices else later
        if new != variables[index] or new_ahead != ahead[index] or new_back != returned[index]:
            variables[index], returned[index], ahead[index] = new, new_back, new_ahead
            for edge in cfg.predecessors[index]:
                if edge.source not in queued:
                    queued.add(edge.source)
                    work.append(edge.source)
    return [Live(*each) for each in zip(variables, returned, ahead, strict=True)]
