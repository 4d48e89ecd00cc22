"""Which files of a path can matter, found by bytes before anything is parsed."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mtelint.patches import kernel_root

HEADER = "arch/arm64/include/asm/mte.h"
_SUFFIXES = (".c", ".h")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that holds a word of the vocabulary; ``shown`` is its path as reported."""

    shown: str
    text: bytes


@dataclass(slots=True)
class Group:
    """Files of one kernel tree (or of none: ``root`` is None), judged together."""

    root: Path | None
    files: list[FoundFile] = field(default_factory=list)


@dataclass(slots=True)
class Candidates:
    """What a search found: groups in order, the number of files seen, and what could not be read."""

    groups: list[Group] = field(default_factory=list)
    seen: int = 0
    unreadable: list[str] = field(default_factory=list)


def find_candidates(paths: Sequence[str], needles: Sequence[str], root: Path | None = None) -> Candidates:
    """The C files below ``paths`` that hold one of ``needles``, grouped by kernel tree (or all under ``root``)."""
    words = [needle.encode() for needle in needles]
    found = Candidates()
    groups: dict[Path | None, Group] = {}
    for name in paths:
        if not os.path.exists(name):
            found.unreadable.append(f"{name}: no such file or folder")
            continue
        top = root or kernel_root(Path(name))
        for path in _files(name):
            found.seen += 1
            text = _read(path, found)
            if text is not None and any(word in text for word in words):
                group = groups.setdefault(top, Group(top))
                shown = os.path.relpath(path, top) if top is not None else os.path.normpath(path)
                if all(file.shown != shown for file in group.files):
                    group.files.append(FoundFile(shown, text))
    found.groups = list(groups.values())
    return found


def read_header(root: Path | None) -> bytes | None:
    """``asm/mte.h`` of the tree, which tells the era."""
    if root is None:
        return None
    try:
        return (root / HEADER).read_bytes()
    except OSError:
        return None


def _files(name: str) -> Iterator[str]:
    if not os.path.isdir(name):
        yield name
        return
    folders = [name]
    while folders:
        folder = folders.pop()
        inner = []
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError:
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    inner.append(entry.path)
            elif entry.name.endswith(_SUFFIXES) and entry.is_file():
                yield entry.path
        folders.extend(reversed(inner))


def _read(path: str, found: Candidates) -> bytes | None:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        found.unreadable.append(f"{path}: {error.strerror or error}")
        return None
