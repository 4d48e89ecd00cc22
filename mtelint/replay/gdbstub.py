"""A client of QEMU's debugger stub: the few words of the GDB remote serial protocol that hold a CPU at a function.

The protocol is appendix E of the GDB manual.  A packet is ``$TEXT#SUM``, each is acknowledged by ``+``; a stop is told
by a packet that begins with ``T`` or ``S``.  QEMU shows each virtual CPU as a thread.
"""

import re
import socket
import time

from msgspec import Struct

from mtelint.errors import MtelintError

_PACKET = re.compile(rb"\$([^#]*)#([0-9a-fA-F]{2})", re.DOTALL)
_THREAD = re.compile(r"thread:([^;]+);")
_INTERRUPT = b"\x03"
_REGISTER_BYTES = 8
_LINK, _PC = 30, 32
"""The numbers of x30 and the program counter in the stub's list of AArch64's registers."""
_BREAKPOINT_BYTES = 4
_ENDED = "QEMU's debugger stub has ended the connection"


class StubError(MtelintError):
    """The stub said what cannot be understood, or nothing."""


class Registers(Struct, frozen=True):
    """Where a CPU stands, and where the function that it is in was called from."""

    pc: int
    link: int


class Stub:
    """One connection to a stub; the machine stands still from here on until it is told to go on."""

    def __init__(self, connection: socket.socket, timeout: float = 30.0) -> None:
        self._socket = connection
        self._socket.settimeout(timeout)
        self._timeout = timeout
        self._got = b""

    def close(self) -> None:
        """Give the connection up; QEMU lets the machine run on."""
        self._socket.close()

    def ask(self, text: str) -> str:
        """Send a packet and return the answer to it.

        Raises:
            StubError: no answer within the time, the connection ended, or the check sum is wrong.
        """
        self._send(text)
        try:
            return self._receive(self._timeout)
        except TimeoutError:
            raise StubError(f"QEMU's debugger stub gives no answer to {text!r}") from None

    def cpus(self) -> list[str]:
        """The names of the virtual CPUs, in their order."""
        names: list[str] = []
        answer = self.ask("qfThreadInfo")
        while answer.startswith("m"):
            names += answer[1:].split(",")
            answer = self.ask("qsThreadInfo")
        return names

    def set_breakpoint(self, address: int) -> None:
        """Stop whatever CPU comes to ``address``.

        Raises:
            StubError: the stub refuses.
        """
        answer = self.ask(f"Z1,{address:x},{_BREAKPOINT_BYTES}")
        if answer != "OK":
            raise StubError(f"QEMU's debugger stub sets no breakpoint at {address:#x}: it answers {answer!r}")

    def clear_breakpoint(self, address: int) -> None:
        """Take a breakpoint away."""
        self.ask(f"z1,{address:x},{_BREAKPOINT_BYTES}")

    def go(self, cpus: list[str] | None = None) -> None:
        """Let these CPUs run, or all of them; the others stand still.  Does not wait."""
        self._send("vCont" + "".join(f";c:{cpu}" for cpu in cpus) if cpus else "vCont;c")

    def stopped(self, timeout: float) -> str | None:
        """The CPU that a breakpoint has stopped, or None if that does not happen within ``timeout`` seconds."""
        try:
            return _cpu(self._receive(timeout))
        except TimeoutError:
            return None

    def stop(self) -> None:
        """Stop all CPUs."""
        self._write(_INTERRUPT)
        try:
            self._receive(self._timeout)
        except TimeoutError:
            raise StubError("QEMU's debugger stub does not stop the machine") from None

    def registers(self, cpu: str) -> Registers:
        """Where a CPU stands.

        Raises:
            StubError: the stub does not know the CPU.
        """
        self.ask(f"Hg{cpu}")
        answer = self.ask("g")
        try:
            values = bytes.fromhex(answer)
        except ValueError:
            raise StubError(f"QEMU's debugger stub has no registers of CPU {cpu}: {answer!r}") from None
        return Registers(_word(values, _PC), _word(values, _LINK))

    def _send(self, text: str) -> None:
        raw = text.encode()
        self._write(b"$%s#%02x" % (raw, sum(raw) & 0xFF))

    def _write(self, raw: bytes) -> None:
        try:
            self._socket.sendall(raw)
        except OSError:
            raise StubError(_ENDED) from None

    def _receive(self, timeout: float) -> str:
        end = time.monotonic() + timeout
        while not (packet := _PACKET.search(self._got)):
            self._socket.settimeout(max(end - time.monotonic(), 0.001))
            try:
                data = self._socket.recv(4096)
            except ConnectionError:
                data = b""
            if not data:
                raise StubError(_ENDED)
            self._got += data
        self._got = self._got[packet.end() :]
        if sum(packet[1]) & 0xFF != int(packet[2], 16):
            raise StubError("QEMU's debugger stub sent a packet with a wrong check sum")
        self._write(b"+")
        return packet[1].decode("latin-1")


def _cpu(packet: str) -> str:
    match = _THREAD.search(packet)
    if not packet.startswith(("T", "S")) or not match:
        raise StubError(f"QEMU's debugger stub answers {packet!r} where a stop is due")
    return match[1]


def _word(values: bytes, number: int) -> int:
    return int.from_bytes(values[_REGISTER_BYTES * number : _REGISTER_BYTES * (number + 1)], "little")
