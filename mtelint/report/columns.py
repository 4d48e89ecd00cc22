"""Byte columns, which findings have, in the units that other programs count."""

from collections.abc import Callable


def utf16_column(text: str, byte_column: int) -> int:
    """The column from 1 in UTF-16 code units of the byte ``byte_column`` (from 1) of ``text``.

    Bytes past the end of ``text``, as where no text is known, count as one unit each.
    """
    return _column(text, byte_column, lambda front: len(front.encode("utf-16-le", "surrogatepass")) // 2)


def char_column(text: str, byte_column: int) -> int:
    """The same in Unicode code points."""
    return _column(text, byte_column, len)


def _column(text: str, byte_column: int, length: Callable[[str], int]) -> int:
    data = text.encode("utf-8", "surrogatepass")
    before = max(byte_column - 1, 0)
    front = data[:before].decode("utf-8", "ignore")
    return length(front) + max(before - len(data), 0) + 1
