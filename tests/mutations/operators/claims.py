"""Operators on the claim."""

from collections.abc import Iterator

from ..code import Call, Edit, Function, before, dropped, replaced
from ..mutants import Change, operator
from .order import UNDECIDED, before_all, pairs, statement_of, whole

TEST_OF = {
    "try_page_mte_tagging": "page_mte_tagged",
    "folio_try_hugetlb_mte_tagging": "folio_test_hugetlb_mte_tagged",
}


def claims(function: Function) -> Iterator[tuple[Call, list[Call], Call]]:
    """Each claim with the writes and the set that it covers."""
    for writes, flag in pairs(function):
        held = [c for c in function.role("claim") if c.key == flag.key and c.start < writes[0].start]
        if held:
            yield held[-1], writes, flag


def deciding(function: Function) -> Iterator[tuple[Call, list[Call], Call]]:
    """Claims whose result decides what is done."""
    for claim, writes, flag in claims(function):
        if function.if_around(claim.node) is not None:
            yield claim, writes, flag


def unclaimed(function: Function, claim: Call) -> tuple[str, ...]:
    """A test of the flag in front of the claim is all that is left, if there is one."""
    tested = any(t.key == claim.key and t.start < claim.start for t in function.role("test"))
    return ("MTE011", "MTE015") if tested else ("MTE015",)


@operator("drop-claim")
def drop_claim(function: Function) -> Iterator[Change]:
    """The claim is gone."""
    for claim, _, flag in claims(function):
        if not function.fresh(flag.key):
            statement = function.alone(claim)
            edit = dropped(statement) if statement else replaced(claim.node, "true")
            yield [edit], unclaimed(function, claim)


@operator("claim-to-test")
def claim_to_test(function: Function) -> Iterator[Change]:
    """A plain test stands where the claim stood."""
    for claim, _, _ in deciding(function):
        yield [replaced(claim.node, f"!{TEST_OF[claim.name]}({function.text(claim.subject)})")], ("MTE011",)


@operator("ignore-claim")
def ignore_claim(function: Function) -> Iterator[Change]:
    """Nobody looks at the result of the claim before the tags are cleared or restored."""
    for claim, writes, _ in deciding(function):
        if all(w.name in ("mte_clear_page_tags", "mte_restore_page_tags") for w in writes):
            yield [replaced(claim.node, f"({function.text(claim.node)}, true)")], ("MTE014",)


@operator("ignore-claim-in-a-statement")
def ignore_in_statement(function: Function) -> Iterator[Change]:
    """The same with the claim as a statement of its own."""
    for claim, writes, _ in deciding(function):
        guard = function.if_around(claim.node)
        if guard is None or guard.parent is None or guard.parent.type != "compound_statement":
            continue
        if all(w.name in ("mte_clear_page_tags", "mte_restore_page_tags") for w in writes):
            yield [*before(guard, f"{function.text(claim.node)};"), replaced(claim.node, "true")], ("MTE014",)


@operator("negate-claim")
def negate_claim(function: Function) -> Iterator[Change]:
    """The result of the claim is read the wrong way round."""
    for claim, _, _ in deciding(function):
        yield [replaced(claim.node, f"!{function.text(claim.node)}")], ("MTE008", "MTE014", "MTE013")


@operator("or-in-front-of-claim")
def or_claim(function: Function) -> Iterator[Change]:
    """The claim can be skipped."""
    for claim, _, _ in deciding(function):
        yield [
            function.prelude(UNDECIDED), replaced(claim.node, f"(other_case() || {function.text(claim.node)})")
        ], unclaimed(function, claim)  # fmt: skip


@operator("claim-and-more")
def claim_and(function: Function) -> Iterator[Change]:
    """A second condition behind the claim leaves a claimed page alone."""
    for claim, _, _ in deciding(function):
        yield [
            function.prelude(UNDECIDED), replaced(claim.node, f"({function.text(claim.node)} && other_case())")
        ], ("MTE013",)  # fmt: skip


@operator("claim-twice")
def claim_twice(function: Function) -> Iterator[Change]:
    """The page is claimed a second time under the claim."""
    for claim, writes, flag in deciding(function):
        target = before_all(function, writes, statement_of(function, flag))
        if target is not None and target.type != "declaration":
            again = f"if (!{function.text(claim.node)})\n\t\t{function.leave}"
            yield before(target, again), ("MTE013",)


@operator("return-under-claim")
def return_under_claim(function: Function) -> Iterator[Change]:
    """An error return between the claim and the write."""
    for _, writes, flag in claims(function):
        target = before_all(function, writes, statement_of(function, flag))
        if target is not None and target.type != "declaration":
            code = f"if (other_case())\n\t\t{function.leave}"
            yield [function.prelude(UNDECIDED), *before(target, code)], ("MTE013",)


@operator("goto-out-under-claim")
def goto_under_claim(function: Function) -> Iterator[Change]:
    """A jump to the end of the function between the claim and the write."""
    for _, writes, flag in claims(function):
        target = before_all(function, writes, statement_of(function, flag))
        if target is None or target.type == "declaration":
            continue
        end = function.body.end_byte - 1
        label = Edit(end, end, f"give_up:\n\t{function.leave}\n")
        jump = before(target, "if (other_case())\n\t\tgoto give_up;")
        yield [function.prelude(UNDECIDED), *jump, label], ("MTE013",)


@operator("continue-under-claim")
def continue_under_claim(function: Function) -> Iterator[Change]:
    """A loop goes on to the next page between the claim and the write."""
    for claim, writes, flag in claims(function):
        loop = function.loop_around(claim.node)
        target = before_all(function, writes, statement_of(function, flag))
        if loop is not None and target is not None and target.type != "declaration":
            code = "if (other_case())\n\t\t\tcontinue;"
            yield [function.prelude(UNDECIDED), *before(target, code)], ("MTE013",)


@operator("break-under-claim")
def break_under_claim(function: Function) -> Iterator[Change]:
    """A loop ends between the write and the set."""
    for claim, _, flag in claims(function):
        statement = statement_of(function, flag)
        loop = function.loop_around(statement)
        if loop is not None and function.loop_around(claim.node) == loop:
            code = "if (other_case())\n\t\t\tbreak;"
            yield [function.prelude(UNDECIDED), *before(statement, code)], ("MTE013",)


@operator("fault-under-claim")
def fault_under_claim(function: Function) -> Iterator[Change]:
    """User memory is touched while the claim is held."""
    for _, _, flag in claims(function):
        if not function.static and not function.role("user"):
            access = before(statement_of(function, flag), "put_user(1, progress);")
            yield [function.with_parameter("int __user *progress"), *access], ("MTE019",)


@operator("write-on-the-losing-side")
def write_on_losing_side(function: Function) -> Iterator[Change]:
    """Who lost the claim writes the tags all the same."""
    for claim, _writes, _ in deciding(function):
        guard = function.if_around(claim.node)
        condition = guard.child_by_field_name("condition") if guard else None
        if guard is None or condition is None or claim.huge or guard.child_by_field_name("alternative") is not None:
            continue
        page = function.text(claim.subject)
        write = f"mte_clear_page_tags(page_address({page}));"
        if function.text(condition) == f"({function.text(claim.node)})":
            yield [Edit(guard.end_byte, guard.end_byte, f" else {{\n\t\t{write}\n\t}}")], ("MTE014",)
        elif function.text(condition) == f"(!{function.text(claim.node)})":
            consequence = guard.child_by_field_name("consequence")
            if consequence is not None and consequence.type != "compound_statement":
                yield before(consequence, write), ("MTE014",)


@operator("claim-behind-write")
def claim_late(function: Function) -> Iterator[Change]:
    """The page is claimed when its tags are written already."""
    for claim, writes, flag in claims(function):
        statement, write = function.alone(claim), function.alone(writes[-1])
        if statement is not None and write is not None and write.parent == statement.parent and len(writes) == 1:
            edits = [dropped(statement), Edit(write.end_byte, write.end_byte, f"\n\t{function.text(statement)}")]
            if not function.fresh(flag.key) and list(whole(function)):
                yield edits, ("MTE015",)
