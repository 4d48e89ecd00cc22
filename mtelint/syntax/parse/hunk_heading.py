"""The heading of a hunk (the text behind the second ``@@``): the function or the structure that is open there."""

import re

from msgspec import Struct

from mtelint.syntax.mask.macro_names import ATTRIBUTE_CALLS
from mtelint.syntax.mask.masked_text import closing, last_code

_SYSCALL = re.compile(rb"(?:COMPAT_)?SYSCALL\d*_DEFINE\d\s*\(\s*(\w+)")
_NAME = re.compile(rb"(\w+)\s*\(")
_CONTAINER = re.compile(rb"\b(struct|union|enum)\b[^()=;]*\{\s*\Z")
_TYPE_LINE = re.compile(rb"(?:[A-Za-z_]\w*[\s*]+)*[A-Za-z_]\w*[\s*]*\Z")
_STORAGE = frozenset(b"static inline extern const __always_inline noinline asmlinkage".split())
_LONGEST = 1000
_WIDTH = 80
"""git cuts a heading at this many bytes."""


class Heading(Struct, frozen=True):
    """What a heading tells.

    ``name`` and ``head`` (return type, name and the visible parameters, closed) are empty unless a function is open;
    ``opening`` is the head up to where the heading ends, to be continued by the hunk; ``container`` opens a structure
    or an initialiser.
    """

    name: str = ""
    head: bytes = b""
    opening: bytes = b""
    container: bytes = b""
    type_line: bytes = b""
    """The return type of a head whose name begins the next line."""
    typed: bool = True
    """Whether the heading shows the return type (else the head has ``int`` in its place)."""

    @property
    def is_function(self) -> bool:
        """Whether the heading is a function's head."""
        return bool(self.head)


def read_heading(text: str) -> Heading:
    """Read a heading; what is no head of a function or structure gives an empty one."""
    line = text[:_LONGEST].encode("utf-8", "replace").strip()
    if not line or line.startswith((b"#", b"/", b"*")) or line.endswith(b":"):
        return Heading()
    system_call = _SYSCALL.match(line)
    if system_call:
        prefix = "__do_compat_sys_" if line.startswith(b"COMPAT") else "__do_sys_"
        name = prefix + system_call[1].decode()
        return Heading(name, b"long %s(void)" % name.encode(), line)
    if b"(" not in line or b"=" in line.split(b"(")[0]:
        return _container(line)
    return _function(line)


def _container(line: bytes) -> Heading:
    if b"=" in line:
        return Heading(container=b"int x_[] = {")
    kind = _CONTAINER.search(line)
    if kind is None:
        return Heading(type_line=line if _TYPE_LINE.match(line) else b"")
    return Heading(container=b"enum x_ {" if kind[1] == b"enum" else b"struct x_ {")


def _function(line: bytes) -> Heading:
    match = _name(line)
    if match is None:
        return Heading()
    before = line[: match.start()]
    typed = any(word not in _STORAGE for word in before.split())
    if not typed:
        line = before + b"int " + line[match.start() :]
        match = _NAME.search(line) or match
    left = match.end() - 1
    right = closing(line, left)
    if right >= 0:
        if line[right + 1 :].strip().startswith((b";", b"=", b",")):
            return Heading()
        return Heading(match[1].decode(), line[: right + 1], typed=typed)
    return Heading(match[1].decode(), _closed(line, left), _opening(line, left), typed=typed)


def _name(line: bytes) -> re.Match[bytes] | None:
    for match in _NAME.finditer(line):
        if match[1].removeprefix(b"__") not in ATTRIBUTE_CALLS:
            alone = not line[: match.start()].strip()
            return None if alone and match[1].isupper() else match
    return None


def _opening(line: bytes, left: int) -> bytes:
    """A head to be continued; a parameter that git cut in the middle is left out."""
    if line.endswith((b",", b"(")) or len(line) < _WIDTH - 1:
        return line
    return line[: max(line.rfind(b",", left), left) + 1]


def _closed(line: bytes, left: int) -> bytes:
    """A head whose parameter list is cut, closed behind the last whole parameter."""
    last = last_code(line, len(line))
    if line[last] == 0x2C:
        return line[:last] + b")"
    if last == left:
        return line[: left + 1] + b"void)"
    if len(line) < _WIDTH - 1:
        return line + b")"
    comma = line.rfind(b",", left)
    return line[:comma] + b")" if comma >= 0 else line[: left + 1] + b"void)"
