"""``#if`` groups of whole statements: which arms there are, and when each runs."""

import re

from tree_sitter import Node

from mtelint.patterns import regex
from mtelint.syntax.mask.arm_conditions import negate, never, normalise

_COMMENT = regex(r"/\*.*?(?:\*/|\Z)|//[^\n]*", re.DOTALL)
_MAX_ARMS = 64
"""Arms of one group whose conditions the later ones are known to exclude."""
_ATOM = regex(r"!?\w+")
_GROUPS = frozenset(("preproc_if", "preproc_ifdef"))
_ALTERNATIVES = frozenset(("preproc_else", "preproc_elif", "preproc_elifdef"))


def is_group(node: Node) -> bool:
    """Whether a node is an ``#if`` group."""
    return node.type in _GROUPS


def conjunction(conditions: list[str]) -> str:
    """All conditions together; those that always hold are left out, and none at all is ``1``."""
    parts = [part for part in conditions if not never(negate(part))]
    if len(parts) == 1:
        return parts[0]
    return " && ".join(part if _ATOM.fullmatch(part) else f"({part})" for part in parts) or "1"


def arms(node: Node) -> list[tuple[str, list[Node]]]:
    """The arms of a group that can run, with their conditions; a missing ``#else`` gives an empty arm."""
    found: list[tuple[str, list[Node]]] = []
    before: list[str] = []
    current: Node | None = node
    while current is not None:
        own = _condition(current)
        if not any(never(part) for part in (*before, own)):
            found.append((conjunction([*before, own]), _statements(current)))
        if current.type == "preproc_else":
            return found
        if len(before) < _MAX_ARMS or never(negate(own)):
            before.append(negate(own))
        current = current.child_by_field_name("alternative")
    if not any(never(part) for part in before):
        found.append((conjunction(before), []))
    return found


def _condition(node: Node) -> str:
    """The condition of one arm on its own (``1`` for ``#else``)."""
    if node.type == "preproc_else":
        return "1"
    keyword = node.children[0].type.lstrip("#").strip()
    stated = node.child_by_field_name("name" if keyword.endswith("def") else "condition")
    text = b"" if stated is None else stated.text or b""
    return normalise(keyword, _COMMENT.sub(" ", text.decode("utf-8", "replace")))


def _statements(node: Node) -> list[Node]:
    """What stands in the arm itself."""
    skipped = [node.child_by_field_name(name) for name in ("name", "condition")]
    return [child for child in node.named_children if child.type not in _ALTERNATIVES and child not in skipped]
