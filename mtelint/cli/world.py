"""What a command may touch of the world: streams, environment, and the services behind the commands."""

import errno
import io
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

from msgspec import Struct, field

from mtelint.report import Style
from mtelint.report.style import NARROWEST, WIDEST

if TYPE_CHECKING:  # the engine brings the parser along, which `--version` and `--help` can do without
    from mtelint.engine import Input, Options
    from mtelint.model import Report
    from mtelint.rulebook import Rulebook


def _review_patches(inputs: "Iterable[Input]", options: "Options") -> "Report":
    from mtelint.engine import review_patches

    return review_patches(inputs, options)


def _review_paths(paths: Sequence[str], options: "Options") -> "Report":
    from mtelint.engine import review_paths

    return review_paths(paths, options)


def _review_changes(repo: Path, spec: str | None, options: "Options") -> "Report":
    from mtelint.engine import review_changes

    return review_changes(repo, spec, options)


def _rulebook() -> "Rulebook":
    from mtelint.rulebook import load

    return load()


class World(Struct, frozen=True):
    """Streams and services of one run; a test replaces what it wants to see."""

    stdin: BinaryIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    review_patches: "Callable[[Iterable[Input], Options], Report]" = field(default=_review_patches)
    review_paths: "Callable[[Sequence[str], Options], Report]" = field(default=_review_paths)
    review_changes: "Callable[[Path, str | None, Options], Report]" = field(default=_review_changes)
    rulebook: "Callable[[], Rulebook]" = field(default=_rulebook)

    @property
    def colored(self) -> bool:
        """Whether standard output takes colours: a terminal that is not dumb, and ``NO_COLOR`` unset or empty."""
        wanted = not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb"
        return wanted and self.stdout.isatty()

    def style(self, stats: bool = False) -> Style:
        """The style for standard output: a terminal's width and colours there, the plain style elsewhere."""
        if not self.stdout.isatty():
            return Style(stats=stats)
        import shutil

        columns = shutil.get_terminal_size().columns
        return Style(self.colored, min(max(columns, NARROWEST), WIDEST), clip=True, stats=stats)


def real_world() -> World:
    """The process's own streams and environment; what a stream's encoding lacks is written as an escape.

    An output that is closed (``>&-``) takes what it is given; an input that is closed cannot be read.
    """
    sys.stdin = sys.stdin or io.TextIOWrapper(io.BufferedReader(_Closed()))
    sys.stdout = sys.stdout or _nothing()
    sys.stderr = sys.stderr or _nothing()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return World(sys.stdin.buffer, sys.stdout, sys.stderr, os.environ)


class _Closed(io.RawIOBase):
    """A standard input that is closed: nothing to review there is not the same as an empty mail."""

    def readable(self) -> bool:
        """Whoever reads learns why that fails."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Fail."""
        del buffer
        raise OSError(errno.EBADF, "it is closed")


def _nothing() -> TextIO:
    return io.TextIOWrapper(os.fdopen(os.open(os.devnull, os.O_RDWR), "wb"), encoding="utf-8")
