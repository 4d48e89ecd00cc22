"""Which commit a line of a repository comes from."""

from pathlib import Path

from mtelint.patches.gitio import GitTree, resolve, try_git
from mtelint.patches.paths import unsafe
from mtelint.records import dataclass

ID_LENGTH = 12
"""Digits of a commit id in a ``Fixes:`` line, as the kernel's documentation asks."""


@dataclass(frozen=True, slots=True)
class Blamed:
    """A commit, by the id and the subject that a ``Fixes:`` line has."""

    commit: str
    subject: str


def blame(repo: Path, rev: str, path: str, line: int, text: str) -> Blamed | None:
    """The commit that last changed ``line`` (from 1) of ``path`` as of ``rev``; None where that is not known.

    It is not known where the line does not read ``text`` (but for white space), where history ends before the line
    began, as in a shallow clone or at the first commit, and where there is no repository.

    Raises InputError where ``rev`` names no commit.
    """
    if unsafe(path) or not try_git(repo, "rev-parse", "--git-dir"):
        return None
    commit = resolve(repo, rev)
    with GitTree(repo, commit) as tree:
        lines = (tree.read(path) or b"").decode("utf-8", "replace").split("\n")
    if not 0 < line <= len(lines) or lines[line - 1].split() != text.split():
        return None
    found = try_git(repo, "blame", "--porcelain", "-w", f"-L{line},{line}", commit, "--", path, literal=True)
    return _blamed((found or b"").decode("utf-8", "replace"))


def _blamed(porcelain: str) -> Blamed | None:
    commit, _, rest = porcelain.partition(" ")
    fields = dict(entry.partition(" ")[::2] for entry in rest.split("\n")[1:])
    if not commit or "boundary" in fields or not fields.get("summary"):
        return None
    return Blamed(commit[:ID_LENGTH], fields["summary"])
