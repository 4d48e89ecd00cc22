"""What a sweep is cut into: a piece is a bounded number of mails or commits that anybody can fetch by its description.

A piece names its content by commit or by file, never by its bytes, so that it is cheap to send to a worker; on a
cluster every worker must see the archive under the same path.  An archive that has grown since is cut as before up to
where it ended then, so that what is done stays done.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby, islice
from pathlib import Path

from msgspec import Struct, field

from mtelint.errors import InputError
from mtelint.git.repository import git_lines, run_git, try_git
from mtelint.mail.inputs import inputs
from mtelint.mail.mbox import BoxedMessage, boxed_messages, is_separated

_HEAD = 1 << 12
SIZE = 500
"""Mails or commits of one piece: so few that a kill loses next to nothing, so many that a hand-over costs as little."""


class Kind(Enum):
    """Where the items of a piece are."""

    INBOX = "inbox"
    """Commits of a public-inbox epoch (``place``), each with one mail in its file ``m``."""
    HISTORY = "history"
    """Commits of a repository (``place``), each a patch."""
    FILES = "files"
    """Files of a folder (``place``), each a mail, a patch, or a mailbox that cannot be entered in its midst."""
    MAILBOX = "mailbox"
    """``START-END``: a range of the bytes of a mailbox (``place``), from one separator to another."""


class Piece(Struct, frozen=True):
    """Items that are reviewed together.

    ``count`` is the number of mails or commits, ``work`` what they count for in the progress (commits, or bytes of
    files), and ``mark`` what changes with the content where the names do not.
    """

    kind: Kind
    place: str
    items: tuple[str, ...]
    count: int
    work: int
    mark: str = ""

    @property
    def id(self) -> str:
        """A digest of the description; what is swept again later keeps it."""
        names = map(lasting_name, self.items) if self.kind is Kind.FILES else self.items
        described = "\0".join((self.kind.value, self.place, self.mark, *names))
        return hashlib.sha256(described.encode("utf-8", "surrogateescape")).hexdigest()[:20]

    @property
    def first(self) -> str:
        """The key under which a later run finds how many items there were from the first one on."""
        item = self.items[0]
        return first_of(self.kind, self.place, item.partition("-")[0] if self.kind is Kind.MAILBOX else item)

    def name_of(self, number: int) -> str:
        """How an item is called where it is named, counted from 0."""
        if self.kind is Kind.MAILBOX:
            return f"{self.place}: mail {number + 1} of the {self.count} in the bytes {self.items[0]}"
        return self.items[number] if self.kind is Kind.FILES else f"{self.place}:{self.items[number]}"


class Plan(Struct, frozen=True):
    """All that a sweep has to do: the work in the unit of ``Piece.work``, and the pieces, which are made one by one."""

    work: int
    pieces: Iterable[Piece]


Known = Mapping[str, int]
"""Items of the pieces that are done, by ``Piece.first``."""


def first_of(kind: Kind, place: str, item: str) -> str:
    """The key of a piece that begins with ``item``: a commit, a file, or an offset in the mailbox ``place``."""
    return f"{place}:{item}" if kind is Kind.MAILBOX else lasting_name(item)


def in_maildir(file: str) -> bool:
    """Whether a file is a mail of a Maildir, which is never changed, only moved and renamed."""
    return os.path.basename(os.path.dirname(file)) in ("cur", "new")


def lasting_name(file: str) -> str:
    """The name of a file as long as it is the same mail: a Maildir changes the folder and what follows ``:2,``."""
    name = os.path.basename(file)
    return name.partition(":2,")[0] if in_maildir(file) else name


def cut(items: Iterable[str], known: Known, size: int) -> Iterator[tuple[str, ...]]:
    """``size`` commits or files at a time; from one on that began a piece before, as many as that piece had."""
    rest = iter(items)
    for head in rest:
        yield (head, *islice(rest, max(known.get(lasting_name(head), size) - 1, 0)))


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


def work_of(source: str) -> int:
    """Bytes of the files of a source; raises :class:`InputError` where there is none."""
    return sum(os.path.getsize(each.name) for each in inputs(source))


def file_pieces(source: str, size: int, known: Known) -> Iterator[Piece]:
    """The pieces of the files behind ``source``, in the order of their names."""
    for boxed, group in groupby((each.name for each in inputs(source)), _is_mailbox):
        if boxed:
            for name in group:
                yield from _of_mailbox(name, size, known)
        else:
            for some in cut(group, known, size):
                yield _of_files(source, some)


def _is_mailbox(name: str) -> bool:
    """Whether a file can be cut: not a single mail or patch, nor one that is packed, nor one that cannot be read."""
    try:
        with open(name, "rb") as stream:
            return is_separated(stream.read(_HEAD))
    except OSError:
        return False


def _of_files(source: str, names: tuple[str, ...]) -> Piece:
    sizes, times = [], []
    for name in names:
        try:
            state = os.stat(name)
        except OSError:  # gone since it was listed: the review says so
            continue
        sizes.append(state.st_size)
        times += [] if in_maildir(name) else [state.st_mtime_ns]
    mark = " ".join(map(str, (*sizes, *times)))
    return Piece(Kind.FILES, source, names, len(names), sum(sizes), mark)


class _Range(Struct):
    """A range of a mailbox that grows message by message."""

    at: int
    count: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def take(self, message: BoxedMessage) -> None:
        self.count += 1
        self.digest.update(message.data)

    def piece(self, name: str, end: int) -> Piece:
        mark = self.digest.hexdigest()[:20]
        return Piece(Kind.MAILBOX, name, (f"{self.at}-{end}",), self.count, end - self.at, mark)


def _of_mailbox(name: str, size: int, known: Known) -> Iterator[Piece]:
    """Ranges of so many messages; the digest tells a mailbox that was written anew."""
    now: _Range | None = None
    with open(name, "rb") as stream:
        for message in boxed_messages(stream):
            if now is not None and now.count >= known.get(first_of(Kind.MAILBOX, name, str(now.at)), size):
                yield now.piece(name, message.at)
                now = None
            now = now or _Range(message.at)
            now.take(message)
        if now is not None:
            yield now.piece(name, stream.tell())
