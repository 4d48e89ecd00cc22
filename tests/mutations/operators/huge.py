"""Operators on parts: of a page, and of a hugetlb folio."""

from collections.abc import Iterator

from ..code import Call, Edit, Function, Node, replaced
from ..mutants import Change, operator
from .order import UNDECIDED, pairs, statement_of, whole


def loops(function: Function) -> Iterator[tuple[Node, Node]]:
    """``for`` loops that write the pages of a folio whose flag is set behind them, with their body."""
    for writes, flag, _ in whole(function):
        loop = function.loop_around(statement_of(function, writes[0]))
        if flag.huge and loop is not None and loop.type == "for_statement":
            body = loop.child_by_field_name("body")
            assert body is not None
            yield loop, body


def piece(function: Function, loop: Node, name: str) -> tuple[Node, str]:
    node = loop.child_by_field_name(name)
    assert node is not None
    return node, function.text(node)


def counter(function: Function, loop: Node) -> str:
    return piece(function, loop, "condition")[1].split("<")[0].strip()


@operator("head-page-only")
def head_only(function: Function) -> Iterator[Change]:
    """The first page is written, and the flag set for all."""
    for loop, body in loops(function):
        yield [Edit(loop.start_byte, body.start_byte, f"{counter(function, loop)} = 0;\n\t")], ("MTE004",)


@operator("loop-stops-early")
def stops_early(function: Function) -> Iterator[Change]:
    """A signal or the like ends the loop."""
    for _, body in loops(function):
        prelude = function.prelude(UNDECIDED)
        if body.type == "compound_statement":
            end = body.end_byte - 1
            yield [prelude, Edit(end, end, "\tif (other_case())\n\t\t\tbreak;\n\t")], ("MTE004",)
        else:
            code = f"{{\n\t\t{function.text(body)}\n\t\tif (other_case())\n\t\t\tbreak;\n\t}}"
            yield [prelude, replaced(body, code)], ("MTE004",)


@operator("loop-skips-pages")
def skips_pages(function: Function) -> Iterator[Change]:
    """Some pages are passed by."""
    for _, body in loops(function):
        code = f"{{\n\t\tif (other_case())\n\t\t\tcontinue;\n\t\t{function.text(body)}\n\t}}"
        if "*" not in function.text(body).split("=")[0] or body.type != "compound_statement":
            yield [function.prelude(UNDECIDED), replaced(body, code)], ("MTE004", "MTE003")


@operator("loop-one-short")
def one_short(function: Function) -> Iterator[Change]:
    """The last page is left out."""
    for loop, _ in loops(function):
        node, text = piece(function, loop, "condition")
        yield [replaced(node, f"{text} - 1")], ("MTE004",)


@operator("loop-from-second-page")
def from_second(function: Function) -> Iterator[Change]:
    """The head page is left out."""
    for loop, _ in loops(function):
        node, text = piece(function, loop, "initializer")
        yield [replaced(node, text.replace("= 0", "= 1"))], ("MTE004", "MTE003")


@operator("loop-every-second-page")
def every_second(function: Function) -> Iterator[Change]:
    """The step is two."""
    for loop, _ in loops(function):
        node, _ = piece(function, loop, "update")
        yield [replaced(node, f"{counter(function, loop)} += 2")], ("MTE004",)


@operator("same-page-each-turn")
def same_page(function: Function) -> Iterator[Change]:
    """The loop writes the head page again and again."""
    for loop, body in loops(function):
        text, i = function.text(body), counter(function, loop)
        yield [replaced(body, text.replace(f", {i})", ", 0)"))], ("MTE004",)


DOMAIN = {
    "folio_test_hugetlb_mte_tagged": "page_mte_tagged",
    "folio_set_hugetlb_mte_tagged": "set_page_mte_tagged",
    "folio_try_hugetlb_mte_tagging": "try_page_mte_tagging",
}


@operator("page-helper-on-hugetlb")
def page_helper(function: Function) -> Iterator[Change]:
    """The helper for small pages, on the head of a folio that was found to be hugetlb."""
    for call in function.role("test", "set", "claim"):
        if call.huge and asked(function, call):
            code = f"{DOMAIN[call.name]}(&{function.text(call.subject)}->page)"
            yield [replaced(call.node, code)], ("MTE017",)


@operator("page-helper-on-subpage")
def subpage_helper(function: Function) -> Iterator[Change]:
    """The helper for small pages, on a page of the folio behind the head."""
    for call in function.role("test", "set", "claim"):
        if call.huge and asked(function, call):
            code = f"{DOMAIN[call.name]}(folio_page({function.text(call.subject)}, 1))"
            yield [replaced(call.node, code)], ("MTE017",)


@operator("hugetlb-helper-on-page")
def hugetlb_helper(function: Function) -> Iterator[Change]:
    """The helper for hugetlb, where the folio was found not to be."""
    names = {page: folio for folio, page in DOMAIN.items()}
    for call in function.role("test", "set", "claim"):
        if not call.huge and call.name in names and asked(function, call):
            folio = function.pointers_to("folio")[0]
            if call.key == folio:
                yield [replaced(call.node, f"{names[call.name]}({folio})")], ("MTE017",)


def asked(function: Function, call: Call) -> bool:
    """The function asks before whether this very folio is hugetlb."""
    return any(
        name == "folio_test_hugetlb" and node.start_byte < call.start and function.key(args[0]) == call.key
        for name, args, node in function.all_calls
    )


# --- parts of a page --------------------------------------------------------------------------------------------------


@operator("copy-from-user-instead")
def from_user(function: Function) -> Iterator[Change]:
    """A copy that may fall short stands where the whole page was written."""
    for writes, flag, _ in whole(function):
        if flag.huge or function.static or len(writes) > 1:
            continue
        code = f"mte_copy_tags_from_user({function.text(writes[0].subject)}, user_tags, MTE_GRANULES_PER_PAGE)"
        parameter = function.with_parameter("const void __user *user_tags")
        yield [parameter, replaced(writes[0].node, code)], ("MTE004",)


def counted(function: Function) -> Iterator[tuple[Node, str]]:
    """Conditions that compare a count with that of a whole page, where the flag is set behind."""
    for writes, flag in pairs(function):
        if writes[0].role != "user":
            continue
        for node in function.nodes:
            if node.type == "if_statement" and writes[0].start < node.start_byte < flag.start:
                condition = node.child_by_field_name("condition")
                if condition is not None and "MTE_GRANULES_PER_PAGE" in function.text(condition):
                    yield condition, function.text(condition)


@operator("count-not-looked-at")
def no_count(function: Function) -> Iterator[Change]:
    """Nobody looks whether the copy fell short."""
    for condition, text in counted(function):
        yield [replaced(condition, "(false)" if "!=" in text else "(true)")], ("MTE004",)


@operator("wrong-question-about-count")
def wrong_count(function: Function) -> Iterator[Change]:
    """Any number of granules will do."""
    for condition, text in counted(function):
        if "!=" in text:
            name = text.strip("()").split("!=")[0].strip()
            yield [replaced(condition, f"(!{name})")], ("MTE004",)
            yield [replaced(condition, f"({name} == 0)")], ("MTE004",)
            yield [replaced(condition, f"({name} > MTE_GRANULES_PER_PAGE)")], ("MTE004",)


@operator("inverted-count")
def inverted_count(function: Function) -> Iterator[Change]:
    """The short copy is taken for the whole one."""
    for condition, text in counted(function):
        if "!=" in text:
            yield [replaced(condition, text.replace("!=", "=="))], ("MTE004",)


@operator("copy-into-the-middle")
def into_middle(function: Function) -> Iterator[Change]:
    """The copy does not start at the page."""
    for writes, _ in pairs(function):
        if writes[0].role == "user" and len(writes) == 1:
            address = function.text(writes[0].subject)
            yield [replaced(writes[0].subject, f"{address} + MTE_GRANULE_SIZE")], ("MTE004",)


@operator("fewer-granules-asked")
def fewer(function: Function) -> Iterator[Change]:
    """All that was asked for arrived, but that was not the whole page."""
    for writes, _ in pairs(function):
        if writes[0].role == "user" and len(writes) == 1 and not function.static:
            parameter = function.with_parameter("unsigned long wanted")
            edits = [replaced(n, "wanted") for n in function.identifiers
                     if function.text(n) == "MTE_GRANULES_PER_PAGE"]  # fmt: skip
            yield [parameter, *edits], ("MTE004",)
