"""What a run says about a finding."""

import re
from enum import StrEnum

from msgspec import Struct

from mtelint.replay.session import Record

_RESULT = re.compile(r"^(not )?ok \d+ (.*)$")
_RIVAL = "2 "
"""The CPU of the rival, as lines about CPUs begin."""


class Verdict(StrEnum):
    """The answers of ``mtelint replay``."""

    SEEN = "seen"
    NOT_SEEN = "not seen"
    NO_SCENARIO = "no scenario"
    FAILED = "not run"
    """The scenario could not be brought to its question on this kernel."""


class Answer(Struct, frozen=True):
    """A verdict, and why; ``hold`` is the function at which a CPU was to be held."""

    verdict: Verdict
    reason: str
    kernel: str | None = None
    scenario: str | None = None
    hold: str | None = None


def judge(records: list[Record], hold: str | None, waits: dict[str, str]) -> tuple[Verdict, str]:
    """Read the verdict off what the guest printed: a failed test means seen.

    ``waits`` has the kernel's functions in which a task waits, and what for.  Of several boots the last one counts:
    what an earlier one says of itself, it says without having been through what the scenario is about.
    """
    lines = records[-1].lines
    bail = next((line.removeprefix("Bail out! ") for line in lines if line.startswith("Bail out! ")), None)
    results = [(bool(found[1]), found[2]) for line in lines if (found := _RESULT.match(line))]
    failed = [text for bad, text in results if bad]
    if failed:
        return Verdict.SEEN, "; ".join(failed)
    if not results or bail or all(text.startswith("# SKIP") for _, text in results):
        return Verdict.FAILED, bail or _why_no_result(results, records)
    if hold and not any(record.held for record in records):
        return Verdict.NOT_SEEN, f"no CPU came by {hold}()"
    return Verdict.NOT_SEEN, _why_not(records, hold, waits)


def _why_no_result(results: list[tuple[bool, str]], records: list[Record]) -> str:
    if results:
        return results[0][1].removeprefix("# SKIP ")
    if not all(record.in_time for record in records):
        return "the machine did not come to its end in time"
    last = next((line for record in reversed(records) for line in reversed(record.lines) if line.strip()), "nothing")
    return f"the program printed no result; the last line was: {last.strip()}"


def _why_not(records: list[Record], hold: str | None, waits: dict[str, str]) -> str:
    if not hold:
        return "all tests of the scenario pass"
    for record in records:
        stood = (each.removeprefix(_RIVAL) for each in record.said("stood") if each.startswith(_RIVAL))
        for place in (*record.said("waits"), *stood):
            if place in waits:
                return f"while one CPU is held at {hold}(), the other waits for {waits[place]} in {place}()"
    return f"one CPU was held at {hold}(), the other ran, and all tests pass"
