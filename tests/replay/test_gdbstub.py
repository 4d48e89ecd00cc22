"""The client of the debugger stub, against a stub that is a thread at the other end of a socket pair."""

import socket

import pytest
from fakes import FakeStub, packet, registers

from mtelint.replay.gdbstub import Registers, Stub, StubError

ENDS: list[socket.socket] = []
"""The other ends, open for as long as the tests run."""


def answered(*packets: bytes) -> Stub:
    """A stub that has said all that it will say."""
    ours, theirs = socket.socketpair()
    theirs.sendall(b"".join(packets))
    theirs.shutdown(socket.SHUT_WR)
    ENDS.append(theirs)
    return Stub(ours, timeout=1)


def test_a_question_gets_the_answer_between_dollar_and_hash() -> None:
    assert answered(b"+", packet("OK")).ask("?") == "OK"


def test_an_answer_may_come_in_pieces() -> None:
    ours, theirs = socket.socketpair()
    stub = Stub(ours, timeout=5)
    raw = packet("T05thread:p01.02;")
    theirs.sendall(raw[:4])
    theirs.sendall(raw[4:])
    assert stub.stopped(1) == "p01.02"


def test_each_packet_is_acknowledged() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(packet("OK"))
    Stub(ours, timeout=1).ask("?")
    assert theirs.recv(100) == b"$?#3f+"


def test_a_wrong_check_sum_is_an_error() -> None:
    with pytest.raises(StubError, match="check sum"):
        answered(b"$OK#00").ask("?")


def test_a_stub_that_hangs_up_is_an_error_and_not_a_wait_without_end() -> None:
    with pytest.raises(StubError, match="ended the connection"):
        answered(b"+").ask("?")


def test_a_stub_that_is_gone_is_the_same_error_and_no_broken_pipe() -> None:
    ours, theirs = socket.socketpair()
    theirs.close()
    with pytest.raises(StubError, match="ended the connection"):
        Stub(ours, timeout=1).ask("?")


def test_a_stub_that_says_nothing_is_an_error_that_names_the_question() -> None:
    ours, _theirs = socket.socketpair()
    with pytest.raises(StubError, match="no answer to 'qfThreadInfo'"):
        Stub(ours, timeout=0.05).cpus()


def test_a_breakpoint_that_is_refused_names_its_address() -> None:
    with pytest.raises(StubError, match="0xffff0000"):
        answered(packet("E22")).set_breakpoint(0xFFFF0000)


def test_the_cpus_come_from_all_parts_of_the_list() -> None:
    stub = FakeStub()
    assert Stub(stub.ours, timeout=5).cpus() == stub.cpus


def test_no_stop_within_the_time_is_none() -> None:
    ours, _theirs = socket.socketpair()
    assert Stub(ours, timeout=1).stopped(0.01) is None


def test_what_is_no_stop_where_a_stop_is_due_is_an_error() -> None:
    with pytest.raises(StubError, match="'OK'"):
        answered(packet("OK")).stopped(1)


def test_program_counter_and_link_are_found_among_the_registers() -> None:
    assert answered(packet("OK"), packet(registers(0xAB, 0xCD))).registers("p01.01") == Registers(0xAB, 0xCD)


def test_only_the_named_cpus_go_on() -> None:
    ours, theirs = socket.socketpair()
    Stub(ours, timeout=1).go(["p01.01", "p01.03"])
    assert theirs.recv(100).startswith(b"$vCont;c:p01.01;c:p01.03#")
