"""What the history of a repository tells: the commit that a patch was made for, and the one that a line comes from."""

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from mtelint.git.repository import GitTree, resolve, try_git
from mtelint.model import Finding, Origin
from mtelint.patches.file_names import unsafe
from mtelint.patches.patch import FileDiff, Patch


class History(Struct, frozen=True):
    """A repository and the commit of it that is asked."""

    repo: Path
    rev: str = "HEAD"


ID_LENGTH = 12
"""Digits of a commit id in a ``Fixes:`` line, as the kernel's documentation asks."""


class Blamed(Struct, frozen=True):
    """A commit, by the id and the subject that a ``Fixes:`` line has."""

    commit: str
    subject: str


CANDIDATES = 40
"""Branches and tags, the youngest first, that are compared before the history is searched."""


class BaseFound(StrEnum):
    """How a base was found, the surest first."""

    TRAILER = "base-commit"
    BLOBS = "index lines"
    OBJECTS = "blobs of the index lines"
    """No commit has all the blobs, but the repository holds them: the touched files are as the patch names them."""
    GIVEN = "the tree as it is"


class Base(Struct, frozen=True):
    """A tree and how it was found; ``exact`` says that every ``index`` line agrees with it."""

    tree: GitTree
    found: BaseFound
    exact: bool


def find_base(repo: Path, patch: Patch, rev: str = "HEAD") -> Base:
    """The tree that `patch` was made for: by ``base-commit:``, by the blob ids of its ``index`` lines, else `rev`.

    A base commit that has other blobs than the index lines name still wins where it is the only one known; `rev` itself
    wins over others that fit equally.  Raises :class:`InputError` where `rev` is no commit.
    """
    wanted = _wanted(patch.files)
    trailer = _commit(repo, patch.base_commit) if patch.base_commit else None
    if trailer:
        return Base(GitTree(repo, trailer), BaseFound.TRAILER, _fits(repo, trailer, wanted))
    given = resolve(repo, rev)
    if not wanted or _fits(repo, given, wanted):
        return Base(GitTree(repo, given), BaseFound.GIVEN, bool(wanted))
    for commit in _candidates(repo, wanted):
        if _fits(repo, commit, wanted):
            return Base(GitTree(repo, commit), BaseFound.BLOBS, True)
    known = {path: full for path, blob in wanted.items() if (full := _blob(repo, blob))}
    if len(known) == len(wanted):
        return Base(GitTree(repo, given, blobs=known), BaseFound.OBJECTS, True)
    return Base(GitTree(repo, given), BaseFound.GIVEN, False)


def _wanted(files: Iterable[FileDiff]) -> dict[str, str]:
    """Abbreviated blob id by path of every file that exists before the patch; the first diff of a file counts."""
    wanted: dict[str, str] = {}
    for diff in files:
        if diff.old_path and diff.old_blob and diff.is_judged and not unsafe(diff.old_path):
            wanted.setdefault(diff.old_path, diff.old_blob)
    return wanted


def _fits(repo: Path, commit: str, wanted: dict[str, str]) -> bool:
    """Whether `commit` has the wanted blob at each path."""
    if not wanted:
        return True
    listing = try_git(repo, "ls-tree", "-z", "--full-tree", commit, "--", *wanted, literal=True)
    if listing is None:
        return False
    found: dict[str, str] = {}
    for entry in listing.decode("utf-8", "replace").split("\0"):
        head, _, path = entry.partition("\t")
        if path:
            found[path] = head.split()[2]
    return all(found.get(path, "").startswith(blob) for path, blob in wanted.items())


def _candidates(repo: Path, wanted: dict[str, str]) -> Iterable[str]:
    """Commits worth comparing: the youngest refs, then those where one of the blobs came or went."""
    refs = try_git(repo, "for-each-ref", "--sort=-creatordate", f"--count={CANDIDATES}", "--format=%(objectname)")
    yield from _ids(repo, refs)
    path, blob = next(iter(wanted.items()))
    full = _blob(repo, blob)
    if full:
        # The commits where the blob came (it is there) and went (it is there in the parent).
        search = ("--all", "--no-merges", "--max-count=2", "--format=%H %P", f"--find-object={full}")
        log = try_git(repo, "log", *search, "--", path, literal=True)
        yield from (log or b"").decode().split()


def _ids(repo: Path, listing: bytes | None) -> Iterable[str]:
    for name in (listing or b"").decode().split():
        commit = _commit(repo, name)
        if commit:
            yield commit


def _commit(repo: Path, name: str) -> str | None:
    found = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return found.decode().strip() if found else None


def _blob(repo: Path, name: str) -> str | None:
    found = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{blob}}")
    return found.decode().strip() if found else None


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
