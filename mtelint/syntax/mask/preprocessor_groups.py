"""``#if`` groups: which of them split a statement, and which arm is kept then.

A group whose arms are whole statements (or whole declarations) stays in the text: lowering makes a branch of it.
One that ends in mid-statement is resolved: the main variant keeps the first arm, further variants the later ones.
"""

from bisect import bisect_left

from msgspec import Struct, field

from mtelint.syntax.mask.masked_text import (
    MaskedText,
    last_code,
    next_byte,
    opening,
    skip_space,
    word_after,
    word_before,
)
from mtelint.syntax.mask.notes import NoteKind
from mtelint.syntax.scan import Directive, negate, never

_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"(){}[]")
_MAX_DEPTH = 500
_MAX_GROUPS = 100
"""Groups within groups that are looked into; what splits a statement deeper down stays, and is no C to the parser."""
_BOUNDARY = frozenset(b";{}:")


def _start(item: Directive) -> int:
    return item.start


class Arm(Struct):
    """One arm: its directive, its condition as written, and the range of its content."""

    directive: Directive
    condition: str
    start: int
    end: int


class Group(Struct):
    """An ``#if`` group with its ``#endif``; the arms do not include a missing ``#else``."""

    arms: list[Arm] = field(default_factory=list)
    endif: Directive | None = None
    depth: int = 0

    @property
    def start(self) -> int:
        """Start of the ``#if`` line."""
        return self.arms[0].directive.start

    @property
    def end(self) -> int:
        """End of the ``#endif`` line."""
        return self.endif.end if self.endif else self.arms[-1].end

    @property
    def has_else(self) -> bool:
        """Whether some arm always runs."""
        return self.arms[-1].directive.keyword == "else"

    def directives(self) -> list[Directive]:
        """The lines of the group, in order."""
        return [arm.directive for arm in self.arms] + ([self.endif] if self.endif else [])


def groups(directives: list[Directive], size: int) -> tuple[list[Group], list[Directive]]:
    """All groups, inner ones before outer ones, and the directives that belong to none (a hunk's cut ones)."""
    done: list[Group] = []
    stack: list[Group] = []
    loose: list[Directive] = []
    for item in directives:
        if item.keyword in ("if", "ifdef", "ifndef"):
            stack.append(Group([Arm(item, item.condition, item.end, size)], depth=len(stack)))
        elif item.keyword in ("else", "elif", "elifdef", "elifndef", "endif"):
            if not stack:
                loose.append(item)
                continue
            stack[-1].arms[-1].end = item.start
            if item.keyword == "endif":
                stack[-1].endif = item
                done.append(stack.pop())
            else:
                stack[-1].arms.append(Arm(item, _condition(item, stack[-1]), item.end, size))
    return done, loose + [item for group in stack for item in group.directives()]


def _condition(item: Directive, group: Group) -> str:
    if item.keyword != "else":
        return item.condition
    return negate(group.arms[0].condition) if len(group.arms) == 1 else "else"


def arm_count(group: Group) -> int:
    """How many ways there are through a group, the one with no arm included."""
    return len(group.arms) + (not group.has_else)


def resolve(masked: MaskedText, branch: int) -> int:
    """Blank what the compiler never sees, and resolve the groups that split a statement.

    ``branch`` 0 keeps the first arm, 1 the second or none, and so on.  Returns the number of variants there are.
    """
    found, loose = groups(masked.scanned.directives, len(masked.code))
    for item in loose:
        _drop_line(masked, item)
    facts: dict[str, bool] = {}
    variants = 1
    for group in found:
        if group.endif is None or group.depth >= _MAX_GROUPS:
            continue
        if any(never(arm.condition) or never(negate(arm.condition)) for arm in group.arms):
            _keep(masked, group, _compiled(group))
        elif splits(masked.code, group):
            if _is_list(masked.code, group):
                _keep_all(masked, group)
            else:
                variants = max(variants, arm_count(group))
                _keep(masked, group, _choose(group, branch, facts))
    return variants


def dead_ranges(directives: list[Directive], size: int) -> list[tuple[int, int]]:
    """The arms that are never compiled (``#if 0``), as ranges."""
    found = []
    for group in groups(directives, size)[0]:
        if group.endif and any(never(arm.condition) or never(negate(arm.condition)) for arm in group.arms):
            chosen = _compiled(group)
            found += [(arm.start, arm.end) for index, arm in enumerate(group.arms) if index != chosen]
    return found


def _compiled(group: Group) -> int | None:
    """The arm of a group with a constant condition; where others remain open, the first that may be compiled."""
    for index, arm in enumerate(group.arms):
        if not never(arm.condition):
            return index
    return None


def _choose(group: Group, branch: int, facts: dict[str, bool]) -> int | None:
    """The arm for a branch; groups of the same condition (or its opposite) agree."""
    first = group.arms[0].condition
    known = facts.get(first)
    if known is None:
        opposite = facts.get(negate(first))
        known = None if opposite is None else not opposite
    if known is True:
        index = 0
    elif known is False:
        index = max(branch, 1)
    else:
        index = min(branch, arm_count(group) - 1)
        facts[first] = index == 0
    index = min(index, arm_count(group) - 1)
    return index if index < len(group.arms) else None


def _keep(masked: MaskedText, group: Group, chosen: int | None) -> None:
    for index, arm in enumerate(group.arms):
        _drop_line(masked, arm.directive)
        if index != chosen and arm.end > arm.start:
            inside = masked.scanned.directives
            first = bisect_left(inside, arm.start, key=_start)
            for item in inside[first : bisect_left(inside, arm.end, key=_start)]:
                masked.dropped.add(item.start)
            masked.blank(NoteKind.PREPROC_ARM, arm.start, arm.end, arm.condition)
    if group.endif:
        _drop_line(masked, group.endif)


def _keep_all(masked: MaskedText, group: Group) -> None:
    for item in group.directives():
        _drop_line(masked, item)


def _drop_line(masked: MaskedText, item: Directive) -> None:
    if item.start not in masked.dropped:
        masked.dropped.add(item.start)
        masked.note(NoteKind.PREPROC_ARM, item.start, item.end)


def splits(code: bytearray, group: Group) -> bool:
    """Whether a group cannot stand as a node of its own: an arm is unbalanced or begins or ends in mid-statement."""
    if all(skip_space(code, arm.start) >= arm.end for arm in group.arms):
        return _mid_statement(code, group.start) and not _at_file_level(code, group.start, group.end)
    if not all(balanced(code[arm.start : arm.end]) for arm in group.arms):
        return True
    if _next_word(code, group.end) == b"else":
        return True
    if any(_next_word(code, arm.start) == b"else" for arm in group.arms):
        return True
    if _mid_statement(code, group.start) and not _at_file_level(code, group.start, group.arms[0].start):
        return True
    return any(_ends_open(code, arm, group) for arm in group.arms)


def balanced(text: bytes | bytearray) -> bool:
    """Whether every bracket of a text is closed in it."""
    brackets = bytes(text).translate(None, _NOT_BRACKETS)
    for _ in range(_MAX_DEPTH):
        if not brackets:
            return True
        shorter = brackets.replace(b"()", b"").replace(b"{}", b"").replace(b"[]", b"")
        if len(shorter) == len(brackets):
            return False
        brackets = shorter
    return False


def _next_word(code: bytearray, index: int) -> bytes:
    start = skip_space(code, index)
    return bytes(code[start : word_after(code, start)])


def _mid_statement(code: bytearray, index: int) -> bool:
    """Whether the code before an offset is an unfinished statement, or a label that wants one."""
    last = last_code(code, index)
    if last < 0:
        return False
    if code[last] == 0x3A:
        return not _is_case(code, last)
    return code[last] not in _BOUNDARY


def _is_case(code: bytearray, colon: int) -> bool:
    start = skip_space(code, max(code.rfind(b"\n", 0, colon), code.rfind(b";", 0, colon), -1) + 1)
    return bytes(code[start : word_after(code, start)]) in (b"case", b"default")


def _at_file_level(code: bytearray, index: int, after: int) -> bool:
    """Whether a macro line at column 0 stands before the offset, and no function head or body follows the group."""
    last = last_code(code, index)
    if last < 0 or code[last] != 0x29:
        return False
    left = opening(code, last)
    line = code.rfind(b"\n", 0, max(left, 0)) + 1
    following = skip_space(code, after)
    return word_before(code, left - 1) == line and code[following : following + 1] != b"{"


def _ends_open(code: bytearray, arm: Arm, group: Group) -> bool:
    last = last_code(code, arm.end)
    if last < arm.start:
        return False
    byte = code[last]
    if byte == 0x3A:
        return not _is_case(code, last)
    if byte in b";}":
        return False
    return not (byte == 0x29 and _at_file_level(code, arm.end, group.end))


def _is_list(code: bytearray, group: Group) -> bool:
    """Whether all arms are whole items of a list (each ends in a comma), so that all can stay."""
    if not all(balanced(code[arm.start : arm.end]) for arm in group.arms):
        return False
    before = last_code(code, group.start)
    if before < 0 or code[before] not in b",{(":
        return False
    ends = [last_code(code, arm.end) for arm in group.arms]
    if all(end < arm.start or code[end] == 0x2C for arm, end in zip(group.arms, ends, strict=True)):
        return True
    return len(group.arms) == 1 and code[before] in b",{" and next_byte(code, group.end) == 0x7D
