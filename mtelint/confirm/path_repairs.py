"""Changes of a path that may rule its bad state out: each is tried in the simulator before it is named.

A repair gives the changed acts and what was done in words, or None where the path has no place for it.
"""

from collections.abc import Callable, Sequence
from inspect import isfunction

from msgspec import Struct
from msgspec.structs import replace

from mtelint.confirm.helper_names import Names
from mtelint.confirm.projection import INITIALISED, SUBJECT, Act, Do, Place
from mtelint.confirm.source_witness import act_text
from mtelint.model import BarrierKind


class Where(Struct, frozen=True):
    """The words of a repair: an act with its line, such as ``set_bit() in line 60``, and the names of the helpers."""

    names: Names
    place: Place

    def __call__(self, act: Act) -> str:
        """An act with its line."""
        text = act_text(act, self.names)
        return f"{text} in line {self.place(act.event.place)[1]}" if act.event else text


Repair = Callable[[Sequence[Act], Where], tuple[tuple[Act, ...], str] | None]

_WMB = Act(Do.BARRIER, order=BarrierKind.WRITE)
_RMB = Act(Do.BARRIER, order=BarrierKind.READ)


def _first(acts: Sequence[Act], *kinds: Do) -> int | None:
    return next((i for i, act in enumerate(acts) if act.page == SUBJECT and act.do in kinds), None)


def _last(acts: Sequence[Act], *kinds: Do) -> int | None:
    return next((i for i in range(len(acts) - 1, -1, -1) if acts[i].page == SUBJECT and acts[i].do in kinds), None)


def set_after_tags(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The set moves behind the last write of the tags, with a write barrier between; a test stays as a test."""
    first, write = _first(acts, Do.SET, Do.TEST_AND_SET), _last(acts, Do.WRITE)
    if first is None or write is None or write < first:
        return None
    moved = acts[first]
    kept = [replace(moved, do=Do.CLAIM, order=BarrierKind.FULL)] if moved.do is Do.TEST_AND_SET else []
    before = [*acts[:first], *kept]
    middle = [act for act in acts[first + 1 : write + 1] if act.do is not Do.SET or act.page != SUBJECT]
    changed = (*before, *middle, _WMB, Act(Do.SET, event=moved.event), *acts[write + 1 :])
    return changed, f"{where(moved)} placed after {where(acts[write])}, with {where.names.write_barrier}() between them"


def tags_before_set(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The tags are written before the set."""
    at = _first(acts, Do.SET, Do.TEST_AND_SET)
    if at is None:
        return None
    if acts[at].do is Do.TEST_AND_SET:
        claimed = (*acts[:at], replace(acts[at], do=Do.CLAIM), Act(Do.WRITE), _WMB, Act(Do.SET), *acts[at + 1 :])
        return claimed, f"the tags written between a claim and the set, in place of {where(acts[at])}"
    changed = (*acts[:at], Act(Do.WRITE), _WMB, *acts[at:])
    return changed, f"the tags written, and {where.names.write_barrier}(), before {where(acts[at])}"


def whole_page(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """All of the page is written before the set."""
    at = _first(acts, Do.SET, Do.TEST_AND_SET)
    if at is None:
        return None
    changed = (*acts[:at], Act(Do.WRITE), _WMB, *acts[at:])
    return changed, f"the rest of the tags written before {where(acts[at])}"


def set_at_end(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The flag is set before the path ends, and in order before a PTE that follows."""
    at = _last(acts, Do.WRITE)
    behind = f"after {where(acts[at])}" if at is not None else "before the path ends"
    tags = () if at is not None else (Act(Do.WRITE),)
    at = len(acts) - 1 if at is None else at
    mapped = next((act for act in acts[at + 1 :] if act.do is Do.PUBLISH), None)
    ordered = (_WMB,) if mapped is not None else ()
    changed = (*acts[: at + 1], *tags, _WMB, Act(Do.SET), *ordered, *acts[at + 1 :])
    first = f", and {where.names.write_barrier}() before {where(mapped)}" if mapped is not None else ""
    return changed, f"{where.names.setter}() {behind}{first}"


def set_before_release(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The set moves before what gives the page away."""
    at = _last(acts, Do.SET)
    write = _last(acts[:at], Do.WRITE) if at is not None else None
    if at is None or write is None:
        return None
    released = next((i for i in range(write + 1, at) if acts[i].do in (Do.PUT, Do.PUBLISH, Do.UNLOCK)), None)
    if released is None:
        return None
    changed = (*acts[:released], _WMB, acts[at], _WMB, *acts[released:at], *acts[at + 1 :])
    return changed, f"{where(acts[at])} and {where.names.write_barrier}() placed before {where(acts[released])}"


def test_before_read(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The helper's test guards the read."""
    at = _last(acts, Do.READ)
    if at is None:
        return None
    kept = tuple(act for act in acts[:at] if act.do is not Do.TEST or act.page != SUBJECT)
    guard = Act(Do.TEST, outcome=True, order=BarrierKind.READ, helper=True)
    return (*kept, guard, *acts[at:]), f"{where.names.tester}() found true before {where(acts[at])}"


def invert_test(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The guard the other way round."""
    at = _last(acts, Do.TEST, Do.CLAIM, Do.TEST_AND_SET)
    if at is None or acts[at].outcome is None:
        return None
    changed = (*acts[:at], replace(acts[at], outcome=not acts[at].outcome), *acts[at + 1 :])
    return changed, f"the opposite answer of {where(acts[at])}"


def barrier_before_set(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """A write barrier between the tags and the set."""
    at = _last(acts, Do.SET, Do.TEST_AND_SET)
    write = _last(acts[:at], Do.WRITE) if at is not None else None
    if at is None or write is None:
        return None
    changed = (*acts[:at], _WMB, *acts[at:])
    return changed, f"{where.names.write_barrier}() between {where(acts[write])} and {where(acts[at])}"


def barrier_after_test(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """A read barrier between the test and the read."""
    read = _last(acts, Do.READ)
    at = _last(acts[:read], Do.TEST, Do.WAIT) if read is not None else None
    if at is None or read is None:
        return None
    changed = (*acts[: at + 1], _RMB, *acts[at + 1 :])
    return changed, f"{where.names.read_barrier}() between {where(acts[at])} and {where(acts[read])}"


def barrier_after_set(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """A write barrier between the set and the PTE."""
    at, published = _last(acts, Do.SET, Do.TEST_AND_SET), _last(acts, Do.PUBLISH)
    if at is None or published is None or published < at:
        return None
    changed = (*acts[: at + 1], _WMB, *acts[at + 1 :])
    return changed, f"{where.names.write_barrier}() between {where(acts[at])} and {where(acts[published])}"


def claim_for_test(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The last test before the write becomes a claim."""
    write = _first(acts, Do.WRITE)
    at = _last(acts[:write], Do.TEST) if write is not None else None
    if at is None:
        return None
    changed = (*acts[:at], Act(Do.CLAIM, outcome=True, helper=True, event=acts[at].event), *acts[at + 1 :])
    return changed, f"{where.names.claimer}() in place of {where(acts[at])}"


def claim_before_tags(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """A claim before the tags are written."""
    at = _first(acts, Do.WRITE)
    if at is None:
        return None
    changed = (*acts[:at], Act(Do.CLAIM, outcome=True, helper=True), *acts[at:])
    return changed, f"{where.names.claimer}() found true before {where(acts[at])}"


def respect_claim(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """Only who wins the claim goes on."""
    at = _last(acts, Do.CLAIM)
    if at is None:
        return None
    changed = (*acts[:at], replace(acts[at], outcome=True), *acts[at + 1 :])
    return changed, f"the tags written only where {where(acts[at])} is true"


def right_page(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The tags that went elsewhere go to the page in question."""
    astray = (i for i, act in enumerate(acts) if act.aside or (act.do is Do.WRITE and act.page != SUBJECT))
    at = next(astray, None)
    if at is None:
        return None
    here = replace(acts[at], page=SUBJECT, aside=False)
    rest = tuple(replace(act, page=SUBJECT) if act.do is Do.SET else act for act in acts[at + 1 :])
    return (*acts[:at], here, *rest), f"the other page's address at {where(acts[at])}"


def right_word(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The helper of the folio's own kind, which uses the right word."""
    if not acts:
        return None
    changed = tuple(replace(act, right=True) for act in acts)
    return changed, f"the other domain's helper at {where(acts[-1])}"


def atomic_operation(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """An atomic operation on the word."""
    at = next((i for i, act in enumerate(acts) if act.mask), None)
    if at is None:
        return None
    changed = tuple(replace(act, mask=False) for act in acts)
    return changed, f"an atomic operation at {where(acts[at])}"


def set_before_second_claim(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The flag is set before the path claims again."""
    at = _last(acts, Do.SELF_WAIT)
    if at is None:
        return None
    tags = () if _last(acts[:at], Do.WRITE) is not None else (Act(Do.WRITE, value=INITIALISED),)
    return (*acts[:at], *tags, _WMB, Act(Do.SET), *acts[at:]), f"{where.names.setter}() before {where(acts[at])}"


def fault_before_claim(acts: Sequence[Act], where: Where) -> tuple[tuple[Act, ...], str] | None:
    """The access that may fault comes before the claim."""
    at, claim = _last(acts, Do.SELF_WAIT), _last(acts, Do.CLAIM)
    if at is None or claim is None:
        return None
    handler = (Act(Do.CLAIM, outcome=True, helper=True), Act(Do.WRITE), _WMB, Act(Do.SET))
    changed = (*acts[:claim], *handler, acts[at])
    return changed, f"{where(acts[at])} placed before {where(acts[claim])}"


REPAIRS: dict[str, Repair] = {
    name.replace("_", "-"): function
    for name, function in list(globals().items())
    if isfunction(function) and not name.startswith("_") and function.__module__ == __name__
}
"""The repairs by the names that questions use."""
