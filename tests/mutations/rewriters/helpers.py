"""Parts of a function moved into helpers."""

import re
from collections.abc import Iterable, Iterator

from ..code import Call, Edit, Function, before, replaced
from ..rewriting import decisive, rewriter


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
        rest = "if (!mine)\n\t\treturn;\n\tset_page_mte_tagged(target);"
        last = f"static void finish(struct page *target, bool mine)\n{{\n\t{rest}\n}}"
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
