"""The search for separators gives what the plain definition gives, line by line, however the stream is read."""

import io
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtelint.mail import mbox
from mtelint.mail.letter import is_scissors
from mtelint.mail.mbox import FALSE_COUNTS, HEADER_LINE, boxed_messages, is_from_line
from mtelint.model.limits import Limits, holding

SEPARATOR = b"From ada@example.org Tue Mar  5 10:00:00 2024\n"
PATCH = b"From " + b"a1" * 20 + b" Mon Sep 17 00:00:00 2001\n"
LINES = [
    SEPARATOR, SEPARATOR, SEPARATOR.replace(b"\n", b"\r\n"), PATCH, PATCH, b"\n", b"\n", b"\n", b"\r\n", b" \t\n",
    b"Subject: x\n", b"Subject: y\r\n", b"Message-ID: <1@example.org>\n", b"text\n", b"text", b"x" * 50 + b"\n",
    b"-- \n", b"2.40.1\n", b"-- >8 --\n", b">From me\n", b">>From you\n", b"From here on\n", b"From \n", b"\0\n",
    *(b"Content-Length: %d\n" % size for size in (0, 5, 7, 12, 47, 60)),
]  # fmt: skip
MAILBOXES = st.builds(
    lambda first, rest: first + b"Subject: first\n" + b"".join(rest),
    st.sampled_from([SEPARATOR, PATCH]),
    st.lists(st.sampled_from(LINES), max_size=40),
)


def plainly(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset and raw bytes of each message, by the definition: one line after the other."""
    lines = data.splitlines(keepends=True) if b"\r" not in data else re.findall(rb"[^\n]*\n|[^\n]+\Z", data)
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    formatted, false_counts, at = lines[0].rstrip() == PATCH.rstrip(), 0, 0
    while at < len(lines):
        start, at, seen, blank = at, at + 1, list[bytes](), False
        in_header = True
        while at < len(lines) and not (blank and separates(lines, at, seen, formatted)):
            blank = not lines[at].strip()
            seen += [lines[at]] if not blank else []
            at += 1
            if in_header and blank:
                in_header = False
                if false_counts < FALSE_COUNTS:
                    counted = counted_body(lines, start + 1, at)
                    false_counts += counted is None
                    at = counted or at
        yield offsets[start], b"".join(lines[start + 1 : at])


def separates(lines: list[bytes], at: int, seen: list[bytes], formatted: bool) -> bool:
    """Whether a line below an empty one starts a message; ``seen`` are the lines of this one with something in them."""
    following = lines[at + 1] if at + 1 < len(lines) else b""
    if not is_from_line(lines[at]) or not HEADER_LINE.match(following):
        return False
    if lines[at].rstrip() != PATCH.rstrip():
        return True
    before, last = [b"", b"", *seen][-2:]
    if is_scissors(last.decode("latin-1")):
        return False
    return formatted or (before.rstrip(b"\r\n") == b"-- " and bool(re.match(rb"\d+\.\d+", last)))


def counted_body(lines: list[bytes], start: int, at: int) -> int | None:
    """The line behind a body by its Content-Length; None for a false one, 0 where there is none."""
    found = re.search(rb"(?im)^content-length:\s*(\d+)\s*$", b"".join(lines[start:at]))
    if not found:
        return 0
    left = int(found[1])
    while left > 0 and at < len(lines):
        left -= len(lines[at])
        at += 1
    following = [*lines[at : at + 2], b"", b""]
    after = following[1] if following[0] and not following[0].strip() else following[0]
    return at if left == 0 and (not after or is_from_line(after)) else None


@settings(max_examples=600, deadline=None)
@given(MAILBOXES, st.sampled_from([1, 3, 7, 64, 1 << 18]))
def test_messages_are_those_of_the_definition(data: bytes, chunk: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mbox, "_CHUNK", chunk)
        found = [(each.at, each.data) for each in boxed_messages(io.BytesIO(data))]
    expected = [(at, re.sub(rb"(?m)^>(>*From )", rb"\1", text)) for at, text in plainly(data) if text.strip()]
    assert found == expected


@settings(max_examples=300, deadline=None)
@given(MAILBOXES, st.sampled_from([1, 7, 64]), st.integers(1, 200))
def test_a_limit_truncates_what_passes_it_and_moves_no_separator(data: bytes, chunk: int, limit: int) -> None:
    whole = [each for each in boxed_messages(io.BytesIO(data)) if b"Content-Length" not in each.data]
    with pytest.MonkeyPatch.context() as patch, holding(Limits(message_bytes=limit)):
        patch.setattr(mbox, "_CHUNK", chunk)
        cut = {each.at: each for each in boxed_messages(io.BytesIO(data))}
    if b"Content-Length" in data:  # a body that passes the limit is not counted
        return
    for each in whole:
        if each.at in cut:
            assert len(cut[each.at].data) <= limit
            assert cut[each.at].truncated or cut[each.at] == each
    assert cut.keys() <= {each.at for each in whole}


def test_an_offset_leads_to_the_separator_of_its_message() -> None:
    data = SEPARATOR + b"Subject: 1\n\none\n\n" + SEPARATOR + b"Subject: 2\n\n>From two\n"
    first, second = boxed_messages(io.BytesIO(data))
    assert (first.at, data[second.at :]) == (0, SEPARATOR + b"Subject: 2\n\n>From two\n")
    assert second.data == b"Subject: 2\n\nFrom two\n"
