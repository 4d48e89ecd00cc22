"""Which commit a line of a repository comes from, and which one a patch says it repairs."""

from pathlib import Path

from mtelint.git.repository import GitTree, resolve, try_git
from mtelint.model import Finding, Origin
from mtelint.patches.file_names import unsafe
from mtelint.patches.values import FileDiff, Patch
from mtelint.records import dataclass


@dataclass(frozen=True, slots=True)
class History:
    """A repository and the commit of it that is asked."""

    repo: Path
    rev: str = "HEAD"


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


def blamed(finding: Finding, patch: Patch, history: History | None) -> Blamed | None:
    """The commit by ``git blame`` of the pre-image; None for what the patch introduces, and where it is not known."""
    if history is None or finding.origin is not Origin.EXISTING:
        return None
    diff = next((each for each in patch.files if finding.path in (each.new_path, each.path)), None)
    path = diff.old_path if diff is not None else finding.path
    line = old_line(diff, finding.line) if diff is not None else finding.line
    if path is None or line is None:
        return None
    return blame(history.repo, history.rev, path, line, finding.snippet)


def old_line(diff: FileDiff, new_line: int) -> int | None:
    """The pre-image line of a post-image line, by the hunks alone; None for one that the patch adds."""
    shift = 0
    for hunk in diff.hunks:
        if new_line < hunk.new_start:
            break
        for line in hunk.lines:
            if line.new_line == new_line:
                return line.old_line
        shift = (hunk.new_start + hunk.new_count) - (hunk.old_start + hunk.old_count)
    return new_line - shift
