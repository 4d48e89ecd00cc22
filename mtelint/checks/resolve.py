"""One defect, one finding: the most specific rule speaks, the others stay silent or become notes."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence

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
    near = _Neighbours(best.values(), covers)
    beneath = {id(d) for d in best.values() if any(_covers(o, d, covers) for o in near.of(d) if o is not d)}
    kept = [d for d in best.values() if id(d) not in beneath]
    gravity = {rule.id: rule.gravity for rule in rules}
    beside = _grouped(kept, lambda defect: [defect.site])
    quieter = [_quieter(d, beside[d.site], gravity) for d in kept]
    return quieter, [d for d in best.values() if id(d) in beneath]


class _Neighbours:
    """Defects by what one that covers another has in common with it, so that not all are compared with all."""

    def __init__(self, defects: Iterable[Defect], covers: Mapping[str, Covers]) -> None:
        found = list(defects)
        self._at_place = _grouped((d for d in found if covers[d.rule].at_place), _places)
        self._in_function = _grouped((d for d in found if covers[d.rule].in_function), _pages)

    def of(self, defect: Defect) -> Iterator[Defect]:
        """Those that may cover ``defect``, some of them more than once."""
        for place in _places(defect):
            yield from self._at_place.get(place, ())
        for page in _pages(defect):
            yield from self._in_function.get(page, ())


def _places(defect: Defect) -> list[Hashable]:
    return [("site", defect.site), *([("root", defect.root)] if defect.root is not None else ())]


def _pages(defect: Defect) -> list[Hashable]:
    """What the defect is about, in its function."""
    function = (defect.site.path, defect.site.unit, defect.site.function)
    return [(*function, page) for page in (defect.page, *defect.symbols)]


def _grouped(defects: Iterable[Defect], keys: Callable[[Defect], Iterable[Hashable]]) -> dict[Hashable, list[Defect]]:
    found: dict[Hashable, list[Defect]] = {}
    for defect in defects:
        for key in keys(defect):
            found.setdefault(key, []).append(defect)
    return found


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


def _quieter(defect: Defect, beside: Iterable[Defect], gravity: Mapping[str, Gravity]) -> Defect:
    """A defect of little gravity, such as a raw operation, beside a graver one at its site is a note."""
    graver = any(gravity[other.rule] > gravity[defect.rule] and other.severity is not Severity.NOTE for other in beside)
    return replace(defect, severity=Severity.NOTE) if graver else defect
