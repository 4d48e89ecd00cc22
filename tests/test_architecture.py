"""The arrows between the rooms of ARCHITECTURE.md, held over the imports of every module, and the size of rooms."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

MAY_IMPORT = {
    "model": set(),
    "errors": set(),
    "syntax": {"model", "errors"},
    "flow": {"model", "errors", "syntax"},
    "mail": {"model", "errors"},
    "patches": {"model", "mail"},
    "git": {"model", "errors", "mail", "patches"},
    "rulebook": {"model", "errors"},
    "checks": {"model", "errors", "flow", "syntax"},
    "memsim": {"errors"},
    "confirm": {"model", "errors", "flow", "memsim"},
    "config": {"model", "errors", "rulebook"},
    "engine": {
        "model",
        "errors",
        "syntax",
        "flow",
        "mail",
        "patches",
        "git",
        "rulebook",
        "checks",
        "confirm",
        "cache",
        "config",
    },
    "report": {"model"},
    "sweep": {"errors", "mail", "git", "engine", "report"},
    "reply": {"model", "mail", "patches", "git", "report"},
    "fix": {"model", "errors", "syntax", "flow", "mail", "patches", "rulebook", "engine", "confirm"},
    "lsp": {"model", "errors", "patches", "rulebook", "engine", "fix"},
    "replay": {"model", "errors"},
    "cli": {
        "model",
        "errors",
        "mail",
        "git",
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
        "replay",
    },
    "__main__": {"cli"},
    "__init__": set(),
    "rules": set(),
    "cache": set(),
}
"""Room to the other rooms that its modules may import; those of ``OPEN`` are open to all."""

OPEN = ("__init__", "__version__")
"""The version."""

ONLY_IN = {
    "tree_sitter": "syntax",
    "tree_sitter_c": "syntax",
    "unidiff": "patches",
    "email": "mail",
    "click": "cli",
    "pygls": "lsp",
    "lsprotocol": "lsp",
}
"""Libraries that one room alone may import."""


INSIDE = {
    "syntax": ("c_tree", "scan", "mask", "parse", "lower", "unit", "outline"),
    "flow": ("cfg", "dataflow", "domain", "transfer", "paths", "program"),
    "mail": ("letter", "undecoded", "inputs", "archive_pages", "mbox", "mime", "mailbox", "compose"),
    "patches": ("patch", "file_names", "segments", "diffs", "reader", "series", "line_maps", "trees", "apply"),
    "git": ("repository", "history", "changes"),
    "memsim": ("litmus", "event", "model", "search", "output"),
    "engine": ("find", "judge", "review"),
    "report": ("style", "excerpt", "overview", "simulation", "formats"),
    "cli": ("world", "output", "review_options", "review_command", "cluster", "commands", "guard"),
}
"""Rooms inside rooms, and modules beside them: each may import what stands before it."""


def modules(root: Path) -> list[Path]:
    return sorted((root / "mtelint").rglob("*.py"))


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_bytes())


def room(root: Path, module: Path) -> str:
    return module.relative_to(root / "mtelint").parts[0].removesuffix(".py")


def imported(module: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of a module, relative ones made absolute."""
    package = module.parent.relative_to(root).parts
    for node in ast.walk(parsed(module)):
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


def test_every_arrow_of_the_table_is_there(root: Path) -> None:
    drawn: dict[str, set[str]] = {here: set() for here in MAY_IMPORT}
    for module in modules(root):
        drawn[room(root, module)] |= {
            name.split(".")[1] for _, name in imported(module, root) if name.startswith("mtelint.")
        }
    assert {here: rooms - drawn[here] for here, rooms in MAY_IMPORT.items() if rooms - drawn[here]} == {}


def test_each_library_has_one_door(root: Path) -> None:
    wrong = [
        f"{module.relative_to(root)}:{line}: {name} is for {ONLY_IN[name.split('.')[0]]} alone"
        for module in modules(root)
        for line, name in imported(module, root)
        if ONLY_IN.get(name.split(".")[0], room(root, module)) != room(root, module)
    ]
    assert wrong == []


def test_no_check_imports_another(root: Path) -> None:
    checks = [m for m in modules(root) if m.match("checks/mte[0-9]*.py")]
    names = {module.stem for module in checks}
    assert names
    wrong = [
        f"{module.name}:{line}: {name}"
        for module in checks
        for line, name in imported(module, root)
        if name.startswith("mtelint.checks.") and name.split(".")[2] in names
    ]
    assert wrong == []


def test_the_inside_neither_prints_nor_reads_the_environment(root: Path) -> None:
    edges = ("cli", "__main__", "git")  # git/ hands the environment on to git
    silent = [module for module in modules(root) if room(root, module) not in edges]
    wrong = []
    for module in silent:
        for node in ast.walk(parsed(module)):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            read = isinstance(node, ast.Attribute) and node.attr in ("environ", "argv", "getenv")
            if isinstance(node, ast.expr) and (called or read):
                wrong.append(f"{module.relative_to(root)}:{node.lineno}")
    assert wrong == []


def test_imports_inside_a_room_go_one_way_too(root: Path) -> None:
    wrong = []
    for here, order in INSIDE.items():
        for module in modules(root):
            parts = module.relative_to(root / "mtelint" / here).parts if room(root, module) == here else ()
            if not parts or parts == ("__init__.py",):
                continue
            place = order.index(parts[0].removesuffix(".py"))
            for line, name in imported(module, root):
                inner = name.split(".")[2] if name.startswith(f"mtelint.{here}.") else None
                if inner in order and order.index(inner) > place:
                    wrong.append(f"{module.relative_to(root)}:{line}: {order[place]} may not import {inner}")
    assert wrong == []


def test_no_module_imports_one_that_imports_it(root: Path) -> None:
    names = {".".join(m.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): m for m in modules(root)}
    graph = {
        here: {name if name in names else name.rpartition(".")[0] for _, name in imported(module, root)} & names.keys()
        for here, module in names.items()
    }
    TopologicalSorter({here: found - {here} for here, found in graph.items()}).prepare()  # it names the circle


MOST_MODULES = 272
"""As many as there are today: whoever merges two lowers it, and nobody raises it."""

MOST_IN_A_FOLDER = 15

CROWDED = {
    "checks": (24, "each rule has a module of its own"),
}
"""Folder to the most modules that it may hold, and why it holds more than others may."""

TWO_THINGS = {
    "environments": "the values; their reader in the rulebook",
    "vocabulary": "the values; their reader in the rulebook",
}
"""Module names that mean more than one thing, until one of the two has a better name."""

LONGEST_FUNCTION = 50


def named(root: Path) -> list[Path]:
    """The modules that have a name of their own."""
    return [module for module in modules(root) if module.stem != "__init__"]


def crowds(root: Path) -> Counter[str]:
    """Folder below ``mtelint`` to the number of its modules, ``__init__`` aside."""
    return Counter(module.parent.relative_to(root / "mtelint").as_posix() for module in named(root))


def names_of_two_modules(root: Path) -> dict[str, list[str]]:
    """Module name to its places, where it has two; a command has the name of the room that does its work."""
    places: dict[str, list[str]] = {}
    for module in modules(root):
        where = module.relative_to(root / "mtelint")
        if module.stem != "__init__" and where.parts[:2] != ("cli", "commands"):
            places.setdefault(module.stem, []).append(where.as_posix())
    return {name: found for name, found in places.items() if len(found) > 1}


def test_there_are_no_more_modules_than_there_were(root: Path) -> None:
    assert len(named(root)) <= MOST_MODULES


def test_a_folder_holds_what_can_be_seen_at_once(root: Path) -> None:
    allowed = {folder: most for folder, (most, _) in CROWDED.items()}
    assert {f: n for f, n in crowds(root).items() if n > allowed.get(f, MOST_IN_A_FOLDER)} == {}


def test_no_folder_is_called_crowded_that_is_not(root: Path) -> None:
    assert [folder for folder in CROWDED if crowds(root)[folder] <= MOST_IN_A_FOLDER] == []


def test_a_module_name_means_one_thing(root: Path) -> None:
    assert {name: found for name, found in names_of_two_modules(root).items() if name not in TWO_THINGS} == {}


def test_no_name_is_excused_that_means_one_thing(root: Path) -> None:
    assert sorted(set(TWO_THINGS) - set(names_of_two_modules(root))) == []


def test_no_function_is_longer_than_a_screen(root: Path) -> None:
    wrong = [
        f"{module.relative_to(root)}:{node.lineno}: {node.name}() has {length} lines"
        for module in modules(root)
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert wrong == []
