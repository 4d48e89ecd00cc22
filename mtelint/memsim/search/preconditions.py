"""What is told of a combination of paths before any of its executions is looked at."""

from collections.abc import Iterable, Mapping

from mtelint.memsim.event import memory_event as ev
from mtelint.memsim.event.skeleton import Skeleton
from mtelint.memsim.litmus.final_state import Observable, Value
from mtelint.memsim.litmus.symbolic import UnmodelledError


def check_locks(s: Skeleton, initial: Mapping[str, Value], needed: Iterable[Observable]) -> None:
    """Refuse locations that are used both as a lock and otherwise, or that do not start unlocked."""
    locks = {e.location for e in s.events if e.sets & ev.LOCK_ACCESS}
    for event in s.events:
        if event.location in locks and not event.sets & ev.LOCK_ACCESS:
            raise UnmodelledError(f"{event.location} is used as a lock and as a variable", event.line)
    for name in sorted(locks):
        if initial.get(name, 0) != 0:
            raise UnmodelledError(f"lock {name} has an initial value")
        if any(what.thread < 0 and what.name == name for what in needed):
            raise UnmodelledError(f"the final value of lock {name} is asked for")


def may_race(s: Skeleton) -> bool:
    """Whether conflicting accesses of two threads exist of which one is plain."""
    for i, event in enumerate(s.events):
        if not event.sets & ev.PLAIN:
            continue
        for j, other in enumerate(s.events):
            apart = s.thread[i] != s.thread[j]
            if apart and other.location == event.location and (event.sets | other.sets) & ev.WRITE:
                return True
    return False
