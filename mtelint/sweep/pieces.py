"""What a sweep is cut into: a piece is a bounded number of mails or commits that anybody can fetch by its description.

A piece names its content by commit or by file, never by its bytes, so that it is cheap to send to a worker; on a
cluster every worker must see the archive under the same path.
"""

import hashlib
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import islice
from pathlib import Path

from mtelint.errors import InputError
from mtelint.patches import inputs
from mtelint.patches.gitio import run_git, try_git
from mtelint.records import dataclass

SIZE = 200
"""Mails or commits of one piece: some seconds of work, so that a kill loses little and a hand-over costs nothing."""


class Kind(Enum):
    """Where the items of a piece are."""

    INBOX = "inbox"
    """Commits of a public-inbox epoch (``repo``), each with one mail in its file ``m``."""
    HISTORY = "history"
    """Commits of a repository (``repo``), each a patch."""
    FILES = "files"
    """Files, each a mail, a mailbox or a patch."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Items that are reviewed together; ``id`` names them and changes with them."""

    kind: Kind
    repo: str
    items: tuple[str, ...]

    @property
    def id(self) -> str:
        """A digest of the description; what is swept again later keeps it."""
        return hashlib.sha256("\0".join((self.kind.value, self.repo, *self.items)).encode("utf-8", "surrogateescape")) \
            .hexdigest()[:20]  # fmt: skip


def pieces(source: str, history: str | None = None, size: int = SIZE) -> Iterator[Piece]:
    """The pieces of a source, oldest first.

    ``source`` is a public-inbox repository (v2 with its epochs, or one epoch), a Maildir, a folder of mailboxes, one
    mailbox, or with ``history`` (``A..B``) a git repository.  Raises :class:`InputError` for anything else.
    """
    path = Path(source)
    if history is not None:
        yield from _cut(Kind.HISTORY, path, _commits(path, history, "--no-merges"), size)
        return
    epochs = _epochs(path)
    for epoch in epochs:
        yield from _cut(Kind.INBOX, epoch, _commits(epoch, "HEAD"), size)
    if not epochs:
        yield from _of_files(source, size)


def _of_files(source: str, size: int) -> Iterator[Piece]:
    """A Maildir has one mail in each file, other folders have mailboxes, each a piece of its own."""
    names = [each.name for each in inputs(source)]
    single = (Path(source) / "cur").is_dir() or all(name.endswith((".eml", ".patch", ".diff")) for name in names)
    yield from _cut(Kind.FILES, Path(source), names, size if single else 1)


def _cut(kind: Kind, repo: Path, items: Sequence[str], size: int) -> Iterator[Piece]:
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield Piece(kind, str(repo), some)


def _commits(repo: Path, revisions: str, *options: str) -> list[str]:
    """Commits from the oldest on; their number is that of the mails, 41 bytes each."""
    found = run_git(repo, "rev-list", "--reverse", *options, "--end-of-options", revisions, "--")
    return found.decode("ascii").split()


def _epochs(path: Path) -> list[Path]:
    """The epochs of a public-inbox in order: ``git/0.git`` and on, or the one repository that ``path`` is."""
    if not path.is_dir():
        return []
    below = path / "git" if (path / "git").is_dir() else path
    found = sorted((each for each in below.glob("*.git") if each.stem.isdigit()), key=lambda each: int(each.stem))
    if found:
        return found
    return [path] if _is_epoch(path) else []


def _is_epoch(path: Path) -> bool:
    """A bare repository whose newest commit holds one file, ``m`` or (for a mail that was removed) ``d``."""
    if not (path / "HEAD").is_file() and not (path / ".git").exists():
        return False
    tree = try_git(path, "ls-tree", "--name-only", "HEAD")
    if tree is None or tree.split() not in ([b"m"], [b"d"]):
        raise InputError(f"{path}: a git repository, but no public-inbox (v2): for its commits say --history A..B")
    return True
