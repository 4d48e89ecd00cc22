"""A witness of the simulator as an interleaving of source lines, each act and access in words."""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from mtelint.confirm.helper_names import Names
from mtelint.confirm.litmus_program import Setup
from mtelint.confirm.projection import Act, Do, Place
from mtelint.confirm.thread import LOCKED, TAGGED
from mtelint.memsim.litmus.final_state import Value
from mtelint.memsim.search.execution_witness import Step, Witness
from mtelint.model import BarrierKind, SimulationStep, WriteHow

_PLAIN = {
    Do.TEST: "the test of the flag", Do.CLAIM: "the claim",
    Do.SET: "the set of the flag", Do.CLEAR: "the clearing of the flag", Do.READ: "the read of the tags",
    Do.LOCK: "the lock is taken", Do.UNLOCK: "the lock is dropped", Do.PUBLISH: "the PTE is installed",
    Do.PUT: "the reference is dropped", Do.WAIT: "the wait for the flag", Do.SELF_WAIT: "the second claim",
}  # fmt: skip
_WRITTEN = {
    WriteHow.CLEAR: "the tags are cleared", WriteHow.ZERO_CLEAR: "the tags are cleared with the data",
    WriteHow.COPY: "the tags are copied", WriteHow.RESTORE: "the tags are restored",
    WriteHow.USER: "the tags are copied from the user",
}  # fmt: skip
_TAGS = {0: "stale", 1: "initialised", 2: "the user's", 3: "new", 4: "the other initialiser's"}
_NO_PLACE = ("", None)


class _Access(Struct, frozen=True):
    """One access of the story: a read, a write, or both in one; ``numbers`` are those of its witness steps."""

    step: Step
    read: Value | None
    written: Value | None
    numbers: tuple[int, ...]


def story(
    witness: Witness, setup: Setup, acts: Sequence[Act], place: Place, names: Names
) -> tuple[SimulationStep, ...]:
    """The steps in the order in which they take effect; those of the path carry path and line of the source."""
    accesses = _merged([step for step in witness.steps if _shown(step, acts)])
    written = _overwritten(witness)
    overtakes = _overtaken(witness, accesses, place)
    steps = []
    for access in accesses:
        path, line = _place(access.step, place)
        note = _note(access, accesses, written) + _turned_away(access)
        late = [overtakes[number] for number in access.numbers if number in overtakes]
        note = "; ".join(part for part in (note, *dict.fromkeys(late)) if part)
        steps.append(SimulationStep(access.step.thread, path, line, _text(access.step, setup, names), note))
    return tuple(steps)


def _shown(step: Step, acts: Sequence[Act]) -> bool:
    """Accesses, and those fences that are lines of their own on the path."""
    if step.reads or step.writes:
        return True
    act = step.tag
    if not isinstance(act, Act) or act.do is not Do.BARRIER or act.event is None:
        return False
    return not any(other.event and other.event.site == act.event.site for other in acts if other.do is Do.SET)


def _merged(steps: Sequence[Step]) -> list[_Access]:
    """The two halves of a read-modify-write are one access, at the place of its write."""
    found: list[_Access] = []
    for step in steps:
        read = step.value if step.reads else None
        written = step.value if step.writes else None
        half = next((i for i, access in enumerate(found) if _halves(access, step)), None)
        numbers: tuple[int, ...] = (step.number,)
        if half is not None:
            first = found.pop(half)
            read, numbers = first.read, (*first.numbers, step.number)
        found.append(_Access(step, read, written, numbers))
    return found


def _halves(first: _Access, step: Step) -> bool:
    same = (first.step.thread, first.step.tag, first.step.line, first.step.location) == (
        step.thread, step.tag, step.line, step.location,
    )  # fmt: skip
    return same and step.writes and first.written is None and first.step.sort.startswith(("R*", "LKR"))


def _place(step: Step, place: Place) -> tuple[str, int | None]:
    act = step.tag
    if isinstance(act, Act) and act.event is not None:
        return place(act.event.place)
    return _NO_PLACE


def _text(step: Step, setup: Setup, names: Names) -> str:
    act = step.tag
    if isinstance(act, Act):
        return act_text(act, names)
    return setup.comments.get(step.line, step.sort)


def _note(access: _Access, accesses: Sequence[_Access], overwritten: dict[int, Value]) -> str:
    note = access_note(access.step.location, access.read, access.written)
    if not access.step.location.startswith("mt") or access.written is None:
        return note
    if any(overwritten.get(number) == 2 for number in access.numbers) and access.written != 2:
        return "wipes the tags that the user stored"
    at = accesses.index(access)
    late = any(
        other.read == 0 and other.step.location == access.step.location and other.step.thread != access.step.thread
        for other in accesses[:at]
    )
    return f"{note}: too late" if late else note


def _turned_away(access: _Access) -> str:
    """A test or a claim that comes out otherwise than on the path."""
    act = access.step.tag
    if not isinstance(act, Act) or act.outcome is None or not isinstance(access.read, int):
        return ""
    held = bool(access.read & (LOCKED if act.do is Do.CLAIM and access.written is not None else TAGGED))
    expected = not act.outcome if act.do in (Do.CLAIM, Do.TEST_AND_SET) and access.written is not None else True
    if act.do in (Do.TEST, Do.WAIT):
        expected = act.outcome
    return "" if held == expected else ", so the branch to the tags is not taken"


def _overwritten(witness: Witness) -> dict[int, Value]:
    """Write to the value that it replaces."""
    values = {step.number: step.value for step in witness.steps}
    replaced: dict[int, Value] = {}
    for order in witness.coherence.values():
        for earlier, later in pairwise(order):
            value = values.get(earlier)
            if value is not None:
                replaced[later] = value
    return replaced


def _overtaken(witness: Witness, accesses: Sequence[_Access], place: Place) -> dict[int, str]:
    """Steps of the path that take effect before an earlier one, with the line that they overtake."""
    shown = {number: access for access in accesses for number in access.numbers}
    found: dict[int, str] = {}
    for earlier, later in witness.reordered:
        first, second = shown.get(earlier), shown.get(later)
        if first is None or second is None or first is second:
            continue
        _, line = _place(first.step, place)
        if line is not None:
            found.setdefault(later, f"takes effect before line {line}")
    return found


def act_text(act: Act, names: Names) -> str:
    """An act by the function that the source calls there, else by what happens."""
    event = act.event
    if event is not None and event.callee and event.inner is None and act.do is not Do.BARRIER:
        return f"{event.callee}()"
    if act.do is Do.BARRIER:
        return names.barrier(act.order or BarrierKind.FULL)
    if act.do is Do.WRITE:
        return _WRITTEN[event.how or WriteHow.CLEAR] if event is not None else "the caller writes the tags"
    plain = f"{names.test_and_set}()" if act.do is Do.TEST_AND_SET else _PLAIN[act.do]
    if event is None:
        return f"{plain} in the caller"
    if act.do is Do.SELF_WAIT and event.kind.value == "fault":
        return "the access faults, and its handler claims the page"
    return plain


def access_note(location: str, read: Value | None, written: Value | None) -> str:
    """What an access to a location saw and left, in the words of the protocol."""
    if location.startswith("flags"):
        return _flags_note(read, written)
    if location.startswith("mt"):
        whose = " of another page" if "_" in location else ""
        if written is not None:
            return f"writes {_tags(written)} tags{whose}" if written else f"leaves the tags{whose} stale"
        return f"reads STALE tags{whose}" if read == 0 else f"reads {_tags(read)} tags{whose}"
    if location.startswith("pte") and read is not None:
        return "finds the page mapped" if read else "finds no mapping"
    if location == "elsewhere":
        return "writes to other memory"
    return ""


def _tags(value: Value | None) -> str:
    return _TAGS.get(value, str(value)) if isinstance(value, int) else str(value)


def _flags_note(read: Value | None, written: Value | None) -> str:
    before, after = (value if isinstance(value, int) else None for value in (read, written))
    if after is None:
        return "" if before is None else "the flag is set" if before & TAGGED else "the flag is clear"
    if before is None:
        return f"the word becomes {_bits(after)}"
    gained = after & ~before
    if gained & TAGGED:
        return "flag clear -> set"
    if gained & LOCKED:
        return "takes the claim"
    if before & TAGGED and not after & TAGGED:
        return "flag set -> clear"
    return f"changes nothing ({_bits(after)})" if after == before else f"the word becomes {_bits(after)}"


def _bits(word: int) -> str:
    names = [name for bit, name in ((TAGGED, "flag"), (LOCKED, "lock bit"), (4, "another bit")) if word & bit]
    return " + ".join(names) or "empty"
