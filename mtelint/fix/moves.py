"""Sets of the flag at another place: behind the tags, before a release, where none was."""

from collections.abc import Iterator, Sequence

from mtelint.fix.edits import Edit, Proposal, add_behind, drop, indent, lines_of, newline, with_comment
from mtelint.fix.operations import barrier_before, barriers, bit_operation, flag_of, is_condition
from mtelint.fix.surroundings import (
    Code,
    flagged_page,
    in_block,
    statement,
    straight,
    written_page,
)
from mtelint.model import BarrierKind, Domain, EffectKind, FlagRole, Role
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
    at = next((i for i in reversed(range(len(code.chain))) if _claims_flag(code, code.chain[i])), None)
    claim_helper = code.helper(Role.CLAIMER)
    if not at or claim_helper is None or code.in_helper:
        return
    call, above = code.chain[at], code.chain[at - 1]
    assert isinstance(call, c_tree.Call)
    page = flagged_page(code, call.args[1])
    negated = isinstance(above, c_tree.Unary) and above.op == "!"
    if page is None or not (negated or is_condition(call, code.chain[:at])):
        return
    claim = Edit(above.span.start if negated else call.span.start, call.span.end,
                 (b"" if negated else b"!") + claim_helper.encode() + b"(" + page + b")")  # fmt: skip
    for step in reversed(code.finding.steps):
        found = statement(code.chain_at(step)) if step.kind == "write" else None
        if found is not None:
            for proposal in _set_behind(code, *found, page):
                yield Proposal("claim the page, and set its flag behind the tags", (claim, *proposal.edits))
            return


def _claims_flag(code: Code, node: Node) -> bool:
    """Whether a node is a raw test and set in one of the flag."""
    if not isinstance(node, c_tree.Call) or len(node.args) != 2:
        return False
    effect = code.vocabulary.bit_operations.get(node.name or "")
    claims = effect is not None and effect.do is EffectKind.CLAIM and effect.barrier is BarrierKind.FULL
    return claims and flag_of(code, node.args[0]) is FlagRole.TAGGED


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
    lines = [barriers(code)[0].encode() + b"();", code.source(moved)]
    if helper is not None and not code.in_helper:
        lines = [helper[1] + b";"]
    yield Proposal(title, (*gone, add_behind(code.text, target.span, lines)))


def finish_claim(code: Code) -> Iterator[Proposal]:
    """The flag of a claimed page is set right behind its tags: by the set that is there, or by a new one."""
    call = next((each for each in reversed(code.chain) if code.is_helper(each, Role.CLAIMER)), None)
    if not isinstance(call, c_tree.Call) or len(call.args) != 1:
        return
    page, domain = code.source(call.args[0]), code.vocabulary.functions[call.name or ""].domain
    for step in reversed(code.finding.steps):
        found = statement(code.chain_at(step)) if step.kind == "write" else None
        if found is None:
            continue
        block, written = found
        later = block.body[block.body.index(written) + 1 :] if isinstance(block, c_tree.Block) else ()
        for other in later:
            if code.is_helper(other, Role.SETTER) and _only_argument(code, other) == page:
                edits = (add_behind(code.text, written.span, [code.source(other)]), drop(code.text, other.span))
                yield Proposal("set the flag as soon as the tags are written", edits)
        yield from _set_behind(code, block, written, page, domain)
        return


def _only_argument(code: Code, statement: Node) -> bytes | None:
    call = statement.expr if isinstance(statement, c_tree.ExprStmt) else None
    return code.source(call.args[0]) if isinstance(call, c_tree.Call) and len(call.args) == 1 else None


def missing_set(code: Code) -> Iterator[Proposal]:
    """The flag of a written page is set right behind the write."""
    found = statement(code.chain)
    call = next((each for each in reversed(code.chain) if code.writes(each) is not None), None)
    if found is None or not isinstance(call, c_tree.Call):
        return
    page = written_page(code, call)
    if page is not None:
        yield from _set_behind(code, *found, page)


def _set_behind(
    code: Code, parent: Node, written: c_tree.ExprStmt, page: bytes, domain: Domain = Domain.PAGE
) -> Iterator[Proposal]:
    setter = code.helper(Role.SETTER, domain)
    lines = [setter.encode() + b"(" + page + b");"] if setter is not None else _raw_set(code, page)
    title = "set the flag behind the tags"
    if isinstance(parent, c_tree.Block):
        yield Proposal(title, (add_behind(code.text, written.span, lines),))
    elif isinstance(parent, c_tree.If):
        yield from (Proposal(title, edits) for edits in _braced(code, parent, written, lines))


def _raw_set(code: Code, page: bytes) -> list[bytes]:
    """The flag set by hand, where there is no helper."""
    word = b"&" + (b"(" + page + b")" if page.startswith(b"&") else page) + b"->flags"
    operation, flag = code.vocabulary.bit_operation(EffectKind.SET), code.vocabulary.flag_name(FlagRole.TAGGED)
    return [barriers(code)[0].encode() + b"();", f"{operation}({flag}, ".encode() + word + b");"]


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
