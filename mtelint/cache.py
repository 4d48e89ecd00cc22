"""Results by content: what was judged once with the same rules by the same program is not parsed again.

An entry is one file, named by the digest of everything that the result depends on, so that it never grows stale.  It is
written aside and put in place in one step, which is safe with two runs at once; its first bytes are the digest of the
rest, so that a damaged one counts as none.  That digest is no secret, and a folder may be shared or brought by others:
only a regular file of the user is read, and only our own frozen values are made of it, whatever the bytes ask for.
"""

import hashlib
import io
import os
import pickle
import re
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from msgspec import Struct

from mtelint import __version__

ENTRIES = 512
"""Results that are kept; the ones longest unused go first."""
LARGEST = 8 << 20
"""Bytes of an entry, neither written nor read beyond; a finding takes about one thousand."""
ABANDONED = 3600
"""Seconds after which a file that was written aside is one that a killed run left."""
_DIGEST = 32
_ENTRY = re.compile(r"[0-9a-f]{40}")
_ASIDE = re.compile(r"\.[0-9a-f]{40}\.[0-9]+\.[0-9a-f]{8}")
_PARSER = ("tree_sitter", "tree_sitter_c")


class Cache(Struct, frozen=True):
    """The entries of one folder, which is made when the first one is written.  No failure of any kind gets out."""

    folder: Path

    def get(self, key: str) -> Any:
        """The value under ``key``, or None where there is none; what is damaged or not ours is taken away."""
        path = self.folder / key
        try:
            value = _value(_contents(path))
        except FileNotFoundError:
            return None
        except Exception:  # what reading may raise depends on the bytes, and none of it is worth a review
            _remove(path)
            return None
        with suppress(OSError):
            os.utime(path, follow_symlinks=False)
        return value

    def put(self, key: str, value: object) -> None:
        """Keep a frozen value of the model."""
        with suppress(Exception):  # as for reading: without an entry the review goes on
            body = pickle.dumps(value, protocol=5)
            if _DIGEST + len(body) <= LARGEST:
                self._place(key, hashlib.sha256(body).digest() + body)
                self._prune(key)

    def _place(self, key: str, data: bytes) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = self.folder / f".{key}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            with aside.open("xb") as file:
                file.write(data)
            aside.replace(self.folder / key)
        finally:
            _remove(aside)  # which is there only where that failed

    def _prune(self, kept: str) -> None:
        """Take away what is too much, but never the entry just put, and what killed runs left.

        The folder may be one in which the user has files: names that are not ours neither count nor go.
        """
        now = time.time()
        old = sorted(each for each in _by_age(self.folder, _ENTRY, now) if each[1].name != kept)
        left = [each for each in _by_age(self.folder, _ASIDE, now) if each[0] < now - ABANDONED]
        for _, path in old[: max(len(old) + 1 - ENTRIES, 0)] + left:
            _remove(path)


def _by_age(folder: Path, names: re.Pattern[str], now: float) -> Iterator[tuple[float, Path]]:
    """When each file of such a name was last used; a time to come is made the present one, or it would never pass."""
    with os.scandir(folder) as found:
        for each in found:
            if names.fullmatch(each.name):
                with suppress(OSError):  # another run may have taken it away
                    used = each.stat(follow_symlinks=False).st_mtime
                    if used > now:
                        os.utime(each.path, follow_symlinks=False)
                    yield min(used, now), Path(each.path)


def _remove(path: Path) -> None:
    """Take away what stands under one of our names; a folder only where it is empty, as we make none there."""
    with suppress(OSError):
        if stat.S_ISDIR(path.lstat().st_mode):
            path.rmdir()
        else:
            path.unlink()


def _contents(path: Path) -> bytes:
    """The bytes of a regular file of this user; a pipe is not waited for, and a link not followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or state.st_uid != os.geteuid() or state.st_size > LARGEST:
            raise ValueError(f"{path} is no entry of ours")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(LARGEST)
    finally:
        os.close(handle)


def _value(data: bytes) -> Any:
    """The value of an entry; anything may be raised where it is damaged."""
    body = data[_DIGEST:]
    if hashlib.sha256(body).digest() != data[:_DIGEST]:
        raise ValueError("its digest is another")
    return _Reader(io.BytesIO(body)).load()


class _Reader(pickle._Unpickler):
    """Reads our own values, and nothing else that a file may name.

    The one in C cannot be kept from setting attributes of classes and of members of an enum, which are those of the
    whole run, and lets four bytes ask for 64 GB; this one takes 0.1 ms longer for a finding.
    """

    def find_class(self, module: str, name: str) -> Any:
        """A class that is defined in the model; a name with a dot would reach through it to what its module imports."""
        if "." not in name and module.startswith("mtelint.model."):
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a result")

    def _build(self: Any) -> None:
        """Give a value its fields, where it is one that takes them as our frozen values do."""
        if not hasattr(self.stack[-2], "__setstate__"):
            raise pickle.UnpicklingError("a value that has no fields to set")
        self.load_build()

    dispatch: ClassVar = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: _build}


def key_of(parts: Iterable[bytes | str]) -> str:
    """The digest of what a result depends on; program and parser are part of it."""
    return _digest(_program(), parts).hex()[:40]


def _digest(start: bytes, parts: Iterable[bytes | str]) -> bytes:
    total = hashlib.sha256(start)
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big"))
        total.update(data)
    return total.digest()


@lru_cache(maxsize=1)
def _program() -> bytes:
    return program(Path(__file__).parent)


def program(folder: Path) -> bytes:
    """The digest of version, code and parser: who works on the program, or brings another parser, sees no old results.

    Code in ``folder`` counts by its text (4 ms); an archive, and the parser, which are larger, by what the disk says.
    """
    code = list(_code(str(folder)))
    if not code:
        code = [_state(next((str(each) for each in folder.parents if each.is_file()), os.devnull))]
    return _digest(__version__.encode(), [*code, *_parser()])


def _code(folder: str) -> Iterator[bytes | str]:
    """Name and text of each file of code; an editor's lock is a link to nowhere whose name begins with a dot."""
    for place, inside, names in os.walk(folder):
        inside[:] = sorted(name for name in inside if name != "__pycache__")
        for name in sorted(names):
            if name.endswith((".py", ".pyc")) and not name.startswith("."):
                path = os.path.join(place, name)
                with suppress(OSError), open(path, "rb", buffering=0) as file:
                    text = file.read()
                    yield from (path[len(folder) :], text)


def _parser() -> list[str]:
    """The state of the files of the parser, which is looked for but not loaded; to ask for its version takes 20 ms."""
    found = []
    for name in _PARSER:
        with suppress(ImportError, ValueError, OSError):
            spec = find_spec(name)
            if spec is not None and spec.origin:
                folder = os.path.dirname(spec.origin)
                found += sorted(_state(each.path) for each in os.scandir(folder) if each.is_file())
    return found


def _state(path: str) -> str:
    """What tells one state of a file from another without reading it; the time of change is not for others to set."""
    state = os.stat(path)
    return f"{path} {state.st_size} {state.st_mtime_ns} {state.st_ctime_ns} {state.st_ino}"
