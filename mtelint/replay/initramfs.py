"""An initial RAM file system as the kernel unpacks it: a ``newc`` archive.

The format is that of Documentation/driver-api/early-userspace/buffer-format.rst in the kernel's source.
"""

from collections.abc import Iterable, Mapping

_MAGIC = b"070701"
_FILE = 0o100755
_FOLDER = 0o040755
_END = "TRAILER!!!"


def newc(files: Mapping[str, bytes]) -> bytes:
    """An archive of executable files by path (without a leading slash); folders come by themselves, before their files.

    Equal files give equal bytes: owner, times and devices are 0.
    """
    parts = [_entry(number, folder, _FOLDER, b"") for number, folder in enumerate(_folders(files), 1)]
    parts += [_entry(number, name, _FILE, files[name]) for number, name in enumerate(sorted(files), len(parts) + 1)]
    return b"".join([*parts, _entry(0, _END, 0, b"")])


def _folders(names: Iterable[str]) -> list[str]:
    folders = {"/".join(parts[:end]) for parts in (name.split("/") for name in names) for end in range(1, len(parts))}
    return sorted(folders)


def _entry(inode: int, name: str, mode: int, content: bytes) -> bytes:
    raw = name.encode() + b"\0"
    links = 1 if content or mode == _FILE else 2
    fields = (inode, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0, len(raw), 0)
    head = _MAGIC + b"".join(b"%08X" % field for field in fields) + raw
    return _padded(head) + _padded(content)


def _padded(data: bytes) -> bytes:
    return data + b"\0" * (-len(data) % 4)
