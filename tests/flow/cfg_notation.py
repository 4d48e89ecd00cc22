"""A compact notation for graphs: one line per edge, ``x -T-> a()``; ``^`` marks an edge that closes a loop."""

from textwrap import dedent, indent

from mtelint.flow.cfg.build import build_cfg, build_cfgs
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.cfg.graph_text import label_text, node_text
from mtelint.rulebook import load
from mtelint.syntax.c_tree import Function
from mtelint.syntax.unit import parse_file, parse_fragment

NORETURN = frozenset(load().vocabulary.noreturn)
HEAD = "int f(struct page *p, int x)\n{\n"


def lowered(body: str, *, before: str = "") -> Function:
    """The function ``f`` with a body, behind some lines of file level."""
    inside = indent(dedent(body), "\t", lambda line: bool(line.strip()) and not line.startswith("#"))
    unit = parse_file("f.c", f"{before}{HEAD}{inside}\n}}\n".encode())
    assert unit.skipped == ()
    return unit.lower(next(ref for ref in unit.functions if ref.name == "f"))


def graph(body: str, *, before: str = "") -> Cfg:
    return build_cfg(lowered(body, before=before), NORETURN)


def edges(cfg: Cfg) -> list[str]:
    return [
        f"{node_text(cfg.nodes[edge.source])} -{label_text(edge.label)}{'^' if edge.back else ''}-> "
        f"{node_text(cfg.nodes[edge.target])}"
        for edge in cfg.edges
    ]


def same(cfg: Cfg, expected: str) -> None:
    """The graph has exactly the edges of the lines (their order does not matter)."""
    assert sorted(edges(cfg)) == sorted(line.strip() for line in expected.strip().splitlines())


def flows(body: str, expected: str, *, before: str = "") -> None:
    """A body of ``int f(struct page *p, int x)`` gives exactly these edges."""
    same(graph(body, before=before), expected)


def readings(body: str) -> list[list[str]]:
    return [edges(cfg) for cfg in build_cfgs(lowered(body), NORETURN)]


def fragment_flows(text: str, expected: str, heading: str = "") -> Cfg:
    """One side of a hunk gives exactly these edges."""
    shown = text.replace("\n        ", "\n").strip("\n ") + "\n"
    unit = parse_fragment("f.c", shown.encode(), heading)
    assert unit.skipped == ()
    (ref,) = unit.functions
    cfg = build_cfg(unit.lower(ref), NORETURN)
    same(cfg, expected)
    return cfg
