"""Which files of a path can matter, found by bytes before anything is parsed."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path

from mtelint.config import NAME
from mtelint.engine.search import Found, read_bytes, search_each
from mtelint.model.limits import limits
from mtelint.patches import kernel_root
from mtelint.records import dataclass

HEADER = "arch/arm64/include/asm/mte.h"


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
    """What a search found: groups in order, the number of files seen, and what could not be read.

    ``scopes`` are the named files and folders, as files in them are reported.  ``configs`` are the configurations below
    that name vocabulary.
    """

    groups: list[Group] = field(default_factory=list)
    seen: int = 0
    unreadable: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    configs: list[Path] = field(default_factory=list)


def find_candidates(paths: Sequence[str], needles: Sequence[str], root: Path | None = None) -> Candidates:
    """The C files below ``paths`` that hold one of ``needles``, grouped by kernel tree (or all under ``root``)."""
    words = [needle.encode() for needle in needles]
    found = Candidates()
    groups: dict[Path | None, Group] = {}
    folders = list(dict.fromkeys(name for name in paths if os.path.isdir(name)))
    # One search for both: the word in a configuration that brings further names.
    below = dict(zip(folders, search_each(folders, [*words, b"vocabulary"], names=(NAME,)), strict=True))
    for name in paths:
        if not os.path.exists(name):
            found.unreadable.append(f"{name}: no such file or folder")
            continue
        top = root or kernel_root(Path(name))
        found.scopes.append(_shown(name, top))
        for path in _holding(name, below, found):
            text = _read(path, found)
            shown = _shown(path, top)
            group = groups.setdefault(top, Group(top))
            if text is not None and any(w in text for w in words) and all(f.shown != shown for f in group.files):
                group.files.append(FoundFile(shown, text))
    found.groups = [group for group in groups.values() if group.files]
    return found


def _shown(path: str, top: Path | None) -> str:
    return os.path.relpath(path, top) if top is not None else os.path.normpath(path)


def _holding(name: str, below: Mapping[str, Found], found: Candidates) -> Sequence[str]:
    """The named file, or the files below the named folder that hold a word."""
    if name not in below:
        found.seen += 1
        return [name]
    here = below[name]
    configs = [path for path in here.paths if os.path.basename(path) == NAME]
    found.configs.extend(map(Path, configs))
    found.seen += here.seen
    found.unreadable.extend(here.unreadable)
    return [path for path in here.paths if path not in configs]


def read_header(root: Path | None) -> bytes | None:
    """``asm/mte.h`` of the tree, which tells the era."""
    if root is None:
        return None
    try:
        return (root / HEADER).read_bytes()
    except OSError:
        return None


def _read(path: str, found: Candidates) -> bytes | None:
    try:
        if os.path.getsize(path) > limits().file_bytes:
            found.unreadable.append(f"{path}: not read: longer than file_bytes = {limits().file_bytes} allows")
            return None
        return read_bytes(path)
    except OSError as error:
        found.unreadable.append(f"{path}: {error.strerror or error}")
        return None
