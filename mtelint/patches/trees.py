"""Trees of files to lay patches over: a folder, another tree with changes.  Nothing here writes.

Paths come from strangers' patches.  A tree answers None for a path that would leave it: ``..``, absolute, through a
symbolic link to the outside.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from mtelint.patches.file_names import unsafe

FILE_LIMIT = 16 << 20
"""Bytes of the largest file that is read; the largest file of a kernel tree is below this."""


class Tree(Protocol):
    """Something that holds files by path from its top."""

    @property
    def name(self) -> str:
        """How messages call the tree."""
        ...

    @property
    def revision(self) -> str | None:
        """The full commit id, where the tree is one."""
        ...

    def read(self, path: str) -> bytes | None:
        """Contents of a regular file, or None where there is none or the path leaves the tree."""
        ...

    def exists(self, path: str) -> bool:
        """Whether :meth:`read` gives something."""
        ...


class WorkTree(Struct, frozen=True):
    """The files below a folder: a checkout or an unpacked tarball.  Symbolic links count only inside it."""

    root: Path

    @property
    def name(self) -> str:
        """The folder as it was given."""
        return str(self.root)

    @property
    def revision(self) -> None:
        """A folder has no revision."""
        return

    def read(self, path: str) -> bytes | None:
        """Contents of the file at `path`, or None."""
        inside = self._inside(path)
        if inside is None:
            return None
        try:
            return inside.read_bytes()
        except OSError:
            return None

    def exists(self, path: str) -> bool:
        """Whether a regular file is at `path`."""
        return self._inside(path) is not None

    def _inside(self, path: str) -> Path | None:
        """The file with all links resolved, if it is a regular one below the root."""
        if unsafe(path):
            return None
        try:
            root = os.path.realpath(self.root)
            found = os.path.realpath(os.path.join(root, path))
            status = os.stat(found)
        except (OSError, ValueError):
            return None
        if os.path.commonpath([root, found]) != root or not stat.S_ISREG(status.st_mode):
            return None
        return Path(found) if status.st_size <= FILE_LIMIT else None


class Overlay(Struct, frozen=True):
    """Another tree with some files replaced, added or (None) taken away; lives in memory."""

    base: Tree
    changes: Mapping[str, bytes | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the tree below."""
        return self.base.name

    @property
    def revision(self) -> str | None:
        """The revision of the tree below."""
        return self.base.revision

    def read(self, path: str) -> bytes | None:
        """Contents as changed, or those of the tree below."""
        return self.changes[path] if path in self.changes else self.base.read(path)

    def exists(self, path: str) -> bool:
        """Whether there is a file at `path` after the changes."""
        return self.changes[path] is not None if path in self.changes else self.base.exists(path)

    def with_changes(self, changes: Mapping[str, bytes | None]) -> "Overlay":
        """A further overlay, flat, so that a long series costs no depth."""
        return Overlay(self.base, {**self.changes, **changes})


class EmptyTree(Struct, frozen=True):
    """A tree without files: what the first commit of a repository is laid over."""

    name: str = "empty tree"
    revision: str | None = None

    def read(self, path: str) -> bytes | None:
        """Nothing."""
        return None

    def exists(self, path: str) -> bool:
        """Never."""
        return False


def kernel_root(path: Path) -> Path | None:
    """The top of the kernel tree that holds `path`: the first folder upwards with ``Kbuild``, ``Kconfig``, ``arch/``.

    Where there is none, the top of the git checkout; where there is none either, None.  What may not be looked at is
    not there.
    """
    start = path.resolve()
    folders = [start, *start.parents] if os.path.isdir(start) else list(start.parents)
    for folder in folders:
        if all(map(os.path.isfile, (folder / "Kbuild", folder / "Kconfig"))) and os.path.isdir(folder / "arch"):
            return folder
    return next((folder for folder in folders if os.path.exists(folder / ".git")), None)
