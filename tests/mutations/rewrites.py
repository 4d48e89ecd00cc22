"""Rewrites that do not change what a function does: on correct code mtelint must stay silent after each of them.

A rewrite of a mutant is a mutant still, so the same rewrites also tell whether findings depend on the spelling.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .code import LOOPS, Call, Edit, Function, Node, apply, before, in_block, replaced, slices, walk

Rewriter = Callable[[Function], Iterator[Iterable[Edit]]]
REWRITERS: dict[str, Rewriter] = {}


def rewriter(name: str) -> Callable[[Rewriter], Rewriter]:
    """Register an equivalent rewrite."""

    def register(function: Rewriter) -> Rewriter:
        if name in REWRITERS:
            raise ValueError(f"two rewrites are called {name}")
        REWRITERS[name] = function
        return function

    return register


@dataclass(frozen=True, slots=True)
class Rewrite:
    """An equivalent text."""

    name: str
    rewriter: str
    function: str
    text: str


def rewrites(stem: str, text: str) -> Iterator[Rewrite]:
    """All rewrites of a C text, each in one function; their names are stable as long as the code is."""
    for function in slices(text.encode()):
        if not function.calls:
            continue
        for name, apply_to in REWRITERS.items():
            for number, edits in enumerate(apply_to(function), 1):
                changed = apply(function.source, edits).decode()
                if changed.encode() != function.source:
                    yield Rewrite(f"{stem}/{function.name}/{name}-{number}", name, function.name, changed)


# --- pieces -----------------------------------------------------------------------------------------------------------


def ifs(function: Function) -> Iterator[tuple[Node, Node, Node, Node | None]]:
    """``if`` statements: the statement, its condition without parentheses, the body, and that of the ``else``."""
    for node in function.nodes:
        if node.type == "if_statement" and function.text(node).startswith("if"):
            condition = node.child_by_field_name("condition")
            body, other = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
            assert condition is not None
            assert body is not None
            inner = condition.named_children[0]
            yield node, inner, body, other.named_children[0] if other else None


def outermost(found: Iterable[Node]) -> Iterator[Node]:
    """Those that do not lie in one before them."""
    end = -1
    for node in found:
        if node.start_byte >= end:
            end = node.end_byte
            yield node


def every(function: Function, wrap: Callable[[str], str]) -> Iterable[Edit]:
    """One edit for each condition of an ``if``."""
    return [replaced(inner, wrap(function.text(inner))) for _, inner, _, _ in ifs(function)]


def operands(function: Function, node: Node, operator: str) -> tuple[str, str] | None:
    sign = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "binary_expression" or not sign or not left or not right or function.text(sign) != operator:
        return None
    return function.text(left), function.text(right)


def blocked(function: Function, node: Node) -> str:
    """A statement with braces around it, if it has none."""
    text = function.text(node)
    return text if node.type == "compound_statement" else f"{{\n\t\t{text}\n\t}}"


def leaves(function: Function, node: Node) -> bool:
    """The statement ends in a jump."""
    last = node.named_children[-1] if node.type == "compound_statement" and node.named_children else node
    return last.type in ("return_statement", "goto_statement", "continue_statement", "break_statement")


# --- conditions -------------------------------------------------------------------------------------------------------


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


# --- branches ---------------------------------------------------------------------------------------------------------


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


# --- loops ------------------------------------------------------------------------------------------------------------


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


# --- names, locals, scopes --------------------------------------------------------------------------------------------


@rewriter("renamed")
def renamed(function: Function) -> Iterator[Iterable[Edit]]:
    """A parameter or local gets another name."""
    for name in dict.fromkeys([*function.pointers_to("page"), *function.pointers_to("folio"), *function.definitions]):
        if name.isidentifier() and not any(n.type == "labeled_statement" for n in function.nodes):
            yield [replaced(n, "zz_other_name") for n in function.identifiers if function.text(n) == name]


@rewriter("address-through-a-local")
def through_local(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("write", "user"):
        statement = function.alone(call)
        if statement is not None and function.text(call.subject).startswith("page_address"):
            code = function.text(statement).replace(function.text(call.subject), "where", 1)
            yield [replaced(statement, f"{{\n\t\tvoid *where = {function.text(call.subject)};\n\n\t\t{code}\n\t}}")]


@rewriter("page-through-a-local")
def page_local(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("set", "write"):
        statement = function.alone(call)
        if statement is not None and call.key in function.pointers_to("page"):
            code = re.sub(rf"\b{call.key}\b", "same", function.text(statement))
            yield [replaced(statement, f"{{\n\t\tstruct page *same = {call.key};\n\n\t\t{code}\n\t}}")]


@rewriter("cast")
def cast(function: Function) -> Iterator[Iterable[Edit]]:
    edits = [
        replaced(c.subject, f"(struct page *)({function.text(c.subject)})")
        for c in function.role("set", "test", "claim") if not c.huge and not c.raw
    ]  # fmt: skip
    if edits:
        yield edits
    yield [
        replaced(c.subject, f"(void *)({function.text(c.subject)})")
        for c in function.role("write", "user") if c.name != "mte_copy_page_tags"
    ]  # fmt: skip


@rewriter("round-trip")
def round_trip(function: Function) -> Iterator[Iterable[Edit]]:
    """The page by way of its frame, of its folio, or of its address."""
    for there, back in (("page_to_pfn", "pfn_to_page"), ("page_address", "virt_to_page")):
        for call in function.role("set"):
            if call.key in function.pointers_to("page") and not call.raw:
                yield [replaced(call.subject, f"{back}({there}({call.key}))")]


@rewriter("own-scope")
def own_scope(function: Function) -> Iterator[Iterable[Edit]]:
    edits = []
    for call in function.role("set", "write", "user"):
        statement = function.alone(call)
        if statement is not None:
            edits.append(replaced(statement, f"{{ {function.text(statement)} }}"))
    if edits:
        yield edits
        yield [Edit(e.start, e.end, f"do {e.new} while (0);") for e in edits]


@rewriter("comments-and-space")
def comments(function: Function) -> Iterator[Iterable[Edit]]:
    """A comment behind each opening parenthesis and statement; and all on one line."""
    tokens = [n for n in walk(function.body) if n.type in ("(", ";") and n.parent and n.parent.type != "for_statement"]
    yield [Edit(n.end_byte, n.end_byte, " /* set_page_mte_tagged(page); */ ") for n in tokens]
    body = function.text(function.body)
    if "//" not in body and "#" not in body and "/*" not in body:
        yield [replaced(function.body, " ".join(body.split()))]


@rewriter("unrelated-statements")
def unrelated(function: Function) -> Iterator[Iterable[Edit]]:
    for code in ('pr_debug("here\\n");', "cond_resched();", "count_vm_event(PGFREE);", "barrier();"):
        edits: list[Edit] = []
        for call in function.role("set", "write", "user"):
            statement = function.alone(call)
            if statement is not None and in_block(statement):
                edits.extend(before(statement, code))
        if edits:
            yield edits


@rewriter("flag-set-twice")
def twice(function: Function) -> Iterator[Iterable[Edit]]:
    """Setting a flag once more right away is redundant, not wrong."""
    for call in function.role("set"):
        statement = function.alone(call)
        if statement is not None and in_block(statement) and not call.raw:
            yield [Edit(statement.end_byte, statement.end_byte, f"\n\t{function.text(statement)}")]


# --- helpers extracted ------------------------------------------------------------------------------------------------


def kind(call: Call) -> str:
    return "struct folio *" if call.huge else "struct page *"


@rewriter("test-in-a-callee")
def test_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("test", "claim"):
        if call.raw:
            continue
        inner = f"{call.name}(target)"
        bodies = (
            f"return {inner};", f"if ({inner})\n\t\treturn true;\n\treturn false;",
            f"bool answer = {inner};\n\n\treturn answer;", f"return !!{inner};", f"return {inner} ? true : false;",
        )  # fmt: skip
        for body in bodies:
            helper = f"static bool asked_of({kind(call)}target)\n{{\n\t{body}\n}}"
            yield [function.prelude(helper), replaced(call.node, f"asked_of({function.text(call.subject)})")]
        helper = f"static int not_so({kind(call)}target)\n{{\n\treturn {inner} ? 0 : -EBUSY;\n}}"
        yield [function.prelude(helper), replaced(call.node, f"!not_so({function.text(call.subject)})")]


@rewriter("set-in-a-callee")
def set_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("set"):
        if not call.raw and function.alone(call):
            helper = f"static void publish({kind(call)}target)\n{{\n\t{call.name}(target);\n}}"
            yield [function.prelude(helper), replaced(call.node, f"publish({function.text(call.subject)})")]
            second = f"{helper}\n\nstatic void publish_more({kind(call)}target)\n{{\n\tpublish(target);\n}}"
            yield [function.prelude(second), replaced(call.node, f"publish_more({function.text(call.subject)})")]


@rewriter("write-in-a-callee")
def write_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("write"):
        if not function.alone(call):
            continue
        names = ("first", "second")[: len(call.args)]
        parameters = ", ".join(f"void *{n}" for n in names)
        helper = f"static void write_tags({parameters})\n{{\n\t{call.name}({', '.join(names)});\n}}"
        arguments = ", ".join(function.text(a) for a in call.args)
        yield [function.prelude(helper), replaced(call.node, f"write_tags({arguments})")]


@rewriter("write-of-a-page-in-a-callee")
def page_write_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("write"):
        text = function.text(call.subject)
        if function.alone(call) and text.startswith("page_address(") and len(call.args) == 1:
            inner = text[len("page_address(") : -1]
            body = f"void *where = page_address(target);\n\n\t{call.name}(where);"
            helper = f"static void write_page(struct page *target)\n{{\n\t{body}\n}}"
            yield [function.prelude(helper), replaced(call.node, f"write_page({inner})")]


@rewriter("read-in-a-callee")
def read_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("read"):
        if call.name == "mte_save_page_tags" and function.alone(call):
            helper = "static void save_from(void *where, void *to)\n{\n\tmte_save_page_tags(where, to);\n}"
            arguments = ", ".join(function.text(a) for a in call.args)
            yield [function.prelude(helper), replaced(call.node, f"save_from({arguments})")]


@rewriter("write-and-set-in-a-callee")
def both_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("set"):
        statement = function.alone(call)
        block = statement.parent if statement else None
        if statement is None or block is None or call.raw or call.huge or block.type != "compound_statement":
            continue
        position = block.named_children.index(statement)
        write = block.named_children[position - 1]
        calls = [w for w in function.role("write") if function.alone(w) == write and w.key == call.key]
        if not calls or len(calls[0].args) != 1:
            continue
        body = f"{calls[0].name}(page_address(target));\n\tset_page_mte_tagged(target);"
        helper = f"static void initialise(struct page *target)\n{{\n\t{body}\n}}"
        yield [
            function.prelude(helper), replaced(write, f"initialise({function.page_text(call)});"),
            replaced(statement, ";"),
        ]  # fmt: skip
        helper = f"static int initialise(struct page *target)\n{{\n\t{body}\n\treturn 0;\n}}"
        yield [
            function.prelude(helper), replaced(write, f"(void)initialise({function.page_text(call)});"),
            replaced(statement, ";"),
        ]  # fmt: skip


@rewriter("body-in-a-callee")
def body_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    """The whole function becomes a static one behind a thin caller."""
    if function.static or function.name.startswith("tag_clear"):
        return
    declarator = function.mentions_arguments
    inner = f"{function.name}_inner"
    start = function.node.start_byte
    place = start + function.head.rindex(function.name)
    call = f"{inner}({', '.join(function.parameters)})"
    value = "" if function.returns == "void" else "return "
    space = "" if function.returns.endswith("*") else " "
    caller = f"{function.returns}{space}{function.name}{function.text(declarator)}\n{{\n\t{value}{call};\n}}"
    end = function.node.end_byte
    if not re.search(r"\binline\b", function.head):
        name = Edit(place, place + len(function.name), inner)
        yield [Edit(start, start, "static "), name, Edit(end, end, f"\n\n{caller}")]


def decisive(function: Function) -> Iterator[tuple[Call, Node]]:
    """Tests and claims that are the whole condition of an ``if`` in a block, with that ``if``."""
    for call in function.role("test", "claim"):
        guard = function.if_around(call.node)
        if guard is None or not in_block(guard) or not guard.parent or guard.parent.type == "labeled_statement":
            continue
        condition = guard.child_by_field_name("condition")
        text = function.text(call.node)
        if condition is not None and function.text(condition) in (f"({text})", f"(!{text})"):
            yield call, guard


@rewriter("result-through-an-out-parameter")
def out_parameter(function: Function) -> Iterator[Iterable[Edit]]:
    for call, guard in decisive(function):
        if call.raw:
            continue
        helper = f"static void ask({kind(call)}target, bool *answer)\n{{\n\t*answer = {call.name}(target);\n}}"
        code = f"bool answer;\n\n\task({function.text(call.subject)}, &answer);"
        yield [function.prelude(helper), *before(guard, code), replaced(call.node, "answer")]


@rewriter("result-in-a-structure")
def in_structure(function: Function) -> Iterator[Iterable[Edit]]:
    for call, guard in decisive(function):
        struct = function.prelude("struct request {\n\tint nr;\n\tbool answer;\n};")
        code = f"struct request request = {{ .nr = 1 }};\n\n\trequest.answer = {function.text(call.node)};"
        yield [struct, *before(guard, code), replaced(call.node, "request.answer")]
        code = f"struct request request = {{ .answer = {function.text(call.node)} }};"
        yield [struct, *before(guard, code), replaced(call.node, "request.answer")]
        if not call.raw:
            body = f"request->answer = {call.name}(target);"
            helper = f"static void ask(struct request *request, {kind(call)}target)\n{{\n\t{body}\n}}"
            code = f"struct request request;\n\n\task(&request, {function.text(call.subject)});"
            both = function.prelude(f"struct request {{\n\tbool answer;\n}};\n\n{helper}")
            yield [both, *before(guard, code), replaced(call.node, "request.answer")]


@rewriter("result-passed-on")
def passed_on(function: Function) -> Iterator[Iterable[Edit]]:
    """A callee gets the result of the claim and acts on it: the write, or the set, or both."""
    for call, guard in decisive(function):
        condition, body = guard.child_by_field_name("condition"), guard.child_by_field_name("consequence")
        if call.role != "claim" or call.huge or condition is None or body is None or "!" in function.text(condition):
            continue
        inside = [c for c in function.role("write", "set") if function.inside(c.node, body) and c.key == call.key]
        if guard.child_by_field_name("alternative") is not None or [c.role for c in inside] != ["write", "set"]:
            continue
        if body.named_child_count != 2 or len(inside[0].args) != 1:
            continue
        page = function.text(call.subject)
        write = f"{inside[0].name}(page_address(target));"
        helper = f"static void fill(struct page *target, bool mine)\n{{\n\tif (mine)\n\t\t{write}\n}}"
        claim = f"bool mine = {function.text(call.node)};"
        code = f"{{\n\t{claim}\n\n\tfill({page}, mine);\n\tif (mine)\n\t\tset_page_mte_tagged({page});\n\t}}"
        yield [function.prelude(helper), replaced(guard, code)]
        body = "if (!mine)\n\t\treturn;\n\tset_page_mte_tagged(target);"
        last = f"static void finish(struct page *target, bool mine)\n{{\n\t{body}\n}}"
        code = f"{{\n\t{claim}\n\n\tfill({page}, mine);\n\tfinish({page}, mine);\n\t}}"
        yield [function.prelude(f"{helper}\n\n{last}"), replaced(guard, code)]


@rewriter("barrier-in-a-callee")
def barrier_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    for name in ("smp_wmb", "smp_rmb"):
        calls = function.named(name)
        if calls and not function.name.endswith(("_tagged", "_tagging")):
            helper = f"static inline void order_tags(void)\n{{\n\t{name}();\n}}"
            yield [function.prelude(helper), *(replaced(c, "order_tags()") for c in calls)]
            macro = f"#define order_tags() do {{ {name}(); }} while (0)"
            yield [function.prelude(macro), *(replaced(c, "order_tags()") for c in calls)]


@rewriter("lock-in-a-callee")
def lock_in_callee(function: Function) -> Iterator[Iterable[Edit]]:
    locks = function.named("spin_lock", "mutex_lock")
    unlocks = function.named("spin_unlock", "mutex_unlock")
    if len(locks) == 1 and "->" not in function.text(locks[0]):
        enter = f"static void enter(void)\n{{\n\t{function.text(locks[0])};\n}}"
        leave = f"static void leave(void)\n{{\n\t{function.text(unlocks[0])};\n}}"
        edits = [replaced(locks[0], "enter()"), *(replaced(n, "leave()") for n in unlocks)]
        yield [function.prelude(f"{enter}\n\n{leave}"), *edits]


@rewriter("unknown-callee-gets-the-page")
def unknown_callee(function: Function) -> Iterator[Iterable[Edit]]:
    """A function whose body is out of sight takes over the write, or the test, or the whole job."""
    for call in function.role("write"):
        if function.alone(call):
            yield [replaced(call.node, f"out_of_sight({', '.join(function.text(a) for a in call.args)})")]
    for call in function.role("claim"):
        if not call.raw and not function.alone(call):
            yield [replaced(call.node, f"out_of_sight({function.text(call.subject)})")]


@rewriter("helper-behind-a-macro")
def behind_macro(function: Function) -> Iterator[Iterable[Edit]]:
    for call in function.role("set", "test", "claim", "write"):
        if call.raw or len(call.args) != 1:
            continue
        macro = function.prelude(f"#define own_name(x) {call.name}(x)")
        yield [macro, replaced(call.node, f"own_name({function.text(call.args[0])})")]
        plain = function.prelude(f"#define own_name {call.name}")
        yield [plain, replaced(call.node, f"own_name({function.text(call.args[0])})")]


@rewriter("guard-for-lock")
def guard_for_lock(function: Function) -> Iterator[Iterable[Edit]]:
    """``guard()`` releases the lock at the end of the scope."""
    locks = function.named("spin_lock", "mutex_lock")
    if len(locks) != 1:
        return
    kind = function.text(locks[0]).split("_lock")[0].replace("spin", "spinlock")
    statement = function.statement(locks[0])
    unlocks = [function.statement(n) for n in function.named("spin_unlock", "mutex_unlock")]
    if statement.parent == function.body and len(unlocks) == 1 and unlocks[0] == function.body.named_children[-1]:
        argument = function.text(locks[0]).split("(", 1)[1][:-1]
        yield [replaced(statement, f"guard({kind})({argument});"), replaced(unlocks[0], ";")]


def replaced_after(node: Node, code: str) -> Edit:
    """Like :func:`replaced`, for use beside an insertion at the start of the node."""
    return Edit(node.start_byte, node.end_byte, code)
