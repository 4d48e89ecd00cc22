"""From C expressions to values and events: the transfer function of the solver.

Evaluating an expression forks the path wherever an outcome matters (a test of the flag, a claim, a call whose body is
known), so that a stored result, a negation or a wrapper needs no special case.  What an operator makes of two values
is told by :mod:`mtelint.flow.transfer.operators`.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.page_state import Claim, Flag, PageState
from mtelint.flow.domain.path_state import Work, boolean
from mtelint.flow.domain.values import UNKNOWN, Value, ValueKind, const, term, tokens
from mtelint.flow.transfer import operators
from mtelint.flow.transfer.context import Context, Recorder
from mtelint.model import BarrierKind, EffectKind
from mtelint.patterns import regex
from mtelint.records import dataclass, replace
from mtelint.syntax import c_tree

Result: TypeAlias = tuple[Work, Value]
CallHandler: TypeAlias = Callable[["Evaluator", c_tree.Call, Work, bool], list[Result]]

_ERRNO = regex(r"E[A-Z0-9]{2,}\Z")
_PAGED = (ValueKind.PAGE, ValueKind.ADDRESS, ValueKind.PFN)
_LONGEST_TERM = 160


@dataclass(slots=True)
class Evaluator:
    """Evaluates the expressions of one function; ``node`` is the CFG node at work (it versions what is assigned)."""

    context: Context
    recorder: Recorder
    calls: CallHandler
    node: int = 0
    warned: bool = False
    """The value under evaluation only feeds a ``WARN_ON``."""
    deciding: bool = False
    """The value under evaluation is a condition, which is compared by its text."""
    spinning: bool = False
    """The value under evaluation is the condition of a loop that does nothing but wait for it."""

    # --- entry points -------------------------------------------------------------------------------------------------

    def evaluate(self, expr: c_tree.Expr, work: Work, used: bool = True) -> list[Result]:
        """All ways in which ``expr`` can come out; ``used`` tells whether anybody looks at the value."""
        match expr:
            case c_tree.Name():
                return [(work, self.name(expr, work))]
            case c_tree.Literal():
                return [(work, operators.literal(expr.text))]
            case c_tree.Temp():
                return [(work, work.env.get(f"${expr.id}", UNKNOWN))]
            case c_tree.Call():
                return self.calls(self, expr, work, used)
            case c_tree.Cast():
                return self.evaluate(expr.operand, work)
            case c_tree.Assign():
                return list(self._assign(expr, work))
            case c_tree.Update():
                return list(self._update(expr, work))
            case c_tree.Unary():
                return list(self._unary(expr, work))
            case c_tree.Binary():
                return list(self._binary(expr, work))
            case c_tree.Member():
                return list(self._member(expr, work))
            case c_tree.Index():
                return [
                    (w2, term(f"{base.ref}[{index.ref}]"))
                    for w1, base in self.evaluate(expr.object, work)
                    for w2, index in self.evaluate(expr.index, w1)
                ]
            case c_tree.Comma():
                return [r for w, _ in self.evaluate(expr.left, work, False) for r in self.evaluate(expr.right, w, used)]
            case c_tree.InitList() | c_tree.Opaque():
                results = self.sequence(_parts(expr), work)
                return [(self._lose(w, expr.span), term(self._version("value"))) for w, _ in results]
            case c_tree.Asm():
                return [(w, UNKNOWN) for w, _ in self.sequence(expr.operands, work)]
            case _:  # Conditional and StmtExpr are nodes and edges of the graph
                return [(work, UNKNOWN)]

    def sequence(self, exprs: tuple[c_tree.Expr, ...], work: Work) -> list[tuple[Work, tuple[Value, ...]]]:
        """Evaluate one after the other."""
        results: list[tuple[Work, tuple[Value, ...]]] = [(work, ())]
        for expr in exprs:
            results = [(w2, (*values, v)) for w1, values in results for w2, v in self.evaluate(expr, w1)]
        return results

    def _lose(self, work: Work, span: c_tree.Span) -> Work:
        """A result goes where it cannot be followed: what it said about a page is not known any more."""
        for symbol, page in list(work.pages.items()):
            site = page.claim_site or page.test
            if site is not None and site.function == self.context.function and span.start <= site.start < span.end:
                self.emit(work, Event(EffectKind.CALL, self.site(span), symbol, page.words, misused=True))
                work.pages[symbol] = replace(
                    work.pages[symbol], flag=Flag.UNKNOWN, known_by="", claim=Claim.NONE, claim_site=None
                )
        return work

    # --- events -------------------------------------------------------------------------------------------------------

    def site(self, span: c_tree.Span) -> Site:
        """The place of a node in the source."""
        return self.context.site(span)

    def emit(self, work: Work, event: Event) -> bool:
        """Let ``event`` happen on ``work``; False where this path cannot be (a flag known set tests clear)."""
        return self.recorder.emit(work, event)

    # --- leaves -------------------------------------------------------------------------------------------------------

    def name(self, expr: c_tree.Name, work: Work) -> Value:
        """The value of an identifier."""
        known = work.env.get(expr.id)
        if known is not None:
            return known
        if expr.id in operators.CONSTANTS:
            return operators.CONSTANTS[expr.id]
        if expr.id in self.context.vocabulary.zero_pages:
            return conversions.zero_address()
        role = self.context.flag_role(expr.id)
        if role:
            return Value(ValueKind.TERM, expr.id, bits=f"bit:{role}")
        if _ERRNO.match(expr.id):
            return const(expr.id)
        return self.context.typed(expr.id, expr.id)

    def _version(self, name: str) -> str:
        return f"{name}@{self.node}"

    # --- operators ----------------------------------------------------------------------------------------------------

    def _unary(self, expr: c_tree.Unary, work: Work) -> Iterator[Result]:
        if expr.op == "&" and isinstance(expr.operand, c_tree.Member) and expr.operand.field == "page":
            for w, base in self.evaluate(expr.operand.object, work):
                head = conversions.head_page(base)
                if base.kind is ValueKind.FOLIO and head.ref not in w.pages:
                    w.pages[head.ref] = PageState(words=self.context.words(head.ref), parent=base.ref)
                yield w, head
            return
        for w, value in self.evaluate(expr.operand, work):
            behind = w.env.get(f"*{value.ref}") if expr.op == "*" else None
            yield w, behind or operators.unary(expr.op, value)

    def _binary(self, expr: c_tree.Binary, work: Work) -> Iterator[Result]:
        whole = self.context.vocabulary.whole_counts
        for w1, left in self.evaluate(expr.left, work):
            for w2, right in self.evaluate(expr.right, w1):
                if expr.op == "&" and operators.masks(left, right):
                    yield from self._masked_test(expr, w2, left, right)
                else:
                    yield w2, operators.binary(expr.op, left, right, w2, whole)

    def _masked_test(self, expr: c_tree.Binary, work: Work, left: Value, right: Value) -> Iterator[Result]:
        word, mask = (left, right) if left.kind is ValueKind.WORD else (right, left)
        if mask.bits == "mask:lock":
            yield work, term(f"{word.ref}&lock@{self.node}")
            return
        yield from self.test(work, word.ref, self.site(expr.span), raw=True)

    # --- members and assignments --------------------------------------------------------------------------------------

    def _member(self, expr: c_tree.Member, work: Work) -> Iterator[Result]:
        for w, base in self.evaluate(expr.object, work):
            if expr.field == "flags" or (expr.field == "f" and base.kind is ValueKind.WORD):
                yield w, base if base.kind is ValueKind.WORD else conversions.word(base)
                continue
            text = f"{base.ref}{'->' if expr.arrow else '.'}{expr.field}"
            yield w, w.env.get(text) or self.context.typed(expr.field, text)

    def _lvalue(self, target: c_tree.Expr, work: Work) -> str:
        match target:
            case c_tree.Name():
                return target.id
            case c_tree.Temp():
                return f"${target.id}"
            case c_tree.Cast():
                return self._lvalue(target.operand, work)
            case c_tree.Member():
                ((_, base),) = self.evaluate(target.object, work.fork())[:1]
                return f"{base.ref}{'->' if target.arrow else '.'}{target.field}"
            case c_tree.Unary(op="*"):
                ((_, base),) = self.evaluate(target.operand, work.fork())[:1]
                return base.ref[1:] if base.ref.startswith("&") else f"*{base.ref}"
            case _:
                return "*"

    def _assign(self, expr: c_tree.Assign, work: Work) -> Iterator[Result]:
        for w, value in self.evaluate(expr.value, work):
            if self._writes_word(expr, w, value):
                yield w, value
                continue
            name = self._lvalue(expr.target, w)
            if name.startswith("*") and value.kind is not ValueKind.CONST:
                w.env.pop(name, None)
                name = "*"
            if name == "*" and value.kind is ValueKind.CONST:
                self._lose(w, expr.value.span)
            if expr.op == "=":
                self.bind(w, name, value)
            else:
                old = w.env.get(name, term(name))
                moved = old.kind in _PAGED and expr.op in ("+=", "-=")
                self._move(w, name, old, moved)
            yield w, w.env.get(name, UNKNOWN)

    def _writes_word(self, expr: c_tree.Assign, work: Work, value: Value) -> bool:
        """``page->flags |= mask``, ``&= ~mask``, ``= page->flags | mask``."""
        role = {"|=": "mask:tagged", "&=": "~mask:tagged", "=": "set:tagged", "^=": "mask:tagged"}.get(expr.op)
        if value.bits not in (role, "clear:tagged") or not isinstance(expr.target, c_tree.Member):
            return False
        for _, word in self.evaluate(expr.target, work.fork()):
            if word.kind is ValueKind.WORD:
                kind = EffectKind.CLEAR if value.bits in ("~mask:tagged", "clear:tagged") else EffectKind.SET
                site = self.site(expr.span)
                return self.emit(work, Event(kind, site, word.ref, self.context.words(word.ref), raw=True))
        return False

    def bind(self, work: Work, name: str, value: Value) -> None:
        """Assign; pages that nobody can name any more are judged as at an exit."""
        version = self._version(name)
        if name == "*":
            return
        if value == UNKNOWN or (value.is_term and not self._stable(work, name, value)):
            value = self.context.typed(name, version)
        elif value.is_term:
            value = self.context.typed(name, value.ref)
        if value.kind is not ValueKind.CONST and len(value.ref) > _LONGEST_TERM:
            value = replace(value, ref=version, kind=value.kind)
        if value.kind in (ValueKind.PAGE, ValueKind.FOLIO) and not name.startswith("$"):
            self.context.rename(value.ref, name)
        for symbol, state in work.assign(name, value, version):
            self.recorder.retire(work, symbol, state)

    def _stable(self, work: Work, name: str, value: Value) -> bool:
        """Whether the text of a term still means the same after ``name`` is assigned."""
        return name not in tokens(value.ref) and work.is_current(value.ref)

    def _update(self, expr: c_tree.Update, work: Work) -> Iterator[Result]:
        for w, old in self.evaluate(expr.operand, work):
            name = self._lvalue(expr.operand, w)
            self._move(w, name, old, old.kind in _PAGED)
            yield w, w.env.get(name, UNKNOWN) if expr.prefix else old

    def _move(self, work: Work, name: str, old: Value, moved: bool) -> None:
        """``page++``: a page of the same folio, under a name that was not there before."""
        state = work.pages.get(old.ref)
        self.bind(work, name, replace(old, ref=self._version(name)) if moved else UNKNOWN)
        symbol = work.env[name].ref if name in work.env else ""
        if moved and state is not None and state.parent and symbol not in work.pages:
            work.pages[symbol] = PageState(words=state.words, parent=state.parent)

    # --- questions ----------------------------------------------------------------------------------------------------

    def test(
        self, work: Work, page: str, site: Site, *, raw: bool, barrier: BarrierKind | None = None,
        domain: str = "page", callee: str = "",
    ) -> Iterator[Result]:  # fmt: skip
        """A test of the flag: both outcomes, as far as they can be."""
        for outcome in (True, False):
            w = work.fork()
            kind = EffectKind.WAIT if self.spinning and outcome else EffectKind.TEST
            event = Event(
                kind, site, page, self.context.words(page), outcome,
                barrier=barrier, raw=raw, domain=domain, warned=self.warned, callee=callee,
            )  # fmt: skip
            if self.emit(w, event):
                yield w, boolean(outcome)


def _parts(expr: c_tree.InitList | c_tree.Opaque) -> tuple[c_tree.Expr, ...]:
    return expr.values if isinstance(expr, c_tree.InitList) else expr.parts
