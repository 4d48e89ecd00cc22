"""The control-flow graph: nodes evaluate, edges choose.

A node evaluates one expression without internal control flow (``&&``, ``||``, ``?:`` and statement expressions are
nodes and edges of their own, their values are :class:`~mtelint.syntax.c_tree.Temp`).  Calls inside one expression run
innermost first, left to right.
"""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from mtelint.syntax.c_tree import Expr, Span


class NodeKind(StrEnum):
    """What a node stands for."""

    ENTRY = "entry"
    EXIT = "exit"
    """The function returns."""
    LEAVES = "leaves"
    """Control leaves the fragment in sight (end of a hunk, label or loop out of sight)."""
    NORETURN = "noreturn"
    """``BUG()``, ``panic()``: nothing follows."""
    EVAL = "eval"
    DECLARE = "declare"
    """``target`` is declared, with ``expr`` as initial value or None."""
    BRANCH = "branch"
    """Edges are labelled True and False; ``expr`` has no ``!``, ``&&``, ``||`` or transparent wrapper at its top."""
    LOOP = "loop"
    """Head of a macro loop: edge True is another turn, False the end; ``expr`` is the macro call."""
    SWITCH = "switch"
    VARIANT = "variant"
    """An ``#if`` group: edges are labelled with the arm's condition."""
    RETURN = "return"
    ACQUIRE = "acquire"
    """A guard is taken; ``target`` is the guard's class, ``expr`` a call with its arguments."""
    RELEASE = "release"
    """A guard or ``__free()`` variable goes out of scope."""
    JOIN = "join"
    """Nothing happens here."""


class CaseLabel(Struct, frozen=True):
    """Label of a switch edge: ``low`` None is ``default`` (or no case)."""

    low: Expr | None
    high: Expr | None = None


class ArmLabel(Struct, frozen=True):
    """Label of a variant edge; edges of equal conditions are taken together."""

    condition: str


EdgeLabel = bool | CaseLabel | ArmLabel | None


NEGATED = "!"
"""Stands among the wrappers of a condition that chooses nothing: what is inside is asked the other way round."""


class Node(Struct, frozen=True):
    """One node.

    ``wrappers`` are the transparent calls around a branch condition, outermost first (``WARN_ON_ONCE``, ``likely``);
    ``discarded`` tells that the condition chooses nothing (``WARN_ON(x);`` as a statement).
    """

    index: int
    kind: NodeKind
    span: Span
    expr: Expr | None = None
    target: str | None = None
    type: str | None = None
    wrappers: tuple[str, ...] = ()
    discarded: bool = False


class Edge(Struct, frozen=True):
    """One edge; ``back`` tells that it closes a loop in the source."""

    source: int
    target: int
    label: EdgeLabel = None
    back: bool = False


class Cfg(Struct, frozen=True):
    """A control-flow graph; ``nodes[i].index == i``, ``successors[i]`` in source order.

    ``open_entry`` tells that what runs before the first node is out of sight (a hunk).
    """

    function: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    entry: int
    exit: int
    successors: tuple[tuple[Edge, ...], ...]
    predecessors: tuple[tuple[Edge, ...], ...]
    open_entry: bool = False


def postorder(successors: Sequence[Sequence[int]], root: int) -> list[int]:
    """The nodes that are reached from the root, each behind all that it leads to but for back edges.

    A depth-first search: no fixpoint, but the order in which one is found soonest.
    """
    order: list[int] = []
    seen = {root}
    stack = [(root, iter(successors[root]))]
    while stack:
        node, ways = stack[-1]
        for target in ways:
            if target not in seen:
                seen.add(target)
                stack.append((target, iter(successors[target])))
                break
        else:
            order.append(node)
            stack.pop()
    return order
