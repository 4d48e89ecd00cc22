"""Conditions said otherwise."""

from collections.abc import Iterable, Iterator

from ..code import Edit, Function, before, replaced
from ..rewriting import decisive, every, ifs, leaves, operands, outermost, rewriter


@rewriter("likely")
def likely(function: Function) -> Iterator[Iterable[Edit]]:
    yield every(function, lambda c: f"likely({c})")
    yield every(function, lambda c: f"unlikely({c})")


@rewriter("parenthesised")
def parenthesised(function: Function) -> Iterator[Iterable[Edit]]:
    yield every(function, lambda c: f"(({c}))")


@rewriter("double-negation")
def double_negation(function: Function) -> Iterator[Iterable[Edit]]:
    yield every(function, lambda c: f"!!({c})")
    yield every(function, lambda c: f"!(!({c}))")


@rewriter("ternary-condition")
def ternary(function: Function) -> Iterator[Iterable[Edit]]:
    yield every(function, lambda c: f"({c}) ? true : false")
    yield every(function, lambda c: f"({c}) ? 1 : 0")


@rewriter("compared-with-zero")
def compared(function: Function) -> Iterator[Iterable[Edit]]:
    yield every(function, lambda c: f"({c}) != 0")
    yield every(function, lambda c: f"!({c}) == 0")


@rewriter("statement-expression")
def statement_expression(function: Function) -> Iterator[Iterable[Edit]]:
    yield every(function, lambda c: f"({{ bool __c = ({c}); __c; }})")


@rewriter("condition-in-a-variable")
def in_variable(function: Function) -> Iterator[Iterable[Edit]]:
    for kind in ("bool", "int"):
        for node, inner, _, _ in ifs(function):
            code = function.text(node)
            offset = inner.start_byte - node.start_byte
            rest = f"{code[:offset]}decided{code[offset + len(function.text(inner)) :]}"
            cast = function.text(inner) if kind == "bool" else f"!!({function.text(inner)})"
            yield [replaced(node, f"{{\n\t\t{kind} decided = {cast};\n\n\t\t{rest}\n\t}}")]


@rewriter("result-in-a-variable")
def result_in_variable(function: Function) -> Iterator[Iterable[Edit]]:
    """The result of a test or claim, taken before the ``if`` that looks at it first."""
    for call, guard in decisive(function):
        for spelled, value in (("bool", "%s"), ("int", "%s"), ("bool", "%s ? true : false")):
            code = f"{spelled} answer = {value % function.text(call.node)};"
            yield [*before(guard, code), replaced(call.node, "answer")]


@rewriter("de-morgan")
def de_morgan(function: Function) -> Iterator[Iterable[Edit]]:
    for sign, other in (("&&", "||"), ("||", "&&")):
        found = [n for n in function.nodes if operands(function, n, sign)]
        edits = []
        for node in outermost(found):
            left, right = operands(function, node, sign) or ("", "")
            edits.append(replaced(node, f"!(!({left}) {other} !({right}))"))
        if edits:
            yield edits


@rewriter("nested-if-for-and")
def nested(function: Function) -> Iterator[Iterable[Edit]]:
    for node, inner, body, other in ifs(function):
        both = operands(function, inner, "&&")
        if both and other is None:
            left, right = both
            yield [replaced(node, f"if ({left}) {{\n\t\tif ({right})\n\t\t\t{function.text(body)}\n\t}}")]


@rewriter("two-ifs-for-or")
def two_ifs(function: Function) -> Iterator[Iterable[Edit]]:
    for node, inner, body, other in ifs(function):
        both = operands(function, inner, "||")
        if both and other is None and leaves(function, body):
            left, right = both
            text = function.text(body)
            yield [replaced(node, f"{{\n\tif ({left})\n\t\t{text}\n\tif ({right})\n\t\t{text}\n\t}}")]


@rewriter("swapped-comparison")
def swapped(function: Function) -> Iterator[Iterable[Edit]]:
    edits = []
    for node in function.nodes:
        for sign, other in (("==", "=="), ("!=", "!="), ("<", ">"), (">", "<")):
            both = operands(function, node, sign)
            if both:
                edits.append(replaced(node, f"{both[1]} {other} {both[0]}"))
    if edits:
        yield edits


@rewriter("compared-with-true")
def with_true(function: Function) -> Iterator[Iterable[Edit]]:
    calls = [c for c in function.role("test", "claim") if not c.raw and function.if_around(c.node) is not None]
    if calls:
        yield [replaced(c.node, f"({function.text(c.node)} == true)") for c in calls]
        yield [replaced(c.node, f"(false != {function.text(c.node)})") for c in calls]
        yield [replaced(c.node, f"(!{function.text(c.node)} == false)") for c in calls]
