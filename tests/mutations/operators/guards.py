"""Operators on tests of the flag and what they guard."""

from collections.abc import Iterator

from ..code import Call, Edit, Function, Node, dropped, replaced
from ..mutants import Change, operator
from .order import UNDECIDED


def guarded_reads(function: Function) -> Iterator[tuple[Call, list[Call]]]:
    """Tests of a page whose tags are read behind, and not written before that; one that only warns guards nothing."""
    for test in function.role("test"):
        statement = function.statement(test.node)
        if statement.type == "expression_statement" and "=" not in function.text(statement):
            continue
        reads = [r for r in function.role("read") if r.key == test.key and r.start > test.start]
        written = any(w.key == test.key and reads and w.start < reads[0].start for w in function.role("write", "claim"))
        if reads and not written and len([t for t in function.role("test") if t.key == test.key]) == 1:
            yield test, reads


def initialising_tests(function: Function) -> Iterator[tuple[Call, Call]]:
    """Tests that decide about a clear or a restore of the same page, with no claim anywhere."""
    for test in function.role("test"):
        for write in function.role("write"):
            if write.key == test.key and write.start > test.start and not function.claimed(test.key):
                yield test, write
                break


@operator("drop-test")
def drop_test(function: Function) -> Iterator[Change]:
    """The test is gone, and the tags are read in any case."""
    for test, _ in guarded_reads(function):
        yield [replaced(test.node, "true")], ("MTE007",)


@operator("drop-guard")
def drop_guard(function: Function) -> Iterator[Change]:
    """The early way out for an untagged page is gone, with its test."""
    for test, reads in guarded_reads(function):
        guard = function.if_around(test.node)
        if guard is not None and guard.end_byte < reads[0].start and guard.child_by_field_name("alternative") is None:
            yield [dropped(guard)], ("MTE007",)


@operator("negate-test")
def negate_test(function: Function) -> Iterator[Change]:
    """The test of a reader is negated."""
    for test, _ in guarded_reads(function):
        yield [replaced(test.node, f"!{function.text(test.node)}")], ("MTE007",)


@operator("negate-initialising-test")
def negate_initialising(function: Function) -> Iterator[Change]:
    """The test of an initialiser is negated."""
    for test, _ in initialising_tests(function):
        yield [replaced(test.node, f"!{function.text(test.node)}")], ("MTE008",)


@operator("or-in-front-of-test")
def or_test(function: Function) -> Iterator[Change]:
    """The test can be skipped."""
    for test, _ in guarded_reads(function):
        yield [
            function.prelude(UNDECIDED), replaced(test.node, f"(other_case() || {function.text(test.node)})")
        ], ("MTE007",)  # fmt: skip


@operator("or-behind-test")
def or_behind(function: Function) -> Iterator[Change]:
    """Something else stands in for the test."""
    for test, _ in guarded_reads(function):
        yield [
            function.prelude(UNDECIDED), replaced(test.node, f"({function.text(test.node)} || other_case())")
        ], ("MTE007",)  # fmt: skip


@operator("test-only-warns")
def warn_only(function: Function) -> Iterator[Change]:
    """The test feeds a warning, and the code goes on."""
    for test, reads in guarded_reads(function):
        guard = function.if_around(test.node)
        if guard is not None and guard.end_byte < reads[0].start:
            yield [replaced(guard, f"WARN_ON_ONCE(!{function.text(test.node)});")], ("MTE007",)


@operator("warn-on-some-pages")
def guard_sometimes(function: Function) -> Iterator[Change]:
    """The way out is taken for some untagged pages only."""
    for test, reads in guarded_reads(function):
        guard = function.if_around(test.node)
        if guard is not None and guard.end_byte < reads[0].start:
            code = f"if (other_case())\n\t\t{function.text(guard)}"
            yield [function.prelude(UNDECIDED), replaced(guard, f"{{ {code} }}")], ("MTE007",)


@operator("read-before-test")
def read_first(function: Function) -> Iterator[Change]:
    """The tags are read, and then the flag is tested."""
    for test, reads in guarded_reads(function):
        guard, read = function.if_around(test.node), function.alone(reads[0])
        if guard is None or read is None or guard.parent != read.parent or reads[0].name == "mte_copy_page_tags":
            continue
        between = function.source[guard.end_byte : read.start_byte].decode()
        if "storage" in between and "=" in between:
            continue
        yield [replaced(guard, function.text(read)), replaced(read, function.text(guard))], ("MTE007",)


@operator("test-another-page")
def test_other(function: Function) -> Iterator[Change]:
    """Another page is asked whether it has tags."""
    for test, _ in guarded_reads(function):
        for other in others(function, test):
            yield [replaced(test.subject, subject(test, other))], ("MTE007",)


def others(function: Function, call: Call) -> list[str]:
    """Other pages (or folios, for the hugetlb helpers) that the function has a name for at that place."""
    kind = "folio" if call.huge else "page"
    names = [n for n in function.pointers_to(kind) if n != call.key and n not in function.text(call.subject)]
    return [n for n in names if n in function.parameters or declared_before(function, n, call.node)]


def declared_before(function: Function, name: str, node: Node) -> bool:
    start = function.source[function.body.start_byte : node.start_byte].decode()
    return f"*{name}" in start


def subject(call: Call, page: str) -> str:
    """The page as this call wants it spelled."""
    return f"&{page}->flags" if call.raw else page


@operator("drop-zero-page-test")
def drop_zero_test(function: Function) -> Iterator[Change]:
    """Nobody asks whether the frame is that of the zero page."""
    if "kvm_pfn_t" in function.head and function.role("set"):
        for node in function.named("is_zero_pfn", "is_zero_page"):
            yield [replaced(node, "false")], ("MTE016",)


@operator("drop-lock")
def drop_lock(function: Function) -> Iterator[Change]:
    """The lock around test and set is gone."""
    if not list(initialising_tests(function)):
        return
    edits = [dropped(function.statement(n)) for n in function.named(*LOCKING)]
    if edits:
        yield edits, ("MTE011",)


LOCKING = ("spin_lock", "spin_unlock", "mutex_lock", "mutex_unlock")


@operator("weaken-lock")
def weaken_lock(function: Function) -> Iterator[Change]:
    """A lock of one address space, taken for reading, stands where one for all initialisers stood."""
    if not list(initialising_tests(function)):
        return
    edits = [
        replaced(n, f"mmap_read_{'un' if 'unlock' in function.text(n) else ''}lock(current->mm)")
        for n in function.named(*LOCKING)
    ]
    if edits:
        yield edits, ("MTE011",)


@operator("lock-per-object")
def lock_per_object(function: Function) -> Iterator[Change]:
    """The lock is one of many of its kind, and another initialiser takes another one."""
    if not list(initialising_tests(function)):
        return
    edits: list[Edit] = []
    for name, args, _ in function.all_calls:
        if name in LOCKING:
            edits.append(replaced(args[0], "&owner->lock"))
    if edits:
        yield [function.with_parameter("struct owner *owner"), *edits], ("MTE011",)


@operator("test-outside-the-lock")
def test_outside(function: Function) -> Iterator[Change]:
    """The test moves out of the lock that it needs."""
    for test, _write in initialising_tests(function):
        guard = function.if_around(test.node)
        locks = [n for n in function.named("spin_lock", "mutex_lock") if n.start_byte < test.start]
        if guard is None or not locks or function.loop_around(test.node) or guard.parent != function.body:
            continue
        lock = function.statement(locks[-1])
        code = f"bool had_tags = {function.text(test.node)};\n\t{function.text(lock)}"
        yield [replaced(lock, code), replaced(test.node, "had_tags")], ("MTE011",)
