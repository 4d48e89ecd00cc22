"""A debugger stub and a guest that are not there: scripts at the other end of a socket pair and of two pipes."""

import contextlib
import os
import re
import socket
import threading
from typing import IO

REQUEST = re.compile(rb"\x03|\$([^#]*)#..")


def packet(text: str) -> bytes:
    return b"$%s#%02x" % (text.encode(), sum(text.encode()) & 0xFF)


def registers(pc: int, link: int = 0) -> str:
    """An answer to `g`: x0 to x30, the stack pointer and the program counter, each of 8 bytes."""
    values = [0] * 33
    values[30], values[32] = link, pc
    return b"".join(value.to_bytes(8, "little") for value in values).hex()


class FakeStub:
    """Three CPUs that stand still; `vCont;c` of all makes CPU `hits` meet the breakpoint, if one is set."""

    def __init__(self, hits: int | None = 1) -> None:
        self.ours, self._theirs = socket.socketpair()
        self.heard: list[str] = []
        self.cpus = ["p01.01", "p01.02", "p01.03"]
        self._hits = hits
        self._breakpoint = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def all_heard(self) -> list[str]:
        """What was said to the stub, once nothing more is: some of it is never answered, and so not waited for."""
        with contextlib.suppress(OSError):
            self.ours.shutdown(socket.SHUT_WR)
        self._thread.join(20)
        return self.heard

    def _serve(self) -> None:
        rest = b""
        while data := self._theirs.recv(4096):
            rest += data
            while found := REQUEST.search(rest):
                rest = rest[found.end() :]
                if found[0] == b"\x03":
                    self.heard.append("interrupt")
                    self._theirs.sendall(packet("T02thread:p01.01;"))
                else:
                    self.heard.append(found[1].decode())
                    self._reply(found[1].decode())

    def _reply(self, text: str) -> None:
        if text == "vCont;c" and self._breakpoint and self._hits is not None:
            self._theirs.sendall(b"+" + packet(f"T05thread:{self.cpus[self._hits]};"))
        elif not text.startswith("vCont"):
            self._theirs.sendall(b"+" + packet(self._answer(text)))

    def _answer(self, text: str) -> str:
        self._breakpoint = self._breakpoint if text[0] not in "Zz" else text[0] == "Z"
        answers = {"qfThreadInfo": "m" + self.cpus[0], "qsThreadInfo": "m" + ",".join(self.cpus[1:]), "?": "S05"}
        if text == "qsThreadInfo" and self.heard.count("qsThreadInfo") % 2 == 0:
            return "l"
        if text == "g":
            return registers(0x1000, 0x2000)
        return answers.get(text, "OK")


class FakeGuest:
    """A guest that says the lines of its script and waits for the host's where the script has `None`."""

    def __init__(self, script: list[str | None], stub: FakeStub) -> None:
        read, self._write = os.pipe()
        self.output: IO[bytes] = os.fdopen(read, "rb", buffering=0)
        self.told: list[str] = []
        self._heard = threading.Semaphore(0)
        self._stub = stub
        self._thread = threading.Thread(target=self._play, args=(script,), daemon=True)
        self._thread.start()

    def _play(self, script: list[str | None]) -> None:
        for line in script:
            if line is None:
                self._heard.acquire(timeout=20)
            else:
                os.write(self._write, line.encode() + b"\n")
        os.close(self._write)

    def say(self, line: str) -> None:
        self.told.append(line)
        self._heard.release()

    def connect(self) -> socket.socket:
        return self._stub.ours
