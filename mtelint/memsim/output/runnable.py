"""Litmus tests with a head that says how to run them, and that is true."""

import textwrap

from mtelint.memsim.output.litmus_text import LitmusText, litmus_text, with_comment
from mtelint.memsim.search.outcome import Outcome, Verdict

_WIDTH = 96
_OLDER, _NEWER = "6.12: ", "7.2: "
"""What the lines of the comment begin with that a model of that version, or one like it, lacks."""


def runnable_text(outcome: Outcome, unroll: int) -> str:
    """The program of ``outcome`` as herd7 takes it, with its verdict and the command to run it.

    Raises:
        Untranslatable: herd7 has no way to say it.
    """
    translated = litmus_text(outcome.program)
    expected = [] if outcome.verdict is Verdict.UNKNOWN else [f"Result: {outcome.verdict.value}", ""]
    return with_comment(translated.text, "\n".join([*expected, *how_to_run(translated, unroll)]))


def how_to_run(translated: LitmusText, unroll: int = 1) -> list[str]:
    """Lines of a comment: the commands for herd7, and the definitions that the kernel's own files lack."""
    herd = "herd7 -conf linux-kernel.cfg" + (f" -unroll {max(unroll, 1)}" if translated.loops else "")
    if not translated.macros_612:
        return [f"Run in tools/memory-model: {herd} FILE"]
    newer = _run(herd, _NEWER) if translated.macros_72 else [f"  {herd} FILE"]
    return [
        "Run in tools/memory-model of Linux 7.2 or later:",
        *newer,
        "With that of Linux 6.12, and others whose linux-kernel.def lacks what is defined here:",
        *_run(herd, _OLDER),
        *(f"{_NEWER}{line}" for line in translated.macros_72),
        *(f"{_OLDER}{line}" for line in translated.macros_612),
    ]


def _run(herd: str, mark: str) -> list[str]:
    return [
        f"  sed -n 's/^ [*] {mark}//p' FILE | cat linux-kernel.def - >/tmp/with.def",
        f"  {herd} -macros /tmp/with.def FILE",
    ]


def wrapped(text: str) -> list[str]:
    """Short lines without what would open or end a comment of herd7."""
    safe = text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")
    return textwrap.wrap(safe, _WIDTH, break_on_hyphens=False)
