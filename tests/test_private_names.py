"""A name that begins with one underscore is for its own module: nobody else imports it, and nobody reaches for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HELD = ("mtelint", "benchmarks", "tools", "tests")

OPEN = {
    "os._exit": "documented, whatever its name says",
    "WriteableBuffer": "of _typeshed, which is there for type checkers alone",
    "pickle._Unpickler": "the one in Python, whose table of instructions can be cut down; that in C has none",
}
"""What only looks private."""

REASONS = {
    "tests/cache": "a cache is made to forget which program it belongs to, as a new process would",
    "tests/engine": "a tree or a mailbox of a test is too small to be worth a process",
    "tests/flow/test_inert.py": "the solver is watched at work",
    "tests/memsim/mutants.py": "a mutant is a change of the inside",
    "tests/mail/test_mail_undecoded.py": "each charset of the table is tried",
    "tests/sweep": "a disk that fills up, and a kill between two steps, are put where they happen",
    "tests/confirm/test_litmus.py": "the names of one module of tests, used by another",
}
"""A folder or a module of tests that may, and why; what is no test may not."""


def sources(root: Path) -> list[Path]:
    """Every Python file, those without a suffix included."""
    files = [path for folder in HELD for path in (root / folder).rglob("*") if path.is_file()]
    return sorted(path for path in files if path.suffix == ".py" or (not path.suffix and is_python(path)))


def is_python(path: Path) -> bool:
    return path.open("rb").readline().startswith(b"#!/usr/bin/env python3")


NAMED_TUPLE = ("_asdict", "_field_defaults", "_fields", "_make", "_replace")
"""The methods of every named tuple, whose underscore only keeps them apart from its fields."""


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_" and name not in NAMED_TUPLE


def is_self(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) and value.id in ("self", "cls")


def defined(tree: ast.Module) -> set[str]:
    """The private names that a module has of its own: functions, classes, variables, attributes that it sets."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_self(node.value):
            found.add(node.attr)
    return found


def reached(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and words of each private name of somebody else."""
    own = defined(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            path = (node.module or "").split(".")
            yield from ((node.lineno, each.name) for each in node.names if any(map(is_private, (*path, each.name))))
        elif isinstance(node, ast.Attribute) and is_private(node.attr):
            if node.attr in own or is_self(node.value):
                continue
            yield node.lineno, ast.unparse(node)


def excused(path: str) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in REASONS)


def test_nobody_reaches_into_a_private_name_of_another(root: Path) -> None:
    wrong = [
        f"{where}:{line}: {words}"
        for path in sources(root)
        if not excused(where := path.relative_to(root).as_posix())
        for line, words in reached(ast.parse(path.read_bytes()))
        if words not in OPEN
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from x import _y", ["_y"]),
        ("from _x.z import y", ["y"]),
        ("from .a import b\nb._c()", ["b._c"]),
        ("import a\na.b._c = 1", ["a.b._c"]),
        ("class A:\n def f(self, other): self._a = other._a", []),
        ("def f(other): return other._size", ["other._size"]),
        ("class A:\n def f(self): return self._a + super()._b", ["super()._b"]),
        ("class A:\n def _a(self): pass\n def f(self, other): return other._a", []),
        ("import a\na.__name__; a._", []),
    ],
)
def test_what_is_a_private_name_of_another(text: str, expected: list[str]) -> None:
    assert [words for _, words in reached(ast.parse(text))] == expected


def test_every_excuse_is_for_tests_that_are_there(root: Path) -> None:
    assert [place for place in REASONS if not place.startswith("tests/") or not (root / place).exists()] == []
