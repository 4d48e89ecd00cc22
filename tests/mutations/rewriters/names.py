"""Other names, locals and scopes."""

import re
from collections.abc import Iterable, Iterator

from ..code import Edit, Function, before, in_block, replaced, walk
from ..rewriting import rewriter


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
