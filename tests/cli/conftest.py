"""Runs the command line with streams that a test can look into and an engine that answers what it is told."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from mtelint.cli.guard import main
from mtelint.cli.world import World
from mtelint.engine import Input, Options
from mtelint.model import Confidence, Era, Finding, Origin, Report, Severity


class Terminal(io.StringIO):
    """Standard output that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


class TerminalInput(io.BytesIO):
    """Standard input with nobody piping anything in."""

    def isatty(self) -> bool:
        return True


@dataclass
class Run:
    """What one command line did; ``options`` and ``read`` are what the engine was asked and given."""

    code: int
    out: str
    err: str
    options: Options | None = None
    read: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def finding() -> Finding:
    return Finding(
        rule="MTE002", name="flag-before-tags", severity=Severity.ERROR, confidence=Confidence.HIGH,
        message="the flag comes first", path="mm/a.c", function="f", line=3, column=2, end_line=3, end_column=5,
        snippet="\tset();", fingerprint="f00", page="page", era=Era.C, origin=Origin.INTRODUCED,
    )  # fmt: skip


@pytest.fixture
def run() -> Callable[..., Run]:
    """``run("patch", "a.mbox", report=..., stdin=b"...", tty=...)`` with an engine that answers ``report``."""

    def call(*words: str, report: Report | Exception | None = None, stdin: bytes = b"", tty: bool = False,
             environ: dict[str, str] | None = None) -> Run:  # fmt: skip
        result = Run(0, "", "")

        def answer(options: Options) -> Report:
            result.options = options
            if isinstance(report, Exception):
                raise report
            return replace(report or Report(), command=options.command)

        def patches(inputs: Iterable[Input], options: Options) -> Report:
            for each in inputs:
                with each.open() as stream:
                    result.read.append((each.name, stream.read()))
            return answer(options)

        def paths(names: Sequence[str], options: Options) -> Report:
            result.read = [(name, b"") for name in names]
            return answer(options)

        out = Terminal() if tty else io.StringIO()
        err = io.StringIO()
        source = TerminalInput(stdin) if tty else io.BytesIO(stdin)
        world = World(source, out, err, environ or {}, patches, paths)
        result.code = main(words, world)
        result.out, result.err = out.getvalue(), err.getvalue()
        return result

    return call
