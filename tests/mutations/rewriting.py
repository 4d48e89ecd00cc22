"""Rewrites that do not change what a function does: on correct code mtelint must stay silent after each of them.

A rewrite of a mutant is a mutant still, so the same rewrites also tell whether findings depend on the spelling.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .code import Call, Edit, Function, Node, apply, in_block, replaced, slices

Rewriter = Callable[[Function], Iterator[Iterable[Edit]]]
REWRITERS: dict[str, Rewriter] = {}


def rewriter(name: str) -> Callable[[Rewriter], Rewriter]:
    """Register an equivalent rewrite."""

    def register(function: Rewriter) -> Rewriter:
        if name in REWRITERS:
            raise ValueError(f"two rewrites are called {name}")
        REWRITERS[name] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An equivalent text."""

    name: str
    rewriter: str
    function: str
    text: str


def rewrites(stem: str, text: str) -> Iterator[Rewrite]:
    """All rewrites of a C text, each in one function; their names are stable as long as the code is."""
    for function in slices(text.encode()):
        if not function.calls:
            continue
        for name, apply_to in REWRITERS.items():
            for number, edits in enumerate(apply_to(function), 1):
                changed = apply(function.source, edits).decode()
                if changed.encode() != function.source:
                    yield Rewrite(f"{stem}/{function.name}/{name}-{number}", name, function.name, changed)


def ifs(function: Function) -> Iterator[tuple[Node, Node, Node, Node | None]]:
    """``if`` statements: the statement, its condition without parentheses, the body, and that of the ``else``."""
    for node in function.nodes:
        if node.type == "if_statement" and function.text(node).startswith("if"):
            condition = node.child_by_field_name("condition")
            body, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
            assert condition is not None
            assert body is not None
            inner = condition.named_children[0]
            yield node, inner, body, other.named_children[0] if other else None


def outermost(found: Iterable[Node]) -> Iterator[Node]:
    """Those that do not lie in one before them."""
    end = -1
    for node in found:
        if node.start_byte >= end:
            end = node.end_byte
            yield node


def every(function: Function, wrap: Callable[[str], str]) -> Iterable[Edit]:
    """One edit for each condition of an ``if``."""
    return [replaced(inner, wrap(function.text(inner))) for _, inner, _, _ in ifs(function)]


def operands(function: Function, node: Node, operator: str) -> tuple[str, str] | None:
    sign = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "binary_expression" or not sign or not left or not right or function.text(sign) != operator:
        return None
    return function.text(left), function.text(right)


def blocked(function: Function, node: Node) -> str:
    """A statement with braces around it, if it has none."""
    text = function.text(node)
    return text if node.type == "compound_statement" else f"{{\n\t\t{text}\n\t}}"


def leaves(function: Function, node: Node) -> bool:
    """The statement ends in a jump."""
    last = node.named_children[-1] if node.type == "compound_statement" and node.named_children else node
    return last.type in ("return_statement", "goto_statement", "continue_statement", "break_statement")


def replaced_after(node: Node, code: str) -> Edit:
    """Like :func:`replaced`, for use beside an insertion at the start of the node."""
    return Edit(node.start_byte, node.end_byte, code)


def decisive(function: Function) -> Iterator[tuple[Call, Node]]:
    """Tests and claims that are the whole condition of an ``if`` in a block, with that ``if``."""
    for call in function.role("test", "claim"):
        guard = function.if_around(call.node)
        if guard is None or not in_block(guard) or not guard.parent or guard.parent.type == "labeled_statement":
            continue
        condition = guard.child_by_field_name("condition")
        text = function.text(call.node)
        if condition is not None and function.text(condition) in (f"({text})", f"(!{text})"):
            yield call, guard
