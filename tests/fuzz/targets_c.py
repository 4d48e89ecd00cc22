"""Targets that read C."""

from contextlib import suppress

from mtelint.engine import review_patch_text, review_text
from mtelint.errors import InputError
from mtelint.flow.cfg.build import build_cfgs
from mtelint.flow.cfg.graph import Cfg
from mtelint.model import Era
from mtelint.rulebook import load
from mtelint.syntax.mask.masking import mask
from mtelint.syntax.parse.fragment import repair
from mtelint.syntax.unit import Unit, parse_file, parse_fragment

from .pieces import C, text_of

_BOOK = load()


def newlines(text: bytes) -> list[int]:
    """The offsets of the newlines."""
    return [index for index, byte in enumerate(text) if byte == 0x0A]


def masking(data: bytes) -> None:
    """Masking keeps length and newlines, and masking twice is masking once."""
    text = text_of(data, C)
    masked = mask(text)
    assert len(masked.text) == len(masked.code) == len(text)
    assert newlines(masked.text) == newlines(text)
    assert masked.original == text
    assert mask(masked.text).text == masked.text, "masking twice is not masking once"
    for branch in range(1, min(masked.variants, 4)):
        assert newlines(mask(text, branch).text) == newlines(text)


def _lowered(unit: Unit) -> None:
    for ref in unit.functions:
        assert 0 <= ref.span.start <= ref.span.end <= len(unit.text)
        unit.lower(ref)


def parser(data: bytes) -> None:
    """Every function in sight is read or named as unreliable; spans lie in the text."""
    unit = parse_file("x.c", text_of(data, C))
    assert all(0 <= each.span.start <= len(unit.text) for each in unit.skipped)
    _lowered(unit)


def hunk(data: bytes) -> None:
    """A hunk of any lines is repaired to a text that holds it, and read."""
    text = text_of(data, C)
    heading = ("", "void f(struct page *page)", "static int g(", "#define X", "{", "x")[len(data) % 6]
    repaired = repair(text, heading)
    assert repaired.text[repaired.prefix : repaired.prefix + len(text)].count(b"\n") == text.count(b"\n")
    _lowered(parse_fragment("x.c", text, heading))


def _sound(graph: Cfg) -> None:
    size = len(graph.nodes)
    assert [node.index for node in graph.nodes] == list(range(size))
    assert 0 <= graph.entry < size
    assert 0 <= graph.exit < size
    assert all(0 <= edge.source < size and 0 <= edge.target < size for edge in graph.edges)
    assert sorted(map(id, (e for out in graph.successors for e in out))) == sorted(map(id, graph.edges))
    assert sorted(map(id, (e for into in graph.predecessors for e in into))) == sorted(map(id, graph.edges))
    assert not graph.successors[graph.exit]


def cfg(data: bytes) -> None:
    """The graph of every function is one: numbered nodes, edges between them, none out of the exit."""
    unit = parse_file("x.c", b"void f(struct page *page)\n{\n" + text_of(data, C) + b"\n}\n")
    for ref in unit.functions:
        with suppress(InputError):
            for graph in build_cfgs(unit.lower(ref)):
                _sound(graph)


def judging(data: bytes) -> None:
    """A file of any text is judged to its end."""
    body = text_of(data, C).decode("utf-8", "replace")
    text = f"void f(struct page *page)\n{{\n{body}\n}}\n"
    for finding in review_text("arch/arm64/mm/x.c", text, Era(("A", "B", "C", "D")[len(data) % 4]), _BOOK):
        assert 1 <= finding.line <= text.count("\n") + 1


def patching(data: bytes) -> None:
    """A hunk of any text is judged to its end."""
    body = text_of(data, C).decode("utf-8", "replace").split("\n")
    lines = [("+", " ", "-")[(len(line) + number) % 3] + line for number, line in enumerate(body)]
    old, new = (sum(line[0] in (" ", side) for line in lines) for side in "-+")
    diff = f"--- a/arch/arm64/mm/x.c\n+++ b/arch/arm64/mm/x.c\n@@ -9,{old} +9,{new} @@ void f(struct page *page)\n"
    review_patch_text(diff + "\n".join(lines) + "\n", Era.C, _BOOK)
