"""Calls that stand in the text of a body and that the control-flow graph lacks.

A call in the text is an identifier before a parenthesis that is no keyword.  It is in the graph where the graph has a
call at that place; explained where it is not evaluated there or is no call: an operand of ``sizeof`` and the like, a
type, an attribute, a declarator, a jump's macro, an arm that the compiler never sees; or where no path leads: behind
``BUG()`` and the like, or behind a statement that control cannot pass.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from mtelint.flow.cfg.build import build_cfgs, calls_in
from mtelint.syntax import c_tree
from mtelint.syntax.mask.macro_names import NOT_A_MACRO
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.scan import scan
from mtelint.syntax.unit import parse_file

_CALL = re.compile(rb"\b([A-Za-z_]\w*)\s*\(")
_DESIGNATOR = re.compile(rb"[{,]\s*\[[^\]]*\Z")
"""``[index(x)] = value`` in an initialiser: a constant expression."""
_WORD = re.compile(r"[A-Za-z_]\w*")
_BLANKED = (
    NoteKind.ATTRIBUTE, NoteKind.FREE, NoteKind.TYPEOF, NoteKind.OFFSETOF, NoteKind.FILE_MACRO, NoteKind.STATEMENT_ARG,
    NoteKind.DO_LOOP, NoteKind.WHILE_EACH, NoteKind.SCOPED_GUARD, NoteKind.COND_GUARD, NoteKind.LOOP, NoteKind.BLOCK,
    NoteKind.ASM, NoteKind.ASM_GOTO, NoteKind.OTHER, NoteKind.TYPE_ARG, NoteKind.ADDRESS_SPACE,
)  # fmt: skip


def lost_calls(path: str, text: bytes) -> tuple[int, list[str]]:
    """Number of calls in the text of the sound functions, and name and line of those that are missing."""
    unit = parse_file(path, text)
    code = bytes(scan(text).code)
    total, missing = 0, []
    for ref in unit.functions:
        lowered = unit.lower(ref)
        places, names = _known(lowered)
        start = code.index(b"{", ref.name_span.end)
        explained = [
            (note.start, note.end)
            for note in unit.notes(ref)
            if note.kind in _BLANKED or (note.kind is NoteKind.PREPROC_ARM and note.extra in _NEVER)
        ]
        for match in _CALL.finditer(code, start, ref.span.end):
            designator = _DESIGNATOR.search(code, max(start, match.start() - 600), match.start())
            if match[1] in NOT_A_MACRO or designator:
                continue
            total += 1
            name = match[1].decode()
            elsewhere = name in names or any(low <= match.start() < high for low, high in explained)
            if match.start() not in places and not elsewhere:
                missing.append(f"{name} at line {text.count(bytes([10]), 0, match.start()) + 1}")
    return total, missing


_NEVER = frozenset(("0", "!1", "__ASSEMBLY__", "__cplusplus", "__ASSEMBLER__"))


def _known(function: c_tree.Function) -> tuple[set[int], set[str]]:
    """Offsets of the callees' names in the graphs; names of what is not evaluated, declared or not reached."""
    names: set[str] = set()
    places: set[int] = set()
    for cfg in (*build_cfgs(function), *build_cfgs(function, noreturn=frozenset())):
        places.update(call.function.span.end - len(_callee(call.function)) for call in calls_in(cfg))
        for node in cfg.nodes:
            names.update(_unevaluated(node.expr))
            names.update(word for text in (node.target, node.type) if text for word in _WORD.findall(text))
            names.update(node.wrappers)
    for body in (function.body, *function.alternatives):
        names.update(_unevaluated(body))
        names.update(_unreached(body))
    return places, names


def _unreached(value: object) -> Iterator[str]:
    """Calls behind a statement that does not complete (``return``, an endless loop), up to the next label."""
    reached = True
    for item in _parts(value):
        if isinstance(item, c_tree.Label | c_tree.Case):
            reached = True
        elif isinstance(value, tuple) and not reached:
            yield from _calls(item)
        else:
            yield from _unreached(item)
            reached = reached and _completes(item)


def _parts(value: object) -> tuple[object, ...]:
    if isinstance(value, tuple):
        return value
    if isinstance(value, Struct):
        return tuple(getattr(value, name) for name in value.__struct_fields__)
    return ()


def _completes(stmt: object) -> bool:
    """Whether control can pass a statement; a jump into it by a label counts for yes."""
    if isinstance(stmt, c_tree.Return | c_tree.Goto | c_tree.Break | c_tree.Continue):
        return False
    if isinstance(stmt, c_tree.Block):
        state = True
        for item in stmt.body:
            state = isinstance(item, c_tree.Label | c_tree.Case) or (state and _completes(item))
        return state
    if isinstance(stmt, c_tree.If):
        return stmt.otherwise is None or _completes(stmt.then) or _completes(stmt.otherwise)
    if isinstance(stmt, c_tree.Loop):
        test = stmt.condition
        endless = test is None or (isinstance(test, c_tree.Literal) and test.text == "1")
        return not endless or _breaks(stmt.body)
    if isinstance(stmt, c_tree.Switch) and isinstance(stmt.body, c_tree.Block):
        default = any(isinstance(item, c_tree.Case) and item.low is None for item in stmt.body.body)
        return not default or _breaks(stmt.body) or _completes(stmt.body)
    return True


def _breaks(value: object) -> bool:
    """Whether a ``break`` leaves the loop or switch with this body."""
    if isinstance(value, c_tree.Break):
        return True
    return not isinstance(value, c_tree.Loop | c_tree.MacroLoop | c_tree.Switch) and any(map(_breaks, _parts(value)))


def _calls(value: object) -> Iterator[str]:
    if isinstance(value, c_tree.Call):
        yield _callee(value.function)
    for item in _parts(value):
        yield from _calls(item)


def _callee(function: c_tree.Expr) -> str:
    """The word before the parenthesis."""
    if isinstance(function, c_tree.Member):
        return function.field
    return function.id if isinstance(function, c_tree.Name) else ""


def _unevaluated(value: object) -> Iterator[str]:
    """Words of opaque texts, types and inline assembly, of case labels, and names that are declared or guards."""
    if isinstance(value, c_tree.Opaque | c_tree.Asm | c_tree.Cast):
        yield from _WORD.findall(value.type if isinstance(value, c_tree.Cast) else value.text)
    if isinstance(value, c_tree.Case):
        yield from (_callee(label.function) for label in (value.low, value.high) if isinstance(label, c_tree.Call))
    if isinstance(value, c_tree.Declare):
        yield from _WORD.findall(f"{value.name} {value.type}")
    if isinstance(value, c_tree.Guard | c_tree.ScopedGuard | c_tree.MacroLoop):
        yield from _WORD.findall(value.name)
        yield "CLASS"
        yield "guard"
    for item in _parts(value):
        yield from _unevaluated(item)
