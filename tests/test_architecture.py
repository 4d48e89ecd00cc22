"""The arrows between the rooms of ARCHITECTURE.md, held over the import statements of every module."""

import ast
from collections.abc import Iterator
from pathlib import Path

MAY_IMPORT = {
    "model": set(),
    "errors": set(),
    "syntax": {"model", "errors"},
    "flow": {"model", "errors", "syntax"},
    "patches": {"model", "errors"},
    "rulebook": {"model", "errors", "syntax"},
    "checks": {"model", "errors", "flow", "syntax"},
    "memsim": {"model", "errors"},
    "confirm": {"model", "errors", "flow", "memsim"},
    "config": {"model", "errors", "rulebook"},
    "engine": {
        "model",
        "errors",
        "syntax",
        "flow",
        "patches",
        "rulebook",
        "checks",
        "memsim",
        "confirm",
        "cache",
        "config",
    },
    "report": {"model"},
    "sweep": {"model", "errors", "patches", "engine", "report"},
    "reply": {"model", "patches", "report"},
    "fix": {"model", "errors", "syntax", "flow", "patches", "rulebook", "engine", "confirm"},
    "lsp": {"model", "errors", "patches", "rulebook", "engine", "fix"},
    "cli": {
        "model",
        "errors",
        "patches",
        "rulebook",
        "memsim",
        "confirm",
        "engine",
        "report",
        "reply",
        "config",
        "fix",
        "lsp",
        "sweep",
    },
    "__main__": {"cli"},
    "__init__": set(),
    "rules": set(),
    "records": set(),
    "patterns": set(),
    "cache": set(),
}
"""Room to the other rooms that its modules may import; those of ``OPEN`` are open to all."""

MEMSIM = ("litmus", "event", "model", "search", "output")
"""The rooms of the simulator in their order: each may import those before it, and nobody imports a later one."""

OPEN = ("__init__", "__version__", "records", "patterns")
"""The version, the decorator of the frozen values, and the regular expressions."""

ONLY_IN = {
    "tree_sitter": "syntax",
    "tree_sitter_c": "syntax",
    "unidiff": "patches",
    "email": "patches",
    "click": "cli",
    "pygls": "lsp",
    "lsprotocol": "lsp",
}
"""Libraries that one room alone may import."""


def modules(root: Path) -> list[Path]:
    return sorted((root / "mtelint").rglob("*.py"))


def room(root: Path, module: Path) -> str:
    return module.relative_to(root / "mtelint").parts[0].removesuffix(".py")


def imported(module: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of a module, relative ones made absolute."""
    package = module.parent.relative_to(root).parts
    for node in ast.walk(ast.parse(module.read_bytes())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *((node.module or "").split("."))))
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def test_every_room_is_in_the_table(root: Path) -> None:
    assert {room(root, module) for module in modules(root)} <= set(MAY_IMPORT)


def test_imports_go_one_way(root: Path) -> None:
    wrong = []
    for module in modules(root):
        here = room(root, module)
        for line, name in imported(module, root):
            parts = name.split(".")
            if parts[0] != "mtelint" or len(parts) == 1 or parts[1] in OPEN:
                continue
            if parts[1] != here and parts[1] not in MAY_IMPORT[here]:
                wrong.append(f"{module.relative_to(root)}:{line}: {here} may not import {parts[1]}")
    assert wrong == []


def test_rooms_of_the_simulator_import_only_those_before_them(root: Path) -> None:
    wrong = []
    for module in (root / "mtelint" / "memsim").glob("*/*.py"):
        here = MEMSIM.index(module.parent.name)
        for line, name in imported(module, root):
            parts = name.split(".")
            if parts[:2] == ["mtelint", "memsim"] and MEMSIM.index(parts[2]) > here:
                wrong.append(f"{module.relative_to(root)}:{line}: {module.parent.name} may not import {parts[2]}")
    assert wrong == []


def test_rooms_of_the_simulator_are_small_and_import_without_circles(root: Path) -> None:
    for folder in MEMSIM:
        modules_here = {module.stem: module for module in (root / "mtelint" / "memsim" / folder).glob("[a-z]*.py")}
        assert len(modules_here) <= 15
        open_ends = {
            stem: {n.split(".")[3] for _, n in imported(module, root) if n.startswith(f"mtelint.memsim.{folder}.")}
            for stem, module in modules_here.items()
        }
        while leaves := [stem for stem, needs in open_ends.items() if not needs & set(open_ends)]:
            for stem in leaves:
                del open_ends[stem]
        assert not open_ends, f"circle in {folder}: {sorted(open_ends)}"


def test_each_library_has_one_door(root: Path) -> None:
    wrong = [
        f"{module.relative_to(root)}:{line}: {name} is for {ONLY_IN[name.split('.')[0]]} alone"
        for module in modules(root)
        for line, name in imported(module, root)
        if ONLY_IN.get(name.split(".")[0], room(root, module)) != room(root, module)
    ]
    assert wrong == []


def test_no_check_imports_another(root: Path) -> None:
    checks = [m for m in modules(root) if room(root, m) == "checks"]
    shared = {"common", "__init__", "registry"}
    names = {module.stem for module in checks} - shared
    wrong = [
        f"{module.name}:{line}: {name}"
        for module in checks
        if module.stem not in shared
        for line, name in imported(module, root)
        if name.startswith("mtelint.checks.") and name.split(".")[2] in names
    ]
    assert wrong == []


def test_the_inside_neither_prints_nor_reads_the_environment(root: Path) -> None:
    edges = ("cli", "__main__", "patches")  # patches/ hands the environment on to git
    silent = [module for module in modules(root) if room(root, module) not in edges]
    wrong = []
    for module in silent:
        for node in ast.walk(ast.parse(module.read_bytes())):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            read = isinstance(node, ast.Attribute) and node.attr in ("environ", "argv", "getenv")
            if called or read:
                wrong.append(f"{module.relative_to(root)}:{node.lineno}")
    assert wrong == []
