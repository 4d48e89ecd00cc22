"""The analyses that run on the engine keep the laws that its convergence rests on."""

from hypothesis import given
from hypothesis import strategies as st

from mtelint.flow.cfg.build import build_cfg
from mtelint.flow.dataflow.dominators import Dominance
from mtelint.flow.dataflow.liveness import Live, Liveness, names_of
from mtelint.flow.dataflow.reachability import Reachability
from mtelint.syntax.unit import parse_file

TEXT = b"""\
int f(struct page *page, int x, int y)
{
	int ret = x;

	if (y)
		ret = y + x;
	while (ret)
		ret = g(page);
	return ret;
}
"""
NAMES = ("page", "x", "y", "ret")


def liveness() -> Liveness:
    unit = parse_file("f.c", TEXT)
    cfg = build_cfg(unit.lower(unit.functions[0]))
    reads = [names_of(node.expr) for node in cfg.nodes]
    conditions = [f"c{node.index}" for node in cfg.nodes]
    calls = frozenset(node.index for node in cfg.nodes if "g" in reads[node.index])
    return Liveness(cfg, conditions, reads, calls, calls, frozenset({"page"}))


LIVENESS = liveness()
sets = st.frozensets(st.sampled_from(NAMES))
lives = st.builds(Live, sets, sets, sets)
nodes = st.sampled_from([node.index for node in LIVENESS.cfg.nodes])


def within(one: Live, other: Live) -> bool:
    return LIVENESS.join(one, other) == other


@given(lives, lives, lives)
def test_the_join_of_liveness_makes_a_semilattice(one: Live, two: Live, three: Live) -> None:
    join, bottom = LIVENESS.join, LIVENESS.bottom(0)
    assert join(one, one) == one
    assert join(one, two) == join(two, one)
    assert join(join(one, two), three) == join(one, join(two, three))
    assert join(bottom, one) == one == join(one, bottom)


@given(nodes, lives, lives)
def test_the_transfer_function_of_liveness_is_monotone(index: int, one: Live, other: Live) -> None:
    both = LIVENESS.join(one, other)
    assert within(LIVENESS.effect(index, one), LIVENESS.effect(index, both))


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_dominators_meet_in_their_intersection_and_the_start_is_all_nodes(one: int, two: int, three: int) -> None:
    analysis = Dominance([[]] * 8, range(8))

    def join(known: int, arriving: int) -> int:
        new = analysis.arrive(0, known, arriving)
        return known if new is None else new[0]

    assert join(one, one) == one
    assert join(one, two) == join(two, one)
    assert join(join(one, two), three) == join(one, join(two, three))
    assert join(analysis.bottom(0), one) == one


def test_a_node_is_reached_once() -> None:
    analysis = Reachability[int](lambda place: ())
    assert analysis.arrive(0, analysis.bottom(0), 3) == (3, 3)
    assert analysis.arrive(0, 3, 5) is None
