"""Streams into messages: nothing is lost, nothing is split that is one, and memory does not grow."""

import bz2
import gzip
import io
import lzma
import re
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailfixtures import MAIL, patches

from mtelint.errors import InputError
from mtelint.mail.inputs import inputs
from mtelint.mail.letter import RawKind
from mtelint.mail.mailbox import MESSAGE_LIMIT, read_letters, split_stream
from mtelint.model import Skipped
from mtelint.patches.reader import read_patches

SEPARATOR = b"From ada@example.org Tue Mar  5 10:00:00 2024\n"
DIFF = b"--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n"


def mail(number: int, body: bytes = b"text\n") -> bytes:
    return b"Subject: mail %d\nMessage-ID: <%d@example.org>\n\n" % (number, number) + body


def bodies(data: bytes) -> list[bytes]:
    return [raw.data.partition(b"\n\n")[2] for raw in split_stream(io.BytesIO(data))]


@given(st.lists(st.text(alphabet="From >aé:\t", max_size=30).map(lambda text: text.replace("\n", "")), max_size=12))
def test_an_escaped_mailbox_gives_back_what_was_put_in(lines: list[str]) -> None:
    """The law of mboxrd: escaping adds one `>` to every line of `>*From `, splitting takes it away."""
    body = "".join(f"{line}\n" for line in lines).encode()
    escaped = re.sub(rb"(?m)^(>*From )", rb">\1", body)
    data = SEPARATOR + mail(1, escaped + b"\n") + SEPARATOR + mail(2, b"end\n")
    assert bodies(data) == [body + b"\n", b"end\n"]


@settings(max_examples=200)
@given(st.binary(max_size=400) | st.text(alphabet="@- +\\\n>adif/gt12,", max_size=400).map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    for prefix in (b"--\n", b"Subject: x\n\n", DIFF):  # a prefix keeps the bytes from being taken for an archive
        list(read_patches(io.BytesIO(prefix + data), "fuzz", quoted=True))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(MAIL.glob("*.*"))), st.data())
def test_no_accident_to_a_mail_raises(path: Path, data: st.DataObject) -> None:
    """Bytes of a good mail are cut out, doubled or replaced anywhere, its MIME header included."""
    whole = path.read_bytes()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(start, min(len(whole), start + 60)))
        accident = data.draw(st.sampled_from([b"", whole[start:end] * 2, b"\n", b"\0", b"\xff\xfe", b"=", b'"']))
        whole = whole[:start] + accident + whole[end:]
    list(read_patches(io.BytesIO(b"\n" + whole), "accident", quoted=True))


def test_a_mail_nested_too_deep_loses_only_itself() -> None:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000))
    data = SEPARATOR + b"Subject: deep\n" + nested + b"\n" + SEPARATOR + mail(2, DIFF)
    items = list(read_patches(io.BytesIO(data), "deep.mbox"))
    assert len([item for item in items if not isinstance(item, Skipped)]) == 1


@pytest.mark.parametrize(
    "separator",
    [
        b"From ada@example.org Tue Mar  5 10:00:00 2024\n",
        b"From mboxrd@z Thu Jan  1 00:00:00 1970\n",
        b"From - Tue Mar 05 10:00:00 2024\r\n",
        b"From ada at example.org  Tue Mar  5 10:00:00 2024\n",
        b"From ada@example.org Tue Mar  5 10:00:00 +0100 2024\n",
        b"From MAILER-DAEMON Tue Mar  5 10:00 UTC 2024\n",
    ],
)
def test_separators_of_many_programs_split(separator: bytes) -> None:
    assert len(bodies(separator + mail(1, b"text\n\n") + separator + mail(2))) == 2


@pytest.mark.parametrize(
    "line",
    [b"From here on\n", b"From: is a header\n", b"From a Tue\n", b"From a@example.org Tue Mar  5 10:00:00 2024 or\n"],
)
def test_text_that_only_looks_like_a_separator_does_not_split(line: bytes) -> None:
    assert len(bodies(SEPARATOR + mail(1, b"text\n\n" + line + b"Subject: no\n\nmore\n"))) == 1


def test_a_separator_without_a_header_below_is_text() -> None:
    assert len(bodies(SEPARATOR + mail(1, b"text\n\n" + SEPARATOR + b"is what it looks like\n"))) == 1


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, bz2.compress])
def test_packed_mailboxes_are_unpacked_on_the_fly(pack: Callable[[bytes], bytes]) -> None:
    data = SEPARATOR + mail(1, DIFF + b"\n") + SEPARATOR + mail(2, DIFF)
    assert len(list(read_patches(io.BytesIO(pack(data)), "x"))) == 2


def test_a_broken_archive_is_an_input_error_after_what_could_be_read() -> None:
    data = b"".join(SEPARATOR + mail(number, DIFF + b"\n") for number in range(3000))
    stream = read_patches(io.BytesIO(gzip.compress(data)[:-200]), "x.gz")
    next(stream)
    with pytest.raises(InputError, match=r"x\.gz: cannot be read to its end"):
        list(stream)


@pytest.mark.parametrize("data", [b"", b"\n\n \n", b"int main(void) { return 0; }\n", b"Subject: only a header\n"])
def test_what_holds_no_diff_gives_nothing(data: bytes) -> None:
    assert list(read_patches(io.BytesIO(data), "x")) == []


def test_binary_input_is_named_in_one_line() -> None:
    (skipped,) = read_patches(io.BytesIO(b"\x7fELF\0\0\0" * 40), "a.out")
    assert skipped == Skipped("a.out", None, None, "not text: neither mail nor diff")


def test_an_oversized_mail_is_named_and_the_next_one_read() -> None:
    data = SEPARATOR + mail(1, b"x" * 70 * 1000 + b"\n") + b"y" * MESSAGE_LIMIT + b"\n\n" + SEPARATOR + mail(2, DIFF)
    first, second = read_patches(io.BytesIO(data), "big.mbox")
    assert isinstance(first, Skipped)
    assert "<1@example.org>" in first.reason
    assert not isinstance(second, Skipped)


class Endless(io.RawIOBase):
    """A mailbox that is made while it is read."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self.chunks = chunks
        self.rest = b""
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        self.rest = self.rest or next(self.chunks, b"")
        part, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
        buffer[: len(part)] = part
        self.size += len(part)
        return len(part)


def test_memory_does_not_grow_with_the_mailbox() -> None:
    stream = Endless(SEPARATOR + mail(number, b"a line of text".ljust(90) * 100 + b"\n\n") for number in range(1500))
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_letters(io.BufferedReader(stream), "big"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (count, stream.size > 13_000_000) == (1500, True)
    assert peak < 3_000_000


def test_a_maildir_is_a_folder_of_mails() -> None:
    found = list(inputs(str(MAIL / "maildir")))
    assert len(found) == 2
    subjects = [patch.subject for one in found for patch in patches(Path(one.name))]
    assert subjects == [
        "[PATCH] arm64: mte: sample: set the flag early",
        "[PATCH] arm64: mte: sample: another file",
    ]


def test_a_folder_without_mails_is_an_input_error(tmp_path: object) -> None:
    with pytest.raises(InputError, match="a folder without mails"):
        list(inputs(str(tmp_path)))
    with pytest.raises(InputError, match="no such file"):
        list(inputs(f"{tmp_path}/absent"))


def test_raw_kinds_are_told_apart() -> None:
    kinds = {
        name: next(split_stream((MAIL / name).open("rb"))).kind
        for name in ("crlf.eml", "p0.diff", "archive-thread.txt", "archive-page.html")
    }
    assert list(kinds.values()) == [RawKind.MAIL, RawKind.DOCUMENT, RawKind.PAGE, RawKind.PAGE]
