"""Operators on the order of tags and flag, and on what may stand between them."""

from collections.abc import Iterator

from ..code import Call, Edit, Function, Node, before, behind, dropped, in_block, replaced
from ..mutants import Change, operator

UNDECIDED = "extern bool other_case(void);"


def pairs(function: Function) -> Iterator[tuple[list[Call], Call]]:
    """Each set that stands alone, with the writes of the same page since the set before it."""
    last: dict[str, int] = {}
    for each in function.role("set"):
        since = last.get(each.key, -1)
        last[each.key] = each.start
        writes = [w for w in function.role("write", "user") if w.key == each.key and since < w.start < each.start]
        if writes and function.alone(each) is not None:
            yield writes, each


def statement_of(function: Function, call: Call) -> Node:
    statement = function.alone(call)
    assert statement is not None
    return statement


def whole(function: Function) -> Iterator[tuple[list[Call], Call, Node]]:
    """Pairs whose writes all stand alone and write the whole page."""
    for writes, flag in pairs(function):
        if all(w.role == "write" and function.alone(w) for w in writes):
            yield writes, flag, statement_of(function, flag)


def before_all(function: Function, writes: list[Call], flag: Node) -> Node | None:
    """The statement of the block of the set in which the first write stands."""
    block = flag.parent
    if block is not None and block.type == "labeled_statement":
        block = block.parent
    node: Node | None = function.statement(writes[0].node)
    while node is not None and node.parent != block:
        node = node.parent
    return node


def unwritten(function: Function) -> tuple[str, ...]:
    """What a set without a write is: behind a static function a caller may still write."""
    return ("MTE003", "MTE002") if function.static else ("MTE003",)


@operator("swap-write-and-set")
def swap(function: Function) -> Iterator[Change]:
    """The set and the write change places."""
    for writes, _flag, statement in whole(function):
        write = statement_of(function, writes[-1])
        if write.parent == statement.parent:
            edits = [replaced(write, function.text(statement)), replaced(statement, function.text(write))]
            yield edits, ("MTE002",)


@operator("set-first")
def set_first(function: Function) -> Iterator[Change]:
    """The set moves in front of all that leads to the write."""
    for writes, flag in pairs(function):
        statement = statement_of(function, flag)
        target = before_all(function, writes, statement)
        if target is not None and target != statement and target.type != "declaration":
            yield [*before(target, function.text(statement)), dropped(statement)], ("MTE002",)


@operator("write-again-behind-early-set")
def early_too(function: Function) -> Iterator[Change]:
    """The flag is set before the write, and once more where it should be."""
    for writes, flag in pairs(function):
        statement = statement_of(function, flag)
        target = before_all(function, writes, statement)
        if target is not None and target != statement and target.type != "declaration":
            yield before(target, function.text(statement)), ("MTE002",)


@operator("late-write-on-one-path")
def late_on_one_path(function: Function) -> Iterator[Change]:
    """On one path the write comes behind the set."""
    for writes, _, statement in whole(function):
        write = statement_of(function, writes[0])
        if len(writes) > 1 or write.parent != statement.parent:
            continue
        yield [
            function.prelude(UNDECIDED), Edit(write.start_byte, write.start_byte, "if (!other_case())\n\t\t"),
            *behind(statement, f"if (other_case())\n\t\t{function.text(write)}"),
        ], ("MTE002",)  # fmt: skip


@operator("drop-write")
def drop_write(function: Function) -> Iterator[Change]:
    """No tags are written."""
    for writes, flag, _ in whole(function):
        others = [c for c in function.role("test", "claim", "write", "read") if c.node not in [w.node for w in writes]]
        if not others and flag.key in function.parameters:
            continue  # what is left could be a helper that sets the flag for its callers
        for write in writes:
            yield [dropped(statement_of(function, write))], unwritten(function)


@operator("write-on-one-branch")
def one_branch(function: Function) -> Iterator[Change]:
    """The tags are written on one branch only."""
    for writes, flag, _ in whole(function):
        for write in writes:
            statement = statement_of(function, write)
            condition = Edit(statement.start_byte, statement.start_byte, "if (other_case())\n\t\t\t")
            expected = ("MTE004", "MTE003") if flag.huge else unwritten(function)
            yield [function.prelude(UNDECIDED), condition], expected


@operator("write-on-the-other-branch")
def other_branch(function: Function) -> Iterator[Change]:
    """Something else happens instead of the write on one branch."""
    for writes, flag, _ in whole(function):
        for write in writes:
            statement = statement_of(function, write)
            choice = 'if (other_case())\n\t\t\tpr_debug("later");\n\t\telse'
            code = f"{{\n\t\t{choice}\n\t\t\t{function.text(statement)}\n\t}}"
            expected = ("MTE004", "MTE003") if flag.huge else unwritten(function)
            yield [function.prelude(UNDECIDED), replaced(statement, code)], expected


@operator("goto-over-write")
def goto_over(function: Function) -> Iterator[Change]:
    """A jump leads over the write to the set."""
    for writes, _, statement in whole(function):
        target = before_all(function, writes, statement)
        if target is None or target == statement or target.type == "declaration" or not in_block(statement):
            continue
        jump = before(target, "if (other_case())\n\t\tgoto publish_now;")
        label = Edit(statement.start_byte, statement.start_byte, "publish_now:\n\t")
        yield [function.prelude(UNDECIDED), *jump, label], unwritten(function)


@operator("drop-set")
def drop_set(function: Function) -> Iterator[Change]:
    """The flag is never set: a claim stays taken, or one of several ways out forgets the flag."""
    sets = function.role("set")
    for each in sets:
        statement = function.alone(each)
        if statement is None:
            continue
        if function.claimed(each.key):
            yield [dropped(statement)], ("MTE013",)
        elif sum(s.key == each.key for s in sets) > 1 or function.name.startswith(("mte_sync", "tag_clear")):
            yield [dropped(statement)], ("MTE005",)


@operator("return-between")
def return_between(function: Function) -> Iterator[Change]:
    """A way out between the write and the set."""
    for writes, flag, _statement in whole(function):
        if len(writes) > 1:
            continue
        expected = ("MTE013", "MTE005") if function.claimed(flag.key) else ("MTE005",)
        if function.fresh(flag.key) and not function.claimed(flag.key):
            continue
        write = statement_of(function, writes[0])
        yield [function.prelude(UNDECIDED), *behind(write, f"if (other_case())\n\t\t{function.leave}")], expected


@operator("continue-without-set")
def continue_between(function: Function) -> Iterator[Change]:
    """A loop goes on to the next page between the write and the set."""
    for writes, flag, statement in whole(function):
        loop = function.loop_around(statement)
        if loop is None or len(writes) > 1 or not function.inside(statement_of(function, writes[0]), loop):
            continue
        expected = ("MTE013", "MTE005") if function.claimed(flag.key) else ("MTE005",)
        yield [function.prelude(UNDECIDED), *before(statement, "if (other_case())\n\t\t\tcontinue;")], expected


@operator("set-on-one-branch")
def set_on_one_branch(function: Function) -> Iterator[Change]:
    """The flag is set on one branch only."""
    for _writes, flag, statement in whole(function):
        if function.fresh(flag.key) and not function.claimed(flag.key):
            continue
        expected = ("MTE013",) if function.claimed(flag.key) else ("MTE005",)
        guard = Edit(statement.start_byte, statement.start_byte, "if (other_case())\n\t\t")
        yield [function.prelude(UNDECIDED), guard], expected


@operator("put-before-set")
def put_before_set(function: Function) -> Iterator[Change]:
    """The reference is dropped before the flag is set."""
    for _writes, flag, statement in whole(function):
        if not flag.huge:
            yield before(statement, f"put_page({function.page_text(flag)});"), ("MTE006",)
        else:
            yield before(statement, f"folio_put({function.page_text(flag)});"), ("MTE006",)


@operator("unlock-before-set")
def unlock_before_set(function: Function) -> Iterator[Change]:
    """The lock under which the tags were written is released before the flag is set."""
    for writes, flag in pairs(function):
        statement = statement_of(function, flag)
        for unlock in function.named("spin_unlock", "mutex_unlock"):
            lock_start = min((n.start_byte for n in function.named("spin_lock", "mutex_lock")), default=10**9)
            if lock_start < writes[0].start < flag.start < unlock.start_byte and not function.claimed(flag.key):
                yield before(statement, f"{function.text(unlock)};"), ("MTE006",)


@operator("pte-before-set")
def pte_before_set(function: Function) -> Iterator[Change]:
    """The page is mapped before its flag is set."""
    for _writes, flag, statement in whole(function):
        for node in function.named("set_pte"):
            if "pte_page" in "".join(function.text(v) for v in function.definitions.get(flag.key, [])):
                yield before(statement, f"{function.text(node)};"), ("MTE006",)
