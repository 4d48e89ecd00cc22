"""The spelling of ``#if`` conditions: equal conditions become equal strings."""

import re

from mtelint.patterns import regex

_DEFINED = regex(r"\b(?:defined|IS_ENABLED|IS_BUILTIN|IS_REACHABLE|IS_MODULE)\s*(?:\(\s*(\w+)\s*\)|\s(\w+))")
_SPACE = regex(r"\s+")
_ATOM = regex(r"!?\w+(?:\([\w, ]*\))?\Z")
_MAX_PAIRS = 20
"""Pairs of parentheses around a whole condition that are dropped."""

FALSE = frozenset({"0", "!1", "__cplusplus", "__ASSEMBLY__", "__ASSEMBLER__"})
"""Conditions that never hold where C of the kernel is compiled."""


def normalise(keyword: str, text: str) -> str:
    """The condition of an ``#if``, ``#ifdef``, ``#ifndef``, ``#elif``, ``#elifdef`` or ``#elifndef`` line.

    ``CONFIG_X`` stands for ``#ifdef CONFIG_X``, ``#if defined(CONFIG_X)`` and ``#if IS_ENABLED(CONFIG_X)``;
    ``!CONFIG_X`` for the opposite.
    """
    body = _SPACE.sub(" ", text.replace("\\\n", " ")).strip()
    if keyword in ("ifndef", "elifndef"):
        return negate(body.split(" ")[0])
    if keyword in ("ifdef", "elifdef"):
        return body.split(" ")[0]
    body = _DEFINED.sub(lambda match: match[1] or match[2], body)
    body = re.sub(r"!\s+", "!", body)
    return _unwrap(body)


def _unwrap(text: str) -> str:
    """Drop a pair of parentheses around the whole condition."""
    for _ in range(_MAX_PAIRS):
        if not (text.startswith("(") and text.endswith(")") and _closes_at_end(text)):
            break
        text = text[1:-1].strip()
    if text.startswith("!(") and _ATOM.match(text[2:-1]) and text.endswith(")"):
        return negate(text[2:-1])
    return text


def _closes_at_end(text: str) -> bool:
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return index == len(text) - 1
    return False


def negate(condition: str) -> str:
    """The opposite condition: ``!X`` for a name, ``X`` for ``!X``, else ``!(...)``."""
    if condition.startswith("!(") and _closes_at_end(condition[1:]):
        return condition[2:-1]
    if _ATOM.match(condition):
        return condition[1:] if condition.startswith("!") else f"!{condition}"
    return f"!({condition})"


def never(condition: str) -> bool:
    """Whether a condition cannot hold in kernel C (``#if 0``, ``__cplusplus``, ``__ASSEMBLY__``)."""
    return condition in FALSE
