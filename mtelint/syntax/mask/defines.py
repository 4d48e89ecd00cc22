"""``#define`` lines, and the ``#if`` conditions that enclose an offset."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from msgspec import Struct

from mtelint.syntax.c_tree import Span
from mtelint.syntax.mask.preprocessor_groups import Group, groups
from mtelint.syntax.scan import Directive, negate

_MAX_ARMS = 64
"""Arms of one group whose conditions the later ones are known to exclude."""
_DEFINE = re.compile(rb"\s*(\w+)(\(([^)]*)\))?(.*)", re.DOTALL)


class Macro(Struct, frozen=True):
    """One ``#define``: ``params`` is None for an object-like macro, ``condition`` the enclosing ``#if`` conditions."""

    name: str
    params: tuple[str, ...] | None
    body: str
    span: Span
    condition: tuple[str, ...]


class Conditions(Struct, frozen=True):
    """Which ``#if`` conditions enclose which range; built once per text."""

    ranges: tuple[tuple[int, int, tuple[str, ...]], ...]
    """Start, end and the conditions of one arm, sorted by start; inner arms follow outer ones."""
    around: tuple[int, ...] = ()
    """For each range the number of the innermost one around it, or -1."""

    def at(self, offset: int) -> tuple[str, ...]:
        """The conditions that hold at an offset, the innermost last."""
        found: list[tuple[str, ...]] = []
        number = bisect_right(self.ranges, offset, key=_start) - 1
        while number >= 0:
            _, end, conditions = self.ranges[number]
            if offset < end:
                found.append(conditions)
            number = self.around[number]
        return tuple(each for conditions in reversed(found) for each in conditions)


def _start(item: tuple[int, int, tuple[str, ...]]) -> int:
    return item[0]


def _around(ranges: Iterable[tuple[int, int, tuple[str, ...]]]) -> Iterator[int]:
    open_: list[tuple[int, int]] = []
    for number, (start, end, _) in enumerate(ranges):
        while open_ and open_[-1][1] <= start:
            open_.pop()
        yield open_[-1][0] if open_ else -1
        open_.append((number, end))


def conditions(directives: list[Directive], size: int, guard: bool = True) -> Conditions:
    """The arms of all groups; the group around a whole header (its guard) counts for nothing."""
    found = []
    for group in groups(directives, size)[0]:
        if not (guard and _is_include_guard(group, directives)):
            found.extend(_arms(group))
    found.sort()
    return Conditions(tuple(found), tuple(_around(found)))


def _arms(group: Group) -> list[tuple[int, int, tuple[str, ...]]]:
    before: list[str] = []
    found = []
    for arm in group.arms:
        own = () if arm.directive.keyword == "else" else (arm.condition,)
        found.append((arm.start, arm.end, (*before[:_MAX_ARMS], *own)))
        before.append(negate(arm.condition))
    return found


def _is_include_guard(group: Group, directives: list[Directive]) -> bool:
    """``#ifndef X`` with ``#define X`` as the next line."""
    first = group.arms[0].directive
    if first.keyword not in ("ifndef", "if"):
        return False
    after = next((item for item in directives if item.start > first.start), None)
    return (
        after is not None
        and after.keyword == "define"
        and after.argument.split()[:1] == [arm_name(group).encode()]
        and not after.argument.split()[1:]
    )


def arm_name(group: Group) -> str:
    """What the first arm tests, without its ``!``."""
    return group.arms[0].condition.lstrip("!")


def macros(directives: list[Directive], text: bytes, where: Conditions) -> dict[str, Macro]:
    """The macros of a text by name; of several definitions the first one that has a body."""
    found: dict[str, Macro] = {}
    for item in directives:
        match = _DEFINE.match(item.argument) if item.keyword == "define" else None
        if match is None:
            continue
        name = match[1].decode("utf-8", "replace")
        if name in found and found[name].body:
            continue
        params = None if match[2] is None else _names(match[3])
        body = text[item.end - len(match[4]) : item.end].replace(b"\\\n", b" \n").decode("utf-8", "replace").strip()
        found[name] = Macro(name, params, body, Span(item.start, item.end), where.at(item.start))
    return found


def _names(params: bytes) -> tuple[str, ...]:
    return tuple(part.decode("utf-8", "replace") for part in params.replace(b"\\\n", b" ").replace(b",", b" ").split())
