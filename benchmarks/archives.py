"""Archives to sweep, written for the purpose: a public-inbox epoch, a mailbox, and a history between two kernels."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO

from written_mails import written

KINDS = 600
"""Different mails; an archive repeats them under other Message-IDs."""
OF_A_KERNEL = ("arch/arm64", "mm", "fs", "kernel", "include/linux")
_SEPARATOR = b"From a@example.org Tue Mar  3 10:00:00 2026\n"
_COMMIT = b"commit refs/heads/master\ncommitter A <a@example.org> %d +0000\ndata 7\ncommit\n"


def mails(count: int, hidden: list[str], matter: int) -> Iterator[bytes]:
    """So many mails; every ``matter``-th one holds a word of the vocabulary, the others hold none of ``hidden``."""
    harmless, harmful = written(KINDS, hidden), written(KINDS)
    for number in range(count):
        turn, left = divmod(number + 1, matter)
        mail = harmless[number % KINDS] if left else harmful[turn % KINDS]
        yield mail.replace(b"\nMessage-ID: <", b"\nMessage-ID: <%d." % number, 1)


def write_epoch(repo: Path, found: Iterator[bytes]) -> None:
    """One commit for each mail, in the file ``m``, as public-inbox (version 2) keeps them."""
    with _importing(repo) as stream:
        for number, mail in enumerate(found):
            stream.write(_COMMIT % number + b"M 100644 inline m\ndata %d\n%s\n" % (len(mail), mail))


def write_mailbox(file: Path, found: Iterator[bytes]) -> None:
    with file.open("wb") as stream:
        for mail in found:
            stream.write(_SEPARATOR + mail.replace(b"\nFrom ", b"\n>From ") + b"\n")


def write_history(repo: Path, old: Path, new: Path, most: int) -> int:
    """The older kernel as one commit, then a commit for each C file that the newer one has otherwise; their number."""
    paths = sorted(_c_files(old))
    changed = list(islice((path for path in paths if _differs(old / path, new / path)), most))
    with _importing(repo) as stream:
        stream.write(_COMMIT % 0 + b"".join(_file(path, old / path) for path in paths))
        for number, path in enumerate(changed, 1):
            stream.write(_COMMIT % number + _file(path, new / path))
    return len(changed)


def _c_files(tree: Path) -> Iterator[str]:
    for top in OF_A_KERNEL:
        for folder, _, names in os.walk(tree / top):
            paths = (os.path.join(folder, name) for name in names if name.endswith((".c", ".h")))
            yield from (os.path.relpath(path, tree) for path in paths if not os.path.islink(path))


def _differs(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() != other.read_bytes()


def _file(path: str, source: Path) -> bytes:
    text = source.read_bytes()
    return b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(text), text)


@contextmanager
def _importing(repo: Path) -> Iterator[IO[bytes]]:
    """A bare repository that takes what is written to the stream."""
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=master", repo], check=True)
    with subprocess.Popen(["git", "-C", repo, "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
        if process.stdin is None:
            raise RuntimeError("git was started without a pipe")
        yield process.stdin
    if process.returncode:
        raise SystemExit("git fast-import failed")
