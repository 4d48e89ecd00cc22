"""Runs on a kernel under QEMU: the scenarios of ``demonstrations/``, and the witness of a finding held against one.

A finding's witness names the kernel function between whose steps another CPU comes in.  A scenario is a program that
reaches the place from user space.  A session boots a kernel to that program, holds one virtual CPU at that function by
the debugger stub of QEMU, lets the others run, and reads what the program says.
"""

from mtelint.replay.answer import Answer, Verdict
from mtelint.replay.course import SECONDS, Laboratory, replay
from mtelint.replay.holdpoint import Witness, read_witnesses
from mtelint.replay.kernel import Kernel, kernel_of
from mtelint.replay.scenarios import Scenario, Scenarios, load_scenarios
from mtelint.replay.tools import Tools, find_tools

__all__ = [
    "SECONDS",
    "Answer",
    "Kernel",
    "Laboratory",
    "Scenario",
    "Scenarios",
    "Tools",
    "Verdict",
    "Witness",
    "find_tools",
    "kernel_of",
    "load_scenarios",
    "read_witnesses",
    "replay",
]
