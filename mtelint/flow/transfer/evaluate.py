"""From C expressions to values and events: the transfer function of the solver.

Evaluating an expression forks the path wherever an outcome matters (a test of the flag, a claim, a call whose body is
known), so that a stored result, a negation or a wrapper needs no special case.  What an operator makes of two values
is told by :mod:`mtelint.flow.transfer.operators`.
"""

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain import conversions
from mtelint.flow.domain.events import Event, Site
from mtelint.flow.domain.page_state import page_of
from mtelint.flow.domain.path_state import Lvalue, PathState, held, lvalue_of, unassigned
from mtelint.flow.domain.symbols import How, Symbol, derived, result, variable
from mtelint.flow.domain.values import UNKNOWN, BitForm, Bits, Value, ValueKind, boolean, const, term
from mtelint.flow.transfer import operators
from mtelint.flow.transfer.context import Context, Recorder
from mtelint.model import EffectKind, FlagRole
from mtelint.syntax import c_tree

Result: TypeAlias = tuple[PathState, Value]
CallHandler: TypeAlias = Callable[["Evaluator", c_tree.Call, PathState, bool], list[Result]]

_ERRNO = re.compile(r"E[A-Z0-9]{2,}\Z")
_PAGED = (ValueKind.PAGE, ValueKind.ADDRESS, ValueKind.PFN)
_LONGEST_TERM = 160
"""Characters of a spelling up to which a variable is known by what was assigned to it."""
_WRITES = {"|=": BitForm.MASK, "&=": BitForm.INVERTED, "=": BitForm.WITH, "^=": BitForm.MASK}
"""What the right side of an assignment to the flags word has to be for it to write the bit."""
_CLEARS = (BitForm.INVERTED, BitForm.WITHOUT)


class Evaluator(Struct):
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

    def evaluate(self, expr: c_tree.Expr, work: PathState, used: bool = True) -> list[Result]:
        """All ways in which ``expr`` can come out; ``used`` tells whether anybody looks at the value."""
        match expr:
            case c_tree.Name():
                return [(work, self.name(expr, work))]
            case c_tree.Literal():
                return [(work, operators.literal(expr.text))]
            case c_tree.Temp():
                return [(work, work.env.get(_temporary(expr), UNKNOWN))]
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
                    (w2, term(derived(How.INDEX, "", base.ref, index.ref)))
                    for w1, base in self.evaluate(expr.object, work)
                    for w2, index in self.evaluate(expr.index, w1)
                ]
            case c_tree.Comma():
                return [r for w, _ in self.evaluate(expr.left, work, False) for r in self.evaluate(expr.right, w, used)]
            case c_tree.InitList() | c_tree.Opaque():
                results = self.sequence(_parts(expr), work)
                return [(self._lose(w, expr.span), term(result("value", self.node))) for w, _ in results]
            case c_tree.Asm():
                return [(w, UNKNOWN) for w, _ in self.sequence(expr.operands, work)]
            case _:  # Conditional and StmtExpr are nodes and edges of the graph
                return [(work, UNKNOWN)]

    def sequence(self, exprs: tuple[c_tree.Expr, ...], work: PathState) -> list[tuple[PathState, tuple[Value, ...]]]:
        """Evaluate one after the other."""
        results: list[tuple[PathState, tuple[Value, ...]]] = [(work, ())]
        for expr in exprs:
            results = [(w2, (*values, v)) for w1, values in results for w2, v in self.evaluate(expr, w1)]
        return results

    def _lose(self, work: PathState, span: c_tree.Span) -> PathState:
        """A result goes where it cannot be followed: what it said about a page is not known any more."""
        for symbol, page in list(work.pages.items()):
            site = page.claim.site or page.known.test
            if site is not None and site.function == self.context.function and span.start <= site.start < span.end:
                self.emit(work, Event(EffectKind.CALL, self.site(span), symbol, page.words, misused=True))
                work.pages[symbol] = work.pages[symbol].forgotten()
        return work

    # --- events -------------------------------------------------------------------------------------------------------

    def site(self, span: c_tree.Span) -> Site:
        """The place of a node in the source."""
        return self.context.site(span)

    def emit(self, work: PathState, event: Event) -> bool:
        """Let ``event`` happen on ``work``; False where this path cannot be (a flag known set tests clear)."""
        return self.recorder.emit(work, event)

    # --- leaves -------------------------------------------------------------------------------------------------------

    def name(self, expr: c_tree.Name, work: PathState) -> Value:
        """The value of an identifier."""
        known = work.env.get(expr.id)
        if known is not None:
            return known
        if expr.id in operators.CONSTANTS:
            return operators.CONSTANTS[expr.id]
        if expr.id in self.context.vocabulary.zero_pages:
            return conversions.zero_address()
        role = self.context.flag_role(expr.id)
        if role is not None:
            return Value(ValueKind.TERM, variable(expr.id), bits=Bits(BitForm.BIT, role))
        if _ERRNO.match(expr.id):
            return const(expr.id)
        return self.context.unassigned(expr.id)

    # --- operators ----------------------------------------------------------------------------------------------------

    def _unary(self, expr: c_tree.Unary, work: PathState) -> Iterator[Result]:
        if expr.op == "&" and isinstance(expr.operand, c_tree.Member) and expr.operand.field == "page":
            for w, base in self.evaluate(expr.operand.object, work):
                head = conversions.head_of(base)
                if base.kind is ValueKind.FOLIO and head.ref not in w.pages:
                    w.pages[head.ref] = page_of(base.ref, self.context.words(head.ref))
                yield w, head
            return
        for w, value in self.evaluate(expr.operand, work):
            behind = held(w, lvalue_of(derived(How.PREFIX, "*", value.ref))) if expr.op == "*" else None
            yield w, behind or operators.unary(expr.op, value)

    def _binary(self, expr: c_tree.Binary, work: PathState) -> Iterator[Result]:
        whole = self.context.vocabulary.whole_counts
        for w1, left in self.evaluate(expr.left, work):
            for w2, right in self.evaluate(expr.right, w1):
                if expr.op == "&" and operators.masks(left, right):
                    yield from self._masked_test(expr, w2, left, right)
                else:
                    yield w2, operators.binary(expr.op, left, right, w2, whole)

    def _masked_test(self, expr: c_tree.Binary, work: PathState, left: Value, right: Value) -> Iterator[Result]:
        word, mask = (left, right) if left.kind is ValueKind.WORD else (right, left)
        if mask.mask is not None and mask.mask.role is FlagRole.LOCK:
            yield work, term(derived(How.INFIX, "&", word.ref, result("lock", self.node)))
            return
        words = self.context.words(word.ref)
        event = Event(EffectKind.TEST, self.site(expr.span), word.ref, words, raw=True, warned=self.warned)
        yield from self.test(work, event)

    # --- members and assignments --------------------------------------------------------------------------------------

    def _member(self, expr: c_tree.Member, work: PathState) -> Iterator[Result]:
        for w, base in self.evaluate(expr.object, work):
            if expr.field == "flags" or (expr.field == "f" and base.kind is ValueKind.WORD):
                yield w, base if base.kind is ValueKind.WORD else conversions.word(base)
                continue
            member = derived(How.ARROW if expr.arrow else How.DOT, expr.field, base.ref)
            yield w, w.memory.get(member) or self.context.typed(expr.field, member)

    def _lvalue(self, target: c_tree.Expr, work: PathState) -> Lvalue:
        match target:
            case c_tree.Name():
                return target.id
            case c_tree.Temp():
                return _temporary(target)
            case c_tree.Cast():
                return self._lvalue(target.operand, work)
            case c_tree.Member():
                ((_, base),) = self.evaluate(target.object, work.fork())[:1]
                return derived(How.ARROW if target.arrow else How.DOT, target.field, base.ref)
            case c_tree.Unary(op="*"):
                ((_, base),) = self.evaluate(target.operand, work.fork())[:1]
                return lvalue_of(derived(How.PREFIX, "*", base.ref))
            case _:
                return None

    def _assign(self, expr: c_tree.Assign, work: PathState) -> Iterator[Result]:
        for w, value in self.evaluate(expr.value, work):
            if self._writes_word(expr, w, value):
                yield w, value
                continue
            target = self._lvalue(expr.target, w)
            if isinstance(target, Symbol) and _is_pointed_to(target) and value.kind is not ValueKind.CONST:
                w.memory.pop(target, None)
                target = None
            if target is None and value.kind is ValueKind.CONST:
                self._lose(w, expr.value.span)
            if expr.op == "=":
                self.bind(w, target, value)
            else:
                old = held(w, target) or unassigned(target)
                moved = old.kind in _PAGED and expr.op in ("+=", "-=")
                self._move(w, target, old, moved)
            yield w, held(w, target) or UNKNOWN

    def _writes_word(self, expr: c_tree.Assign, work: PathState, value: Value) -> bool:
        """``page->flags |= mask``, ``&= ~mask``, ``= page->flags | mask``."""
        form = value.bits.tagged if value.bits is not None else None
        if form not in (_WRITES.get(expr.op, BitForm.WITHOUT), BitForm.WITHOUT):
            return False
        if not isinstance(expr.target, c_tree.Member):
            return False
        for _, word in self.evaluate(expr.target, work.fork()):
            if word.kind is ValueKind.WORD:
                kind = EffectKind.CLEAR if form in _CLEARS else EffectKind.SET
                site = self.site(expr.span)
                return self.emit(work, Event(kind, site, word.ref, self.context.words(word.ref), raw=True))
        return False

    def bind(self, state: PathState, target: Lvalue, value: Value) -> None:
        """Assign; pages that nobody can name any more are judged as at an exit."""
        if target is None:
            return
        name = target if isinstance(target, str) else target.text
        version = self._version(target)
        if value == UNKNOWN or (value.is_term and not self._is_stable(state, name, value)):
            value = self.context.typed(name, version)
        elif value.is_term:
            value = self.context.typed(name, value.ref)
        if value.kind is not ValueKind.CONST and len(value.ref.text) > _LONGEST_TERM:
            value = replace(value, ref=version)
        if value.kind in (ValueKind.PAGE, ValueKind.FOLIO) and not name.startswith("$"):
            self.context.rename(value.ref, name)
        gone = state.assign(target, value, self.node) if isinstance(target, str) else state.store(target, value)
        for symbol, page in gone:
            self.recorder.retire(state, symbol, page)

    def _is_stable(self, state: PathState, name: str, value: Value) -> bool:
        """Whether a term still means the same after ``name`` is assigned."""
        return variable(name).leaf not in value.ref.leaves and state.is_current(value.ref)

    def _update(self, expr: c_tree.Update, state: PathState) -> Iterator[Result]:
        for after, old in self.evaluate(expr.operand, state):
            target = self._lvalue(expr.operand, after)
            self._move(after, target, old, old.kind in _PAGED)
            yield after, (held(after, target) or UNKNOWN) if expr.prefix else old

    def _move(self, state: PathState, target: Lvalue, old: Value, moved: bool) -> None:
        """``page++``: a page of the same folio or allocation, under a name that was not there before."""
        known = state.pages.get(old.ref)
        self.bind(state, target, replace(old, ref=self._version(target)) if moved else UNKNOWN)
        there = held(state, target)
        if moved and there is not None and known is not None and known.has_neighbours:
            state.pages.setdefault(there.ref, known.neighbour())

    def _version(self, target: Lvalue) -> Symbol:
        return (
            variable(target, self.node) if isinstance(target, str) else result(unassigned(target).ref.text, self.node)
        )

    # --- questions ----------------------------------------------------------------------------------------------------

    def test(self, state: PathState, event: Event) -> Iterator[Result]:
        """A test of the flag, as ``event`` has it: both outcomes, as far as they can be."""
        for outcome in (True, False):
            taken = state.fork()
            kind = EffectKind.WAIT if self.spinning and outcome else EffectKind.TEST
            if self.emit(taken, replace(event, kind=kind, outcome=outcome)):
                yield taken, boolean(outcome)


def _temporary(temp: c_tree.Temp) -> str:
    """The name of a temporary, which is no name in C."""
    return f"${temp.id}"


def _is_pointed_to(lvalue: Symbol) -> bool:
    """``*p``: what it is may be a variable in sight."""
    return lvalue.how is How.PREFIX and lvalue.name == "*"


def _parts(expr: c_tree.InitList | c_tree.Opaque) -> tuple[c_tree.Expr, ...]:
    return expr.values if isinstance(expr, c_tree.InitList) else expr.parts
