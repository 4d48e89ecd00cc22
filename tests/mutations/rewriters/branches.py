"""Branches in another shape."""

from collections.abc import Iterable, Iterator

from ..code import LOOPS, Edit, Function, in_block, replaced, walk
from ..rewriting import blocked, ifs, leaves, rewriter


@rewriter("branches-swapped")
def branches_swapped(function: Function) -> Iterator[Iterable[Edit]]:
    for node, inner, body, other in ifs(function):
        then = blocked(function, body)
        otherwise = blocked(function, other) if other else "{\n\t}"
        yield [replaced(node, f"if (!({function.text(inner)})) {otherwise} else {then}")]


@rewriter("else-for-early-way-out")
def else_for_return(function: Function) -> Iterator[Iterable[Edit]]:
    """``if (c) return; rest``: ``if (c) return; else { rest }``, and ``if (!c) { rest }`` where that is the same."""
    for node, inner, body, other in ifs(function):
        if other is not None or node.parent is None or node.parent.type != "compound_statement":
            continue
        last = node.parent.named_children[-1]
        if not leaves(function, body) or last == node or "\nlabel" in function.text(node.parent):
            continue
        if any(n.type == "labeled_statement" for n in walk(node.parent)):
            continue
        rest = function.source[node.end_byte : last.end_byte].decode()
        if last.type == "return_statement" and node.parent == function.body:
            before_last = function.source[node.end_byte : last.start_byte].decode()
            yield [Edit(node.end_byte, last.end_byte, f" else {{{rest}\n\t}}")]
            if function.text(body).strip("{} \n\t") == function.text(last):
                code = f"if (!({function.text(inner)})) {{{before_last}\n\t}}\n\t{function.text(last)}"
                yield [Edit(node.start_byte, last.end_byte, code)]
            continue
        yield [Edit(node.end_byte, last.end_byte, f" else {{{rest}\n\t}}")]
        if function.returns == "void" and node.parent == function.body and function.text(body) == "return;":
            yield [Edit(node.start_byte, last.end_byte, f"if (!({function.text(inner)})) {{{rest}\n\t}}")]
        if node.parent.parent is not None and node.parent.parent.type in LOOPS and function.text(body) == "continue;":
            yield [Edit(node.start_byte, last.end_byte, f"if (!({function.text(inner)})) {{{rest}\n\t}}")]


@rewriter("early-way-out-for-last-if")
def early_return(function: Function) -> Iterator[Iterable[Edit]]:
    """The last ``if`` of a void function, or of a loop, becomes an early way out."""
    for node, inner, body, other in ifs(function):
        parent = node.parent
        if other is not None or parent is None or parent.type != "compound_statement":
            continue
        if parent.named_children[-1] != node or body.type != "compound_statement":
            continue
        rest = function.text(body)[1:-1]
        way_out = ""
        if parent == function.body and function.returns == "void":
            way_out = "return;"
        elif parent.parent is not None and parent.parent.type in LOOPS:
            way_out = "continue;"
        if way_out:
            yield [replaced(node, f"if (!({function.text(inner)}))\n\t\t{way_out}\n{rest}")]


@rewriter("goto-for-if")
def goto_for_if(function: Function) -> Iterator[Iterable[Edit]]:
    for number, (node, inner, body, other) in enumerate(ifs(function)):
        if other is None and in_block(node) and not any(n.type == "declaration" for n in walk(body)):
            jump = f"if (!({function.text(inner)}))\n\t\tgoto over_{number};"
            yield [replaced(node, f"{jump}\n\t{blocked(function, body)}\nover_{number}:\n\t;")]


@rewriter("switch-for-if")
def switch_for_if(function: Function) -> Iterator[Iterable[Edit]]:
    for node, inner, body, other in ifs(function):
        if any(n.type == "break_statement" for n in walk(node)) or "defined" in function.text(inner):
            continue
        then = blocked(function, body)
        otherwise = blocked(function, other) if other else "{ }"
        code = (
            f"switch (!!({function.text(inner)})) {{\n\tcase 1:\n\t\t{then}\n\t\tbreak;\n"
            f"\tdefault:\n\t\t{otherwise}\n\t\tbreak;\n\t}}"
        )
        yield [replaced(node, code)]


@rewriter("single-way-out")
def single_exit(function: Function) -> Iterator[Iterable[Edit]]:
    """All returns jump to one place at the end."""
    returns = [n for n in function.nodes if n.type == "return_statement"]
    last = function.body.named_children[-1]
    early = [n for n in returns if n != last]
    if not early:
        return
    end = function.body.end_byte - 1
    if function.returns == "void":
        yield [*(replaced(n, "goto done;") for n in early), Edit(end, end, "done:\n\treturn;\n")]
        return
    start = function.body.start_byte + 1
    space = "" if function.returns.endswith("*") else " "
    edits = [Edit(start, start, f"\n\t{function.returns}{space}result;"), Edit(end, end, "done:\n\treturn result;\n")]
    for node in returns:
        value = function.text(node).removeprefix("return").rstrip(";").strip()
        jump = "goto done;" if node != last else ""
        edits.append(replaced(node, f"{{ result = {value}; {jump} }}"))
    yield edits
