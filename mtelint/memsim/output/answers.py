"""Answers as data, and what they mean for the exit status."""

from typing import Any

from mtelint.errors import ExitCode
from mtelint.memsim.output.vacuity import note_text, notes
from mtelint.memsim.search.outcome import Outcome, Verdict

SCHEMA = "mtelint-litmus/1"

_PREDICTIONS = {"never": "Never", "sometimes": "Sometimes", "always": "Always", "deadlock": "DEADLOCK"}


def as_json(outcome: Outcome) -> dict[str, Any]:
    """One entry of ``results``; ``states`` is complete unless the run was for the verdict only."""
    return {
        "file": outcome.program.source,
        "name": outcome.program.name,
        "model": outcome.model,
        "verdict": outcome.verdict.value,
        "data_race": outcome.data_race,
        "result_line": outcome.program.result,
        "states": list(outcome.states),
        "reason": _reason(outcome),
        "seconds": round(outcome.seconds, 6),
        "notes": [note_text(note) for note in notes(outcome)],
    }


def _reason(outcome: Outcome) -> str | None:
    if outcome.reason is None or not outcome.line:
        return outcome.reason
    return f"line {outcome.line}: {outcome.reason}"


def bad_input_json(path: str, model: str, message: str) -> dict[str, Any]:
    """The entry of a file that could not be read."""
    return {
        "file": path, "name": "", "model": model, "verdict": Verdict.UNKNOWN.value, "data_race": False,
        "result_line": None, "states": [], "reason": message, "seconds": 0.0, "notes": [],
    }  # fmt: skip


def agrees(outcome: Outcome) -> bool | None:
    """Whether the verdict is what the ``Result:`` line says; None without such a line or without a verdict.

    ``DEADLOCK`` predicts that there is no final state at all, as the kernel's scripts read it.
    """
    word = _PREDICTIONS.get((outcome.program.result or "").lower())
    if word is None or outcome.verdict is Verdict.UNKNOWN:
        return None
    if word == "DEADLOCK":
        return not outcome.states
    return bool(outcome.verdict.value == word)


def status(outcome: Outcome) -> ExitCode:
    """The exit status that one answer asks for."""
    if outcome.verdict is Verdict.UNKNOWN:
        return ExitCode.UNKNOWN
    return ExitCode.FINDINGS if agrees(outcome) is False else ExitCode.CLEAN


_PRECEDENCE = (ExitCode.BAD_INPUT, ExitCode.FINDINGS, ExitCode.UNKNOWN, ExitCode.CLEAN)


def worst(codes: list[ExitCode]) -> ExitCode:
    """The exit status of a run: bad input before a wrong verdict before an unknown one."""
    return min(codes, key=_PRECEDENCE.index, default=ExitCode.CLEAN)
