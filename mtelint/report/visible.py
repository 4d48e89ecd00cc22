"""Text from the input made safe to show, and measured as a terminal draws it."""

import unicodedata

TAB = 8
"""Columns between tab stops, as the kernel's coding style has them."""


def visible(text: str) -> str:
    r"""``text`` with all that is no glyph as escapes: controls, line ends, reordering marks (``\x1b``, ``\u202e``)."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def one_line(text: str) -> str:
    """``text`` on one line: white space runs become one blank, the rest of the controls escapes."""
    return visible(" ".join(text.split()))


def expand(text: str) -> str:
    """A source line as it is drawn: tabs become blanks up to the next stop, other controls escapes."""
    drawn, column = [], 0
    for char in text:
        piece = " " * (TAB - column % TAB) if char == "\t" else visible(char)
        drawn.append(piece)
        column += width(piece)
    return "".join(drawn)


def width(text: str) -> int:
    """Columns that ``text``, which holds no control characters, takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def drawn_column(text: str, byte_column: int) -> int:
    """Columns in front of the byte ``byte_column`` (from 1) of the source line ``text``, as :func:`expand` draws it."""
    front = text.encode("utf-8", "surrogatepass")[: max(byte_column - 1, 0)]
    return width(expand(front.decode("utf-8", "ignore")))


def clip(text: str, columns: int) -> str:
    """The front of ``text`` that fits into ``columns``, ending in ``…`` where something was cut."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for char in text:
        used += _char_width(char)
        if used > columns - 1:
            break
        kept.append(char)
    return "".join(kept) + "…"


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _escape(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
