"""Operators across functions: the defect is split over caller and callee."""

from collections.abc import Iterator

from ..code import Call, Edit, Function, before, dropped, replaced
from ..mutants import Change, operator
from .barriers import atomic
from .claims import claims, deciding
from .guards import guarded_reads
from .order import before_all, pairs, statement_of, unwritten, whole

WRITER = "static void write_tags_of(struct page *target)\n{\n\tmte_clear_page_tags(page_address(target));\n}"


@operator("set-in-early-callee")
def set_in_callee(function: Function) -> Iterator[Change]:
    """A callee sets the flag before the write."""
    for writes, flag in pairs(function):
        statement = statement_of(function, flag)
        target = before_all(function, writes, statement)
        if target is None or target == statement or target.type == "declaration":
            continue
        kind = "struct folio *" if flag.huge else "struct page *"
        callee = function.prelude(f"static void publish_page({kind}target)\n{{\n\t{spelled(flag)}\n}}")
        call = f"publish_page({function.page_text(flag)});"
        yield [callee, *before(target, call), dropped(statement)], ("MTE002",)


def spelled(flag: Call) -> str:
    if flag.raw:
        return "set_bit(PG_mte_tagged, &target->flags);"
    return f"{flag.name}(target);"


@operator("write-in-late-callee")
def write_in_callee(function: Function) -> Iterator[Change]:
    """A callee writes the tags after the set."""
    for writes, flag, statement in whole(function):
        write = statement_of(function, writes[-1])
        if len(writes) > 1 or flag.huge or write.parent != statement.parent:
            continue
        late = Edit(statement.end_byte, statement.end_byte, f"\n\twrite_tags_of({function.page_text(flag)});")
        yield [function.prelude(WRITER), dropped(write), late], ("MTE002",)


@operator("both-in-callee-swapped")
def both_in_callee(function: Function) -> Iterator[Change]:
    """A callee does both, in the wrong order."""
    for writes, flag, statement in whole(function):
        write = statement_of(function, writes[-1])
        if len(writes) > 1 or flag.huge or write.parent != statement.parent:
            continue
        body = f"{spelled(flag)}\n\tmte_clear_page_tags(page_address(target));"
        callee = function.prelude(f"static void initialise(struct page *target)\n{{\n\t{body}\n}}")
        yield [callee, dropped(write), replaced(statement, f"initialise({function.page_text(flag)});")], ("MTE002",)


@operator("callee-writes-sometimes")
def sometimes(function: Function) -> Iterator[Change]:
    """A callee writes the tags on one of its paths."""
    for writes, flag, _ in whole(function):
        if len(writes) > 1 or flag.huge:
            continue
        body = "if (test_thread_flag(TIF_SIGPENDING))\n\t\treturn;\n\tmte_clear_page_tags(page_address(target));"
        callee = function.prelude(f"static void write_maybe(struct page *target)\n{{\n\t{body}\n}}")
        call = replaced(statement_of(function, writes[0]), f"write_maybe({function.page_text(flag)});")
        yield [callee, call], unwritten(function)


@operator("callee-writes-its-other-page")
def other_parameter(function: Function) -> Iterator[Change]:
    """A callee gets the pages in the wrong order."""
    for writes, flag, _ in whole(function):
        if len(writes) != 1 or writes[0].name != "mte_copy_page_tags" or flag.huge:
            continue
        source = next((c for c in function.role("read") if c.node == writes[0].node), None)
        if source is None or source.key == flag.key:
            continue
        body = "mte_copy_page_tags(page_address(one), page_address(two));"
        callee = function.prelude(f"static void copy_tags_of(struct page *one, struct page *two)\n{{\n\t{body}\n}}")
        call = replaced(statement_of(function, writes[0]), f"copy_tags_of({source.key}, {flag.key});")
        yield [callee, call], ("MTE012", "MTE003", "MTE007")


@operator("set-in-early-caller")
def set_in_caller(function: Function) -> Iterator[Change]:
    """The caller sets the flag, and then calls who writes the tags."""
    for _writes, flag in pairs(function):
        if function.static or flag.raw or flag.key not in function.parameters or function.name == "main":
            continue
        call = f"{function.name}({', '.join(function.parameters)})"
        value = "" if function.returns == "void" else "return "
        space = "" if function.returns.endswith("*") else " "
        parameters = function.text(function.mentions_arguments)
        head = f"{function.returns}{space}early_caller{parameters}"
        body = f"{flag.name}({function.page_text(flag)});\n\t{value}{call};"
        end = function.node.end_byte
        static = Edit(function.node.start_byte, function.node.start_byte, "static ")
        caller = Edit(end, end, f"\n\n{head}\n{{\n\t{body}\n}}")
        # Where the callee asks first, it finds the flag set and writes nothing.
        asked = any(c.key == flag.key for c in function.role("test", "claim"))
        expected = ("MTE002", "MTE003", "MTE013") if asked else ("MTE002",)
        yield [static, dropped(statement_of(function, flag)), caller], expected


@operator("only-one-caller-tests")
def one_caller_tests(function: Function) -> Iterator[Change]:
    """The test moves into the callers, and one of them forgets it."""
    for test, _ in guarded_reads(function):
        if function.static or test.key not in function.parameters or test.raw:
            continue
        call = f"{function.name}({', '.join(function.parameters)})"
        value = "" if function.returns == "void" else "return "
        space = "" if function.returns.endswith("*") else " "
        parameters = function.text(function.mentions_arguments)
        head = f"{function.returns}{space}%s{parameters}"
        careful = f"if (!{function.text(test.node)})\n\t\t{function.leave}\n\t{value}{call};"
        first = f"{head % 'careful_caller'}\n{{\n\t{careful}\n}}"
        second = f"{head % 'careless_caller'}\n{{\n\t{value}{call};\n}}"
        end = function.node.end_byte
        edits = [
            Edit(function.node.start_byte, function.node.start_byte, "static "), replaced(test.node, "true"),
            Edit(end, end, f"\n\n{first}\n\n{second}"),
        ]  # fmt: skip
        yield edits, ("MTE007",)


@operator("read-in-callee-untested")
def read_in_callee(function: Function) -> Iterator[Change]:
    """A callee reads the tags, and the test is gone."""
    for test, reads in guarded_reads(function):
        read = function.alone(reads[0])
        if read is None or reads[0].name != "mte_save_page_tags":
            continue
        storage = function.text(reads[0].args[1])
        body = "mte_save_page_tags(page_address(target), to);"
        callee = function.prelude(f"static void save_tags_of(struct page *target, void *to)\n{{\n\t{body}\n}}")
        page = test.key
        yield [callee, replaced(read, f"save_tags_of({page}, {storage});"), replaced(test.node, "true")], ("MTE007",)


@operator("claim-again-in-callee")
def claim_in_callee(function: Function) -> Iterator[Change]:
    """A callee claims the page that its caller has claimed."""
    for claim, writes, flag in deciding(function):
        write = function.alone(writes[-1])
        if claim.huge or write is None or len(writes) > 1:
            continue
        body = "if (try_page_mte_tagging(target))\n\t\tmte_clear_page_tags(page_address(target));"
        callee = function.prelude(f"static void claim_and_write(struct page *target)\n{{\n\t{body}\n}}")
        yield [callee, replaced(write, f"claim_and_write({function.page_text(flag)});")], ("MTE013",)


@operator("claim-in-callee-ignored")
def ignored_in_callee(function: Function) -> Iterator[Change]:
    """A callee claims the page and does not tell whether it got it."""
    for claim, writes, _ in deciding(function):
        if claim.huge or not all(w.name in ("mte_clear_page_tags", "mte_restore_page_tags") for w in writes):
            continue
        body = "try_page_mte_tagging(target);\n\treturn true;"
        callee = function.prelude(f"static bool begin(struct page *target)\n{{\n\t{body}\n}}")
        yield [callee, replaced(claim.node, f"begin({function.text(claim.subject)})")], ("MTE014",)


@operator("callee-forgets-the-flag")
def callee_forgets(function: Function) -> Iterator[Change]:
    """A callee that should set the flag does so on one of its paths."""
    for _, writes, flag in claims(function):
        statement = statement_of(function, flag)
        if flag.huge or not writes:
            continue
        body = "if (test_thread_flag(TIF_SIGPENDING))\n\t\treturn;\n\tset_page_mte_tagged(target);"
        callee = function.prelude(f"static void publish_maybe(struct page *target)\n{{\n\t{body}\n}}")
        yield [callee, replaced(statement, f"publish_maybe({function.page_text(flag)});")], ("MTE013",)


@operator("put-in-callee")
def put_in_callee(function: Function) -> Iterator[Change]:
    """A callee drops the reference before the flag is set."""
    for statement, page, _ in atomic(function):
        callee = function.prelude("static void drop_page(struct page *target)\n{\n\tput_page(target);\n}")
        yield [callee, *before(statement, f"drop_page({page});")], ("MTE006",)
