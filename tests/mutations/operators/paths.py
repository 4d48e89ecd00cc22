"""Operators on helpers and their stubs, and further ways to lose a path."""

from collections.abc import Iterator

from ..code import Edit, Function, before, replaced
from ..mutants import Change, operator
from .order import UNDECIDED, statement_of, unwritten, whole

HELPERS = ("set_page_mte_tagged", "page_mte_tagged", "try_page_mte_tagging")


def stub(function: Function) -> bool:
    """A helper's body that does nothing: there is another one for the configuration with MTE."""
    return function.name in HELPERS and not function.calls and not function.all_calls


@operator("stub-without-type")
def stub_without_type(function: Function) -> Iterator[Change]:
    """The stub has lost its return type."""
    if stub(function):
        head = function.node.start_byte
        start = function.head.index(f"{function.returns} {function.name}")
        yield [Edit(head + start, head + start + len(function.returns) + 1, "")], ("MTE018",)


@operator("stub-of-another-type")
def stub_of_other_type(function: Function) -> Iterator[Change]:
    """The stub returns something else."""
    if stub(function):
        head = function.node.start_byte
        start = function.head.index(f"{function.returns} {function.name}")
        other = "int" if function.returns == "void" else "void"
        yield [Edit(head + start, head + start + len(function.returns), other)], ("MTE018",)


@operator("stub-with-other-parameters")
def stub_with_other_parameters(function: Function) -> Iterator[Change]:
    """The stub takes something else."""
    if stub(function):
        yield [function.with_parameter("unsigned int nr")], ("MTE018",)
        yield [replaced(function.mentions_arguments, "(const void *addr)")], ("MTE018",)


@operator("switch-without-write")
def switch_without_write(function: Function) -> Iterator[Change]:
    """A switch writes the tags in one of its cases."""
    for writes, flag, _ in whole(function):
        if len(writes) > 1 or flag.huge or function.static:
            continue
        statement = statement_of(function, writes[0])
        code = f"switch (how) {{\n\tcase 0:\n\t\tbreak;\n\tdefault:\n\t\t{function.text(statement)}\n\t\tbreak;\n\t}}"
        yield [function.with_parameter("int how"), replaced(statement, code)], unwritten(function)


@operator("loop-with-zero-turns")
def loop_with_zero_turns(function: Function) -> Iterator[Change]:
    """A loop that may not run at all, as the function itself knows, writes the tags of the one page."""
    for writes, flag, _ in whole(function):
        if len(writes) > 1 or flag.huge or function.static:
            continue
        statement = statement_of(function, writes[0])
        asked = 'if (!tries)\n\t\tpr_debug("no try\\n");'
        code = f"{{\n\t{asked}\n\twhile (tries--)\n\t\t{function.text(statement)}\n\t}}"
        yield [function.with_parameter("int tries"), replaced(statement, code)], unwritten(function)


@operator("short-circuit-write")
def short_circuit(function: Function) -> Iterator[Change]:
    """The write hangs behind a condition in an expression."""
    for writes, flag, _ in whole(function):
        if len(writes) == 1 and not flag.huge:
            code = f"other_case() ? (void)0 : {function.text(writes[0].node)}"
            yield [function.prelude(UNDECIDED), replaced(writes[0].node, code)], unwritten(function)


@operator("configured-out-write")
def configured_out(function: Function) -> Iterator[Change]:
    """The write is there in one configuration only."""
    for writes, flag, _ in whole(function):
        if len(writes) == 1 and not flag.huge:
            statement = statement_of(function, writes[0])
            edits = [*before(statement, "\n#ifdef CONFIG_HIGHMEM"),
                     Edit(statement.end_byte, statement.end_byte, "\n#endif\n")]  # fmt: skip
            if len(edits) == 2:
                yield edits, unwritten(function)
