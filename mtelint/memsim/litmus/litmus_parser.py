"""Litmus files in herd7's C format, as the kernel uses it.

What cannot be read at all raises :class:`~mtelint.errors.InputError` with file and line.  What can be read but is not
modelled gives a program that says so (``Program.unmodelled``): it is answered with *unknown*, never with a verdict.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mtelint.errors import InputError
from mtelint.memsim.litmus.ast import Program, Thread
from mtelint.memsim.litmus.c_parser import CParser, Function
from mtelint.memsim.litmus.condition_parser import Initial, StateParser
from mtelint.memsim.litmus.final_state import Observable, Prop, Quantifier, Truth, Value, atoms
from mtelint.memsim.litmus.lexer import c_tokens, state_tokens, without_c_comments, without_ml_comments
from mtelint.memsim.litmus.symbolic import UnmodelledError

_FIRST = re.compile(r"\s*(?P<arch>[A-Za-z_]\w*)[ \t]+(?P<name>[^\s]+)[^\n]*")
_RESULT = re.compile(r"^[( ]?\s*\*?\s*Result:\s*(?P<word>[A-Za-z]+)", re.MULTILINE)
_FUNCTION = re.compile(r"\s*(?:void\s+)?P(?P<number>\d+)\s*(?=\()")


@dataclass(frozen=True, slots=True)
class _Parts:
    """The sections of a file, each with the line it starts on."""

    name: str
    header: str
    initial: tuple[str, int]
    functions: tuple[tuple[int, str, int], ...]
    rest: tuple[str, int]


def parse_litmus(text: str, path: str = "<litmus>") -> Program:
    """Read a litmus test; ``path`` is used in messages only.

    Raises :class:`InputError` for a file that is not a litmus test or is malformed.
    """
    first = _FIRST.match(text.lstrip("\ufeff"))
    if first is None:
        raise InputError(f"{path}:1: not a litmus test: the first line must be 'C NAME'")
    result = _RESULT.search(text)
    word = result["word"] if result else None
    if first["arch"] != "C":
        return _unmodelled(first["name"], path, word, f"a litmus test for {first['arch']}, not for C", 1)
    try:
        return _build(_split(text, path, first["name"]), path, word)
    except UnmodelledError as problem:
        return _unmodelled(first["name"], path, word, problem.reason, problem.line)
    except RecursionError:
        return _unmodelled(first["name"], path, word, "nested too deeply", 1)


def _unmodelled(name: str, path: str, word: str | None, reason: str, line: int) -> Program:
    return Program(name, (), (), Truth(True), source=path, result=word, unmodelled=(reason, line))


# Sections


def _split(text: str, path: str, name: str) -> _Parts:
    opening = _find_opening(text, path)
    header = text[:opening]
    closing = _matching_brace(text, opening)
    if closing < 0:
        raise InputError(f"{path}:{_line(text, opening)}: the initial state has no closing brace")
    inside = text[opening + 1 : closing]
    functions = []
    at = closing + 1
    clean = without_c_comments(text)
    while True:
        match = _FUNCTION.match(clean, at)
        if match is None:
            break
        end = _end_of_function(clean, match.end(), path)
        functions.append((int(match["number"]), clean[match.end() : end], _line(text, match.end())))
        at = end
    if not functions:
        raise InputError(f"{path}:{_line(text, closing)}: no function P0 after the initial state")
    return _Parts(name, header, (inside, _line(text, opening)), tuple(functions), (text[at:], _line(text, at)))


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _find_opening(text: str, path: str) -> int:
    """Where the initial state begins: the first brace outside comments and strings."""
    blanked = re.sub(r'"[^"\n]*"', lambda match: " " * len(match.group()), text)
    depth = 0
    for match in re.finditer(r"\(\*|\*\)|\{", blanked):
        if match.group() == "{":
            if depth == 0:
                return match.start()
        else:
            depth += 1 if match.group() == "(*" else -1
    raise InputError(f"{path}:1: no initial state: expected '{{'")


def _end_of_function(clean: str, at: int, path: str) -> int:
    closing = _matching_brace(clean, at)
    if closing < 0:
        raise InputError(f"{path}:{_line(clean, at)}: the function has no closing brace")
    return closing + 1


def _matching_brace(text: str, at: int) -> int:
    """Where the first brace from ``at`` on is closed; -1 if it is not."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, at):
        depth += 1 if match.group() == "{" else -1
        if depth == 0:
            return match.start()
    return -1


# Building


def _build(parts: _Parts, path: str, word: str | None) -> Program:
    initial = _initial(parts, path)
    quantifier, condition, only, shown = _ending(parts, path)
    shared = {what.name for what in initial if what.thread < 0}
    functions = [CParser(c_tokens(body, line, path), shared).function(number) for number, body, line in parts.functions]
    threads = _threads(functions, initial, path, parts)
    for what in atoms(condition) | set(shown) | (atoms(only) if only is not None else set()):
        if what.thread >= len(threads):
            raise InputError(f"{path}:{parts.rest[1]}: the condition names P{what.thread}, which does not exist")
    memory = {what.name: value for what, value in initial.items() if what.thread < 0}
    for function in functions:
        for name in function.parameters:
            memory.setdefault(name, 0)
    observed = sorted(atoms(condition) | set(shown), key=lambda what: (what.thread < 0, what.thread, what.name))
    return Program(
        parts.name, threads, tuple(sorted(memory.items())), condition, quantifier, only, tuple(observed), path, word,
        tuple(_undeclared(functions, threads)),
    )  # fmt: skip


def _undeclared(functions: list[Function], threads: tuple[Thread, ...]) -> Iterator[tuple[str, int]]:
    """Names that are looked at, but that nothing declares or sets."""
    for function in functions:
        known = dict(threads[function.number].registers)
        for name, line in function.undeclared:
            if name not in known:
                yield f"P{function.number} has no parameter or variable {name}: it is always 0", line


def _initial(parts: _Parts, path: str) -> Initial:
    text, line = parts.initial
    clean = without_c_comments(without_ml_comments(text, path, line))
    return StateParser(state_tokens(clean, line, path)).initial()


def _ending(parts: _Parts, path: str) -> tuple[Quantifier, Prop, Prop | None, list[Observable]]:
    text, line = parts.rest
    clean = without_c_comments(without_ml_comments(text, path, line))
    parser = StateParser(state_tokens(clean, line, path))
    shown = parser.locations()
    only = parser.filter()
    quantifier, condition = parser.condition()
    return quantifier, condition, only, shown


def _threads(functions: list[Function], initial: Initial, path: str, parts: _Parts) -> tuple[Thread, ...]:
    ordered = sorted(functions, key=lambda function: function.number)
    if [function.number for function in ordered] != list(range(len(ordered))):
        raise InputError(f"{path}:{parts.functions[0][2]}: the functions must be P0, P1, ... without gaps or repeats")
    threads = []
    for function in ordered:
        registers: dict[str, Value] = {name: name for name in function.parameters}
        registers.update({what.name: value for what, value in initial.items() if what.thread == function.number})
        threads.append(Thread(function.body, tuple(sorted(registers.items())), f"P{function.number}"))
    return tuple(threads)
