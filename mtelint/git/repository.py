"""The one place that runs git: on repositories and with names that strangers may have made."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from msgspec import Struct

from mtelint.errors import InputError
from mtelint.patches.file_names import unsafe
from mtelint.patches.trees import FILE_LIMIT

# Command-line configuration wins over the repository's.  `safe.directory` may be wide because nothing is executed.
_SAFE_CONFIG = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.attributesFile": os.devnull,
    "core.sshCommand": "false",
    "core.gitProxy": "",
    "core.askPass": "",
    "core.quotePath": "true",
    "credential.helper": "",
    "diff.external": "",
    "diff.renames": "true",
    "diff.mnemonicPrefix": "false",
    "diff.noprefix": "false",
    "diff.orderFile": os.devnull,
    "diff.submodule": "short",
    "diff.ignoreSubmodules": "all",
    "gpg.program": "false",
    "log.showSignature": "false",
    "log.mailmap": "false",
    "protocol.allow": "never",
    "safe.directory": "*",
    "submodule.recurse": "false",
}
DIFF_OPTIONS = (
    "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative", "--full-index", "--unified=3", "--find-renames",
    "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all", "--no-indent-heuristic", "--diff-algorithm=myers",
    "--inter-hunk-context=0", "--submodule=short",
)  # fmt: skip


def git_environment(index: str | None = None, literal: bool = False) -> dict[str, str]:
    """The process environment without GIT_ variables but those that contain git.

    `index` is the index that a running commit has of its own; `literal` takes ``*`` and ``:(...)`` in paths as text.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        # Overrides every protocol.<name>.allow of the repository, so that a partial clone cannot make git fetch.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_PAGER": "cat",
        "GIT_LITERAL_PATHSPECS": "1" if literal else "0",
        "LC_ALL": "C",
    }
    if index:
        kept["GIT_INDEX_FILE"] = index
    return kept


def git_command(repo: Path, *arguments: str) -> list[str]:
    """The argument vector for a git call that is contained as this module says."""
    config = [word for key, value in _SAFE_CONFIG.items() for word in ("-c", f"{key}={value}")]
    return ["git", "--no-pager", "-C", str(repo), *config, *arguments]


def run_git(repo: Path, *arguments: str, index: str | None = None, literal: bool = False) -> bytes:
    """Standard output of a contained git call; raises :class:`InputError` with git's own words where it fails."""
    try:
        done = subprocess.run(
            git_command(repo, *arguments),
            env=git_environment(index, literal),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error}") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(f"{repo}: git {arguments[0]}: {words[-1] if words else 'failed'}")
    return done.stdout


def try_git(repo: Path, *arguments: str, literal: bool = False) -> bytes | None:
    """Like :func:`run_git`, with None for a failure that is an answer."""
    try:
        return run_git(repo, *arguments, literal=literal)
    except InputError:
        return None


def resolve(repo: Path, revision: str) -> str:
    """The full id of the commit that `revision` names; raises :class:`InputError` where it names none."""
    if "\n" in revision or "\0" in revision:
        raise InputError(f"{revision!r} is no revision")
    found = try_git(repo, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if not found:
        run_git(repo, "rev-parse", "--git-dir")  # says so if it is no repository at all
        raise InputError(f"{repo}: no commit is called {revision!r}")
    return found.decode().strip()


def diff(repo: Path, *what: str, paths: Sequence[str] = (), index: str | None = None) -> bytes:
    """Unified diff of `what` (``--cached``, or two commit ids), limited to `paths` (``*.c``)."""
    return run_git(repo, "diff", *DIFF_OPTIONS, *what, "--", *paths, index=index)


class ObjectReader(Struct):
    """One ``git cat-file --batch`` process, started at the first question."""

    repo: Path
    _process: "subprocess.Popen[bytes] | None" = None

    def read(self, name: str) -> bytes | None:
        """Contents of the blob that `name` (an id, ``rev:path``, ``:path``) names, or None."""
        if "\n" in name or "\0" in name:
            return None
        ask, answer = self._pipes()
        try:
            ask.write(name.encode("utf-8", "surrogateescape") + b"\n")
            ask.flush()
            head = answer.readline().split()
        except OSError:
            return None
        if len(head) != 3 or not head[2].isdigit():
            return None
        size = int(head[2])
        if size > FILE_LIMIT:
            self.close()  # cheaper than reading past it, and the next question starts a new process
            return None
        data = answer.read(size + 1)[:-1]
        return data if head[1] == b"blob" else None

    def close(self) -> None:
        """End the process."""
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                git_command(self.repo, "cat-file", "--batch"),
                env=git_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("git cat-file was started without pipes")
        return self._process.stdin, self._process.stdout

    def __reduce__(self) -> tuple[type["ObjectReader"], tuple[Path]]:
        """Another process starts its own."""
        return ObjectReader, (self.repo,)


class GitTree:
    """The files of one commit, read from the objects of a repository, bare or not; no work tree plays a part.

    `blobs` lets some paths have the contents of given blob ids instead: as the ``index`` lines of a patch name them.
    """

    def __init__(self, repo: Path, rev: str = "HEAD", blobs: Mapping[str, str] | None = None) -> None:
        """Resolve `rev` in `repo`; raises :class:`InputError` where there is no such commit."""
        self.repo = repo
        self.commit = resolve(repo, rev)
        self._blobs = dict(blobs or {})
        self._objects = ObjectReader(repo)

    @property
    def name(self) -> str:
        """Repository and abbreviated commit."""
        return f"{self.repo}@{self.commit[:12]}"

    @property
    def revision(self) -> str:
        """The full commit id."""
        return self.commit

    def read(self, path: str) -> bytes | None:
        """Contents of the file at `path`, or None; those of a symbolic link are the name of its target."""
        if unsafe(path):
            return None
        return self._objects.read(self._blobs.get(path) or f"{self.commit}:{path}")

    def exists(self, path: str) -> bool:
        """Whether the commit has a file at `path`."""
        return self.read(path) is not None

    def close(self) -> None:
        """End the git process that reads the objects."""
        self._objects.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def git_output(repo: Path, *arguments: str, asked: str = "") -> Iterator[IO[bytes]]:
    """Standard output of a contained git call whose standard input is ``asked``; who leaves early ends it.

    Raises :class:`InputError` with git's own words where it fails, after what it printed was read to the end.
    """
    # Questions by a file: through a pipe git would wait for us to read while we wait for git to.
    with tempfile.TemporaryFile() as questions, tempfile.TemporaryFile() as words:
        questions.write(asked.encode("utf-8", "surrogateescape"))
        questions.seek(0)
        process = _started(repo, arguments, questions, words)
        stdout, whole = process.stdout, False
        if stdout is None:
            raise RuntimeError("git was started without a pipe")
        try:
            yield stdout
            whole = not stdout.read(1)
        finally:
            if not whole:
                process.kill()
            stdout.close()
            process.wait()
        if whole and process.returncode:
            words.seek(0)
            said = words.read().decode("utf-8", "replace").strip().splitlines()
            raise InputError(f"{repo}: git {arguments[0]}: {said[-1] if said else 'failed'}")


def git_lines(repo: Path, *arguments: str) -> Iterator[str]:
    """The lines that a git call prints, as they come; raises as :func:`git_output`."""
    with git_output(repo, *arguments) as stream:
        for line in stream:
            yield line.decode("utf-8", "surrogateescape").rstrip("\n")


def _started(repo: Path, arguments: tuple[str, ...], stdin: IO[bytes], stderr: IO[bytes]) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            git_command(repo, *arguments), env=git_environment(), stdin=stdin, stdout=subprocess.PIPE, stderr=stderr
        )
    except OSError as error:
        raise InputError(f"git cannot be run: {error}") from error
