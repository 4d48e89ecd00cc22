"""Sweeps: whole archives and histories, reviewed piece by piece over an executor, resumable after a kill."""

from mtelint.sweep.pieces import Piece, pieces
from mtelint.sweep.run import Progress, sweep
from mtelint.sweep.store import Store, open_store
from mtelint.sweep.work import Outcome, Task, review_piece

__all__ = ["Outcome", "Piece", "Progress", "Store", "Task", "open_store", "pieces", "review_piece", "sweep"]
