"""A kernel to boot: its image, its release, and the modules that a scenario wants of it."""

import gzip
import lzma
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from mtelint.errors import InputError

_VERSION = re.compile(rb"Linux version ([0-9]+\.[0-9]+[^ \0]*) \(")
_PACKAGED = re.compile(rb"#[0-9]* ?SMP.{0,30} Debian ([0-9.]+)")
_MAGIC = b"ARM\x64"
_MAGIC_AT = 0x38
"""Documentation/arch/arm64/booting.rst: the head of an image."""
_NEEDS = re.compile(rb"\0depends=([^\0]*)")


class Kernel(Struct, frozen=True):
    """An image for arm64; ``modules`` is the folder of its release below ``lib/modules``, if there is one.

    ``version`` is upstream's, such as ``6.1.192``, where Debian's release says ``6.1.0-57-arm64``.
    """

    image: Path
    release: str
    version: str
    modules: Path | None = None


def kernel_of(image: Path, modules: Path | None = None) -> Kernel:
    """The kernel of an image.  Without ``modules`` they are looked for beside the image, as ``bring`` puts them.

    Raises:
        InputError: the image cannot be read, or is none of arm64.
    """
    try:
        raw = image.read_bytes()
    except OSError as error:
        raise InputError(f"{image}: the kernel image cannot be read: {error.strerror}") from None
    if raw[_MAGIC_AT : _MAGIC_AT + 4] != _MAGIC:
        raise InputError(f"{image}: no image of an arm64 kernel; unpack it first where it is compressed")
    found = _VERSION.search(raw)
    if not found:
        raise InputError(f"{image}: says of no Linux version that it is one")
    release = found[1].decode("latin-1")
    packaged = _PACKAGED.search(raw)
    version = packaged[1].decode("latin-1") if packaged else release
    return Kernel(image, release, version, _modules_beside(image) if modules is None else modules)


def _modules_beside(image: Path) -> Path | None:
    folder = image.parent / "modules"
    return folder if (folder / "kernel").is_dir() else None


def module_files(kernel: Kernel, names: tuple[str, ...]) -> dict[str, bytes]:
    """The modules of these names and all that they need, unpacked, in the order in which they load.

    A name that the kernel has no module for is built in, or shows when the program runs.
    """
    if kernel.modules is None or not names:
        return {}
    there = {_plain(path.name): path for path in sorted((kernel.modules / "kernel").rglob("*.ko*"))}
    loaded: dict[str, bytes] = {}
    for name in names:
        for each, raw in _with_needs(_plain(name), there, loaded):
            loaded[each] = raw
    return loaded


def _with_needs(name: str, there: dict[str, Path], loaded: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    if name in loaded or name not in there:
        return
    raw = _unpacked(there[name])
    found = _NEEDS.search(raw)
    for other in (found[1].decode() if found else "").split(","):
        yield from _with_needs(_plain(other), there, loaded)
    yield name, raw


def _plain(name: str) -> str:
    """The name as modules name each other: without what is after the first dot, dashes as underscores."""
    return name.split(".")[0].replace("-", "_")


def _unpacked(path: Path) -> bytes:
    if path.suffix == ".xz":
        return lzma.decompress(path.read_bytes())
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    return path.read_bytes()
