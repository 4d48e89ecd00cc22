"""Results by content: what was judged once with the same rules by the same program is not parsed again.

An entry is one file, named by the digest of everything that the result depends on, so that it never grows stale.  It is
written aside and put in place in one step, which is safe with two runs at once; its first bytes are the digest of the
rest, so that a damaged one counts as none.  Only our own frozen values are read back, whatever the bytes ask for.
"""

import hashlib
import io
import os
import pickle
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from mtelint import __version__
from mtelint.records import dataclass

ENTRIES = 512
"""Results that are kept; the ones longest unused go first."""
_DIGEST = 32
_OURS = ("mtelint.model", "mtelint.engine.verdict")


@dataclass(frozen=True, slots=True)
class Cache:
    """The entries of one folder, which is made when the first one is written.  No failure of the disk gets out."""

    folder: Path

    def get(self, key: str) -> Any:
        """The value under ``key``, or None where there is none or it is damaged."""
        path = self.folder / key
        try:
            data = path.read_bytes()
        except OSError:
            return None
        body = data[_DIGEST:]
        if hashlib.sha256(body).digest() != data[:_DIGEST]:
            return None
        with suppress(OSError):
            os.utime(path)
        try:
            return _Reader(io.BytesIO(body)).load()
        except (pickle.UnpicklingError, AttributeError, ImportError, EOFError, ValueError, TypeError, IndexError):
            return None

    def put(self, key: str, value: object) -> None:
        """Keep a frozen value of the model."""
        body = pickle.dumps(value, protocol=5)
        fresh = self.folder / f".{key}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_bytes(hashlib.sha256(body).digest() + body)
            fresh.replace(self.folder / key)
            self._prune()
        except OSError:
            with suppress(OSError):
                fresh.unlink()

    def _prune(self) -> None:
        entries = [each for each in os.scandir(self.folder) if not each.name.startswith(".")]
        if len(entries) > ENTRIES:
            entries.sort(key=lambda each: each.stat().st_mtime_ns)
            for entry in entries[: len(entries) - ENTRIES]:
                with suppress(OSError):
                    os.unlink(entry.path)


class _Reader(pickle.Unpickler):
    """Reads our own values, and nothing else that a file may name."""

    def find_class(self, module: str, name: str) -> Any:
        """A class of the model."""
        if module in _OURS or module.startswith("mtelint.model."):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a result")


def key_of(parts: Iterable[bytes | str]) -> str:
    """The digest of what a result depends on; version and files of the program are part of it."""
    total = hashlib.sha256(_program())
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:40]


@lru_cache(maxsize=1)
def _program() -> bytes:
    """The version, and size and time of every file of the program: who works on it sees no old results."""
    found = [__version__]
    for folder, _, names in os.walk(Path(__file__).parent):
        for name in names:
            if name.endswith(".py"):
                state = os.stat(os.path.join(folder, name))
                found.append(f"{folder}/{name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(sorted(found)).encode()
