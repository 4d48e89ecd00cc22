"""Git's own changes, staged or between two commits, as the same values as a patch from a mail."""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from mtelint.errors import InputError
from mtelint.git.repository import GitTree, diff, resolve, run_git, try_git
from mtelint.mail.letter import Letter
from mtelint.mail.mime import decode_text
from mtelint.patches.apply import Applied, apply_patch
from mtelint.patches.patch import Patch
from mtelint.patches.reader import letter_patches
from mtelint.patches.trees import EmptyTree, Overlay, Tree

SOURCES = ("*.c", "*.h", "*.S")
"""Git path patterns of what can be judged."""


class Changes(Struct, frozen=True):
    """A change in a repository: the diff, the tree before, and the touched files before and after."""

    root: Path
    patch: Patch
    tree: Tree
    applied: Applied

    @property
    def after(self) -> Overlay:
        """The tree with the changes."""
        return self.applied.over(self.tree)


def top_level(path: Path) -> Path:
    """The top folder of the checkout that holds `path`; raises :class:`InputError` outside of one."""
    start = path if path.is_dir() else path.parent
    found = run_git(start, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n")
    if not found:
        raise InputError(f"{path}: not in a git checkout")
    return Path(found)


def changes_staged(repo: Path, index: str | None = None, paths: Sequence[str] = SOURCES) -> Changes:
    """What ``git commit`` would commit: the index against HEAD (or against nothing, for the first commit).

    `index` is the value of ``GIT_INDEX_FILE`` where a running commit has an index of its own.
    """
    root = top_level(repo)
    index = os.path.join(root, index) if index else None
    head = try_git(root, "rev-parse", "--verify", "--quiet", "HEAD")
    tree: Tree = GitTree(root, "HEAD") if head else EmptyTree()
    return _changes(root, tree, diff(root, "--cached", paths=paths, index=index), "staged changes")


def range_ends(repo: Path, spec: str) -> tuple[str, str]:
    """Both ends of ``A..B`` as commit ids; ``A...B`` starts at their merge base; a missing end is HEAD.

    Raises :class:`InputError` for a text without dots, an unknown commit, or commits without a common one.
    """
    first, dots, last = spec.partition("..")
    if not dots:
        raise InputError(f"{spec!r} is no range: write A..B")
    old = resolve(repo, first or "HEAD")
    new = resolve(repo, last.removeprefix(".") or "HEAD")
    if last.startswith("."):
        old = run_git(repo, "merge-base", old, new).decode().strip()
    return old, new


def changes_range(repo: Path, first: str, last: str, paths: Sequence[str] = SOURCES) -> Changes:
    """What lies between two commits, as ``git diff first last`` shows it.

    Raises :class:`InputError` where one of the two names no commit.
    """
    old, new = resolve(repo, first), resolve(repo, last)
    return _changes(repo, GitTree(repo, old), diff(repo, old, new, paths=paths), f"{first}..{last}")


def _changes(root: Path, tree: Tree, text: bytes, name: str) -> Changes:
    decoded, note = decode_text(text, "")
    letter = Letter("", "", "", "", (), 0, decoded, name, kind="diff", notes=(note,) if note else ())
    empty = Patch("", "", 0, (), source=name)
    patch = next((item for item in letter_patches(letter) if isinstance(item, Patch)), empty)
    return Changes(root, patch, tree, apply_patch(tree, patch))
