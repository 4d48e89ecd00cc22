"""Guards the other way round, and addresses in place of page pointers."""

from collections.abc import Iterator

from mtelint.fix.code import Code, type_of
from mtelint.fix.edits import Edit, Proposal
from mtelint.fix.raw import is_condition
from mtelint.model import Form, Role
from mtelint.syntax import c_tree


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
