"""From a finding to a program of the simulator, and back to an interleaving that a reader can follow."""

from mtelint.confirm.confirm import confirm_defect, simulate, weighed
from mtelint.confirm.litmus_arm import litmus_aarch64
from mtelint.confirm.litmus_c import litmus_c
from mtelint.confirm.litmus_files import litmus_files

__all__ = ["confirm_defect", "litmus_aarch64", "litmus_c", "litmus_files", "simulate", "weighed"]
