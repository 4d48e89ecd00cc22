"""One defect, one finding: the most specific rule speaks, the others stay silent or become notes."""

from collections.abc import Iterable
from dataclasses import replace

from mtelint.checks.common import Defect
from mtelint.model import Severity

_AT_ITS_PLACE = {
    "MTE002": {"MTE001", "MTE003", "MTE009", "MTE010", "MTE011", "MTE015"},
    "MTE003": {"MTE011", "MTE015"},
    "MTE004": {"MTE009", "MTE011", "MTE015"},
    "MTE006": {"MTE009", "MTE011", "MTE015"},
    "MTE010": {"MTE009"},
    "MTE012": {"MTE007", "MTE005"},
    "MTE014": {"MTE013", "MTE019"},
    "MTE013": {"MTE019"},
}
"""Rule to what it covers for the same page at the same place."""
_IN_THE_FUNCTION = {
    "MTE008": {"MTE001", "MTE003", "MTE005", "MTE009", "MTE011", "MTE013", "MTE014", "MTE015", "MTE016", "MTE019"},
    "MTE011": {"MTE015"},
    "MTE012": {"MTE003", "MTE005", "MTE013", "MTE015"},
    "MTE013": {"MTE005"},
    "MTE002": {"MTE010", "MTE005", "MTE011", "MTE015"},
}
"""Rule to what it covers for the same page anywhere in the function."""


def resolve(defects: Iterable[Defect]) -> tuple[list[Defect], list[Defect]]:
    """The defects that are reported, for equal ones the surest, then the first; and those that another covers."""
    best: dict[tuple[object, ...], Defect] = {}
    for defect in defects:
        key = (defect.rule, defect.site.path, defect.site.unit, defect.site.start)
        known = best.get(key)
        if known is None or _weight(defect) > _weight(known):
            best[key] = defect
    kept = [d for d in best.values() if not any(_covers(o, d) for o in best.values() if o is not d)]
    return [_quieter(d, kept) for d in kept], [d for d in best.values() if d not in kept]


def covers(strong: str, weak: str) -> bool:
    """Whether findings of one rule may cover those of another."""
    return weak in _AT_ITS_PLACE.get(strong, ()) or weak in _IN_THE_FUNCTION.get(strong, ())


def _weight(defect: Defect) -> tuple[int, int]:
    loud = 0 if defect.severity is Severity.NOTE else 1
    return (defect.confidence.rank, loud)


def _covers(strong: Defect, weak: Defect) -> bool:
    if strong.confidence.rank == 0 and weak.confidence.rank > 0:
        return False
    same_place = strong.site == weak.site or (strong.root is not None and strong.root == weak.root)
    if same_place and weak.rule in _AT_ITS_PLACE.get(strong.rule, ()):
        return True
    same_function = (strong.site.path, strong.site.unit, strong.site.function) == (
        weak.site.path, weak.site.unit, weak.site.function,
    )  # fmt: skip
    shared = set(strong.symbols) & set(weak.symbols) or strong.page == weak.page
    return bool(same_function and shared and weak.rule in _IN_THE_FUNCTION.get(strong.rule, ()))


def _quieter(defect: Defect, kept: list[Defect]) -> Defect:
    """A raw operation beside a graver finding is a note."""
    if defect.rule not in ("MTE001", "MTE009"):
        return defect
    graver = any(
        other.site == defect.site and other.rule not in ("MTE001", defect.rule) and other.severity is not Severity.NOTE
        for other in kept
    )
    return replace(defect, severity=Severity.NOTE) if graver else defect
