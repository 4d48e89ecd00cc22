"""The code around a finding: the nodes that hold it, from the function's body down, and questions about them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

from mtelint.fix.edits import offset_of
from mtelint.model import Domain, Effect, EffectKind, Finding, FlagRole, Form, Role, Step, Vocabulary
from mtelint.syntax import c_tree
from mtelint.syntax.c_tree import Expr, Node, Span, children, walk
from mtelint.syntax.unit import Unit

_JUMPS = (c_tree.Return, c_tree.Goto, c_tree.Break, c_tree.Continue, c_tree.MacroJump, c_tree.Label, c_tree.Case)


class Code(Struct, frozen=True):
    """A finding in its text; ``chain`` are the nodes that hold it, the innermost last."""

    finding: Finding
    text: bytes
    function: c_tree.Function
    chain: tuple[Node, ...]
    vocabulary: Vocabulary

    def source(self, node: Node) -> bytes:
        """How a node is spelled."""
        return self.text[node.span.start : node.span.end]

    def helper(self, role: Role, domain: Domain = Domain.PAGE) -> str | None:
        """What the kernel under review has for a role: a vendor's helper where the function calls its like."""
        called = {each.name or "" for each in walk(self.function.body) if isinstance(each, c_tree.Call)}
        found = self.vocabulary.helper(role, domain, called, self.finding.era)
        return found.name if found is not None else None

    def is_helper(self, node: Node, role: Role) -> bool:
        """Whether a node is a call, or a statement of nothing but a call, of a helper of a role."""
        return is_call(node, *(entry.name for entry in self.vocabulary.helpers(role)))

    @property
    def in_helper(self) -> bool:
        """Whether the code is one of the helpers itself."""
        entry = self.vocabulary.functions.get(self.function.name)
        return entry is not None and entry.helper

    def chain_at(self, step: Step) -> tuple[Node, ...]:
        """The nodes that hold a step of this file, empty for one elsewhere."""
        if step.path != self.finding.path:
            return ()
        return chain(self.function.body, span_of(self.text, step.line, step.column, step.end_line, step.end_column))

    def writes(self, call: Node) -> Effect | None:
        """How the node writes a page that one of its arguments tells, where it is a call that does."""
        entry = self.vocabulary.functions.get(call.name or "") if isinstance(call, c_tree.Call) else None
        if entry is None or entry.derived or not isinstance(call, c_tree.Call):
            return None
        found = (e for e in entry.effects if e.do is EffectKind.WRITE and e.arg and e.arg <= len(call.args))
        return next(found, None)

    def sets(self, node: Node) -> bool:
        """Whether a node is a call that sets the flag by itself, helper or raw."""
        if not isinstance(node, c_tree.Call) or node.name is None:
            return False
        entry, raw = self.vocabulary.functions.get(node.name), self.vocabulary.bit_operations.get(node.name)
        if raw is not None and raw.do is EffectKind.SET and node.args:
            return self.vocabulary.flag_role(self.source(node.args[0]).decode("utf-8", "replace")) is FlagRole.TAGGED
        return entry is not None and entry.helper and any(e.do is EffectKind.SET for e in entry.effects)


def code_of(finding: Finding, text: bytes, unit: Unit, vocabulary: Vocabulary) -> Code | None:
    """The code of a finding in ``text``, of which ``unit`` is the reading; None outside of a function."""
    span = span_of(text, finding.line, finding.column, finding.end_line, finding.end_column)
    for ref in unit.functions:
        if ref.span.start <= span.start and span.end <= ref.span.end:
            function = unit.lower(ref)
            return Code(finding, text, function, chain(function.body, span), vocabulary)
    return None


def span_of(text: bytes, line: int, column: int, end_line: int, end_column: int) -> Span:
    """The bytes from one place to another, as findings and steps tell them."""
    start = offset_of(text, line, column)
    return Span(start, max(start, offset_of(text, end_line, end_column)) if end_line else start)


def chain(node: Node, span: Span) -> tuple[Node, ...]:
    """The nodes from ``node`` down that hold a span."""
    for child in children(node):
        if child.span.start <= span.start and span.end <= child.span.end:
            return (node, *chain(child, span))
    return (node,)


def statement(held: Sequence[Node]) -> tuple[Node, c_tree.ExprStmt] | None:
    """The expression statement that a chain goes through, behind the node that holds it."""
    return next(((above, node) for above, node in pairwise(held) if isinstance(node, c_tree.ExprStmt)), None)


def in_block(held: Sequence[Node]) -> tuple[c_tree.Block, c_tree.ExprStmt] | tuple[None, None]:
    """The same where a block holds it, else twice None."""
    found = statement(held)
    return (found[0], found[1]) if found is not None and isinstance(found[0], c_tree.Block) else (None, None)


def straight(node: Node) -> bool:
    """Whether nothing in a node jumps or is jumped to."""
    return not any(isinstance(each, _JUMPS) for each in walk(node))


def is_call(node: Node, *names: str) -> bool:
    """Whether a node is a call, or a statement of nothing but a call, of one of the names."""
    if isinstance(node, c_tree.ExprStmt):
        node = node.expr
    return isinstance(node, c_tree.Call) and node.name in names


# --- which page ------------------------------------------------------------------------------------------------------


def declared(code: Code) -> Mapping[str, str]:
    """Names of parameters and variables with their types, without white space and ``const``; no name with two."""
    found: dict[str, str] = {}
    pairs = [(p.name, p.type) for p in code.function.params]
    pairs += [(d.name, d.type) for d in walk(code.function.body) if isinstance(d, c_tree.Declare)]
    for name, written in pairs:
        plain = re.sub(r"\bconst\b|\s+", "", written)
        found[name] = plain if found.get(name, plain) == plain else ""
    return found


def type_of(code: Code, node: Expr) -> str:
    """The type of a pointer expression without white space (``structpage*``), empty where that is not clear."""
    match node:
        case c_tree.Name():
            return declared(code).get(node.id, "")
        case c_tree.Index():
            return _pointed(type_of(code, node.object))
        case c_tree.Unary(op="*"):
            return _pointed(type_of(code, node.operand))
        case c_tree.Unary(op="&", operand=c_tree.Member(field="page")):
            return "structpage*"
        case c_tree.Binary(op="+" | "-"):
            return type_of(code, node.left)
        case c_tree.Call():
            conversion = code.vocabulary.conversions.get(node.name or "")
            return "structpage*" if conversion is not None and conversion.result is Form.PAGE else ""
        case _:
            return ""


def _pointed(pointer: str) -> str:
    return pointer[:-1] if pointer.endswith("*") else ""


def flagged_page(code: Code, word: Expr) -> bytes | None:
    """The pointer to the page whose flags word an expression is (``&page->flags.f``), as source; None if unclear."""
    while isinstance(word, c_tree.Cast | c_tree.Unary) or is_call(word, *code.vocabulary.transparent):
        if isinstance(word, c_tree.Unary) and word.op != "&":
            return None
        if isinstance(word, c_tree.Call):
            word = word.args[0]
        elif isinstance(word, c_tree.Cast | c_tree.Unary):
            word = word.operand
    if isinstance(word, c_tree.Member) and word.field == "f" and not word.arrow:
        word = word.object
    if not isinstance(word, c_tree.Member) or word.field != "flags":
        return None
    owner = word.object
    if word.arrow:
        return code.source(owner) if type_of(code, owner) == "structpage*" else None
    embedded = isinstance(owner, c_tree.Member) and owner.field == "page"
    return b"&" + code.source(owner) if embedded or type_of(code, owner) == "structpage" else None


def written_page(code: Code, call: c_tree.Call) -> bytes | None:
    """The pointer to the page that a call writes, as source; None if unclear."""
    effect = code.writes(call)
    if effect is None or effect.arg is None or effect.pfn:
        return None
    written = call.args[effect.arg - 1]
    if effect.address:
        return _page_at(code, written)
    return code.source(written) if _steady(code, written) else None


def _page_at(code: Code, address: Expr) -> bytes | None:
    """The pointer to the page whose address an expression is, as source; None if unclear."""
    if isinstance(address, c_tree.Name):
        address = _only_value(code, address.id) or address
    if isinstance(address, c_tree.Call) and code.vocabulary.converts(address.name or "", Form.PAGE, Form.ADDRESS):
        page = address.args[0] if address.args else None
        return code.source(page) if page is not None and _steady(code, page) else None
    return None


def _only_value(code: Code, name: str) -> Expr | None:
    values: list[Expr] = []
    for node in walk(code.function.body):
        if isinstance(node, c_tree.Declare) and node.name == name and node.init is not None:
            values.append(node.init)
        elif isinstance(node, c_tree.Assign) and isinstance(node.target, c_tree.Name) and node.target.id == name:
            values.append(node.value)
    return values[0] if len(values) == 1 else None


def _steady(code: Code, node: Expr) -> bool:
    """Whether an expression has one value in the whole function: no calls, and no name that gets a second value."""
    inside = list(walk(node))
    if any(isinstance(each, c_tree.Call | c_tree.Assign | c_tree.Update | c_tree.StmtExpr) for each in inside):
        return False
    given = Counter(p.name for p in code.function.params)
    for each in walk(code.function.body):
        if isinstance(each, c_tree.Declare) and each.init is not None:
            given[each.name] += 1
        elif isinstance(each, c_tree.Assign) and isinstance(each.target, c_tree.Name):
            given[each.target.id] += 1
        elif isinstance(each, c_tree.Update) and isinstance(each.operand, c_tree.Name):
            given[each.operand.id] += 2
    return all(given[each.id] <= 1 for each in inside if isinstance(each, c_tree.Name))
