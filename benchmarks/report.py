"""The document that a session of measuring leaves: what was asked and reached, the tables, the machine."""

import os
import platform
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import counterparts
import rows
from limits import Reached, compared
from session import Session
from tables import limit_table, mail_table, program_table
from timing import OFTEN

HEAD = """\
# Results

mtelint {mtelint}, {tools}, Python {python}, {day}.
{machine}.

CPU is user and system time of a program and its children, the median of {runs} turns; the programs that are quick have
{often} runs in each turn, and a turn before that warms the caches.  min..max is of the same runs, wall the median on
the clock.  The ratios are of CPU, and are what counts, as the machine may have had other work.  Peak is the memory of
the largest process; it cannot be told where it is less than that of the benchmark itself.
"""
TAIL = """\
weggli is not here: neither Debian nor PyPI has it as a program.
{corpus}Written by `python benchmarks/side_by_side.py`, whose text names the command for each row.
"""


def document(session: Session, found: Reached, machine: str) -> str:
    """``machine`` is what :func:`machine` said before the session."""
    return "\n".join([_head(session, found, machine), *_tables(found), _tail(session, found)])


def _head(session: Session, found: Reached, machine: str) -> str:
    tools = [
        f"{tool.package.partition('>')[0]} {counterparts.version(tool.path)}"
        for name, tool in rows.TOOLS.items() if tool.path and found.has(name)
    ]  # fmt: skip
    version = counterparts.version(session.python, "-m", "mtelint")
    return HEAD.format(
        mtelint=version, tools=", ".join(tools) or "no other tool", python=platform.python_version(),
        day=date.today(), machine=machine, runs=session.runs, often=OFTEN,
    )  # fmt: skip


def _tables(found: Reached) -> Iterator[str]:
    limits = list(compared(found))
    if limits:
        yield limit_table(limits)
    yield from map(program_table, found.sections)
    if found.mails:
        yield mail_table(found.mails)


def machine() -> str:
    """Processors, memory, system and load."""
    model = _value("/proc/cpuinfo", "model name") or platform.machine()
    memory = int((_value("/proc/meminfo", "MemTotal") or "0").split()[0]) / 1e6
    system = platform.freedesktop_os_release().get("PRETTY_NAME", platform.system())
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} x {model}, {memory:.0f} GB, {system}, Linux {platform.release()}, load before {load}"


def _value(file: str, name: str) -> str:
    """What a file of the kernel says behind a name."""
    lines = Path(file).read_text(encoding="utf-8").splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _tail(session: Session, found: Reached) -> str:
    there = found.has("seed"), any(each.name.startswith("known") for each in found.mails)
    absent = [name for name, is_there in zip(("seed", "known"), there, strict=True)
              if name in session.wanted and not is_there]  # fmt: skip
    corpus = f"Left out, as the corpus of real mails is absent: {', '.join(absent)}.\n" if absent else ""
    return TAIL.format(corpus=corpus)
