"""Loops in another shape."""

import re
from collections.abc import Iterable, Iterator

from ..code import Edit, Function, Node, before, replaced, walk
from ..rewriting import blocked, replaced_after, rewriter


def counted(function: Function) -> Iterator[tuple[Node, str, str, str, Node]]:
    for node in function.nodes:
        if node.type == "for_statement" and function.text(node).startswith("for"):
            parts = [node.child_by_field_name(f) for f in ("initializer", "condition", "update", "body")]
            if all(parts):
                first, condition, step, body = (p for p in parts if p is not None)
                yield node, function.text(first), function.text(condition), function.text(step), body


def own_continue(body: Node) -> bool:
    return any(n.type == "continue_statement" for n in walk(body))


@rewriter("while-for-for")
def while_loop(function: Function) -> Iterator[Iterable[Edit]]:
    for node, first, condition, step, body in counted(function):
        if not own_continue(body):
            inner = f"{{\n\t\t{blocked(function, body)}\n\t\t{step};\n\t}}"
            yield [*before(node, f"{first};"), replaced_after(node, f"while ({condition}) {inner}")]


@rewriter("endless-loop-with-break")
def endless(function: Function) -> Iterator[Iterable[Edit]]:
    for node, first, condition, step, body in counted(function):
        inner = f"{{\n\t\tif (!({condition}))\n\t\t\tbreak;\n\t\t{blocked(function, body)}\n\t}}"
        yield [replaced(node, f"for ({first}; ; {step}) {inner}")]


@rewriter("do-for-for")
def do_loop(function: Function) -> Iterator[Iterable[Edit]]:
    for node, first, condition, step, body in counted(function):
        if not own_continue(body):
            inner = f"do {{\n\t\t{blocked(function, body)}\n\t\t{step};\n\t}} while ({condition});"
            yield [replaced(node, f"{{\n\t{first};\n\tif ({condition})\n\t\t{inner}\n\t}}")]


@rewriter("not-equal-for-less")
def not_equal(function: Function) -> Iterator[Iterable[Edit]]:
    for node, _, condition, step, _ in counted(function):
        if "< " in condition and "++" in step and "PAGE_SIZE" not in step:
            part = node.child_by_field_name("condition")
            assert part is not None
            yield [replaced(part, condition.replace("<", "!="))]


@rewriter("prefix-step")
def prefix_step(function: Function) -> Iterator[Iterable[Edit]]:
    for node, _, _, step, _ in counted(function):
        part = node.child_by_field_name("update")
        assert part is not None
        if step.endswith("++"):
            yield [replaced(part, re.sub(r"(\w+)\+\+", r"++\1", step))]
            yield [replaced(part, re.sub(r"(\w+)\+\+", r"\1 += 1", step))]


@rewriter("bound-in-the-loop")
def bound_in_loop(function: Function) -> Iterator[Iterable[Edit]]:
    """The number of pages is asked for in each turn."""
    for name, values in function.definitions.items():
        if len(values) == 1 and function.text(values[0]).startswith("folio_nr_pages("):
            for node, _, condition, _, _ in counted(function):
                part = node.child_by_field_name("condition")
                if part is not None and condition.endswith(f"< {name}"):
                    yield [replaced(part, condition.replace(f"< {name}", f"< {function.text(values[0])}"))]
