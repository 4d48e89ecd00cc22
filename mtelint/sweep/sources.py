"""The sources of a sweep as pieces: archives in git, histories, Maildirs, folders of mailboxes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from mtelint.errors import InputError
from mtelint.git.repository import git_lines, run_git, try_git
from mtelint.sweep.boxes import file_pieces, work_of
from mtelint.sweep.pieces import SIZE, Kind, Known, Piece, Plan, cut


def plan_of(source: str, history: str | None = None, size: int = SIZE, known: Known | None = None) -> Plan:
    """The work on a source, the oldest piece first.

    ``source`` is a public-inbox repository (v2 with its epochs, or one epoch) or a folder of such, a Maildir, a folder
    of mailboxes, one mailbox, or with ``history`` (``A..B``) a git repository.  Raises :class:`InputError` for anything
    else, while the pieces are made too.
    """
    path = Path(source)
    if path.exists() and not path.is_dir() and not path.is_file():
        raise InputError(f"{source}: neither a file nor a folder, and a sweep reads its source more than once")
    if history is not None:
        return _of_git(Kind.HISTORY, [path], size, known or {}, "--no-merges", "--end-of-options", history, "--")
    repos = _epochs(path)
    if repos:
        repos = [repo for repo in repos if not _is_empty(repo)]
        return _of_git(Kind.INBOX, repos, size, known or {}, "--end-of-options", "HEAD", "--")
    return Plan(work_of(source), file_pieces(source, size, known or {}))


def _of_git(kind: Kind, repos: Sequence[Path], size: int, known: Known, *revisions: str) -> Plan:
    work = sum(int(run_git(repo, "rev-list", "--count", *revisions)) for repo in repos)
    return Plan(work, _commits(kind, repos, size, known, revisions))


def _commits(kind: Kind, repos: Sequence[Path], size: int, known: Known, revisions: Sequence[str]) -> Iterator[Piece]:
    """The commits of each repository from the oldest on."""
    for repo in repos:
        commits = git_lines(repo, "rev-list", "--reverse", *revisions)
        for some in cut(commits, known, size):
            yield Piece(kind, str(repo), some, len(some), len(some))


def _epochs(path: Path) -> list[Path]:
    """The epochs of a public-inbox in order: ``git/0.git`` and on, or the one repository that ``path`` is.

    A mirror of many lists is a folder with a public-inbox in each folder below.
    """
    if not path.is_dir():
        return []
    below = _numbered(path / "git") or _numbered(path)
    if below:
        return below
    if _is_epoch(path):
        return [path]
    return _mirrored(sorted(each for each in path.iterdir() if each.is_dir()))


def _mirrored(folders: Sequence[Path]) -> list[Path]:
    """The epochs of the lists in these folders; one that is closed may be a list where others are, else lost+found."""
    found: list[Path] = []
    closed: PermissionError | None = None
    for folder in folders:
        try:
            found += _numbered(folder / "git")
        except PermissionError as error:
            closed = error
    if found and closed is not None:
        raise closed
    return found


def _is_empty(repo: Path) -> bool:
    """A repository without any commit: a list to which nobody has written."""
    return try_git(repo, "for-each-ref", "--count=1") == b""


def _numbered(folder: Path) -> list[Path]:
    found = [each for each in folder.glob("*.git") if each.stem.isdigit()]
    return sorted(found, key=lambda each: int(each.stem))


def _is_epoch(path: Path) -> bool:
    """A bare repository whose newest commit holds one file, ``m`` or (for a mail that was removed) ``d``."""
    if not (path / "HEAD").is_file() and not (path / ".git").exists():
        return False
    tree = try_git(path, "ls-tree", "--name-only", "HEAD")
    if tree is None or tree.split() not in ([b"m"], [b"d"]):
        raise InputError(f"{path}: a git repository, but no public-inbox (v2): for its commits say --history A..B")
    return True
