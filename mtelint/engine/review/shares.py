"""How many processes pay for work that comes in parts."""

import os
from collections.abc import Sequence


def processes_for(sizes: Sequence[int], asked: int, worth: int) -> int:
    """What was ``asked`` for, no more than there are parts; for 0 one, unless as much as ``worth`` is taken off it.

    ``sizes`` are those of the parts.  What takes longest is the largest part, or a share of all.
    """
    if len(sizes) < 2:
        return 1
    if asked:
        return min(asked, len(sizes))
    processes = min(_processors(), len(sizes))
    longest = max(max(sizes), sum(sizes) // processes)
    return processes if sum(sizes) - longest >= worth else 1


def _processors() -> int:
    """Those that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # which not every system has
    return len(affinity(0)) if affinity else os.cpu_count() or 1
