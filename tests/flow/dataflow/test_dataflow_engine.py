"""The dataflow engine under a mock analysis: what flows where, in which order, how often, and when it gives up."""

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.flow.cfg.build import build_cfg
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.cfg.graph_text import node_text
from mtelint.flow.dataflow.engine import Analysis, CfgAnalysis, Direction, Diverges, Worklist, solve, solved
from mtelint.flow.dataflow.reachability import reachable, reaches
from mtelint.syntax.unit import parse_file

DIAMOND = "int f(int x)\n{\n\ta();\n\tif (x)\n\t\tb();\n\telse\n\t\tc();\n\treturn d();\n}\n"
LOOP = "int f(int x)\n{\n\twhile (x)\n\t\tb();\n\treturn 0;\n}\n"


def graph(text: str) -> Cfg:
    unit = parse_file("f.c", text.encode())
    return build_cfg(unit.lower(unit.functions[0]))


class Passed(CfgAnalysis[frozenset[str]]):
    """The mock: which nodes a path may have passed."""

    def __init__(self, cfg: Cfg) -> None:
        super().__init__(cfg)
        self.visits: list[str] = []

    def bottom(self, place: int) -> frozenset[str]:
        return frozenset()

    def join(self, one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
        return one | other

    def effect(self, index: int, state: frozenset[str]) -> frozenset[str]:
        text = node_text(self.cfg.nodes[index])
        self.visits.append(text)
        return state | {text}


class Ahead(Passed):
    """The same against the flow of control: which nodes a path may still pass."""

    direction = Direction.BACKWARD


def test_states_are_joined_where_ways_meet() -> None:
    cfg = graph(DIAMOND)
    at = {node_text(node): node.index for node in cfg.nodes}
    found = solved(Passed(cfg), [cfg.entry])
    assert found.before(at["b()"]) == {"entry", "a()", "x"}
    assert found.after(at["b()"]) == {"entry", "a()", "x", "b()"}
    assert found.before(at["return d()"]) == {"entry", "a()", "x", "b()", "c()"}


def test_a_backward_analysis_tells_before_and_after_in_the_order_of_control() -> None:
    cfg = graph(DIAMOND)
    at = {node_text(node): node.index for node in cfg.nodes}
    found = solved(Ahead(cfg), [cfg.exit])
    assert found.after(at["x"]) == {"b()", "c()", "return d()", "exit"}
    assert found.before(at["x"]) == {"x", "b()", "c()", "return d()", "exit"}


def test_without_a_loop_each_node_is_seen_once_and_after_all_that_lead_to_it() -> None:
    analysis = Passed(graph(DIAMOND))
    solved(analysis, [analysis.cfg.entry])
    assert analysis.visits == ["entry", "a()", "x", "b()", "c()", "return d()", "exit"]


def test_a_loop_is_seen_until_nothing_is_new() -> None:
    analysis = Passed(graph(LOOP))
    found = solved(analysis, [analysis.cfg.entry])
    assert Counter(analysis.visits)["b()"] == 2
    assert found.before(analysis.cfg.exit) == {"entry", "x", "b()", "return 0"}


def test_a_node_that_nothing_flows_to_is_at_the_bottom() -> None:
    cfg = graph(DIAMOND)
    found = solved(Passed(cfg), [])
    assert all(found.before(node.index) == found.after(node.index) == frozenset() for node in cfg.nodes)


# --- laws ---------------------------------------------------------------------------------------------------------


class Labels(Analysis[int, frozenset[int], frozenset[int]]):
    """Over any digraph: each node adds some labels and takes one away; taken in any order of nodes."""

    def __init__(self, edges: list[list[int]], adds: list[frozenset[int]], order: list[int], pieces: bool) -> None:
        self.edges, self.adds, self.order = edges, adds, order
        self.distributive = pieces
        self.transferred: Counter[tuple[int, frozenset[int]]] = Counter()

    def bottom(self, place: int) -> frozenset[int]:
        return frozenset()

    def arrive(
        self, place: int, known: frozenset[int], arriving: frozenset[int]
    ) -> tuple[frozenset[int], frozenset[int]] | None:
        joined = known | arriving
        if joined == known:
            return None
        return joined, joined - known if self.distributive else joined

    def transfer(self, place: int, flow: frozenset[int]) -> Iterable[tuple[int, frozenset[int]]]:
        self.transferred[place, flow] += 1
        return [(target, (flow | self.adds[place]) - {place}) for target in self.edges[place]]

    def rank(self, place: int) -> int:
        return self.order[place]


Problem = tuple[list[list[int]], list[frozenset[int]]]
"""Edges by node, and what each node adds."""


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    count = draw(st.integers(1, 8))
    nodes = st.integers(0, count - 1)
    edges = [draw(st.lists(nodes, max_size=3)) for _ in range(count)]
    return edges, [draw(st.frozensets(st.integers(0, 9), max_size=3)) for _ in range(count)]


@given(problems(), st.randoms(use_true_random=False))
def test_whatever_the_order_of_the_nodes_and_the_size_of_the_pieces_the_fixpoint_is_the_same(
    problem: Problem, random: Random
) -> None:
    edges, adds = problem
    straight, shuffled = list(range(len(edges))), list(range(len(edges)))
    random.shuffle(shuffled)
    results = [
        dict(solve(Labels(edges, adds, order, pieces), [(0, frozenset({99}))]))
        for order in (straight, shuffled)
        for pieces in (False, True)
    ]
    assert all(result == results[0] for result in results)


@given(problems())
def test_the_result_is_a_fixpoint_and_no_smaller_one_is_above_the_start(problem: Problem) -> None:
    edges, adds = problem
    analysis = Labels(edges, adds, [0] * len(edges), False)
    found = solve(analysis, [(0, frozenset({99}))])
    for place, state in found.items():
        for target, onward in analysis.transfer(place, state):
            assert onward <= found[target]
    # Least: iterated from below by the definition, round after round.
    below: dict[int, frozenset[int]] = {0: frozenset({99})}
    for _ in range(20 * len(edges)):
        for place in list(below):
            for target, onward in analysis.transfer(place, below[place]):
                below[target] = below.get(target, frozenset()) | onward
    assert below == dict(found)


@given(problems())
def test_a_piece_goes_through_a_node_once(problem: Problem) -> None:
    edges, adds = problem
    analysis = Labels(edges, adds, [0] * len(edges), True)
    solve(analysis, [(0, frozenset({99}))])
    labels = Counter((place, label) for place, flow in analysis.transferred.elements() for label in flow)
    assert set(labels.values()) <= {1}


@given(problems())
def test_reachability_is_that_of_networkx(problem: Problem) -> None:
    edges, _ = problem
    whole = nx.DiGraph((source, target) for source, targets in enumerate(edges) for target in targets)
    whole.add_node(0)
    theirs = nx.single_source_shortest_path_length(whole, 0)
    assert dict(reachable([0], edges.__getitem__)) == theirs
    for goal in range(len(edges)):
        assert reaches([0], {goal}, edges.__getitem__) is (goal in theirs)


# --- what does not converge ---------------------------------------------------------------------------------------


class Counting(Analysis[int, int, int]):
    """A lattice without a top, and a loop that climbs it."""

    def bottom(self, place: int) -> int:
        return 0

    def arrive(self, place: int, known: int, arriving: int) -> tuple[int, int] | None:
        return (arriving, arriving) if arriving > known else None

    def transfer(self, place: int, flow: int) -> list[tuple[int, int]]:
        return [(place, flow + 1)]


class Sizes(Analysis[int, frozenset[int], frozenset[int]]):
    """A transfer function that is not monotone: of a greater set it says something else, not something more."""

    def bottom(self, place: int) -> frozenset[int]:
        return frozenset()

    def arrive(
        self, place: int, known: frozenset[int], arriving: frozenset[int]
    ) -> tuple[frozenset[int], frozenset[int]] | None:
        joined = known | arriving
        return None if joined == known else (joined, joined)

    def transfer(self, place: int, flow: frozenset[int]) -> list[tuple[int, frozenset[int]]]:
        return [(place, frozenset({len(flow)}))]


@pytest.mark.parametrize(("analysis", "flow"), [(Counting(), 1), (Sizes(), frozenset({0}))])
def test_an_analysis_without_a_fixpoint_is_caught_by_the_bound_on_steps(
    analysis: Analysis[int, Any, Any], flow: object
) -> None:
    with pytest.raises(Diverges, match="no fixpoint after 51 steps at 1 nodes"):
        solve(analysis, [(0, flow)], most=50)


def test_a_run_that_was_cut_short_goes_on_where_it_stood() -> None:
    edges = [[1, 2], [3], [3], []]
    search = Worklist(Labels(edges, [frozenset()] * 4, [0, 1, 2, 3], False))
    search.start(0, frozenset({7}))
    allowed = iter([True, True, False])
    assert not search.run(lambda place, flow: next(allowed))
    assert sorted(search.states) == [0, 1, 2, 3]
    assert search.run(lambda place, flow: True)
