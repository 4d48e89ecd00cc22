"""Sets of the flag at another place: behind the tags, before a release, where none was."""

from collections.abc import Iterator, Sequence

from mtelint.fix.edits import Edit, Proposal, add_behind, drop, indent, lines_of, newline, with_comment
from mtelint.fix.operations import barrier_before, bit_operation, flag_of, is_condition
from mtelint.fix.surroundings import (
    CLAIM,
    SET,
    Code,
    flagged_page,
    in_block,
    is_call,
    statement,
    straight,
    written_page,
)
from mtelint.syntax import c_tree
from mtelint.syntax.c_tree import Node, walk


def set_after_tags(code: Code) -> Iterator[Proposal]:
    """The set moves behind a later write in its own block."""
    block, moved = in_block(code.chain)
    if block is None or moved is None or not code.sets(moved.expr):
        return
    first = block.body.index(moved)
    for last in range(first + 1, len(block.body)):
        target = block.body[last]
        if not straight(target):
            return
        if any(code.writes(each) is not None for each in walk(target)):
            yield from _moved(code, moved, target)


def set_before_release(code: Code) -> Iterator[Proposal]:
    """The set moves up to the write in its own block, before what gives the page away."""
    block, moved = in_block(code.chain)
    if block is None or moved is None or not code.sets(moved.expr):
        return
    for target in reversed(block.body[: block.body.index(moved)]):
        if not straight(target):
            return
        if any(code.writes(each) is not None for each in walk(target)):
            yield from _moved(code, moved, target)
            return


def claim_for_test_and_set(code: Code) -> Iterator[Proposal]:
    """The claim picks the initialiser, and the flag is set behind its tags."""
    at = next((i for i in reversed(range(len(code.chain))) if is_call(code.chain[i], "test_and_set_bit")), None)
    if not at or not code.has_claim or code.in_helper:
        return
    call, above = code.chain[at], code.chain[at - 1]
    assert isinstance(call, c_tree.Call)
    page = flagged_page(code, call.args[1]) if len(call.args) == 2 and flag_of(code, call.args[0]) == "tagged" else None
    negated = isinstance(above, c_tree.Unary) and above.op == "!"
    if page is None or not (negated or is_condition(call, code.chain[:at])):
        return
    claim = Edit(above.span.start if negated else call.span.start, call.span.end,
                 (b"" if negated else b"!") + CLAIM.encode() + b"(" + page + b")")  # fmt: skip
    for step in reversed(code.finding.steps):
        found = statement(code.chain_at(step)) if step.kind == "write" else None
        if found is not None:
            for proposal in _set_behind(code, *found, page):
                yield Proposal("claim the page, and set its flag behind the tags", (claim, *proposal.edits))
            return


def _moved(code: Code, moved: c_tree.ExprStmt, target: Node) -> Iterator[Proposal]:
    barrier = barrier_before(code, code.chain)
    raw = not isinstance(moved.expr, c_tree.Call) or moved.expr.name in code.vocabulary.bit_operations
    gone = [drop(code.text, moved.span)]
    title = "set the flag after the tags are written"
    if not raw:
        text = with_comment(code.text, moved.span)
        yield Proposal(title, (*gone, add_behind(code.text, target.span, [text])))
        return
    helper = bit_operation(code, moved.expr, (moved,)) if isinstance(moved.expr, c_tree.Call) else None
    gone += [drop(code.text, barrier)] if barrier is not None else []
    lines = [b"smp_wmb();", code.source(moved)]
    if helper is not None and code.has_helpers and not code.in_helper:
        lines = [helper[1] + b";"]
    yield Proposal(title, (*gone, add_behind(code.text, target.span, lines)))


def finish_claim(code: Code) -> Iterator[Proposal]:
    """The flag of a claimed page is set right behind its tags: by the set that is there, or by a new one."""
    call = next((each for each in reversed(code.chain) if is_call(each, CLAIM)), None)
    if not isinstance(call, c_tree.Call) or len(call.args) != 1:
        return
    page = code.source(call.args[0])
    for step in reversed(code.finding.steps):
        found = statement(code.chain_at(step)) if step.kind == "write" else None
        if found is None:
            continue
        block, written = found
        later = block.body[block.body.index(written) + 1 :] if isinstance(block, c_tree.Block) else ()
        for other in later:
            if is_call(other, SET) and code.source(other).split() == (SET.encode() + b"(" + page + b");").split():
                edits = (add_behind(code.text, written.span, [code.source(other)]), drop(code.text, other.span))
                yield Proposal("set the flag as soon as the tags are written", edits)
        yield from _set_behind(code, block, written, page)
        return


def missing_set(code: Code) -> Iterator[Proposal]:
    """The flag of a written page is set right behind the write."""
    found = statement(code.chain)
    call = next((each for each in reversed(code.chain) if code.writes(each) is not None), None)
    if found is None or not isinstance(call, c_tree.Call):
        return
    page = written_page(code, call.args[code.writes(call) or 0])
    if page is not None:
        yield from _set_behind(code, *found, page)


def _set_behind(code: Code, parent: Node, written: c_tree.ExprStmt, page: bytes) -> Iterator[Proposal]:
    lines = [SET.encode() + b"(" + page + b");"]
    if not code.has_helpers:
        word = b"&" + (b"(" + page + b")" if page.startswith(b"&") else page) + b"->flags"
        lines = [b"smp_wmb();", b"set_bit(PG_mte_tagged, " + word + b");"]
    title = "set the flag behind the tags"
    if isinstance(parent, c_tree.Block):
        yield Proposal(title, (add_behind(code.text, written.span, lines),))
    elif isinstance(parent, c_tree.If):
        yield from (Proposal(title, edits) for edits in _braced(code, parent, written, lines))


def _braced(
    code: Code, parent: c_tree.If, written: c_tree.ExprStmt, lines: Sequence[bytes]
) -> Iterator[tuple[Edit, ...]]:
    """The only statement of a branch becomes a block; not where a comment stands before its ``else``."""
    front = len(code.text[: written.span.start].rstrip())
    margin, end = indent(code.text, parent.span.start), newline(code.text, written.span.end)
    inner = b"".join(end + margin + b"\t" + each for each in lines)
    own_line = lines_of(code.text, written.span) is not None
    first = Edit(front, front, b" {") if own_line else Edit(front, written.span.start, b" {" + end + margin + b"\t")
    if parent.otherwise is not None and parent.then is written:
        word = code.text.find(b"else", written.span.end)
        if not code.text[written.span.end : word].strip():
            yield first, Edit(written.span.end, word, inner + end + margin + b"} ")
    elif own_line:
        behind = add_behind(code.text, written.span, lines)
        yield first, Edit(behind.start, behind.end, behind.text + margin + b"}" + end)
    else:
        yield first, Edit(written.span.end, written.span.end, inner + end + margin + b"}")
