"""A path and a question to a program of the simulator."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from mtelint.confirm.projection import SUBJECT, Act, Do
from mtelint.confirm.thread import WAITED, Compiler
from mtelint.memsim.litmus.ast import Program, Thread
from mtelint.memsim.litmus.final_state import Both, Equals, Observable, Prop, atoms
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.model.environments import Environments, Question

LOCATIONS = ("flags", "flags_other", "mt", "mt1", "pte", "freed", "ready", "lock")
"""The names that environments may use."""

_TWIN = "b"
"""Behind the suffix of a page that the path has on a second CPU."""
_COMMENT = re.compile(r"//\s*(.*?)\s*$")


class Setup(Struct, frozen=True):
    """A program with both conditions, and what the lines of the other threads stand for."""

    program: Program
    good: Prop
    titles: tuple[str, ...]
    comments: Mapping[int, str]


def build(acts: Sequence[Act], question: Question, environments: Environments, name: str) -> Setup:
    """The program for ``acts`` under ``question``; ``name`` is the function, and the name of the test.

    Raises:
        InputError: an environment is not a litmus thread.
    """
    bodies = [environments.threads[each].body if each != "same" else "" for each in question.threads]
    text = _frame(question, bodies)
    frame, good = _parsed(text, question.bad), _parsed(text, question.good or "true").condition
    threads, waits = _threads(acts, question, frame, name)
    observed = sorted(atoms(frame.condition) | atoms(good), key=lambda what: (what.thread < 0, what.thread, what.name))
    program = Program(
        f"{question.rule.lower()}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}", threads,
        tuple(sorted((_others(acts) | dict(frame.initial)).items())), frame.condition,
        filter=_all_waited(waits), observed=tuple(observed),
    )  # fmt: skip
    titles = tuple(f"{name}()" if each == "same" else environments.threads[each].title for each in question.threads)
    return Setup(program, good, (f"{name}()", *titles), _comments(text))


def _frame(question: Question, bodies: Sequence[str]) -> str:
    """The litmus test around the path; P0 holds only what comes after the path."""
    parameters = ", ".join(f"int *{name}" for name in LOCATIONS)
    initial = "".join(f"{name}={value}; " for name, value in question.initial.items())
    functions = "\n".join(f"P{i}({parameters})\n{{\n{body}\n}}" for i, body in enumerate([question.after, *bodies]))
    return f"C frame\n{{ {initial}}}\n{functions}\n"


@lru_cache(maxsize=128)
def _parsed(text: str, condition: str) -> Program:
    return parse_litmus(f"{text}\nexists ({condition})\n", "environments.toml")


def _comments(text: str) -> dict[int, str]:
    found = ((number, _COMMENT.search(line)) for number, line in enumerate(text.split("\n"), 1))
    return {number: match[1] for number, match in found if match is not None}


def _threads(
    acts: Sequence[Act], question: Question, frame: Program, name: str
) -> tuple[tuple[Thread, ...], tuple[int, ...]]:
    threads, waits = [], []
    for number, known in enumerate(frame.threads):
        own = number == 0 or question.threads[number - 1] == "same"
        if not own:
            threads.append(Thread(known.body, known.registers, question.threads[number - 1]))
            continue
        compiler = Compiler(question.granules, question.word, known.body)
        body = compiler.body(acts if number == 0 else _elsewhere(acts))
        threads.append(Thread(body, known.registers, name))
        waits += [number] if compiler.waits else []
    return tuple(threads), tuple(waits)


def _elsewhere(acts: Sequence[Act]) -> tuple[Act, ...]:
    """The path on a second CPU: the page in question is the same, any other page need not be."""
    return tuple(replace(act, page=act.page + _TWIN) if act.page != SUBJECT else act for act in acts)


def _all_waited(threads: Sequence[int]) -> Prop | None:
    found: Prop | None = None
    for thread in threads:
        one = Equals(Observable(thread, WAITED), 1)
        found = one if found is None else Both(found, one)
    return found


def _others(acts: Sequence[Act]) -> dict[str, int]:
    """The other pages start as the path found them: tagged, or not."""
    initial: dict[str, int] = {}
    seen = {SUBJECT}
    for act in acts:
        if act.do in (Do.TEST, Do.WAIT, Do.CLAIM, Do.TEST_AND_SET) and act.page not in seen:
            seen.add(act.page)
            lost = act.outcome is False if act.do in (Do.CLAIM, Do.TEST_AND_SET) else act.outcome is True
            if lost:
                for page in (act.page, act.page + _TWIN):
                    initial |= {"flags" + page: 3, "mt" + page: 1}
    return initial
