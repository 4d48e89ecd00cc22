"""A boot that is a script: how the hold of a CPU goes, and what is left when a guest does not come to its end."""

import pytest
from fakes import FakeGuest, FakeStub

from mtelint.replay.gdbstub import StubError
from mtelint.replay.session import Record, attend

HELD: list[str | None] = [
    "TAP version 13",
    "@ hold mte_clear_page_tags 0xffff800080001000",
    None,
    None,
    "@ release",
    None,
]


def test_the_cpu_is_held_the_others_run_and_all_go_on_in_the_end() -> None:
    stub = FakeStub(hits=1)
    guest = FakeGuest([*HELD, "ok 1 done"], stub)
    record = attend(guest, 20)
    assert record.held
    assert record.lines[-1] == "ok 1 done"
    assert guest.told[:2] == ["armed", "held"]
    assert "Z1,ffff800080001000,4" in stub.heard
    assert "z1,ffff800080001000,4" in stub.heard
    assert "vCont;c:p01.01;c:p01.03" in stub.heard
    assert stub.all_heard()[-1] == "vCont;c"


def test_the_guest_is_told_where_each_cpu_stood() -> None:
    guest = FakeGuest([*HELD, "ok 1 done"], FakeStub(hits=1))
    attend(guest, 20)
    assert guest.told[2] == "released 0x1000 0x1000 0x1000"


def test_where_no_cpu_comes_by_the_breakpoint_is_taken_away() -> None:
    stub = FakeStub(hits=None)
    guest = FakeGuest(["@ hold f 0x10", None, "@ missed", None, "ok 1 done"], stub)
    record = attend(guest, 20)
    assert not record.held
    assert guest.told == ["armed", "released"]
    assert "z1,10,4" in stub.heard


def test_another_cpu_at_the_breakpoint_is_an_error_and_no_answer() -> None:
    guest = FakeGuest(["@ hold f 0x10", None, None], FakeStub(hits=2))
    with pytest.raises(StubError, match="CPU 2 came by where CPU 1"):
        attend(guest, 20)


def test_a_machine_that_does_not_end_is_left_after_its_time() -> None:
    guest = FakeGuest(["TAP version 13", None], FakeStub())
    record = attend(guest, 0.5)
    assert not record.in_time
    assert record.lines == ["TAP version 13"]


def test_line_ends_of_a_terminal_and_broken_text_do_no_harm() -> None:
    record = attend(FakeGuest(["ok 1 fine\r", "\x00�"], FakeStub()), 20)
    assert record.lines == ["ok 1 fine", "\x00�"]


def test_a_record_gives_what_was_told_by_word() -> None:
    assert Record(["@ waits f", "ok 1", "@ stood 2 g"]).said("waits") == ["f"]
