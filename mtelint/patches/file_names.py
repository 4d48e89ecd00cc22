"""File names of diff headers, reduced to paths from the top of the kernel tree.

Git's ``apply -p1`` is right for ``a/`` and ``b/`` and wrong for ``-p0``.  Here one component is dropped unless the name
already starts at the top of a kernel tree, and of two variants of one name (``x.orig``, ``x~patch-name``) the shorter
one is taken, as git does.
"""

import re
from typing import NamedTuple

DEV_NULL = "/dev/null"
NAME_LIMIT = 4096
"""Characters of a header line that are looked at: the longest path of Linux, and no time lost on a longer one."""
_PREFIXES = frozenset({"a", "b", "c", "i", "o", "w", "1", "2", "old", "new", "orig"})
# The directories at the top of a kernel tree, and those that once stood there.
_TOP_LEVEL = frozenset(
    ["Documentation", "LICENSES", "arch", "block", "certs", "crypto", "drivers", "firmware", "fs", "include", "init",
     "io_uring", "ipc", "kernel", "lib", "mm", "net", "rust", "samples", "scripts", "security", "sound", "tools", "usr",
     "virt"]
)  # fmt: skip
_EPOCH = re.compile(r"19(?:69-12-31|70-01-01) ")
_C_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_C_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


class HeaderName(NamedTuple):
    """The name on a ``---`` or ``+++`` line; ``absent`` means that the file is not there on that side."""

    raw: str
    absent: bool


def header_name(rest: str) -> HeaderName:
    """Read what follows ``--- `` or ``+++ ``: a plain or C-quoted name, then perhaps a tab and a time stamp."""
    rest = rest[:NAME_LIMIT].rstrip("\r\n")
    if rest.startswith('"'):
        return HeaderName(unquote(rest), False)
    name, _, stamp = rest.partition("\t")
    if not stamp:
        name = re.sub(r"\s+(?:\d{4}-\d\d-\d\d |[A-Z][a-z]{2} [A-Z][a-z]{2} +\d).*$", "", name)
    name = name.rstrip()
    return HeaderName(name, name == DEV_NULL or bool(_EPOCH.match(stamp)))


def unquote(text: str) -> str:
    """Undo git's C quoting of a name (``"a/\\303\\251.c"``); text without quotes is returned as it is."""
    match = re.match(r'"((?:[^"\\]|\\.)*)"', text)
    if not match:
        return text
    raw = bytearray()
    position = 0
    body = match.group(1)
    for escape in _C_ESCAPE.finditer(body):
        raw += body[position : escape.start()].encode()
        code = escape.group(1)
        raw += bytes([int(code, 8) & 255]) if len(code) == 3 else bytes([_C_ESCAPES.get(code, ord(code) & 255)])
        position = escape.end()
    raw += body[position:].encode()
    return raw.decode("utf-8", "replace")


def common_name(old: str, new: str) -> tuple[str, str]:
    """Paths of both sides from the names in the header.

    >>> common_name("linux-2.6.orig/mm/swap.c", "linux-2.6/mm/swap.c")
    ('mm/swap.c', 'mm/swap.c')
    >>> common_name("a/mm/swap.c", "a/mm/swap.c~arm64-tags")
    ('mm/swap.c', 'mm/swap.c')
    >>> common_name("arch/arm64/mm/fault.c", "arch/arm64/mm/fault.c")
    ('arch/arm64/mm/fault.c', 'arch/arm64/mm/fault.c')
    """
    first, second = tree_path(old), tree_path(new)
    if first != second and (_is_backup(first, second) or _is_backup(second, first)):
        first = second = min(first, second, key=len)
    return first, second


def tree_path(name: str) -> str:
    """One name without the component in front of the tree: ``a/``, ``linux-6.1/``, ``./``.

    >>> tree_path("a/Makefile"), tree_path("Makefile"), tree_path("./mm/swap.c"), tree_path("linux/kernel/fork.c")
    ('Makefile', 'Makefile', 'mm/swap.c', 'kernel/fork.c')
    """
    while name.startswith("./"):
        name = name[2:]
    head, slash, rest = name.partition("/")
    if not slash or not head:
        return name
    if head in _PREFIXES or head not in _TOP_LEVEL:
        return rest
    # A checkout called "kernel": kernel/arch/arm64/x.c.  No directory kernel/arch exists in a kernel tree.
    if head == "kernel" and "/" in rest and rest.partition("/")[0] in _TOP_LEVEL:
        return rest
    return name


def git_names(line: str) -> tuple[str, str] | None:
    """The two names of a ``diff --git`` line, or None where they cannot be told apart.

    Unquoted names may hold blanks, so the split is where both halves are the same after their first component.
    """
    rest = line[len("diff --git ") : NAME_LIMIT].rstrip()
    if rest.startswith('"') or rest.endswith('"'):
        found = re.fullmatch(r'("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)', rest)
        return (unquote(found.group(1)), unquote(found.group(2))) if found else None
    for blank in (match.start() for match in re.finditer(" ", rest)):
        old, new = rest[:blank], rest[blank + 1 :]
        if old == new or tree_path(old) == tree_path(new):
            return old, new
    halves = rest.split(" ")
    return (halves[0], halves[1]) if len(halves) == 2 else None


def unsafe(path: str) -> str:
    """Why a path must not be followed, or an empty string: absolute, ``..``, ``.git``, a drive, control characters."""
    if not path or path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", path):
        return "its path is absolute or empty"
    parts = path.replace("\\", "/").split("/")
    if ".." in parts:
        return "its path leaves the tree"
    if any(part.lower() == ".git" for part in parts):
        return "its path leads into .git"
    if any(ord(char) < 32 or ord(char) == 127 for char in path):
        return "its path holds control characters"
    return ""


def _is_backup(name: str, other: str) -> bool:
    """Whether `name` is `other` with something tacked on to the end of its last component."""
    return name.startswith(other) and "/" not in name[len(other) :] and name[len(other)] in ".~"
