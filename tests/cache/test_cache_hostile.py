"""Entries that somebody else wrote, with the right digest: nothing of them runs, and none ends a review.

The payloads are written opcode by opcode, as no pickler writes them.
"""

import hashlib
import pickle
from pathlib import Path

import pytest

from mtelint.cache import Cache
from mtelint.engine import Options, review_paths
from mtelint.model import Severity
from mtelint.model.limits import limits

KEY = "0123456789abcdef" * 2 + "01234567"


def text(word: str) -> bytes:
    return pickle.SHORT_BINUNICODE + bytes([len(word.encode())]) + word.encode()


def named(module: str, name: str) -> bytes:
    """Puts ``module.name`` on the stack."""
    return text(module) + text(name) + pickle.STACK_GLOBAL


def called(function: bytes, argument: bytes) -> bytes:
    return function + argument + pickle.TUPLE1 + pickle.REDUCE


def written(*opcodes: bytes) -> bytes:
    return pickle.PROTO + b"\x05" + b"".join(opcodes) + pickle.STOP


def entry(body: bytes) -> bytes:
    return hashlib.sha256(body).digest() + body


def read(body: bytes, folder: Path) -> object:
    folder.mkdir(exist_ok=True)
    (folder / KEY).write_bytes(entry(body))
    return Cache(folder).get(KEY)


LIMITS = "mtelint.model.limits"


def test_the_payload_would_run_where_names_are_followed(tmp_path: Path) -> None:
    pickle.loads(written(called(called(named(LIMITS, "limits.__builtins__.get"), text("eval")), made(tmp_path))))
    assert (tmp_path / "made").exists()


def made(folder: Path) -> bytes:
    """What tells that code ran."""
    return text(f"open({str(folder / 'made')!r}, 'w')")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (LIMITS, "limits.__builtins__.get"),
        (LIMITS, "limits.__globals__.get"),
        (LIMITS, "Limits.__init__"),
        (LIMITS, "Limits.__class__"),
        (LIMITS, "limits"),
        (LIMITS, "ContextVar"),
        (LIMITS, "fields"),
        (LIMITS, "NAMES"),
        (LIMITS, "__builtins__"),
        (LIMITS, "_DEFAULT"),
        ("mtelint.model.findings", "Severity.ERROR.__class__"),
        ("mtelint.model.findings", "dataclass"),
        ("mtelint.model.findings", "Enum"),
        ("mtelint.model.nothing", "Finding"),
        ("mtelint.cache", "Cache"),
        ("mtelint.engine.judge.judge", "Verdict"),
        ("builtins", "eval"),
        ("os", "system"),
    ],
)
def test_only_a_class_that_is_defined_in_the_model_is_handed_out(module: str, name: str, tmp_path: Path) -> None:
    assert read(written(named(module, name)), tmp_path / "cache") is None
    assert read(written(called(called(named(module, name), text("eval")), made(tmp_path))), tmp_path / "cache") is None
    assert not (tmp_path / "made").exists()


def test_the_classes_of_the_model_are_read(tmp_path: Path) -> None:
    assert read(written(named("mtelint.model.findings", "Severity")), tmp_path) is Severity
    assert read(pickle.dumps((limits(), Severity.ERROR)), tmp_path) == (limits(), Severity.ERROR)


SEVERITY = named("mtelint.model.findings", "Severity")
STATE = pickle.EMPTY_DICT + text("_value_") + text("note") + pickle.SETITEM


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param(called(SEVERITY, text("error")) + STATE, id="a member of an enum"),
        pytest.param(SEVERITY + pickle.NONE + STATE + pickle.TUPLE2, id="an enum"),
    ],
)
def test_what_the_whole_run_shares_is_not_changed(inside: bytes, tmp_path: Path) -> None:
    assert read(written(inside, pickle.BUILD), tmp_path) is None
    assert Severity.ERROR.value == "error"
    assert not hasattr(Severity, "_value_")


FAULTS = {
    "a persistent id": written(text("x"), pickle.BINPERSID),
    "a registered extension": written(pickle.EXT1, b"\x01"),
    "a buffer from outside": written(pickle.NEXT_BUFFER),
    "a name from the memo that is not there": written(pickle.BINGET, b"\x07"),
    "an unknown opcode": written(b"\xff"),
    "a text that says it is a terabyte": written(pickle.BINBYTES8, (1 << 40).to_bytes(8, "little")),
    "fields that are missing": written(
        named(LIMITS, "Limits"), pickle.EMPTY_TUPLE, pickle.NEWOBJ, pickle.EMPTY_LIST, pickle.BUILD
    ),
    "a number of 5,000 digits": b"I" + b"1" * 5000 + b"\n.",
    "marks and nothing else": written(pickle.MARK * 100_000),
    "nothing": b"",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_an_entry_that_cannot_be_read_counts_as_none_and_goes(kind: str, tmp_path: Path) -> None:
    assert read(FAULTS[kind], tmp_path) is None
    assert not (tmp_path / KEY).exists()


def test_a_far_place_in_the_memo_takes_no_room(tmp_path: Path) -> None:
    """The reader in C would make 64 GB of room for it."""
    assert read(written(pickle.NEWTRUE, pickle.LONG_BINPUT, b"\xff\xff\xff\xff"), tmp_path) is True


@pytest.mark.parametrize("body", [*FAULTS.values(), pickle.dumps([1, 2]), pickle.dumps(limits())])
def test_no_entry_ends_a_review(body: bytes, code: Path, tmp_path: Path) -> None:
    first = review_paths([str(code)], Options(cache=tmp_path / "cache"))
    (kept,) = (tmp_path / "cache").iterdir()
    good = kept.read_bytes()
    kept.write_bytes(entry(body))
    assert review_paths([str(code)], Options(cache=tmp_path / "cache")).findings == first.findings
    assert kept.read_bytes() == good
