"""One defect, one finding: the most specific rule speaks, the others stay silent or become notes."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from mtelint.checks.rule import Gravity, Rule
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site
from mtelint.model import Confidence, Severity
from mtelint.model.rules import Covers

_NAMED = 2
"""Callers that a finding names; of more it gives the number."""


def told_once(kept: Iterable[Defect], found: Sequence[Defect], judged: Collection[int]) -> list[Defect]:
    """The defects without those that a callee tells as surely, which names the functions that reach it.

    ``found`` are all defects, before one covered another.  ``judged`` are the units of which findings are shown: what
    is told elsewhere nobody would hear.
    """
    heard = [d for d in found if d.site.unit in judged and d.root is not None]
    told: dict[tuple[str, Site | None, str], Defect] = {(d.rule, d.root, d.site.function): d for d in heard}
    at_root: dict[tuple[str, Site | None], Defect] = {(d.rule, d.root): d for d in heard if d.site == d.root}
    reached: dict[tuple[str, Site | None], list[str]] = {}
    left = []
    for defect in kept:
        place = defect.rule, defect.root
        inner = at_root.get(place) or told.get((*place, defect.through)) if defect.through else None
        if inner is None or _weight(inner) < min(_weight(defect), (Confidence.MEDIUM.rank, 1)):
            left.append(defect)
        elif defect.site.function not in reached.setdefault(place, []):
            reached[place].append(defect.site.function)
    return [_reached(d, reached.get((d.rule, d.root), ())) for d in left]


def _reached(defect: Defect, callers: Sequence[str]) -> Defect:
    """The defect with the functions that lead to it, in the order of the source."""
    if not callers or defect.root is None:
        return defect
    named = [f"{name}()" for name in callers[:_NAMED]]
    more = len(callers) - len(named)
    words = f"{', '.join(named)} and {more} more" if more else " and ".join(named)
    return replace(defect, message=f"{defect.message}; reached from {words}")


def resolve(
    defects: Iterable[Defect], rules: Sequence[Rule], covers: Mapping[str, Covers]
) -> tuple[list[Defect], list[Defect]]:
    """The defects that are reported, for equal ones the surest, then the first; and those that another covers.

    ``covers`` tells by rule what its defects cover.
    """
    best: dict[tuple[object, ...], Defect] = {}
    for defect in defects:
        key = (defect.rule, defect.site.path, defect.site.unit, defect.site.start)
        known = best.get(key)
        if known is None or _weight(defect) > _weight(known):
            best[key] = defect
    kept = [d for d in best.values() if not any(_covers(o, d, covers) for o in best.values() if o is not d)]
    gravity = {rule.id: rule.gravity for rule in rules}
    return [_quieter(d, kept, gravity) for d in kept], [d for d in best.values() if d not in kept]


def _weight(defect: Defect) -> tuple[int, int]:
    loud = 0 if defect.severity is Severity.NOTE else 1
    return (defect.confidence.rank, loud)


def _covers(strong: Defect, weak: Defect, covers: Mapping[str, Covers]) -> bool:
    covered = covers[strong.rule]
    if strong.confidence.rank == 0 and weak.confidence.rank > 0:
        return False
    same_place = strong.site == weak.site or (strong.root is not None and strong.root == weak.root)
    if same_place and weak.rule in covered.at_place:
        return True
    same_function = (strong.site.path, strong.site.unit, strong.site.function) == (
        weak.site.path, weak.site.unit, weak.site.function,
    )  # fmt: skip
    shared = set(strong.symbols) & set(weak.symbols) or strong.page == weak.page
    return bool(same_function and shared and weak.rule in covered.in_function)


def _quieter(defect: Defect, kept: Iterable[Defect], gravity: Mapping[str, Gravity]) -> Defect:
    """A defect of little gravity, such as a raw operation, beside a graver one is a note."""
    graver = any(
        other.site == defect.site and gravity[other.rule] > gravity[defect.rule] and other.severity is not Severity.NOTE
        for other in kept
    )
    return replace(defect, severity=Severity.NOTE) if graver else defect
