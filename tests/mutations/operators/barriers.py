"""Operators on raw operations and barriers."""

from collections.abc import Iterator

from ..code import Function, Node, before, behind, dropped, replaced
from ..mutants import Change, operator
from .guards import guarded_reads
from .order import statement_of, whole


def atomic(function: Function) -> Iterator[tuple[Node, str, Node]]:
    """Sets by the page helper: the statement, the page, and the statement of the last write."""
    for writes, flag, statement in whole(function):
        if not flag.huge and not flag.raw:
            yield statement, function.page_text(flag), statement_of(function, writes[-1])


@operator("raw-set-without-barrier")
def raw_set(function: Function) -> Iterator[Change]:
    """A bit operation stands where the helper stood, and its barrier is gone."""
    for statement, page, _ in atomic(function):
        yield [replaced(statement, f"set_bit(PG_mte_tagged, &{page}->flags);")], ("MTE009",)


@operator("raw-set-with-barrier")
def raw_set_ordered(function: Function) -> Iterator[Change]:
    """A bit operation and a barrier stand where the helper stood."""
    for statement, page, _ in atomic(function):
        edits = [*before(statement, "smp_wmb();")[1:], *before(statement, "smp_wmb();")[:1]]
        code = f"set_bit(PG_mte_tagged, &{page}->flags);"
        opening = [e for e in edits if e.start == statement.start_byte]
        closing = [e for e in edits if e.start != statement.start_byte]
        yield [replaced(statement, f"{opening[0].new}{code}"), *closing], ("MTE001",)


@operator("raw-set-under-old-name")
def alias_set(function: Function) -> Iterator[Change]:
    """The bit goes by the name that it had before, or by one of the file's own."""
    for statement, page, _ in atomic(function):
        yield [replaced(statement, f"set_bit(PG_arch_2, &{page}->flags);")], ("MTE009",)
        own = function.prelude("#define PG_own_tags PG_arch_2")
        yield [own, replaced(statement, f"set_bit(PG_own_tags, &{page}->flags);")], ("MTE009",)


@operator("non-atomic-set")
def non_atomic(function: Function) -> Iterator[Change]:
    """The form of the bit operation that is not atomic."""
    for statement, page, _ in atomic(function):
        yield [replaced(statement, f"{{ smp_wmb(); __set_bit(PG_mte_tagged, &{page}->flags); }}")], ("MTE001",)


@operator("mask-set")
def mask_set(function: Function) -> Iterator[Change]:
    """A mask on the word stands where the helper stood."""
    for statement, page, _ in atomic(function):
        yield [replaced(statement, f"{{ smp_wmb(); {page}->flags |= BIT(PG_mte_tagged); }}")], ("MTE001",)
        yield [replaced(statement, f"{page}->flags |= 1UL << PG_mte_tagged;")], ("MTE009",)
        word = f"WRITE_ONCE({page}->flags, {page}->flags | BIT(PG_mte_tagged));"
        yield [replaced(statement, f"{{ smp_wmb(); {word} }}")], ("MTE001",)


@operator("raw-set-first")
def raw_set_first(function: Function) -> Iterator[Change]:
    """A raw set in front of the write."""
    for statement, page, write in atomic(function):
        if write.parent == statement.parent:
            code = f"set_bit(PG_mte_tagged, &{page}->flags);"
            yield [*before(write, code), dropped(statement)], ("MTE002",)


@operator("mask-set-first")
def mask_set_first(function: Function) -> Iterator[Change]:
    """A mask sets the flag in front of the write, by another name."""
    for statement, page, write in atomic(function):
        if write.parent == statement.parent:
            code = f"{page}->flags |= BIT(PG_arch_2);"
            yield [*before(write, code), dropped(statement)], ("MTE002",)


@operator("test-and-set-for-claim")
def test_and_set(function: Function) -> Iterator[Change]:
    """The flag itself serves as the lock bit."""
    for claim in function.role("claim"):
        page = function.text(claim.subject)
        if claim.huge or function.alone(claim):
            continue
        for statement, each, _ in atomic(function):
            if each == page:
                code = f"!test_and_set_bit(PG_mte_tagged, &{page}->flags)"
                yield [replaced(claim.node, code), dropped(statement)], ("MTE002",)


@operator("raw-test")
def raw_test(function: Function) -> Iterator[Change]:
    """A bit operation tests the flag, and its barrier is gone."""
    for test, _ in guarded_reads(function):
        if not test.raw and not test.huge:
            page = function.page_text(test)
            yield [replaced(test.node, f"test_bit(PG_mte_tagged, &{page}->flags)")], ("MTE009",)
            yield [replaced(test.node, f"(READ_ONCE({page}->flags) & BIT(PG_mte_tagged))")], ("MTE009",)


def barriers(function: Function, name: str) -> Iterator[Node]:
    """The barriers of a function that goes round the helpers, or is one: behind a helper no further one is due."""
    if not any(call.raw for call in function.role("set", "test")):
        return
    for node in function.named(name):
        statement = function.statement(node)
        if statement.type == "expression_statement":
            yield statement


def conditional(function: Function, statement: Node) -> Node:
    """The statement itself, or the ``if`` that it is the whole of."""
    parent = statement.parent
    return parent if parent is not None and parent.type == "if_statement" else statement


@operator("drop-barrier")
def drop_barrier(function: Function) -> Iterator[Change]:
    """The barrier is gone."""
    for name in ("smp_wmb", "smp_rmb"):
        for statement in barriers(function, name):
            yield [dropped(statement)], ("MTE009",)


@operator("barrier-behind-set")
def barrier_behind(function: Function) -> Iterator[Change]:
    """The write barrier stands behind the set."""
    for flag in function.role("set"):
        for statement in barriers(function, "smp_wmb"):
            if flag.raw and function.alone(flag):
                target = statement_of(function, flag)
                yield [dropped(statement), *behind(target, "smp_wmb();")], ("MTE010",)


@operator("barrier-before-write")
def barrier_before(function: Function) -> Iterator[Change]:
    """The write barrier stands in front of the tags."""
    for writes, flag, _ in whole(function):
        for statement in barriers(function, "smp_wmb"):
            if flag.raw and len(writes) == 1:
                target = statement_of(function, writes[0])
                yield [dropped(statement), *before(target, "smp_wmb();")], ("MTE010",)


@operator("read-barrier-before-test")
def barrier_before_test(function: Function) -> Iterator[Change]:
    """The read barrier stands in front of the test."""
    for test in function.role("test"):
        for statement in barriers(function, "smp_rmb"):
            target = function.statement(test.node)
            guard = function.if_around(test.node)
            target = guard if guard is not None else target
            if test.raw and statement.start_byte > test.start:
                yield [dropped(conditional(function, statement)), *before(target, "smp_rmb();")], ("MTE010",)


@operator("wrong-kind-of-barrier")
def wrong_kind(function: Function) -> Iterator[Change]:
    """A read barrier orders no writes, and the reverse."""
    for name, other in (("smp_wmb", "smp_rmb"), ("smp_rmb", "smp_wmb")):
        for statement in barriers(function, name):
            yield [replaced(statement, f"{other}();")], ("MTE009", "MTE010")


@operator("compiler-barrier")
def compiler_barrier(function: Function) -> Iterator[Change]:
    """A barrier for the compiler only."""
    for name in ("smp_wmb", "smp_rmb"):
        for statement in barriers(function, name):
            yield [replaced(statement, "barrier();")], ("MTE009",)


@operator("wait-without-acquire")
def relaxed_wait(function: Function) -> Iterator[Change]:
    """The wait for the flag orders nothing."""
    for name, _, node in function.all_calls:
        if name == "smp_cond_load_acquire":
            yield [replaced(node, function.text(node).replace("_acquire", "_relaxed"))], ("MTE009",)
