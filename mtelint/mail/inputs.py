"""What a name on the command line stands for: a file, a Maildir, a folder of patches, standard input."""

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from mtelint.errors import InputError

_SUFFIXES = re.compile(r"(?:\.(?:eml|mbox|mbx|patch|diff|txt|mail|html?)(?:\.(?:gz|xz|bz2))?|/\d+)$", re.IGNORECASE)


class Input(Struct, frozen=True):
    """One stream to be read; `open` raises OSError as ``open`` does.  `is_file` tells that `name` is all it takes."""

    name: str
    open: Callable[[], BinaryIO]
    is_file: bool = False

    @classmethod
    def of_file(cls, name: str) -> "Input":
        """The stream of a file, which need not be there any more."""
        return cls(name, partial(_opened, name), is_file=True)


def _opened(name: str) -> BinaryIO:
    return open(name, "rb")


def inputs(name: str, stdin: BinaryIO | None = None) -> Iterator[Input]:
    """The streams behind `name`, in the order of their names.

    ``-`` is standard input (or `stdin`).  A folder with ``cur/`` and ``new/`` is a Maildir; of any other folder, the
    mails, patches and mailboxes in it count, by suffix or a number as name (MH).  Raises :class:`InputError` where
    there is nothing of that name, a folder holds nothing of the kind, or neither can be told.
    """
    if name == "-":
        stream = stdin or sys.stdin.buffer
        yield Input("<stdin>", lambda: stream)
        return
    try:
        found = _found(name)
    except OSError as error:
        raise InputError(f"{name}: {error.strerror or error}") from error
    yield from map(Input.of_file, found)


def _found(name: str) -> list[str]:
    path = Path(name)
    if not path.is_dir():
        if not path.exists():
            raise InputError(f"{name}: no such file")
        if path.is_fifo() and not name.startswith(("/dev/", "/proc/")):  # the shell's own have a writer already
            raise InputError(f"{name}: a pipe, which is waited for without end: read it as standard input (- < {name})")
        return [name]
    if _is_maildir(path):
        return list(map(str, _files(path)))
    found = list(map(str, _files(path)))
    if not found:
        raise InputError(f"{name}: a folder without mails or patches (Maildir, *.eml, *.mbox, *.patch, *.diff)")
    return found


def _files(folder: Path) -> Iterator[Path]:
    if _is_maildir(folder):
        yield from sorted(
            (file for part in ("cur", "new") for file in (folder / part).iterdir() if file.is_file()),
            key=lambda file: file.name,
        )
        return
    for file in sorted(folder.iterdir(), key=_natural):
        if file.is_file() and _SUFFIXES.search(f"/{file.name}"):
            yield file


def _is_maildir(folder: Path) -> bool:
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def _natural(file: Path) -> tuple[int, str]:
    return (int(file.name), "") if file.name.isdigit() else (sys.maxsize, file.name)
