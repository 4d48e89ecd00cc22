"""One walk over the C tree: no field that holds nodes is left out, and the order is that of the source."""

from typing import get_args, get_type_hints

import pytest
from msgspec import Struct

from mtelint.syntax import c_tree as c
from mtelint.syntax.unit import parse_file

KINDS = (*get_args(c.Expr), *get_args(c.Stmt))

BODY = """\
{
	int n = first(a, b[i]);
	if (c && !d) { e++; } else f = (long)g, h();
	for (i = 0; i < n; i++)
		list_for_each_entry(p, &head, node) { k(p->x.y); }
#ifdef CONFIG_ONE
	one();
#else
	two();
#endif
	switch (n) { case 1: goto out; default: break; }
	asm volatile("nop" : : "r" (m));
	v = ({ int t = w ?: 2; t ? t : -1; });
out:
	return last;
}
"""


@pytest.fixture(scope="module")
def body() -> c.Block:
    unit = parse_file("a.c", f"int fun(void)\n{BODY}".encode())
    return unit.lower(unit.functions[0]).body


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_that_can_hold_a_node_is_walked(kind: type[Struct]) -> None:
    hints = get_type_hints(kind, vars(c))
    nodes = {*KINDS, c.Arm}

    def held(hint: object) -> bool:
        return hint in nodes or any(held(each) for each in get_args(hint))

    fields = tuple(name for name in kind.__struct_fields__ if held(hints[name]))
    assert fields == c.BELOW[kind]


def test_a_walk_is_in_the_order_of_the_source(body: c.Block) -> None:
    names = [node.id for node in c.walk(body) if isinstance(node, c.Name)]
    assert names[:9] == ["first", "a", "b", "i", "c", "d", "e", "f", "g"]
    assert [name for name in names if name in ("one", "two", "m", "w", "last")] == ["one", "two", "m", "w", "last"]


def test_a_walk_is_the_node_and_the_walks_below_it(body: c.Block) -> None:
    for node in c.walk(body):
        assert list(c.walk(node)) == [node, *c.walk(*c.children(node))]


def test_a_walk_over_what_is_absent_is_empty() -> None:
    assert list(c.walk(None)) == []


def test_statements_leave_out_what_stands_in_expressions(body: c.Block) -> None:
    declared = [each.name for each in c.statements(body) if isinstance(each, c.Declare)]
    everywhere = [each.name for each in c.walk(body) if isinstance(each, c.Declare)]
    assert (declared, everywhere) == (["n"], ["n", "t"])


def test_a_deep_tree_is_walked_without_recursion() -> None:
    node: c.Expr = c.Name(c.Span(0, 1), "x")
    for _ in range(20_000):
        node = c.Unary(c.Span(0, 1), "!", node)
    assert sum(1 for _ in c.walk(node)) == 20_001
