"""Events of one path of one thread, and the sets they belong to.

The sets carry the names of the kernel's own definition of its memory model (``linux-kernel.bell``, ``lock.cat``): an
event's ``sets`` is a bit mask of the constants below.
"""

from dataclasses import dataclass, field

from mtelint.memsim.litmus.ast import FenceKind
from mtelint.memsim.litmus.symbolic import Symbol

READ = 1 << 0
WRITE = 1 << 1
PLAIN = 1 << 2
ACQUIRE = 1 << 3
RELEASE = 1 << 4
NORETURN = 1 << 5
"""The read part of a read-modify-write that returns nothing."""
ATOMIC = 1 << 6
"""Either part of an atomic read-modify-write, also the read of one that failed (cat's RMW)."""
LKR = 1 << 7
"""Lock-Read: the read part of a lock that was taken."""
LKW = 1 << 8
"""Lock-Write: the write part of it."""
UL = 1 << 9
"""Unlock."""
LF = 1 << 10
"""A failed trylock, or a spin_is_locked that returned true."""
RU = 1 << 11
"""A spin_is_locked that returned false."""
FENCE = 1 << 12
SRCU_LOCK = 1 << 13
"""The load of srcu_read_lock."""
SRCU_UNLOCK = 1 << 14
"""The store of srcu_read_unlock."""
LOCK_ACCESS = LKR | LKW | UL | LF | RU
MEMORY = READ | WRITE


@dataclass(frozen=True, slots=True)
class Event:
    """A memory access or a fence.

    ``value`` is what a write stores; ``slot`` numbers what a read returns (-1 for other events); ``sort`` is a short
    word for display; ``line`` and ``tag`` are those of the statement it comes from; ``domain`` is the ``srcu_struct``
    of a marker that is no access.
    """

    sets: int
    sort: str
    location: str = ""
    slot: int = -1
    value: Symbol = 0
    fence: FenceKind | None = None
    line: int = 0
    tag: object = field(default=None, compare=False)
    domain: str = ""
