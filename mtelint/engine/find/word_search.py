"""Find the C files that hold a word: a literal test on bytes, by ripgrep where it is there, else here.

Both ways look at the same files (``.c`` and ``.h`` below a folder, whatever a ``.gitignore`` says, not below ``.git``,
and such as have one of a few names; no links, which lead to files that are there already, or to somebody else's) and at
the bytes as they are (no byte-order mark makes another text of them), and give the same answer.  In CPU time the child
process is the cheaper one by a half on a kernel tree.
"""

import os
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

SUFFIXES = (".c", ".h")
_RIPGREP = (
    "--no-config", "--no-ignore", "--hidden", "--no-messages", "--stats", "--text", "--encoding=none", "-l0F",
    "-g!.git", "--type=wanted", "--type-add=wanted:*.[ch]",
)  # fmt: skip
# A type, as the pattern of a ``-g`` takes no folder whose name holds the end of a line.
_WORTH_A_CHILD = 250
"""C files up to which reading them here costs less than starting a process: 40 against 5 microseconds each."""


class Found(Struct):
    """Paths that hold a word, sorted, the number of files looked at, and what could not be read."""

    paths: list[str] = field(default_factory=list)
    seen: int = 0
    unreadable: list[str] = field(default_factory=list)


def search(folder: str, words: Sequence[bytes], ripgrep: str | None = None, names: Sequence[str] = ()) -> Found:
    """The files below ``folder`` that hold one of ``words``: C files, and those called one of ``names``.

    ``ripgrep`` is the program, ``""`` to do without.
    """
    if ripgrep != "" and _are_large([folder]):
        found = _by_child(ripgrep or "rg", [folder], words, names)
        if found is not None:
            return found
    return _by_reading(folder, words, names)


def search_each(folders: Sequence[str], words: Sequence[bytes], names: Sequence[str] = ()) -> list[Found]:
    """:func:`search` in each of several folders, by one child for all of them where none lies in another."""
    tops = [os.path.join(folder, "") for folder in folders]
    apart = not any(one.startswith(other) for one in tops for other in tops if one is not other)
    if len(folders) < 2 or not apart or not _are_large(folders):
        return [search(folder, words, names=names) for folder in folders]
    found = _by_child("rg", folders, words, names)
    if found is None:
        return [search(folder, words, names=names) for folder in folders]
    parted = [Found([path for path in found.paths if path.startswith(top)]) for top in tops]
    parted[0].seen = found.seen
    return parted


def stems(words: Sequence[bytes]) -> tuple[bytes, ...]:
    """A few short literals of which every word holds one: a cheap first test, never a verdict."""
    left, chosen = list(words), []
    while left:
        best = max(_grams(left), key=lambda gram: (sum(gram in word for word in left), gram))
        chosen.append(best)
        left = [word for word in left if best not in word]
    return tuple(chosen)


def _grams(words: Sequence[bytes], size: int = 4) -> set[bytes]:
    return {word[i : i + size] for word in words for i in range(max(1, len(word) - size + 1))}


def _are_large(folders: Sequence[str]) -> bool:
    """Whether there is enough below the folders, by a look at no more than that many files."""
    files = (file for folder in folders for file in _files(folder, Found()))
    return sum(1 for _, _ in zip(files, range(_WORTH_A_CHILD), strict=False)) >= _WORTH_A_CHILD


def _by_child(program: str, folders: Sequence[str], words: Sequence[bytes], names: Sequence[str]) -> Found | None:
    patterns = [part for word in words for part in (b"-e", word)]
    flags = (*_RIPGREP, *(f"--type-add=wanted:{name}" for name in names))
    named = ["./-" if folder == "-" else folder for folder in folders]  # as "-" itself is its standard input
    command = [os.fsencode(program), *(flag.encode() for flag in flags), *patterns, b"--", *map(os.fsencode, named)]
    import subprocess  # which takes time to load

    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return None
    listed, _, counts = done.stdout.rpartition(b"\0")
    seen = next((int(line.split()[0]) for line in counts.splitlines() if line.endswith(b"files searched")), None)
    if done.returncode not in (0, 1) or seen is None:  # it failed, or was killed and gave but a part
        return None
    paths = (os.fsdecode(path) for path in listed.split(b"\0") if path)
    return Found(sorted(path[2:] if path.startswith("./-/") and "-" in folders else path for path in paths), seen)


def _by_reading(folder: str, words: Sequence[bytes], names: Sequence[str]) -> Found:
    found = Found()
    first = stems(words)
    for path in _files(folder, found, names):
        found.seen += 1
        try:
            if holds(path, words, first):
                found.paths.append(path)
        except OSError as error:
            found.unreadable.append(f"{path}: {error.strerror or error}")
    found.paths.sort()
    return found


def holds(path: str, words: Sequence[bytes], first: Sequence[bytes]) -> bool:
    """Whether a file holds one of ``words``, of which ``first`` are the stems; raises OSError as ``open`` does.

    A long file is read in parts, each with as much of the one before as a word may begin in.
    """
    overlap = max(map(len, words), default=1) - 1
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        kept = b""
        while part := os.read(descriptor, _READ):
            text = kept + part if kept else part
            if any(stem in text for stem in first) and any(word in text for word in words):
                return True
            kept = text[-overlap:] if overlap else b""
        return False
    finally:
        os.close(descriptor)


def read_bytes(path: str, most: int) -> bytes | None:
    """Contents of a file, a pipe or a device, None for more than ``most`` bytes; raises OSError as ``open`` does."""
    parts, size = [], 0
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        while part := os.read(descriptor, _READ):
            parts.append(part)
            size += len(part)
            if size > most:
                return None
        return b"".join(parts)
    finally:
        os.close(descriptor)


_READ = 1 << 20


def _files(folder: str, found: Found, names: Sequence[str] = ()) -> Iterator[str]:
    """The C files below a folder; links to folders are not followed."""
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            entries = list(os.scandir(here))
        except OSError as error:
            found.unreadable.append(f"{here}: {error.strerror or error}")
            continue
        for entry in entries:
            if (entry.name.endswith(SUFFIXES) or entry.name in names) and entry.is_file(follow_symlinks=False):
                yield entry.path
            elif entry.is_dir(follow_symlinks=False) and entry.name != ".git":
                folders.append(entry.path)
