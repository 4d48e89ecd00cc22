"""Operators on which page it is."""

from collections.abc import Iterator

from ..code import Call, Edit, Function, before, replaced
from ..mutants import Change, operator
from .guards import others, subject
from .order import pairs, statement_of, whole


def strangers(function: Function, call: Call) -> Iterator[tuple[str, list[Edit]]]:
    """Another page to take by mistake: one that the function has, or one more parameter."""
    known = others(function, call)
    for name in known:
        yield name, []
    if not known and not function.static and not call.huge:
        yield "neighbour", [function.with_parameter("struct page *neighbour")]


def address(call: Call, page: str) -> str:
    return f"page_address({page})"


@operator("set-another-page")
def set_other(function: Function) -> Iterator[Change]:
    """The flag of another page is set."""
    for _, flag, _ in whole(function):
        for name, edits in strangers(function, flag):
            yield [*edits, replaced(flag.subject, subject(flag, name))], ("MTE012", "MTE003")


@operator("write-another-page")
def write_other(function: Function) -> Iterator[Change]:
    """The tags of another page are written."""
    for writes, flag, _ in whole(function):
        for name, edits in strangers(function, flag):
            if len(writes) == 1 and not flag.huge:
                yield [*edits, replaced(writes[0].subject, address(flag, name))], ("MTE012", "MTE003")


@operator("claim-another-page")
def claim_other(function: Function) -> Iterator[Change]:
    """Another page is claimed."""
    for claim in function.role("claim"):
        for name, edits in strangers(function, claim):
            if any(flag.key == claim.key for _, flag in pairs(function)):
                yield [*edits, replaced(claim.subject, name)], ("MTE012", "MTE013", "MTE015")


@operator("page-as-address")
def page_as_address(function: Function) -> Iterator[Change]:
    """The pointer to the page structure is used as the address of the page's memory."""
    for call in function.role("write", "user", "read"):
        if call.key in function.pointers_to("page"):
            yield [replaced(call.subject, call.key)], ("MTE012",)


@operator("cast-page-as-address")
def cast_page(function: Function) -> Iterator[Change]:
    """The same behind a cast."""
    for call in function.role("write"):
        if call.key in function.pointers_to("page"):
            yield [replaced(call.subject, f"(void *){call.key}")], ("MTE012",)


@operator("copy-the-wrong-way")
def copy_backwards(function: Function) -> Iterator[Change]:
    """Source and target of a copy change places."""
    for writes, _flag, _ in whole(function):
        for write in writes:
            if write.name == "mte_copy_page_tags":
                to, source = write.args
                edits = [replaced(to, function.text(source)), replaced(source, function.text(to))]
                yield edits, ("MTE012", "MTE003", "MTE007")


@operator("copy-onto-itself")
def copy_itself(function: Function) -> Iterator[Change]:
    """Source and target of a copy are the source."""
    for writes, _, _ in whole(function):
        for write in writes:
            if write.name == "mte_copy_page_tags":
                yield [replaced(write.args[0], function.text(write.args[1]))], ("MTE012", "MTE003")


@operator("page-moves-on")
def moves_on(function: Function) -> Iterator[Change]:
    """The pointer moves to the next page between the write and the set."""
    for _, flag, statement in whole(function):
        if not flag.huge and flag.key in function.pointers_to("page"):
            expected = ("MTE012", "MTE003", "MTE013") if function.claimed(flag.key) else ("MTE012", "MTE003")
            yield before(statement, f"{flag.key}++;"), expected


@operator("page-is-replaced")
def reassigned(function: Function) -> Iterator[Change]:
    """The variable gets another page between the write and the set."""
    for _, flag, statement in whole(function):
        if flag.huge or flag.key not in function.pointers_to("page") or function.static:
            continue
        edits = [function.with_parameter("struct page *neighbour"), *before(statement, f"{flag.key} = neighbour;")]
        yield edits, ("MTE012", "MTE003", "MTE013")


@operator("flag-the-zero-page")
def zero_page(function: Function) -> Iterator[Change]:
    """The zero page gets the flag, next to a page that deserves it."""
    for _, flag, statement in whole(function):
        if not flag.huge and not flag.raw:
            yield before(statement, f"{flag.name}(ZERO_PAGE(0));"), ("MTE016",)


@operator("next-page-written")
def next_page(function: Function) -> Iterator[Change]:
    """The tags of the page behind are written."""
    for writes, flag, _ in whole(function):
        if not flag.huge and len(writes) == 1 and flag.key in function.pointers_to("page"):
            page = f"page_address({flag.key} + 1)"
            yield [replaced(writes[0].subject, page)], ("MTE012", "MTE003", "MTE013")


@operator("last-page-of-the-loop")
def set_behind_loop(function: Function) -> Iterator[Change]:
    """The flag is set once, behind the loop over the pages."""
    for writes, flag, statement in whole(function):
        loop = function.loop_around(statement)
        if flag.huge or loop is None or not function.inside(statement_of(function, writes[0]), loop):
            continue
        if flag.key not in function.parameters:
            continue
        moved = [replaced(statement, ";"), Edit(loop.end_byte, loop.end_byte, f"\n\t{function.text(statement)}")]
        yield moved, ("MTE013", "MTE003", "MTE012")
