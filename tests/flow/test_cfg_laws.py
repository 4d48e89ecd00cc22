"""Laws of graphs over random programs: an interpreter that knows only the tree runs them, the graph must follow."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from programs import functions
from tree_interpreter import Event, Interpreter

from mtelint.flow.cfg.build import build_cfg, calls_in
from mtelint.flow.cfg.control_names import condition_index
from mtelint.flow.cfg.graph import CaseLabel, Cfg, Edge, NodeKind
from mtelint.flow.cfg.terms import labels_of
from mtelint.syntax import c_tree as c

_PATHS = {
    NodeKind.BRANCH: {True, False},
    NodeKind.LOOP: {True, False},
}


class Stuck(Exception):
    """The trace asks for something else than the node does."""


class Walk:
    """Reads a trace along a graph; where the graph leaves a choice open, all ways are tried."""

    def __init__(self, cfg: Cfg, trace: list[Event]) -> None:
        self.cfg, self.trace, self.place = cfg, trace, 0
        self.seen: set[tuple[int, int, frozenset[tuple[str, int]]]] = set()

    def reads(self, ended: str) -> bool:
        stack = [(self.cfg.entry, 0, frozenset[tuple[str, int]]())]
        while stack:
            state = stack.pop()
            if state in self.seen:
                continue
            self.seen.add(state)
            node, place, known = state
            kind = self.cfg.nodes[node].kind
            if self.accepts(kind, place, ended):
                return True
            variables = dict(known)
            try:
                place, value = self.node(node, place, variables)
            except Stuck:
                if ended == "dry" and self.place == len(self.trace):
                    return True
                continue
            for edge in self.cfg.successors[node]:
                if self.open(edge, value, node):
                    stack.append((edge.target, place, frozenset(variables.items())))
        return False

    def accepts(self, kind: NodeKind, place: int, ended: str) -> bool:
        rest = self.trace[place:]
        if ended == "dry":
            return not rest
        if ended == "leaves":
            # What is released on the way to a label out of sight, nobody knows.
            return kind is NodeKind.LEAVES and all(what == "release" for what, _, _ in rest)
        return not rest and kind is (NodeKind.NORETURN if ended == "dies" else NodeKind.EXIT)

    def open(self, edge: Edge, value: int, node: int) -> bool:
        if isinstance(edge.label, bool):
            return edge.label is bool(value)
        if isinstance(edge.label, CaseLabel):
            lows = {other.label.low.text for other in self.cfg.successors[node]
                    if isinstance(other.label, CaseLabel) and isinstance(other.label.low, c.Literal)}  # fmt: skip
            low = edge.label.low
            return low.text == str(value) if isinstance(low, c.Literal) else str(value) not in lows
        return True

    def node(self, index: int, place: int, variables: dict[str, int]) -> tuple[int, int]:
        node = self.cfg.nodes[index]
        self.place = place
        value = 0
        if node.kind in (NodeKind.ACQUIRE, NodeKind.RELEASE):
            self.take(str(node.kind), node.target or "")
        elif node.expr is not None:
            value = self.value(node.expr, variables)
            if node.kind is NodeKind.DECLARE and node.target is not None:
                variables[node.target] = value
        return self.place, value

    def take(self, kind: str, name: str) -> int:
        if self.place >= len(self.trace) or self.trace[self.place][:2] != (kind, name):
            raise Stuck
        self.place += 1
        return self.trace[self.place - 1][2]

    def value(self, expr: c.Expr, variables: dict[str, int]) -> int:
        match expr:
            case c.Literal(text=text):
                return int(text)
            case c.Name(id=name):
                return variables.get(name, 0)
            case c.Temp(id=number):
                return variables[f"t{number}"]
            case c.Unary(op="!", operand=operand):
                return int(not self.value(operand, variables))
            case c.Assign(target=target, value=value):
                name = f"t{target.id}" if isinstance(target, c.Temp) else str(getattr(target, "id", ""))
                variables[name] = self.value(value, variables)
                return variables[name]
            case c.Call(args=args):
                for arg in args:
                    result = self.value(arg, variables)
                wrapper = condition_index(expr.name or "") is not None
                return int(bool(result)) if wrapper else self.take("call", expr.name or "")
            case c.Opaque():
                return 0
        raise AssertionError(expr)


@settings(max_examples=400, deadline=None)
@given(functions(), st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_every_executed_path_is_a_path_of_the_graph(function: c.Function, values: list[int]) -> None:
    run = Interpreter(iter(values), labels_of(function.body))
    ended = run.run(function)
    event(ended)
    trace = [one for one in run.trace if one[0] not in ("jump", "arm")]
    assert Walk(build_cfg(function), trace).reads(ended), trace


@settings(max_examples=200, deadline=None)
@given(functions())
def test_nodes_have_the_edges_of_their_kind(function: c.Function) -> None:
    cfg = build_cfg(function)
    assert [node.index for node in cfg.nodes] == list(range(len(cfg.nodes)))
    for node, ways in zip(cfg.nodes, cfg.successors, strict=True):
        labels = [edge.label for edge in ways]
        assert all(edge.source == node.index for edge in ways)
        assert len(set(map(repr, ways))) == len(ways)
        if node.kind in _PATHS:
            assert set(labels) == _PATHS[node.kind]
            assert len(labels) == 2
        elif node.kind in (NodeKind.EXIT, NodeKind.NORETURN, NodeKind.LEAVES):
            assert labels == []
        elif node.kind is NodeKind.SWITCH:
            assert sum(isinstance(label, CaseLabel) and label.low is None for label in labels) == 1
        elif node.kind is not NodeKind.VARIANT:
            assert labels
            assert set(labels) == {None}


@settings(max_examples=200, deadline=None)
@given(functions())
def test_every_circle_goes_through_an_edge_marked_back(function: c.Function) -> None:
    cfg = build_cfg(function)
    waiting = {node.index: sum(not edge.back for edge in cfg.predecessors[node.index]) for node in cfg.nodes}
    ready = [index for index, count in waiting.items() if count == 0]
    done = 0
    while ready:
        done += 1
        for edge in cfg.successors[ready.pop()]:
            if not edge.back:
                waiting[edge.target] -= 1
                if waiting[edge.target] == 0:
                    ready.append(edge.target)
    assert done == len(cfg.nodes)


@settings(max_examples=200, deadline=None)
@given(functions())
def test_a_call_stands_in_one_node(function: c.Function) -> None:
    names = [call.name for call in calls_in(build_cfg(function)) if condition_index(call.name or "") is None]
    guards = [name for name in names if name in ("guard", "scoped_guard")]
    assert len(names) - len(guards) == len({name for name in names if name not in guards})


def test_a_wrong_trace_is_not_a_path() -> None:
    """The walk can say no: otherwise the law above would hold for nothing."""
    span = c.Span(0, 1)
    call = c.ExprStmt(span, c.Call(span, c.Name(span, "f"), ()))
    cfg = build_cfg(c.Function("f", (), "int", (), c.Block(span, (call,)), span, span))
    assert Walk(cfg, [("call", "f", 0)]).reads("end")
    assert not Walk(cfg, [("call", "g", 0)]).reads("end")
    assert not Walk(cfg, []).reads("end")
    assert not Walk(cfg, [("call", "f", 0)]).reads("dies")
    with pytest.raises(Stuck):
        Walk(cfg, []).take("call", "f")
