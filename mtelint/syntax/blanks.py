"""Looking past white space, also where most of a text has become white space: a long run is walked once."""

from mtelint.patterns import regex

_BLANK = b" \t\n\r\f\v\\"
_SPACE = regex(rb"[ \t\n\r\f\v\\]{0,1024}+")
_FIRST = 16
_NEAR = 1024
_BLOCK = 4096


class Code(bytearray):
    """A text being masked that remembers where long runs of white space end.

    ``back`` and ``ahead`` hold, for starts of blocks inside of a run, the last byte before it and the first behind it.
    White space may be added at any time; who puts something else where white space was calls :meth:`forget`.
    """

    __slots__ = ("ahead", "back")

    def __init__(self, text: bytes | bytearray) -> None:
        super().__init__(text)
        self.back: dict[int, int] = {}
        self.ahead: dict[int, int] = {}

    def holds(self, word: bytes) -> bool:
        """Whether the word is somewhere in the text."""
        return self.find(word) >= 0

    def forget(self) -> None:
        """Something now stands where white space was."""
        if self.back:
            self.back.clear()
        if self.ahead:
            self.ahead.clear()


def skip_space(code: bytes | bytearray, index: int) -> int:
    """Offset of the next byte that is no white space (the length of the text at its end)."""
    match = _SPACE.match(code, index)
    end = match.end() if match else index
    return end if end - index < _NEAR else _far_ahead(code, end)


def last_code(code: bytes | bytearray, index: int) -> int:
    """Offset of the last byte before ``index`` that is no white space, or -1."""
    size, stop = _FIRST, index - _NEAR
    while index > 0:
        low = max(0, index - size)
        kept = len(code[low:index].rstrip(_BLANK))
        if kept:
            return low + kept - 1
        index, size = low, size * 8
        if index < stop:
            return _far_back(code, index)
    return -1


def _far_ahead(code: bytes | bytearray, index: int) -> int:
    known = code.ahead if isinstance(code, Code) else {}
    crossed = []
    size = len(code)
    while index < size:
        edge = min(size, (index // _BLOCK + 1) * _BLOCK)
        left = len(code[index:edge].lstrip(_BLANK))
        if left:
            index = edge - left
            break
        crossed.append(edge)
        index = known.get(edge, edge)  # what stood there may have become white space since
    for edge in crossed:
        known[edge] = index
    return index


def _far_back(code: bytes | bytearray, index: int) -> int:
    known = code.back if isinstance(code, Code) else {}
    crossed = []
    while index > 0:
        edge = (index - 1) // _BLOCK * _BLOCK
        kept = len(code[edge:index].rstrip(_BLANK))
        if kept:
            index = edge + kept
            break
        crossed.append(edge)
        index = known.get(edge, edge - 1) + 1
    for edge in crossed:
        known[edge] = index - 1
    return index - 1
