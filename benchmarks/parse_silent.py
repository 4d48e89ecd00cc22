"""Silent misparses, searched for apart from mtelint's own lint: three shapes in the trees of sound functions."""

from functools import cache

import tree_sitter

from mtelint.syntax.parse.parser import Reading
from mtelint.syntax.parse.tree_lint import is_call, language

KEYWORDS = ("break", "case", "continue", "default", "do", "else", "for", "goto", "if", "return", "switch", "while",
            "sizeof", "struct", "union", "enum", "static", "typedef")  # fmt: skip


@cache
def _query() -> tree_sitter.Query:
    words = " ".join(f'"{word}"' for word in KEYWORDS)
    return tree_sitter.Query(
        language(),
        f"((identifier) @keyword (#any-of? @keyword {words})) ((type_identifier) @keyword (#any-of? @keyword {words})) "
        "(compound_statement (function_definition) @nested) "
        "(compound_statement (declaration declarator: (function_declarator declarator: (identifier))) @call)",
    )


def silent_misparses(tree: tree_sitter.Tree, readings: list[Reading]) -> tuple[int, list[str]]:
    """Number and places of wrong shapes inside functions that are not marked unreliable."""
    sound = [item for item in readings if not item.trouble]
    places = _places(tree.root_node, [item for item in sound if not item.alone])
    for item in sound:
        if item.alone and item.node is not None:
            places += _places(item.node, [item])
    return len(places), places


def _places(root: tree_sitter.Node, sound: list[Reading]) -> list[str]:
    places = []
    for kind, nodes in tree_sitter.QueryCursor(_query()).captures(root).items():
        for node in nodes:
            if kind == "call" and not is_call(node):
                continue
            if any(item.body.open < node.start_byte < item.body.close for item in sound):
                places.append(f"{kind} at line {node.start_point.row + 1}")
    return places
