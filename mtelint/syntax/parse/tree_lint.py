"""The C grammar of tree-sitter, and the lint after the parse: wrong trees that carry no error."""

import re
from bisect import bisect_left, bisect_right
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import tree_sitter
from msgspec import Struct

_KEYWORDS = ("if", "else", "for", "while", "do", "switch", "case", "default", "return", "goto", "break", "continue")
_WIDE = 1000
_KEYWORD = re.compile(rb"\b(?:" + "|".join(_KEYWORDS).encode() + rb")\b")
_QUERY = (
    "(function_definition) @function (declaration) @declaration "
    "[" + " ".join(f'"{word}"' for word in _KEYWORDS) + "] @keyword"
)


class Suspects(Struct, frozen=True):
    """What one query finds in a tree: all functions, declarations of functions, offsets of keyword tokens, in order."""

    functions: tuple[tree_sitter.Node, ...]
    declarations: tuple[tree_sitter.Node, ...]
    keywords: tuple[int, ...]

    def within(self, code: bytes, start: int, end: int) -> tuple[int, str] | None:
        """Offset and reason of the first suspect shape in a body, or None."""
        for node in _between(self.functions, start, end):
            return node.start_byte, "the parser sees a function inside the function"
        for node in _between(self.declarations, start, end):
            if _declares_function(node) and is_call(node):
                return node.start_byte, "the parser takes a call for a declaration"
        first = bisect_left(self.keywords, start)
        last = bisect_left(self.keywords, end)
        spelled = [match.start() for match in _KEYWORD.finditer(code, start, end)]
        if len(spelled) != last - first:
            lost = next((offset for offset in spelled if offset not in self.keywords[first:last]), start)
            return lost, "the parser takes a keyword for a name"
        return None


def _start(node: tree_sitter.Node) -> int:
    return node.start_byte


def _between(nodes: tuple[tree_sitter.Node, ...], start: int, end: int) -> tuple[tree_sitter.Node, ...]:
    """Those of the nodes, which are in order, that start behind one offset and before another."""
    return nodes[bisect_right(nodes, start, key=_start) : bisect_left(nodes, end, key=_start)]


@cache
def _query() -> tree_sitter.Query:
    return tree_sitter.Query(language(), _QUERY)


def suspects(root: tree_sitter.Node) -> Suspects:
    """Run the one query of the lint; a tree with a wide error is walked: a query sees its width once per node."""
    found = _walked(root) if root.has_error and _is_wide(root) else tree_sitter.QueryCursor(_query()).captures(root)
    keywords = sorted(node.start_byte for node in found.get("keyword", ()) if not node.is_missing)
    functions, declarations = (sorted(found.get(name, ()), key=_start) for name in ("function", "declaration"))
    return Suspects(tuple(functions), tuple(declarations), tuple(keywords))


def _is_wide(root: tree_sitter.Node) -> bool:
    """Whether some error has very many children, as brackets that nothing closes are."""
    stack = [root]
    while stack:
        node = stack.pop()
        if node.child_count > _WIDE and (node.is_error or node is root):
            return True
        stack.extend(child for child in node.children if child.has_error)
    return False


def _walked(root: tree_sitter.Node) -> dict[str, list[tree_sitter.Node]]:
    """What the query captures, by a walk in linear time."""
    found: dict[str, list[tree_sitter.Node]] = {"function": [], "declaration": [], "keyword": []}
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None:
            if node.type == "function_definition":
                found["function"].append(node)
            elif node.type == "declaration":
                found["declaration"].append(node)
            elif not node.is_named and node.type in _KEYWORDS:
                found["keyword"].append(node)
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return found


def _declares_function(node: tree_sitter.Node) -> bool:
    declarators = node.children_by_field_name("declarator")
    named = (each.child_by_field_name("declarator") for each in declarators if each.type == "function_declarator")
    return any(each is not None and each.type == "identifier" for each in named)


def is_call(declaration: tree_sitter.Node) -> bool:
    """Whether a declaration of a function inside a body is a macro and a call in truth.

    A local prototype has ``extern``, a type that is spelled in keywords, or a parameter with type and name.
    """
    kind = declaration.child_by_field_name("type")
    if kind is None or kind.type == "macro_type_specifier":
        return True
    if kind.type != "type_identifier" or any(child.type == "storage_class_specifier" for child in declaration.children):
        return False
    declarator = declaration.child_by_field_name("declarator")
    parameters = declarator.child_by_field_name("parameters") if declarator else None
    if parameters is None:
        return True
    return all(
        parameter.type != "parameter_declaration" or parameter.child_by_field_name("declarator") is None
        for parameter in parameters.named_children
    )


@cache
def language() -> tree_sitter.Language:
    """The C grammar."""
    return tree_sitter.Language(_grammar().language())


def _grammar() -> ModuleType:
    """The compiled part of tree_sitter_c where it is found: its package loads what reads queries, which we do not."""
    package = find_spec("tree_sitter_c")
    places = package.submodule_search_locations if package is not None else None
    spec = PathFinder.find_spec("tree_sitter_c._binding", places) if places is not None else None
    if spec is None or spec.loader is None:
        import tree_sitter_c

        return tree_sitter_c
    binding = module_from_spec(spec)
    spec.loader.exec_module(binding)
    return binding
