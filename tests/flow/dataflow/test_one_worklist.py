"""There is one worklist in ``flow/``: no other loop takes things off a pile, or asks for another turn.

Told by the syntax: a ``while`` whose body takes something out of a list, a set or a heap, or whose condition is that
something changed.  A walk over a tree is none, since a tree has no way back: there is one in :mod:`mtelint.syntax`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

THE_ONE = "dataflow/engine.py: run"
OTHERS = {
    "cfg/graph.py: postorder": "a depth-first search numbers the nodes: that is no fixpoint, but its order of work",
}
_TAKES = ("pop", "popleft", "popitem", "heappop")


def piles(module: ast.Module) -> Iterator[str]:
    """The functions of a module with a loop that takes off a pile, or goes on until nothing changes."""
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            loops = (each for each in ast.walk(function) if isinstance(each, ast.While))
            if any(_takes(loop) or isinstance(loop.test, ast.Name | ast.Constant) for loop in loops):
                yield function.name


def _takes(loop: ast.While) -> bool:
    called = (each.func for each in ast.walk(loop) if isinstance(each, ast.Call))
    names = {
        f.attr if isinstance(f, ast.Attribute) else f.id for f in called if isinstance(f, ast.Attribute | ast.Name)
    }
    return not names.isdisjoint(_TAKES)


def grows_while_read(module: ast.Module) -> Iterator[str]:
    """The functions in which a ``for`` adds to the list that it runs over: a worklist in disguise."""
    for function in ast.walk(module):
        if isinstance(function, ast.FunctionDef):
            for loop in (each for each in ast.walk(function) if isinstance(each, ast.For)):
                adds = {
                    each.func.value.id
                    for each in ast.walk(loop)
                    if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
                    and each.func.attr in ("append", "extend") and isinstance(each.func.value, ast.Name)
                }  # fmt: skip
                if isinstance(loop.iter, ast.Name) and loop.iter.id in adds:
                    yield function.name


def found_in(text: str) -> set[str]:
    module = ast.parse(text)
    return {*piles(module), *grows_while_read(module)}


def test_there_is_one_worklist(root: Path) -> None:
    flow = root / "mtelint" / "flow"
    found = {
        f"{path.relative_to(flow).as_posix()}: {name}"
        for path in sorted(flow.rglob("*.py"))
        for name in found_in(path.read_text())
    }
    assert found == {THE_ONE, *OTHERS}


def test_the_ways_to_write_another_are_told() -> None:
    assert found_in("def f(x):\n while x:\n  x.extend(g(x.pop()))") == {"f"}
    assert found_in("def f(x):\n while True:\n  if g(x): return") == {"f"}
    assert found_in("def f(x):\n changed = True\n while changed:\n  changed = g(x)") == {"f"}
    assert found_in("def f(x):\n for y in x:\n  x.append(y)") == {"f"}
    assert found_in("def f(x):\n while x > 1:\n  x -= 1") == set()
