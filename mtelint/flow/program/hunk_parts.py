"""A function of which several hunks show parts: the parts in order, one continued by the next.

What lies between two parts is out of sight.  The states that fall off the end of one part enter the next, so that a
return in the first hunk and a write in the second belong to one function; nothing is assumed of the gap but that it
leaves names as they are.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from mtelint.flow.dataflow.reachability import reachable
from mtelint.syntax.unit import FunctionRef, Unit

Part = tuple[int, FunctionRef]
Key = tuple[int, int]

VERSIONS = 100_000
"""Distance between the version numbers of two parts, which have graphs of their own."""


def key_of(part: Part) -> Key:
    """A function by its unit and where it starts."""
    return (part[0], part[1].span.start)


def parts_above(functions: Sequence[Part], units: Sequence[Unit]) -> dict[Key, Part]:
    """For each part of a function without a head: the part above it in the same file, where one is in sight."""
    found: dict[Key, Part] = {}
    for above, below in pairwise(functions):
        cut = not above[1].tail and not below[1].head and above[0] != below[0]
        if cut and above[1].name == below[1].name != "" and units[above[0]].path == units[below[0]].path:
            found[below[0], below[1].span.start] = above
    return found


def with_all_parts(chosen: Collection[Key], above: Mapping[Key, Part]) -> set[Key]:
    """The chosen functions, and the other parts of those that are cut."""
    beside: dict[Key, list[Key]] = {}
    for key, part in above.items():
        beside.setdefault(key, []).append(key_of(part))
        beside.setdefault(key_of(part), []).append(key)
    return set(reachable(chosen, lambda key: beside.get(key, ())))


def depths(above: Mapping[Key, Part]) -> dict[Key, int]:
    """How many parts stand above each one that has one above it; ``above`` is in the order of the source."""
    found: dict[Key, int] = {}
    for key, part in above.items():
        found[key] = found.get(key_of(part), 0) + 1
    return found
