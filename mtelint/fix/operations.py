"""Raw operations: the helper in their place, the barrier that they need, the guard the other way round."""

from collections.abc import Iterator, Sequence

from mtelint.fix.edits import Edit, Proposal, add_before, drop
from mtelint.fix.surroundings import Code, flagged_page, in_block, is_call, type_of
from mtelint.flow.cfg.control_names import condition_index
from mtelint.model import BarrierKind, EffectKind, FlagRole, Form, Role
from mtelint.syntax import c_tree
from mtelint.syntax.c_tree import Node, Span, walk


def to_helper(code: Code) -> Iterator[Proposal]:
    """The helper takes the place of a raw operation, and of a barrier right before it."""
    if code.in_helper:
        return
    for position, node in reversed(list(enumerate(code.chain))):
        found = _helper_call(code, node, code.chain[:position])
        if found is not None:
            target, text, title = found
            edit = Edit(target.span.start, target.span.end, text)
            setter = code.helper(Role.SETTER)
            barrier = barrier_before(code, code.chain) if setter and text.startswith(setter.encode() + b"(") else None
            if barrier is not None:  # the helper brings its own
                whole = (drop(code.text, barrier), edit)
                yield Proposal(f"{title}, whose barrier stands in for the one before it", whole)
            yield Proposal(title, (edit,))
            return


def _helper_call(code: Code, node: Node, above: Sequence[Node]) -> tuple[Node, bytes, str] | None:
    """What to replace, by which text, and what that does."""
    if isinstance(node, c_tree.Call) and node.name in code.vocabulary.bit_operations and len(node.args) == 2:
        return bit_operation(code, node, above)
    if isinstance(node, c_tree.Assign) and node.op == "|=" and flag_of(code, node.value) is FlagRole.TAGGED:
        page = flagged_page(code, node.target)
        alone = bool(above) and isinstance(above[-1], c_tree.ExprStmt)
        return _call(code, node, Role.SETTER, page) if page is not None and alone else None
    if isinstance(node, c_tree.Binary) and node.op == "&" and is_condition(node, above):
        for word, bit in ((node.left, node.right), (node.right, node.left)):
            page = flagged_page(code, word) if flag_of(code, bit) is FlagRole.TAGGED else None
            if page is not None:
                return _call(code, node, Role.TESTER, page)
    return None


def bit_operation(code: Code, call: c_tree.Call, above: Sequence[Node]) -> tuple[Node, bytes, str] | None:
    """A raw set or test of the flag by number: what to replace, by which text, and what that does."""
    effect = code.vocabulary.bit_operations.get(call.name or "")
    if effect is None or len(call.args) != 2 or flag_of(code, call.args[0]) is not FlagRole.TAGGED:
        return None
    page, alone = flagged_page(code, call.args[1]), bool(above) and isinstance(above[-1], c_tree.ExprStmt)
    if page is None or effect.barrier is not None:
        return None
    if effect.do is EffectKind.SET and alone:
        return _call(code, call, Role.SETTER, page)
    return _call(code, call, Role.TESTER, page) if effect.do is EffectKind.TEST else None


def _call(code: Code, node: Node, role: Role, page: bytes) -> tuple[Node, bytes, str] | None:
    helper = code.helper(role)
    if helper is None:
        return None
    return node, helper.encode() + b"(" + page + b")", f"call {helper}() in place of the raw operation"


def flag_of(code: Code, bit: c_tree.Expr) -> FlagRole | None:
    """The role of the one flag that a bit number or mask names, where it is made of nothing else.

    A page flag of another name counts only where the helpers are known to be declared.
    """
    names = [each.id for each in walk(bit) if isinstance(each, c_tree.Name)]
    flags = [name for name in names if name in code.vocabulary.flags]
    if len(flags) != 1 or any(name not in code.vocabulary.masks for name in names if name not in flags):
        return None
    declared = code.vocabulary.flags[flags[0]].alias_of is None or any(sign in code.text for sign in _signs(code))
    return code.vocabulary.flag_role(flags[0]) if declared else None


def _signs(code: Code) -> Iterator[bytes]:
    """What tells that the helpers are declared: their header is included, or the flag is tested by one."""
    for header in code.vocabulary.headers:
        yield header.rpartition("include/")[2].encode()
    for tester in code.vocabulary.helpers(Role.TESTER):
        yield tester.name.encode() + b"("


def is_condition(node: Node, above: Sequence[Node]) -> bool:
    """Whether only the truth of an expression counts."""
    holder = above[-1] if above else None
    match holder:
        case c_tree.If() | c_tree.Loop() | c_tree.Conditional():
            return holder.condition is node
        case c_tree.Unary(op="!"):
            return True
        case c_tree.Binary(op="&&" | "||"):
            return True
        case c_tree.Call():
            index = condition_index(holder.name or "")
            return index is not None and index < len(holder.args) and holder.args[index] is node
        case _:
            return False


def barriers(code: Code) -> tuple[str, ...]:
    """The barriers between CPUs that order a write before a write."""
    return tuple(code.vocabulary.barrier(kind) for kind in (BarrierKind.WRITE, BarrierKind.FULL))


def barrier_before(code: Code, held: Sequence[Node]) -> Span | None:
    """A write barrier that is the statement right before, without a comment of its own."""
    block, ordered = in_block(held)
    if block is None or ordered is None:
        return None
    at = block.body.index(ordered)
    before = block.body[at - 1] if at else None
    if before is None or not is_call(before, *barriers(code)):
        return None
    commented = code.text[: before.span.start].rstrip().endswith(b"*/")
    between = code.text[before.span.end : ordered.span.start].strip()
    return None if commented or between else before.span


def order_set(code: Code) -> Iterator[Proposal]:
    """A write barrier in front of a raw set."""
    block, raw = in_block(code.chain)
    if block is not None and raw is not None and code.sets(raw.expr):
        yield Proposal(
            "order the tags before the flag", (add_before(code.text, raw.span, [barriers(code)[0].encode() + b"();"]),)
        )


def barrier_to_set(code: Code) -> Iterator[Proposal]:
    """The write barrier moves to right before the raw set in its block."""
    block, barrier = in_block(code.chain)
    if block is None or barrier is None or not is_call(barrier, *barriers(code)):
        return
    for other in block.body:
        if isinstance(other, c_tree.ExprStmt) and code.sets(other.expr):
            edits = (drop(code.text, barrier.span), add_before(code.text, other.span, [code.source(barrier)]))
            yield Proposal("move the barrier between the tags and the flag", edits)


def other_way_round(code: Code) -> Iterator[Proposal]:
    """The guard is negated, or loses its negation; or the claim takes its place."""
    at = next((i for i in reversed(range(len(code.chain))) if isinstance(code.chain[i], c_tree.Call)), None)
    if at is None or at == 0:
        return
    call, above = code.chain[at], code.chain[at - 1]
    assert isinstance(call, c_tree.Call)
    negated = isinstance(above, c_tree.Unary) and above.op == "!"
    if not negated and not is_condition(call, code.chain[:at]):
        return
    if negated:
        yield Proposal("drop the `!` of the guard", (Edit(above.span.start, above.span.start + 1, b""),))
    else:
        yield Proposal("negate the guard", (Edit(call.span.start, call.span.start, b"!"),))
    claim = code.helper(Role.CLAIMER)
    if claim is not None and code.is_helper(call, Role.TESTER):
        name = Edit(call.function.span.start, call.function.span.end, claim.encode())
        yield Proposal("let the claim decide who writes the tags", (name,))


def address_of_page(code: Code) -> Iterator[Proposal]:
    """The address of the page stands where its ``struct page`` stood."""
    call = next((each for each in reversed(code.chain) if isinstance(each, c_tree.Call)), None)
    if not isinstance(call, c_tree.Call):
        return
    for arg in call.args:
        if type_of(code, arg) == "structpage*":
            text = code.vocabulary.conversion(Form.PAGE, Form.ADDRESS).encode() + b"(" + code.source(arg) + b")"
            yield Proposal("pass the address of the page", (Edit(arg.span.start, arg.span.end, text),))
