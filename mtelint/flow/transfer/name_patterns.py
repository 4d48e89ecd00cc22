"""Names by shell patterns, as the vocabulary gives them: nearly all are a name, or the start or the middle of one."""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache

from msgspec import Struct


class _Patterns(Struct, frozen=True):
    """Patterns by their shape; ``others`` are those that need a regular expression."""

    names: frozenset[str]
    starts: tuple[str, ...]
    middles: tuple[str, ...]
    others: re.Pattern[str] | None


@lru_cache(maxsize=4096)
def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits the whole name, as :func:`fnmatch.fnmatchcase` says."""
    found = _sorted(patterns)
    return (
        name in found.names
        or name.startswith(found.starts)
        or any(middle in name for middle in found.middles)
        or (found.others is not None and found.others.match(name) is not None)
    )


@lru_cache(maxsize=64)
def _sorted(patterns: tuple[str, ...]) -> _Patterns:
    names = [p for p in patterns if _is_plain(p)]
    starts = [p[:-1] for p in patterns if p[-1:] == "*" and _is_plain(p[:-1])]
    middles = [p[1:-1] for p in patterns if len(p) > 2 and p[0] == p[-1] == "*" and _is_plain(p[1:-1])]
    told = {*names, *(f"{start}*" for start in starts), *(f"*{middle}*" for middle in middles)}
    return _Patterns(frozenset(names), tuple(starts), tuple(middles), _compiled([p for p in patterns if p not in told]))


def _is_plain(pattern: str) -> bool:
    return not any(sign in pattern for sign in "*?[")


def _compiled(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(translate, patterns))) if patterns else None
