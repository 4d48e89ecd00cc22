"""What the bytes of a mail tell before it is taken apart: whether its text can hold a word at all.

Most mails of an archive hold no word of the vocabulary.  Where nothing is encoded (RFC 2045) and the charset keeps
ASCII as it is, the decoded text has no word that the bytes lack, and the mail needs no parser.  In doubt the answer is
yes: then the mail is decoded and asked again.
"""

from collections.abc import Callable, Sequence

from mtelint.patterns import regex

_ENCODINGS = (b"base64", b"quoted-printable", b"uue")
"""The transfer encodings that the email package decodes, in lower case; the last one stands for its four names."""
_CHARSET = regex(rb"\s*=\s*[\"']?([a-z0-9_.:-]+)[\"']?(?=[\s;]|\Z)")
# Where a byte below 0x80 is a letter by itself or a part of one that is not ASCII: no state, no escapes.
_TRANSPARENT = frozenset(
    f"{family}{number}".encode()
    for family, numbers in (
        ("iso-8859-", range(1, 17)), ("iso8859-", range(1, 17)), ("iso_8859-", range(1, 17)),
        ("windows-", range(1250, 1259)), ("cp", range(1250, 1259)),
    )
    for number in numbers
) | {
    b"utf-8", b"utf8", b"us-ascii", b"ascii", b"ansi_x3.4-1968", b"646", b"latin1", b"latin-1", b"koi8-r", b"koi8-u",
    b"gb2312", b"gbk", b"x-gbk", b"gb18030", b"big5", b"euc-kr", b"euc-jp", b"ks_c_5601-1987",
    b"unknown-8bit", b"y", b"yes", b"no", b"n", b"unknown",
}  # fmt: skip


def look_for(words: Sequence[str]) -> Callable[[bytes], bool]:
    """A test of the bytes of a mail: False where no text part of it holds one of ``words``."""
    if not all(word.isascii() for word in words):
        return lambda data: True
    wanted = [word.encode() for word in words]
    return lambda data: any(word in data for word in wanted) or _is_coded(data)


def header_end(data: bytes) -> int:
    """One past the empty line below the header of a mail; 0 where there is no such line."""
    for empty in (b"\n", b"\r\n"):
        if data.startswith(empty):
            return len(empty)
    plain = data.find(b"\n\n")
    marked = data.find(b"\n\r\n", 0, plain if plain >= 0 else len(data))
    return marked + 3 if marked >= 0 else plain + 2 if plain >= 0 else 0


def _is_coded(data: bytes) -> bool:
    """Whether the letters of a text part may be others than its bytes."""
    told = data[: header_end(data) or len(data)].lower()
    if b"multipart" in told or b"message/" in told:  # the parts have headers of their own
        told = data.lower()
    return any(name in told for name in _ENCODINGS) or not all(map(_is_transparent, told.split(b"charset")[1:]))


def _is_transparent(rest: bytes) -> bool:
    """Whether what follows the word ``charset`` names one that keeps ASCII."""
    found = _CHARSET.match(rest)
    return found is not None and found[1] in _TRANSPARENT
