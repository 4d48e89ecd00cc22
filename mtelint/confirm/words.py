"""Acts and accesses in words."""

from mtelint.confirm.acts import Act, Do
from mtelint.confirm.thread import LOCKED, TAGGED
from mtelint.memsim.litmus.final_state import Value
from mtelint.model import BarrierKind, WriteHow

_BARRIERS = {
    BarrierKind.WRITE: "smp_wmb()", BarrierKind.READ: "smp_rmb()", BarrierKind.FULL: "smp_mb()",
    BarrierKind.ACQUIRE: "acquire", BarrierKind.RELEASE: "release",
}  # fmt: skip
_PLAIN = {
    Do.TEST: "the test of the flag", Do.CLAIM: "the claim", Do.TEST_AND_SET: "test_and_set_bit()",
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


def act_text(act: Act) -> str:
    """An act by the function that the source calls there, else by what happens."""
    event = act.event
    if event is not None and event.callee and event.inner is None and act.do is not Do.BARRIER:
        return f"{event.callee}()"
    if act.do is Do.BARRIER:
        return _BARRIERS[act.order or BarrierKind.FULL]
    if act.do is Do.WRITE:
        return _WRITTEN[event.how or WriteHow.CLEAR] if event is not None else "the caller writes the tags"
    if event is None:
        return f"{_PLAIN[act.do]} in the caller"
    if act.do is Do.SELF_WAIT and event.kind.value == "fault":
        return "the access faults, and its handler claims the page"
    return _PLAIN[act.do]


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
