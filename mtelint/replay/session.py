"""One boot from start to power-off: reads the console, and holds a CPU when the guest asks for it.

The lines are those of ``demonstrations/include/hold.h``, whose comment is their specification.
"""

import os
import re
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from typing import IO, Protocol

from msgspec import Struct, field

from mtelint.replay.gdbstub import Stub, StubError

_ASK = re.compile(r"^@ hold (\S+) 0x([0-9a-f]+)$")
_SAMPLES = 6
_BETWEEN_SAMPLES = 0.05
_HELD_CPU = 1
_POLL = 0.25


class Guest(Protocol):
    """What a session needs of a machine."""

    @property
    def output(self) -> IO[bytes]:
        """The console."""

    def say(self, line: str) -> None:
        """Type a line on the console."""

    def connect(self) -> socket.socket:
        """A connection to the debugger stub."""


class Record(Struct):
    """What came out of a boot."""

    lines: list[str] = field(default_factory=list)
    in_time: bool = True
    """False where the machine had to be ended."""
    held: bool = False
    """Whether a CPU was held."""

    def said(self, word: str) -> list[str]:
        """What the guest told by its lines ``@ WORD ...``."""
        return [line.removeprefix(f"@ {word} ") for line in self.lines if line.startswith(f"@ {word} ")]


def attend(guest: Guest, seconds: float, tell: Callable[[str], None] = lambda line: None) -> Record:
    """Follow a machine until its console ends or ``seconds`` are over; ``tell`` gets each line as it comes."""
    record = Record()
    hold = _Hold(guest, record)
    for line in _lines(guest.output, time.monotonic() + seconds, hold.look):
        if line is None:
            record.in_time = False
            break
        record.lines.append(line)
        tell(line)
        hold.answer(line)
    hold.close()
    return record


def _lines(stream: IO[bytes], end: float, idle: Callable[[], None]) -> Iterator[str | None]:
    """The lines of a console, as they come; None for the end of the time.  ``idle`` is called between them."""
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while time.monotonic() < end:
            idle()
            if not selector.select(_POLL):
                continue
            data = os.read(stream.fileno(), 65536)
            if not data:
                if rest:
                    yield rest.decode("utf-8", "replace")
                return
            *whole, rest = (rest + data).split(b"\n")
            for raw in whole:
                yield raw.decode("utf-8", "replace").rstrip("\r")
    yield None


class _Hold:
    """Answers the guest's lines about the hold of a CPU."""

    def __init__(self, guest: Guest, record: Record) -> None:
        self._guest = guest
        self._record = record
        self._stub: Stub | None = None
        self._address: int | None = None
        """Where the breakpoint is, while there is one."""

    def answer(self, line: str) -> None:
        """Do what the line asks for."""
        if asked := _ASK.match(line):
            self._arm(int(asked[2], 16))
        elif line in ("@ release", "@ missed"):
            self._let_go()

    def look(self) -> None:
        """See whether a CPU has met the breakpoint; if so, hold it and let the others run."""
        if self._stub is None or self._address is None:
            return
        cpu = self._stub.stopped(0.01)
        if cpu is None:
            return
        cpus = self._stub.cpus()
        if cpu != cpus[_HELD_CPU]:
            raise StubError(f"CPU {cpus.index(cpu)} came by where CPU {_HELD_CPU} was meant to be held")
        self._stub.clear_breakpoint(self._address)
        self._address = None
        self._record.held = True
        self._stub.go([each for each in cpus if each != cpu])
        self._guest.say("held")

    def close(self) -> None:
        """Give the connection up."""
        if self._stub:
            self._stub.close()

    def _arm(self, address: int) -> None:
        self._stub = Stub(self._guest.connect())
        self._stub.ask("?")
        self._stub.set_breakpoint(address)
        self._address = address
        self._stub.go()
        self._guest.say("armed")

    def _let_go(self) -> None:
        """Let all CPUs run, and tell the guest where each one stood: at several moments, for the sake of interrupts."""
        if self._stub is None:
            return
        self._stub.stop()
        if self._address is not None:
            self._stub.clear_breakpoint(self._address)
            self._address = None
        stood = self._samples(self._stub) if self._record.held else []
        self._stub.go()
        self._guest.say(" ".join(["released", *(",".join(f"{pc:#x}" for pc in places) for places in stood)]))

    def _samples(self, stub: Stub) -> list[list[int]]:
        """Where each CPU stands, at a few moments between which all but the held one run."""
        cpus = stub.cpus()
        moments = []
        for turn in range(_SAMPLES):
            if turn:
                stub.go([each for number, each in enumerate(cpus) if number != _HELD_CPU])
                time.sleep(_BETWEEN_SAMPLES)
                stub.stop()
            moments.append([stub.registers(cpu).pc for cpu in cpus])
        return [sorted(set(places)) for places in zip(*moments, strict=True)]
