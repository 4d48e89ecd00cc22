"""Which files of a path can matter, found by bytes before anything is parsed."""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field

from mtelint.config import NAME
from mtelint.engine.find.tree_prefixes import prefixed_path, tree_prefixes
from mtelint.engine.find.word_search import SUFFIXES, Found, holds, read_bytes, search_each, stems
from mtelint.model import Vocabulary
from mtelint.model.limits import limits
from mtelint.patches.trees import kernel_root


class FoundFile(Struct, frozen=True):
    """A file that holds a word of the vocabulary; ``shown`` is its path as reported."""

    shown: str
    text: bytes


class Group(Struct):
    """Files of one kernel tree (or of none: ``root`` is None), judged together.

    ``below`` is what their paths begin with in a report on several trees, else empty.
    """

    root: Path | None
    files: list[FoundFile] = field(default_factory=list)
    below: str = ""


class Candidates(Struct):
    """What a search found: groups in order, the number of files seen, and what could not be read.

    ``scopes`` are the named files and folders, as files in them are reported.  ``configs`` are the configurations below
    that name vocabulary.
    """

    groups: list[Group] = field(default_factory=list)
    seen: int = 0
    unreadable: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    configs: list[Path] = field(default_factory=list)


def find_candidates(paths: Sequence[str], vocabulary: Vocabulary, root: Path | None = None) -> Candidates:
    """The C files below ``paths`` that hold a word of the vocabulary, by kernel tree (or all under ``root``)."""
    return _Search(vocabulary, root).run(paths)


def find_callers(folders: Sequence[str], names: Sequence[str], vocabulary: Vocabulary, root: Path | None) -> Candidates:
    """The C files below ``folders`` that hold one of the names, of the kernel tree ``root`` (None: of none)."""
    found = _Search(vocabulary, None, [name.encode() for name in names]).run(folders)
    found.groups = [group for group in found.groups if group.root == root]
    return found


class _Search:
    """One search: what the paths stand for, which tree each found file is of, and what it is called in reports."""

    def __init__(self, vocabulary: Vocabulary, root: Path | None, words: Sequence[bytes] = ()) -> None:
        words = list(words) or [needle.encode() for needle in vocabulary.needles]
        self._words, self._stems, self._root, self._headers = words, stems(words), root, vocabulary.headers
        self._found = Candidates()
        self._groups: dict[Path | None, Group] = {}
        self._taken: set[str] = set()
        self._roots: dict[str, Path | None] = {}
        self._scopes: list[tuple[Path | None, str]] = []

    def run(self, paths: Sequence[str]) -> Candidates:
        """Search the named files and folders; one that lies in another is not searched twice."""
        found = self._found
        folders = _outermost([name for name in paths if os.path.isdir(name)])
        # One search for both: the word in a configuration that brings further names.
        below = search_each(list(folders), [*self._words, b"vocabulary"], names=(NAME,))
        for name in dict.fromkeys(paths):
            if name in folders:
                self._take_all(name, folders[name], below[list(folders).index(name)])
            elif os.path.isdir(name):
                self._scope(name, os.path.realpath(name))
            else:
                self._take_named(name, folders.values())
        found.groups = [group for group in self._groups.values() if group.files]
        names = tree_prefixes(self._roots.values())
        for group in found.groups:
            group.below = names.get(group.root, "")
        found.scopes = [prefixed_path(names.get(top, ""), shown) for top, shown in self._scopes]
        found.unreadable.extend(_hidden_headers([g.root for g in found.groups if g.root is not None], self._headers))
        return found

    def _take_all(self, name: str, real: str, here: Found) -> None:
        """The files below a folder that hold a word."""
        found = self._found
        found.seen += here.seen
        found.unreadable.extend(here.unreadable)
        self._scope(name, real)
        for path in here.paths:
            if os.path.basename(path) == NAME:
                found.configs.append(Path(path))
            else:
                self._take(path, os.path.normpath(real + os.sep + path[len(name) :]))

    def _take_named(self, name: str, folders: Iterable[str]) -> None:
        """A file by its name, which may be a pipe."""
        try:
            plain = stat.S_ISREG(os.stat(name).st_mode)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            self._found.unreadable.append(f"{name}: {'no such file or folder' if missing else error.strerror or error}")
            return
        real = os.path.join(os.path.realpath(os.path.dirname(name)), os.path.basename(name))
        self._scope(name, real)
        counted = name.endswith(SUFFIXES) and any(real.startswith(os.path.join(folder, "")) for folder in folders)
        self._found.seen += not counted
        try:
            if not plain or holds(name, self._words, self._stems):
                self._take(name, real)
        except OSError as error:
            self._found.unreadable.append(f"{name}: {error.strerror or error}")

    def _scope(self, name: str, real: str) -> None:
        top = self._top(real if os.path.isdir(real) else os.path.dirname(real))
        self._scopes.append((top, _shown(name, real, top)))

    def _take(self, path: str, real: str) -> None:
        """A candidate, unless it was taken under another name; ``real`` is where it is without a link on the way."""
        if real in self._taken:
            return
        self._taken.add(real)
        text = _read(path, self._found)
        if text is not None and any(word in text for word in self._words):
            top = self._top(os.path.dirname(real))
            self._groups.setdefault(top, Group(top)).files.append(FoundFile(_shown(path, real, top), text))

    def _top(self, folder: str) -> Path | None:
        """The kernel tree that a folder is in."""
        if self._root is not None:
            return self._root
        if folder not in self._roots:
            self._roots[folder] = kernel_root(Path(folder))
        return self._roots[folder]


def _outermost(folders: Sequence[str]) -> dict[str, str]:
    """The folders that lie in none of the others, by name, with their places without links."""
    places = {name: os.path.realpath(name) for name in folders}
    outer: dict[str, str] = {}
    for name, real in sorted(places.items(), key=lambda item: len(item[1])):
        parents = [other for other in outer.values() if os.path.join(real, "").startswith(os.path.join(other, ""))]
        if not any(".git" not in os.path.relpath(real, other).split("/") for other in parents):
            outer[name] = real
    return {name: outer[name] for name in places if name in outer}


def _shown(path: str, real: str, top: Path | None) -> str:
    """What a file or folder is called in reports: from the top of its tree on, outside of any as it was named."""
    if top is not None:
        return os.path.relpath(real, os.path.realpath(top))
    # Where a link leads elsewhere, ".." is not what the text of the path says.
    return os.path.relpath(real) if os.pardir in path.split("/") else os.path.normpath(path)


def read_headers(root: Path | None, vocabulary: Vocabulary) -> tuple[bytes, ...]:
    """The headers of the tree that declare the helpers, which tell the era; none outside of any tree."""
    return tuple(_headers(root, vocabulary)) if root is not None else ()


def _headers(root: Path, vocabulary: Vocabulary) -> Iterator[bytes]:
    for name in vocabulary.headers:
        try:
            text = (root / name).read_bytes()
        except OSError:
            continue
        if text:
            yield text


def _hidden_headers(roots: Iterable[Path], names: Sequence[str]) -> Iterator[str]:
    """A line for each header that is there and cannot be read: the era is a guess then."""
    for header in (root / name for root in roots for name in names):
        if os.path.lexists(header) and not os.access(header, os.R_OK):
            yield f"{header}: cannot be read, though it tells which helpers this kernel has"


def _read(path: str, found: Candidates) -> bytes | None:
    try:
        text = read_bytes(path, limits().file_bytes)
    except OSError as error:
        found.unreadable.append(f"{path}: {error.strerror or error}")
        return None
    if text is None:
        found.unreadable.append(f"{path}: not read: longer than file_bytes = {limits().file_bytes} allows")
    return text
