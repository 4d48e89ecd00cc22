"""What git prints, read while it prints: for output that is longer than anybody wants to hold."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from mtelint.errors import InputError
from mtelint.patches.gitio import git_command, git_environment


@contextmanager
def git_output(repo: Path, *arguments: str, asked: str = "") -> Iterator[IO[bytes]]:
    """Standard output of a contained git call whose standard input is ``asked``; who leaves early ends it.

    Raises :class:`InputError` with git's own words where it fails, after what it printed was read to the end.
    """
    # Questions by a file: through a pipe git would wait for us to read while we wait for git to.
    with tempfile.TemporaryFile() as questions, tempfile.TemporaryFile() as words:
        questions.write(asked.encode("utf-8", "surrogateescape"))
        questions.seek(0)
        process = _started(repo, arguments, questions, words)
        stdout, whole = process.stdout, False
        if stdout is None:
            raise RuntimeError("git was started without a pipe")
        try:
            yield stdout
            whole = not stdout.read(1)
        finally:
            if not whole:
                process.kill()
            stdout.close()
            process.wait()
        if whole and process.returncode:
            words.seek(0)
            said = words.read().decode("utf-8", "replace").strip().splitlines()
            raise InputError(f"{repo}: git {arguments[0]}: {said[-1] if said else 'failed'}")


def git_lines(repo: Path, *arguments: str) -> Iterator[str]:
    """The lines that a git call prints, as they come; raises as :func:`git_output`."""
    with git_output(repo, *arguments) as stream:
        for line in stream:
            yield line.decode("utf-8", "surrogateescape").rstrip("\n")


def _started(repo: Path, arguments: tuple[str, ...], stdin: IO[bytes], stderr: IO[bytes]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            git_command(repo, *arguments), env=git_environment(), stdin=stdin, stdout=subprocess.PIPE, stderr=stderr
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error}") from error
