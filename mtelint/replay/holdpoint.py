"""The witness of a finding, as ``--confirm --format json`` writes it, and where to hold a CPU so that it happens."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from mtelint.errors import InputError
from mtelint.model import EffectKind, Vocabulary

_SCHEMA = "mtelint/1"
_TOUCH = (EffectKind.WRITE, EffectKind.READ)
_COMMAND = "mtelint check --confirm --format json"


class Witness(Struct, frozen=True):
    """One finding.  ``hold`` is the function at which a CPU is held, None where the witness needs none.

    ``named`` are the functions that its steps call; ``verdict`` is the simulator's, None
    where it was not asked.
    """

    rule: str
    path: str
    line: int
    function: str
    message: str
    verdict: str | None
    hold: str | None
    named: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """File, line and function."""
        return f"{self.path}:{self.line} {self.function}()"


def read_witnesses(name: str, vocabulary: Vocabulary) -> list[Witness]:
    """The findings of a file in mtelint's JSON.

    Raises:
        InputError: the file cannot be read or is something else; the message says how to get one.
    """
    try:
        document = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{name}: is no JSON ({error}); write it by `{_COMMAND}`") from None
    if not isinstance(document, dict) or document.get("schema") != _SCHEMA:
        raise InputError(f"{name}: has not the schema {_SCHEMA}; write it by `{_COMMAND}`")
    return [_witness(each, vocabulary) for each in document.get("findings", [])]


def _witness(finding: dict[str, Any], vocabulary: Vocabulary) -> Witness:
    simulation = finding.get("simulation") or {}
    steps = simulation.get("steps", [])
    return Witness(
        rule=finding["rule"],
        path=finding["path"],
        line=finding["line"],
        function=finding.get("function") or "",
        message=finding["message"],
        verdict=simulation.get("verdict"),
        hold=hold_of(steps, vocabulary) if len(simulation.get("cpus", [])) > 1 else None,
        named=frozenset(step["text"].removesuffix("()") for step in steps),
    )


def hold_of(steps: Sequence[dict[str, Any]], vocabulary: Vocabulary) -> str | None:
    """The function at whose entry the first CPU is to be held: the last step of the code itself that touches tags.

    What comes before it on that CPU (the test, the set of the flag) is then done, and what the witness has other CPUs
    do in between can happen.  Steps without a line are the environment's.
    """
    names = [step["text"].removesuffix("()") for step in steps if step.get("line") is not None]
    held = [name for name in names if _touches_tags(name, vocabulary)]
    return held[-1] if held else None


def _touches_tags(name: str, vocabulary: Vocabulary) -> bool:
    entry = vocabulary.functions.get(name)
    return entry is not None and any(effect.do in _TOUCH for effect in entry.effects)
