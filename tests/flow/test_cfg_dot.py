"""The drawing of a graph."""

from cfg_notation import lowered

from mtelint.flow.cfg.build import build_cfg
from mtelint.flow.cfg.graph_text import to_dot

BODY = 'if (a("%d\\n"))\n\tfor_each_thing(x, y)\n\t\tb(x);'
TEXT = b"int f(struct page *p, int x)\n{\n\tif (a())\n"


def test_a_drawing_has_every_node_and_every_edge_once() -> None:
    cfg = build_cfg(lowered(BODY))
    lines = to_dot(cfg, TEXT).splitlines()
    assert lines[0] == 'digraph "f" {'
    assert lines[-1] == "}"
    assert sum("->" in line for line in lines) == len(cfg.edges)
    assert sum("shape=" in line for line in lines) == len(cfg.nodes) + 1


def test_a_drawing_escapes_quotes_and_marks_what_closes_a_loop() -> None:
    drawing = to_dot(build_cfg(lowered(BODY)), TEXT)
    assert 'label="3: a(\\"%d\\\\n\\")"' in drawing
    assert "style=dashed" in drawing
    assert 'label="T"' in drawing
