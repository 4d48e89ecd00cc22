"""A virtual machine under QEMU, with its console as lines."""

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from msgspec import Struct

from mtelint.errors import MtelintError
from mtelint.replay.kernel import Kernel
from mtelint.replay.tools import Tools

_APPEND = "console=ttyAMA0 loglevel=4 panic=-1"
_HELD = " isolcpus=1 irqaffinity=0 rcupdate.rcu_cpu_stall_suppress=1"
"""The CPU that is held gets no work but the process that asks for it: else the console's worker may hang there."""
_ARGUMENTS = "mtelint.args="
_CPUS = 3
"""One for the program, one that is held, one for its rival."""


class MachineError(MtelintError):
    """QEMU did not start, or its debugger stub cannot be reached."""


class Boot(Struct, frozen=True):
    """What one boot is made of."""

    kernel: Kernel
    initramfs: Path
    arguments: str = ""
    disk: Path | None = None


def command_line(tools: Tools, boot: Boot, stub: Path | None) -> list[str]:
    """The words that start QEMU: memory tagging needs ``mte=on`` of the board and a CPU that has it."""
    words = [
        str(tools.qemu),
        "-machine",
        "virt,mte=on,gic-version=3",
        "-cpu",
        "max,pauth-impdef=on",
        "-smp",
        str(_CPUS),
        "-m",
        "1G",
    ]
    words += ["-accel", "tcg,thread=multi", "-nographic", "-monitor", "none", "-serial", "stdio", "-nic", "none"]
    words += ["-no-reboot", "-kernel", str(boot.kernel.image), "-initrd", str(boot.initramfs)]
    words += ["-append", f"{_APPEND}{_HELD if stub else ''} {_ARGUMENTS}{boot.arguments}"]
    if tools.data:
        words += ["-L", str(tools.data)]
    if boot.disk:
        drive = f"file={boot.disk},if=none,format=raw,id=disk"
        words += ["-drive", drive, "-device", "virtio-blk-pci,drive=disk,romfile="]
    if stub:
        words += ["-gdb", f"unix:{stub},server=on,wait=off"]
    return words


class Machine:
    """A running machine; leaving the ``with`` block ends it, whatever it does."""

    def __init__(self, tools: Tools, boot: Boot, stub: Path | None) -> None:
        self._stub = stub
        words = ["nice", "-n", "5", *command_line(tools, boot, stub)]
        try:
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(tools.environment),
            )
        except OSError as error:
            raise MachineError(f"{tools.qemu}: cannot be started: {error.strerror}") from None

    def __enter__(self) -> "Machine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):  # a line that the machine did not live to read
                    stream.close()

    @property
    def output(self) -> IO[bytes]:
        """What the console prints."""
        assert self._process.stdout is not None
        return self._process.stdout

    def say(self, line: str) -> None:
        """Type a line on the console; nothing if the machine is gone."""
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()

    def connect(self, patience: float = 10.0) -> socket.socket:
        """A connection to the debugger stub.

        Raises:
            MachineError: there is none within ``patience`` seconds.
        """
        end = time.monotonic() + patience
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(os.fspath(self._stub or ""))
                return connection
            except OSError as error:
                connection.close()
                if time.monotonic() > end:
                    raise MachineError(f"QEMU's debugger stub cannot be reached: {error.strerror}") from None
                time.sleep(0.05)


def words_of(arguments: Sequence[str]) -> str:
    """The guest's arguments as one word of a kernel command line."""
    return ",".join(arguments)
