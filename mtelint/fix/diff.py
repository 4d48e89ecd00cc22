"""Changed files as a patch that ``git apply`` takes."""

import difflib
from collections.abc import Iterator, Mapping

_CONTEXT = 3
_QUOTED = b'"\\\t\n\r'


def patch_of(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> bytes:
    """A unified diff from ``before`` to ``after`` of all files that differ, in the order of their paths."""
    changed = sorted(path for path, text in after.items() if before[path] != text)
    return b"".join(line for path in changed for line in _file(path, before[path], after[path]))


def _file(path: str, old: bytes, new: bytes) -> Iterator[bytes]:
    first, second = _name("a/" + path), _name("b/" + path)
    yield b"diff --git " + first + b" " + second + b"\n"
    tab = b"\t" if b" " in first else b""
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(old), _lines(new), first + tab, second + tab, n=_CONTEXT, lineterm=b"\n"
    )
    for line in lines:
        yield line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n"


def _lines(text: bytes) -> list[bytes]:
    parts = text.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _name(path: str) -> bytes:
    """The path as git writes it: in quotes with escapes where it holds what a header cannot."""
    raw = path.encode("utf-8", "surrogateescape")
    if not any(byte in _QUOTED or byte < 0x20 or byte > 0x7E for byte in raw):
        return raw
    return b'"' + b"".join(_escaped(byte) for byte in raw) + b'"'


def _escaped(byte: int) -> bytes:
    if byte in b'"\\':
        return b"\\" + bytes((byte,))
    return bytes((byte,)) if 0x20 <= byte <= 0x7E else b"\\%03o" % byte
