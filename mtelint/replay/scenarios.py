"""The scenarios: programs that reach a function of the kernel from user space, as data in ``demonstrations/``.

Each folder with a ``scenario.toml`` is one.  A new scenario is a folder, never code.
"""

import tomllib
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

from mtelint.errors import RulebookError

_PACKAGE = "mtelint.demonstrations"
_TABLE = "refusals.toml"
_TEXTS = ("title", "entry", "program")
_LISTS = ("reached", "holds", "passes", "modules", "boots")


class Expectation(Struct, frozen=True):
    """What a scenario's run prints on a kernel: lines that begin so, in this order, others between them.

    ``kernel`` is the name of a folder as ``bring`` and ``build-kernel`` make it; ``remedy`` says how to get it.
    """

    kernel: str
    arguments: str
    lines: tuple[str, ...]
    defect: bool
    remedy: str


class Scenario(Struct, frozen=True):
    """A program and what it reaches.

    ``reached`` are the functions of findings that it stands for; ``holds`` those at which a CPU may be held on the way,
    none where the program needs no rival.  Where ``passes`` names functions, the witness must name one of them.
    ``boots`` are the arguments of one boot each, where there is more than one; all share one disk of ``disk`` MiB.
    """

    name: str
    folder: Path
    title: str
    entry: str
    program: str
    reached: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    boots: tuple[str, ...] = ()
    disk: int = 0
    expectations: tuple[Expectation, ...] = ()

    @property
    def source(self) -> Path:
        """The program."""
        return self.folder / self.program

    def can_hold(self, hold: str | None) -> bool:
        """Whether a witness that is held at ``hold`` can be run: the function is on the way, or no hold is needed."""
        return hold is None or not self.holds or hold in self.holds


class Refusal(Struct, frozen=True):
    """What is not run although it could be asked for: rules or functions, and why."""

    why: str
    rules: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()


class Scenarios(Struct, frozen=True):
    """All of them, by name, and what is refused."""

    folder: Path
    by_name: dict[str, Scenario]
    refusals: tuple[Refusal, ...]
    waits: dict[str, str]
    """Kernel functions in which a task waits, and what for, in words."""

    def reaching(self, function: str, hold: str | None, named: Collection[str] = ()) -> Scenario | None:
        """The scenario for a finding in ``function`` whose witness names functions and is held at one, or None.

        One that asks for more of the witness comes before those that ask for less.
        """
        able = [each for each in self.by_name.values() if function in each.reached and each.can_hold(hold)]
        special = [each for each in able if set(each.passes) & set(named)]
        return next(iter(special or [each for each in able if not each.passes]), None)

    def refusal(self, rule: str, function: str) -> str | None:
        """Why such a finding is not run, or None."""
        for each in self.refusals:
            if rule in each.rules or function in each.functions:
                return each.why
        return None


def unmet(expectation: Expectation, lines: Sequence[str]) -> str | None:
    """The first line of an expectation that a run did not print, or None."""
    rest = iter(lines)
    for wanted in expectation.lines:
        if not any(line.startswith(wanted) for line in rest):
            return wanted
    return None


def demonstrations_folder() -> Path:
    """Where the demonstrations were put, in a checkout as in an installed package."""
    return Path(next(iter(import_module(_PACKAGE).__path__)))


def load_scenarios(folder: Path | None = None) -> Scenarios:
    """All scenarios below ``folder``, which are those that ship if it is None.

    Raises:
        RulebookError: a file is malformed; the message names it.
    """
    folder = folder or demonstrations_folder()
    found = [_scenario(path) for path in sorted(folder.glob("*/scenario.toml"))]
    table = _read(folder / _TABLE)
    refusals = tuple(_refusal(each) for each in table.get("refusal", []))
    return Scenarios(folder, {each.name: each for each in found}, refusals, dict(table.get("waits", {})))


def _scenario(path: Path) -> Scenario:
    table = _read(path)
    expectations = tuple(_expectation(each, path) for each in table.pop("expect", []))
    unknown = set(table) - {*_TEXTS, *_LISTS, "disk"}
    lacking = {each for each in _TEXTS if not isinstance(table.get(each), str)}
    if unknown or lacking:
        raise RulebookError(f"{path}: {', '.join(sorted(unknown | lacking))}: not a key of a scenario, or not there")
    values: dict[str, Any] = {key: tuple(table.get(key, ())) for key in _LISTS} | {key: table[key] for key in _TEXTS}
    folder = path.parent
    return Scenario(folder.name, folder, disk=table.get("disk", 0), expectations=expectations, **values)


def _expectation(table: dict[str, Any], path: Path) -> Expectation:
    try:
        return Expectation(
            table["kernel"], table.get("arguments", ""), tuple(table["lines"]), table["defect"],
            table.get("remedy", f"demonstrations/bring CACHE {table['kernel']}"),
        )  # fmt: skip
    except KeyError as error:
        raise RulebookError(f"{path}: an [[expect]] has no {error.args[0]}") from None


def _refusal(table: dict[str, Any]) -> Refusal:
    return Refusal(str(table["why"]), tuple(table.get("rules", ())), tuple(table.get("functions", ())))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulebookError(f"{path}: cannot be read: {error}") from None
