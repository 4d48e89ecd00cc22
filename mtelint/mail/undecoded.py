"""What the bytes of a mail tell before it is taken apart: whether its text can hold a word at all.

Most mails of an archive hold no word of the vocabulary.  Where nothing is encoded (RFC 2045) and the charset keeps
ASCII as it is, the decoded text has no word that the bytes lack, and the mail needs no parser.  In doubt the answer is
yes: then the mail is decoded and asked again.
"""

import binascii
import re
from collections.abc import Callable, Sequence

_CHARSET = re.compile(rb"\s*=\s*[\"']?([a-z0-9_.:-]+)[\"']?(?=[\s;]|\Z)")
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

    def look(data: bytes) -> bool:
        if any(word in data for word in wanted):
            return True
        texts = _texts(data)
        return texts is None or any(word in text for text in texts for word in wanted)

    return look


def header_end(data: bytes) -> int:
    """One past the empty line below the header of a mail; 0 where there is no such line."""
    for empty in (b"\n", b"\r\n"):
        if data.startswith(empty):
            return len(empty)
    plain = data.find(b"\n\n")
    marked = data.find(b"\n\r\n", 0, plain if plain >= 0 else len(data))
    return marked + 3 if marked >= 0 else plain + 2 if plain >= 0 else 0


def _texts(data: bytes) -> list[bytes] | None:
    """What the text of a mail may be besides its bytes; None where there is no telling.

    An encoding that the header names anywhere may be that of the body.
    """
    end = header_end(data)
    told = data[: end or len(data)].lower()
    if parted := b"multipart" in told or b"message/" in told:  # the parts have headers of their own
        told = data.lower()
    if not all(map(_is_transparent, told.split(b"charset")[1:])):
        return None
    named = [decode for name, decode in _DECODERS.items() if name in told]
    if named and (parted or not end):
        return None
    found = [decode(data[end:]) for decode in named]
    return None if None in found else [text for text in found if text is not None]


def _from_base64(body: bytes) -> bytes | None:
    """The text of a body that is base64 without a flaw: of any other, decoders make different things."""
    try:
        return binascii.a2b_base64(b"".join(body.split()), strict_mode=True)
    except binascii.Error:
        return None


_DECODERS: dict[bytes, Callable[[bytes], bytes | None]] = {
    b"base64": _from_base64,
    b"quoted-printable": binascii.a2b_qp,
    b"uue": lambda body: None,
}
"""The transfer encodings that the email package decodes, in lower case; the last one stands for its four names."""


def _is_transparent(rest: bytes) -> bool:
    """Whether what follows the word ``charset`` names one that keeps ASCII."""
    found = _CHARSET.match(rest)
    return found is not None and found[1] in _TRANSPARENT
