"""Path patterns of the configuration: ``*`` within a path component, ``**`` across them, ``?``, ``[abc]``.

A pattern without a slash matches a file or folder of that name at any depth, one with a slash from the top on; what
matches a folder matches all below it (as in gitignore(5), from whose rules these are taken).
"""

import re
from functools import lru_cache

from mtelint.patterns import regex

_TOKEN = regex(r"(?:\*\*/)+|\*\*|\*|\?|\[!?\]?[^\]/]*\]|.", re.DOTALL)
_MEMBER = regex(r"(.)-(.)|.", re.DOTALL)
_MEANING = {"**": ".*", "*": "[^/]*", "?": "[^/]"}


def matches(pattern: str, path: str) -> bool:
    """Whether a relative path, with ``/`` between its components, matches the pattern."""
    return _regex(pattern).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _regex(pattern: str) -> re.Pattern[str]:
    bare = pattern.removeprefix("./").rstrip("/")
    anywhere = "" if "/" in bare else "(?:.*/)?"
    body = "".join(_meaning(match[0]) for match in _TOKEN.finditer(bare))
    return re.compile(f"{anywhere}{body}(?:/.*)?", re.DOTALL)


def _meaning(token: str) -> str:
    if token.startswith("**/"):
        return "(?:.*/)?"
    if token in _MEANING:
        return _MEANING[token]
    if len(token) > 2 and token[0] == "[":
        negated = token[1] == "!"
        members = "".join(_member(match) for match in _MEMBER.finditer(token, 1 + negated, len(token) - 1))
        if negated:
            return f"[^/{members}]"
        return f"(?!/)[{members}]" if members else "(?!)"
    return re.escape(token)


def _member(match: re.Match[str]) -> str:
    """One character of a set or a range of them; a range that ends before it begins is empty."""
    first, last = match[1], match[2]
    if first is None:
        return re.escape(match[0])
    return f"{re.escape(first)}-{re.escape(last)}" if first <= last else ""
