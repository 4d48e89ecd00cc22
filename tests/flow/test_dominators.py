"""Dominance against networkx, and by its plain definition."""

import networkx as nx
from cfg_notation import graph
from hypothesis import given
from hypothesis import strategies as st
from programs import functions

from mtelint.flow.cfg.build import build_cfg
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.cfg.graph_text import node_text
from mtelint.flow.dataflow.dominators import dominator_tree, dominators, post_dominators
from mtelint.syntax.c_tree import Function


@st.composite
def digraphs(draw: st.DrawFn) -> list[list[int]]:
    count = draw(st.integers(1, 12))
    return [draw(st.lists(st.integers(0, count - 1), max_size=4)) for _ in range(count)]


def as_networkx(successors: list[list[int]]) -> nx.DiGraph:
    other = nx.DiGraph()
    other.add_nodes_from(range(len(successors)))
    other.add_edges_from((node, target) for node, targets in enumerate(successors) for target in targets)
    return other


@given(digraphs())
def test_immediate_dominators_are_those_of_networkx(successors: list[list[int]]) -> None:
    theirs = dict(nx.immediate_dominators(as_networkx(successors), 0))
    theirs[0] = 0
    ours = dominator_tree(successors, 0)
    assert {node: parent for node, parent in enumerate(ours.parents) if parent is not None} == theirs


@given(digraphs())
def test_a_dominator_cannot_be_avoided(successors: list[list[int]]) -> None:
    tree, whole = dominator_tree(successors, 0), as_networkx(successors)
    reached = {0} | nx.descendants(whole, 0)
    for above in range(len(successors)):
        without = whole.copy()
        without.remove_node(above)
        avoiding = {0} | nx.descendants(without, 0) if above else set()
        for below in range(len(successors)):
            unavoidable = above == below or (above in reached and below in reached and below not in avoiding)
            assert tree.dominates(above, below) is unavoidable


@given(functions())
def test_post_dominators_are_dominators_of_the_reversed_graph(function: Function) -> None:
    cfg = build_cfg(function)
    tree = post_dominators(cfg)
    assert all(parent is not None for parent in tree.parents)
    reverse = nx.DiGraph((edge.target, edge.source) for edge in cfg.edges)
    ends = [node.index for node in cfg.nodes if tree.parents[node.index] == tree.root]
    assert cfg.exit in ends
    reverse.add_edges_from((tree.root, end) for end in _ends(cfg))
    if not _endless(cfg):
        theirs = dict(nx.immediate_dominators(reverse, tree.root))
        assert all(theirs[node] == tree.parents[node] for node in range(len(cfg.nodes)))


def _ends(cfg: Cfg) -> list[int]:
    return [node.index for node in cfg.nodes if node.index == cfg.exit or not cfg.successors[node.index]]


def _endless(cfg: Cfg) -> bool:
    forward = nx.DiGraph((edge.source, edge.target) for edge in cfg.edges)
    forward.add_nodes_from(range(len(cfg.nodes)))
    ends = set(_ends(cfg))
    return any(not ends & ({node} | nx.descendants(forward, node)) for node in range(len(cfg.nodes)))


def test_what_stands_before_a_branch_dominates_both_arms_and_the_join_post_dominates() -> None:
    cfg = graph("a();\nif (x)\n\tb();\nelse\n\tc();\nd();")
    at = {node_text(node): node.index for node in cfg.nodes}
    tree, post = dominators(cfg), post_dominators(cfg)
    assert tree.dominates(at["a()"], at["b()"])
    assert tree.dominates(at["x"], at["d()"])
    assert not tree.dominates(at["b()"], at["d()"])
    assert post.dominates(at["d()"], at["a()"])
    assert not post.dominates(at["c()"], at["x"])


def test_an_endless_loop_has_an_end_of_its_own() -> None:
    cfg = graph("a();\nfor (;;)\n\tb();")
    at = {node_text(node): node.index for node in cfg.nodes}
    assert post_dominators(cfg).dominates(at["b()"], at["a()"])
