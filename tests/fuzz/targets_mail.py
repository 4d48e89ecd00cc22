"""Targets that read mail."""

import bz2
import gzip
import io
import lzma
from contextlib import suppress

from mtelint.errors import InputError
from mtelint.mail.compose import originals
from mtelint.mail.letter import RawKind, logical_lines, unquoted_layers
from mtelint.mail.mailbox import MESSAGE_LIMIT, read_letters, split_stream, unpacked
from mtelint.mail.mime import FAILURES, decode_text, letters
from mtelint.mail.undecoded import look_for
from mtelint.model import Skipped
from mtelint.patches.diffs import file_diffs
from mtelint.patches.line_maps import post_fragment, pre_fragment
from mtelint.patches.patch import SegmentStatus
from mtelint.patches.reader import letter_patches, read_patches
from mtelint.rulebook import load

from .pieces import DIFF, text_of

_CHARSETS = ("", "utf-8", "gb2312", "iso-8859-1", "utf-7", "utf-16", "x", "idna", "hz", "iso-2022-jp", "\0", "base64")
_WORDS = load().vocabulary.needles
_look = look_for(_WORDS)
_PACKERS = (lambda text: gzip.compress(text, 1, mtime=0), lambda text: lzma.compress(text, preset=0), bz2.compress)


def splitter(data: bytes) -> None:
    """Messages of a stream hold its bytes in their order, and none is longer than the limit."""
    text = text_of(data, DIFF)
    found = list(split_stream(io.BytesIO(text)))
    assert sum(len(raw.data) for raw in found) <= len(text)
    assert all(len(raw.data) <= MESSAGE_LIMIT for raw in found)
    if len(found) > 1:
        assert all(raw.kind is RawKind.MAIL for raw in found)


def decoder(data: bytes) -> None:
    """A mail gives text parts or one of the known failures, and no word that its bytes did not announce."""
    text = text_of(data, DIFF)
    decoded, _ = decode_text(text, _CHARSETS[len(data) % len(_CHARSETS)])
    assert isinstance(decoded, str)
    with suppress(*FAILURES):
        for number, letter in enumerate(letters(text, "x")):
            assert letter.part == number
            assert _look(text) or not any(word in letter.text for word in _WORDS)
    for each in read_letters(io.BytesIO(text), "x"):
        if not isinstance(each, Skipped):
            list(letter_patches(each, quoted=True))


def diffs(data: bytes) -> None:
    """The hunks of a diff that is judged have the lines that their headers count, in numbers without a gap."""
    text = text_of(data, DIFF).decode("utf-8", "replace")
    for flowed in (False, True):
        lines = logical_lines(text, flowed, flowed)
        for layer in (lines, *unquoted_layers(lines)):
            for diff in file_diffs(layer):
                assert diff.is_judged or diff.reason
                if diff.status is not SegmentStatus.OK:
                    continue
                for hunk in diff.hunks:
                    assert len(hunk.pre_lines) == hunk.old_count
                    assert len(hunk.post_lines) == hunk.new_count
                    for fragment in (pre_fragment(hunk), post_fragment(hunk)):
                        assert fragment.text.count("\n") >= len(fragment.lines) - 1


def mails(data: bytes) -> None:
    """The whole way from a stream to patches, or to the mails that are answered, ends in values."""
    text = text_of(data, DIFF)
    for quoted in (False, True):
        with suppress(InputError):
            for item in read_patches(io.BytesIO(text), "x", quoted=quoted):
                assert isinstance(item, Skipped) or item.files
    for mail in originals(io.BytesIO(text), "x", lambda message_id: True):
        assert mail.letters
        assert all("@" in person.address for person in (*mail.sender, *mail.to, *mail.cc))


def packed(data: bytes) -> None:
    """What is packed is read as it was; damaged, it is read as far as it goes, or refused.

    The first byte chooses the packer, three more a byte that is changed, and the fifth how much is cut off.
    """
    kind, high, low, change, cut, *_ = (*data[:5], 0, 0, 0, 0, 0)
    text = text_of(data[5:], DIFF)
    stream = bytearray(_PACKERS[kind % len(_PACKERS)](text))
    if not change and not cut:
        assert unpacked(io.BytesIO(stream)).read() == text
    stream[(high << 8 | low) % len(stream)] ^= change
    with suppress(InputError):
        for _ in read_letters(io.BytesIO(stream[: len(stream) - cut]), "x"):
            pass
