"""What a choice taken one way says about the state: a branch, a case of a switch, an arm of an ``#if`` group."""

from collections.abc import Sequence

from mtelint.flow.domain.page_state import Zero
from mtelint.flow.domain.path_state import Work
from mtelint.flow.domain.values import UNKNOWN, Value, ValueKind, truth_of
from mtelint.flow.transfer.evaluate import Evaluator
from mtelint.flow.transfer.operators import binary
from mtelint.records import replace
from mtelint.syntax import c_tree

_COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
_NEGATED = {"!=": "==", ">=": "<", "<=": ">"}


def spelled_condition(expr: c_tree.Expr | None, text: str) -> str:
    """A condition by its spelling, white space aside and without a comparison with zero."""
    plain = "".join(text.split())
    if isinstance(expr, c_tree.Binary) and expr.op in ("==", "!="):
        for zero in ("==NULL", "!=NULL", "==0", "!=0"):
            plain = plain.removesuffix(zero)
        plain = plain.replace("!=", "==")
    return plain


def branch(ev: Evaluator, expr: c_tree.Expr, spelled: str, work: Work) -> list[tuple[Work, Value, tuple[str, ...]]]:
    """Evaluate a condition; the third item describes a comparison as ``(op, left kind, ...)`` for :func:`assume`."""
    if isinstance(expr, c_tree.Binary) and expr.op in _COMPARISONS:
        results, whole = [], ev.context.vocabulary.whole_counts
        for w1, left in ev.evaluate(expr.left, work):
            for w2, right in ev.evaluate(expr.right, w1):
                value = binary(expr.op, left, right, w2, whole)
                results.append((w2, value, _comparison(expr.op, left, right)))
        return results
    return [(w, value, _plain(value)) for w, value in ev.evaluate(expr, work)]


def _comparison(op: str, left: Value, right: Value) -> tuple[str, ...]:
    if right.ref == "0" and right.kind is ValueKind.CONST and op in ("==", "!="):
        return ("truth", left.kind.value, left.ref, op)
    return ("term", f"{left.ref} {_NEGATED.get(op, op)} {right.ref}", op)


def _plain(value: Value) -> tuple[str, ...]:
    return ("truth", value.kind.value, value.ref, "!=")


def assume(work: Work, value: Value, about: tuple[str, ...], outcome: bool, spelled: str) -> Work | None:
    """The state where the condition came out as ``outcome``, or None where that cannot be."""
    known = truth_of(value)
    if known is not None:
        return work if known == outcome else None
    if about[0] == "truth":
        truth = outcome == (about[3] == "!=")
        kind = ValueKind(about[1])
        if kind is ValueKind.ZERO:
            return _assume_zero(work, about[2], truth)
        if kind is ValueKind.HUGE:
            return _assume_huge(work, about[2], truth)
        return _assume_fact(work, (spelled, about[2]), truth)
    return _assume_fact(work, (spelled, about[1]), outcome != (about[2] in _NEGATED))


def choose(
    work: Work, value: Value, about: tuple[str, ...], case: Value | None, cases: Sequence[Value | None]
) -> Work | None:
    """The state in which a switch on ``value`` takes ``case`` of its cases (None is the default), or None."""
    known = [c.ref for c in cases if c is not None and c.kind is ValueKind.CONST]
    if value.kind is ValueKind.CONST:
        if case is None:
            return None if value.ref in known else work
        return work if case.kind is not ValueKind.CONST or case.ref == value.ref else None
    if case is None:
        truth = True if "0" in known else False if "1" in known and _is_truth(value, about) else None
    else:
        truth = case.ref != "0" if case.kind is ValueKind.CONST else None
    return work if truth is None else assume(work, value, about, truth, "")


def _is_truth(value: Value, about: tuple[str, ...]) -> bool:
    """Whether the value is 0 or 1 and nothing else."""
    return about[0] != "truth" or value.kind in (ValueKind.ZERO, ValueKind.HUGE) or value.ref.startswith("!")


def take_arm(work: Work, condition: str) -> Work | None:
    """The state in the arm of an ``#if`` group; None where another arm says the contrary.  ``!X`` is no ``X``."""
    if condition.startswith("!"):
        return None if _is_taken(work, condition[1:]) else work.fork()
    if condition and _is_taken(work, f"!{condition}"):
        return None
    taken = work.fork()
    if condition:
        taken.facts["#if", condition] = True
    return taken


def _is_taken(work: Work, condition: str) -> bool:
    return work.facts.get(("#if", condition), False)


def _assume_fact(work: Work, key: tuple[str, str], truth: bool) -> Work | None:
    while key[1].startswith("!"):
        key, truth = (key[0], key[1][1:]), not truth
    for (_, text), known in work.facts.items():
        if text == key[1]:
            return work if known == truth else None
    if "?" in tokens_safe(key[1]):
        return work
    result = work.fork()
    result.facts[key] = truth
    return result


def tokens_safe(text: str) -> str:
    """The text, for a test on the unknown value."""
    return text if text == UNKNOWN.ref else ""


def _assume_zero(work: Work, page: str, truth: bool) -> Work:
    result = work.fork()
    state = result.page(page)
    result.pages[page] = replace(state, zero=Zero.YES if truth else Zero.EXCLUDED)
    return result


def _assume_huge(work: Work, folio: str, truth: bool) -> Work | None:
    state = work.page(folio)
    if state.huge is not None and state.huge != truth:
        return None
    result = work.fork()
    result.pages[folio] = replace(state, huge=truth)
    return result
