"""Sweeps: whole archives and histories, reviewed piece by piece over an executor, resumable after a kill."""

from mtelint.sweep.pieces import SIZE, Piece, Plan, plan_of
from mtelint.sweep.run import Progress, open_store, sweep
from mtelint.sweep.spread import Workers
from mtelint.sweep.store import Store
from mtelint.sweep.work import Outcome, Task, judge_of, review_piece

__all__ = [
    "SIZE",
    "Outcome",
    "Piece",
    "Plan",
    "Progress",
    "Store",
    "Task",
    "Workers",
    "judge_of",
    "open_store",
    "plan_of",
    "review_piece",
    "sweep",
]
