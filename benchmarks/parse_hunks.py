"""Hunks read without a tree, held against the whole file they come from."""

import random
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import tree_sitter

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.parse.fragment import Repaired, repair
from mtelint.syntax.parse.parser import damages, parse_tree, read_functions

_HEADER = re.compile(rb"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@ ?(.*)")
_JUMPS = {"return_statement", "goto_statement", "break_statement", "continue_statement"}
_ENCLOSING = {"if_statement", "while_statement", "for_statement", "do_statement", "switch_statement"}
Fact = tuple[str, int, int, tuple[tuple[str, int, str], ...]]


@dataclass(slots=True)
class HunkCount:
    """How many hunks were read, parsed without error, and have all structure right."""

    hunks: int = 0
    error_free: int = 0
    right: int = 0
    troubles: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cut:
    """The post-image of one hunk: first line in the file, number of lines, heading."""

    path: Path
    first: int
    count: int
    heading: str


def measure_hunks(old: Path, new: Path, folders: tuple[str, ...], seed: int, wanted: int) -> HunkCount:
    """Cut hunks between two trees and read each by itself."""
    result = HunkCount()
    names = [path.relative_to(old) for folder in folders for path in sorted((old / folder).rglob("*.c"))]
    names = [name for name in names if (new / name).is_file()]
    chance = random.Random(seed)
    chance.shuffle(names)
    for name in names:
        cuts = [cut for cut in _cuts(old / name, new / name) if 3 <= cut.count <= 60]
        if cuts and result.hunks < wanted:
            for cut in chance.sample(cuts, min(4, len(cuts))):
                _measure(cut, name, result, wanted)
        if result.hunks >= wanted:
            break
    return result


def _cuts(old: Path, new: Path) -> list[Cut]:
    done = subprocess.run(["git", "diff", "--no-index", "-U3", str(old), str(new)], capture_output=True, check=False)
    found = []
    for line in done.stdout.splitlines():
        match = _HEADER.match(line)
        if match:
            found.append(Cut(new, int(match[1]), int(match[2] or 1), match[3].decode("utf-8", "replace")))
    return found


def _measure(cut: Cut, name: Path, result: HunkCount, wanted: int) -> None:
    text = cut.path.read_bytes()
    masked = mask(text)
    tree, readings = read_functions(masked)
    last = cut.first + cut.count - 1
    spans = [
        (text.count(b"\n", 0, item.body.open) + 1, text.count(b"\n", 0, max(item.body.close, 0)) + 1)
        for item in readings
        if not item.trouble
    ]
    inside = sum(max(0, min(end, last) - max(start, cut.first) + 1) for start, end in spans)
    if inside < 3 or result.hunks >= wanted or any(True for _ in damages(tree.root_node)):
        return
    truth = set(facts(tree.root_node, cut.first, last, 0, 0))
    lines = text.splitlines(keepends=True)[cut.first - 1 : last]
    repaired = repair(b"".join(lines), cut.heading)
    fragment = repaired.masked()
    parsed = parse_tree(fragment.text)
    above = repaired.text.count(b"\n", 0, repaired.prefix)
    errors = [node.start_point.row + cut.first - above for node in damages(parsed.root_node)]
    found = set(_fragment_facts(parsed.root_node, repaired, cut))
    result.hunks += 1
    result.error_free += not errors
    result.right += truth <= found
    where = f"{name}:{cut.first}"
    if errors:
        result.troubles.append(f"{where}: hunk: error at line {errors[0]}")
    if not truth <= found:
        result.troubles.append(f"{where}: hunk: {sorted(truth - found)[:2]}")


def _fragment_facts(root: tree_sitter.Node, repaired: Repaired, cut: Cut) -> Iterator[Fact]:
    above = repaired.text.count(b"\n", 0, repaired.prefix)
    return facts(root, 1 + above, cut.count + above, repaired.prefix, cut.first - 1 - above)


def facts(root: tree_sitter.Node, first: int, last: int, prefix: int, shift: int) -> Iterator[Fact]:
    """Calls and jumps on lines ``first`` to ``last`` with the statements that enclose them and begin there.

    What begins in the first ``prefix`` bytes is not in the source; ``shift`` is added to lines.
    """
    stack: list[tuple[tree_sitter.Node, tuple[tuple[str, int, str], ...]]] = [(root, ())]
    while stack:
        node, chain = stack.pop()
        line = node.start_point.row + 1
        if node.end_point.row + 1 < first or line > last:
            continue
        name = _named(node)
        if name and line >= first and node.start_byte >= prefix:
            yield name, line + shift, 0, chain
        for index, child in enumerate(node.children):
            inner = chain
            if node.type in _ENCLOSING and line >= first and node.start_byte >= prefix and child.is_named:
                role = node.field_name_for_child(index) or ""
                inner = (*chain, (node.type, line + shift, role))
            stack.append((child, inner))


def _named(node: tree_sitter.Node) -> str:
    if node.type in _JUMPS:
        return node.type
    if node.type == "call_expression":
        function = node.child_by_field_name("function")
        if function is not None and function.type == "identifier":
            return (function.text or b"").decode("utf-8", "replace")
    return ""
