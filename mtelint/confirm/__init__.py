"""From a finding to a program of the simulator, and back to an interleaving that a reader can follow."""

from mtelint.confirm.confirm import confirm_defect, simulate

__all__ = ["confirm_defect", "simulate"]
