"""The C grammar of tree-sitter."""

from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import tree_sitter


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
