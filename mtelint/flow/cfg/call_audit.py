"""Is every call of the source in the graph?  Tokens against graphs, with a reason for each one that is not."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from enum import StrEnum

from msgspec import Struct

from mtelint.flow.cfg.build import build_cfgs, calls_in
from mtelint.flow.cfg.control_names import condition_index
from mtelint.flow.cfg.graph import Cfg
from mtelint.flow.cfg.terms import scoped_macro
from mtelint.syntax import c_tree as c
from mtelint.syntax.mask.macro_names import ADDRESS_SPACES, C_KEYWORDS, NOT_A_MACRO
from mtelint.syntax.scan import never

_TOKEN = re.compile(rb"\b([A-Za-z_]\w*)[ \t\n]*\(")
_NO_CALL = C_KEYWORDS | NOT_A_MACRO | {b"__free"} | {b"__" + word for word in ADDRESS_SPACES}
_STRINGS = frozenset({b"__stringify", b"__stringify_1"})


class Reason(StrEnum):
    """Where a call of the source is, or why it is not in the graph."""

    IN_GRAPH = "in the graph"
    DEAD = "nothing leads to it"
    UNEVALUATED = "operand that is not evaluated, or a type"
    CONSTANT = "constant expression: a case label, a designator, a string"
    DECLARATION = "part of a declaration"
    ASM = "template of an asm"
    CONDITION = "under an #if that never holds"
    LOST = "not explained"


class CallToken(Struct, frozen=True):
    """An identifier before a parenthesis: its name, its byte offset, and what became of it."""

    name: str
    offset: int
    reason: Reason


def audit(
    function: c.Function, code: bytes | bytearray, condition_at: Callable[[int], tuple[str, ...]]
) -> Iterator[CallToken]:
    """Every call in the tokens of a function's body.

    ``code`` is the source with comments, literals and directives blanked (same length); ``condition_at`` gives the
    ``#if`` conditions around an offset.
    """
    ends = _Ends.of(function)
    for match in _TOKEN.finditer(code, function.body.span.start, function.body.span.end):
        if match[1] not in _NO_CALL:
            reason = ends.reason(match.start(1), match.end(1), code)
            if reason is Reason.LOST and any(never(one) for one in condition_at(match.start(1))):
                reason = Reason.CONDITION
            elif reason is Reason.LOST and match[1] in _STRINGS:
                reason = Reason.CONSTANT
            yield CallToken(match[1].decode("ascii", "replace"), match.start(1), reason)


class _Ends(Struct, frozen=True):
    """Offsets right behind the callees of calls, in graphs and in trees, and ranges that explain the rest."""

    graph: frozenset[int]
    tree: frozenset[int]
    ranges: tuple[tuple[int, int, Reason], ...]
    lists: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, function: c.Function) -> "_Ends":
        parts = [part for body in (function.body, *function.alternatives) for part in c.walk(body)]
        calls = [part for part in parts if isinstance(part, c.Call)]
        in_graph: set[int] = set()
        for cfg in build_cfgs(function):
            in_graph.update(call.function.span.end for call in calls_in(cfg))
            in_graph.update(_stripped(cfg, calls))
        return cls(
            frozenset(in_graph),
            frozenset(call.function.span.end for call in calls) | _named_statements(parts),
            tuple(found for part in parts for found in _explained(part)),
            tuple((part.span.start, part.span.end) for part in parts if isinstance(part, c.InitList)),
        )

    def reason(self, start: int, end: int, code: bytes | bytearray) -> Reason:
        """What became of the token at ``[start, end)``."""
        if end in self.graph:
            return Reason.IN_GRAPH
        # The innermost explanation is the shortest one.
        around = [(stop - first, reason) for first, stop, reason in self.ranges if first <= start < stop]
        if end in self.tree:
            fixed = [reason for _, reason in around if reason is Reason.CONSTANT]
            return fixed[0] if fixed else Reason.DEAD
        if around:
            return min(around)[1]
        in_list = any(first <= start < stop for first, stop in self.lists)
        return Reason.CONSTANT if in_list and code[:start].rstrip().endswith(b"[") else Reason.LOST


def _stripped(cfg: Cfg, calls: list[c.Call]) -> Iterator[int]:
    """Callees of transparent wrappers whose condition has nodes."""
    starts = sorted(node.span.start for node in cfg.nodes)
    for call in calls:
        place = bisect_left(starts, call.span.start)
        inside = place < len(starts) and starts[place] < call.span.end
        if inside and condition_index(call.name or "") is not None:
            yield call.function.span.end


def _named_statements(parts: list[c.Node]) -> set[int]:
    """Ends of the macro names that loops and guards begin with."""
    found: set[int] = set()
    for part in parts:
        if isinstance(part, c.MacroLoop):
            found.add(part.span.start + len(part.name))
        elif isinstance(part, c.Guard):
            found.add(part.span.start + len("guard" if part.variable is None else "CLASS"))
        elif isinstance(part, c.ScopedGuard):
            found.add(part.span.start + len(scoped_macro(part)))
    return found


def _explained(part: c.Node) -> Iterator[tuple[int, int, Reason]]:
    """The ranges of a part in which nothing is called."""
    match part:
        case c.Opaque(parts=()):
            yield part.span.start, part.span.end, Reason.UNEVALUATED
        case c.Cast(operand=operand):
            yield part.span.start, operand.span.start, Reason.UNEVALUATED
        case c.Literal():
            yield part.span.start, part.span.end, Reason.CONSTANT
        case c.Case():
            yield part.span.start, part.span.end, Reason.CONSTANT
        case c.Asm():
            yield part.span.start, part.span.end, Reason.ASM
        case c.Empty():
            yield part.span.start, part.span.end, Reason.DECLARATION
        case c.Declare(init=init):
            yield part.span.start, part.span.end if init is None else init.span.start, Reason.DECLARATION
            if isinstance(init, c.Opaque) and init.span.start == part.span.start:
                yield part.span.start, part.span.end, Reason.DECLARATION
