"""A program as a C litmus test for herd7, as findings carry it."""

from dataclasses import replace

from mtelint.memsim.litmus.ast import Program
from mtelint.memsim.output.litmus_text import litmus_text, with_comment


def litmus_c(program: Program, compat: bool = False, comment: str = "") -> str:
    """The C litmus test of ``program``.

    ``compat`` writes ``atomic_add`` for ``atomic_or``, for models of the kernel that do not know the latter; whoever
    asks for it has made sure that no bit is set twice.  ``comment`` goes between name and initial state.  Final states
    are asked for what the condition names, and for nothing else.
    """
    return with_comment(litmus_text(replace(program, observed=()), compat=compat).text, comment)
