"""What a choice taken one way says about the state: a branch, a case of a switch, an arm of an ``#if`` group."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from mtelint.flow.domain import symbols
from mtelint.flow.domain.knowledge import Zero
from mtelint.flow.domain.path_state import Fact, PathState
from mtelint.flow.domain.symbols import How, Symbol, derived
from mtelint.flow.domain.values import TRUE, UNKNOWN, Value, ValueKind, truth_of
from mtelint.flow.transfer.evaluate import Evaluator
from mtelint.flow.transfer.operators import binary
from mtelint.syntax import c_tree

_COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
_NEGATED = {"!=": "==", ">=": "<", "<=": ">"}
_UNDER_IF = "#if"
"""How the condition of an ``#if`` group is spelled, which no expression is."""


class Question(Struct, frozen=True):
    """What a condition asks: whether ``symbol``, a value of that kind, is true (or false, where not ``positive``)."""

    kind: ValueKind
    symbol: Symbol
    positive: bool = True
    comparison: bool = False
    """It compares two values, neither of which is 0."""


def truth(value: Value) -> Question:
    """Is ``value`` true?"""
    return Question(value.kind, value.ref)


def spelled_condition(expr: c_tree.Expr | None, text: str) -> str:
    """A condition by its spelling, white space aside and without a comparison with zero."""
    plain = "".join(text.split())
    if isinstance(expr, c_tree.Binary) and expr.op in ("==", "!="):
        for zero in ("==NULL", "!=NULL", "==0", "!=0"):
            plain = plain.removesuffix(zero)
        plain = plain.replace("!=", "==")
    return plain


def branch(ev: Evaluator, expr: c_tree.Expr, state: PathState) -> list[tuple[PathState, Value, Question]]:
    """Evaluate a condition: each way in which it can come out, with what it asks, for :func:`assume`."""
    if isinstance(expr, c_tree.Binary) and expr.op in _COMPARISONS:
        results, whole = [], ev.context.vocabulary.whole_counts
        for w1, left in ev.evaluate(expr.left, state):
            for w2, right in ev.evaluate(expr.right, w1):
                value = binary(expr.op, left, right, w2, whole)
                results.append((w2, value, comparison(expr.op, left, right)))
        return results
    return [(after, value, truth(value)) for after, value in ev.evaluate(expr, state)]


def comparison(op: str, left: Value, right: Value) -> Question:
    """What ``left op right`` asks."""
    if right.is_zero and op in ("==", "!="):
        return Question(left.kind, left.ref, op == "!=")
    symbol = derived(How.COMPARISON, _NEGATED.get(op, op), left.ref, right.ref)
    return Question(ValueKind.TERM, symbol, op not in _NEGATED, comparison=True)


def assume(state: PathState, value: Value, asked: Question, outcome: bool, spelled: str) -> PathState | None:
    """The state where the condition came out as ``outcome``, or None where that cannot be."""
    known = truth_of(value)
    if known is not None:
        return state if known == outcome else None
    holds = outcome == asked.positive
    match asked.kind:
        case ValueKind.ZERO:
            return _assume_zero(state, asked.symbol, holds)
        case ValueKind.HUGE:
            return _assume_huge(state, asked.symbol, holds)
        case _:
            return _assume_fact(state, asked.symbol, Fact(holds, spelled))


def choose(
    state: PathState, value: Value, asked: Question, case: Value | None, cases: Sequence[Value | None]
) -> PathState | None:
    """The state in which a switch on ``value`` takes ``case`` of its cases (None is the default), or None."""
    known = [c for c in cases if c is not None and c.kind is ValueKind.CONST]
    if value.kind is ValueKind.CONST:
        if case is None:
            return None if value in known else state
        return state if case.kind is not ValueKind.CONST or case == value else None
    holds = _truth_in(case, known, value, asked)
    return state if holds is None else assume(state, value, asked, holds, "")


def _truth_in(case: Value | None, known: Sequence[Value], value: Value, asked: Question) -> bool | None:
    """What a case says of the truth of the value."""
    if case is not None:
        return not case.is_zero if case.kind is ValueKind.CONST else None
    if any(each.is_zero for each in known):
        return True
    return False if TRUE in known and _is_truth(value, asked) else None


def _is_truth(value: Value, asked: Question) -> bool:
    """Whether the value is 0 or 1 and nothing else."""
    return asked.comparison or value.kind in (ValueKind.ZERO, ValueKind.HUGE) or _is_negation(value.ref)


def _is_negation(symbol: Symbol) -> bool:
    return symbol.how is How.PREFIX and symbol.name == "!"


def take_arm(state: PathState, condition: str) -> PathState | None:
    """The state in the arm of an ``#if`` group; None where another arm says the contrary.  ``!X`` is no ``X``."""
    if condition.startswith("!"):
        return None if _is_taken(state, condition[1:]) else state.fork()
    if condition and _is_taken(state, f"!{condition}"):
        return None
    taken = state.fork()
    if condition:
        taken.facts[symbols.text(condition)] = Fact(True, _UNDER_IF)
    return taken


def _is_taken(state: PathState, condition: str) -> bool:
    return state.facts.get(symbols.text(condition)) == Fact(True, _UNDER_IF)


def _assume_fact(state: PathState, symbol: Symbol, fact: Fact) -> PathState | None:
    while _is_negation(symbol):
        symbol, fact = symbol.of[0], Fact(not fact.truth, fact.spelled)
    known = state.facts.get(symbol)
    if known is not None:
        return state if known.truth == fact.truth else None
    if symbol == UNKNOWN.ref:
        return state
    result = state.fork()
    result.facts[symbol] = fact
    return result


def _assume_zero(state: PathState, page: Symbol, holds: bool) -> PathState:
    result = state.fork()
    known = result.page(page)
    zero = Zero.YES if holds else Zero.EXCLUDED
    result.pages[page] = replace(known, origin=replace(known.origin, zero=zero))
    return result


def _assume_huge(state: PathState, folio: Symbol, holds: bool) -> PathState | None:
    known = state.page(folio)
    if known.folio.huge is not None and known.folio.huge != holds:
        return None
    result = state.fork()
    result.pages[folio] = replace(known, folio=replace(known.folio, huge=holds))
    return result
