"""What the bytes of a mail tell before it is decoded: a word that its text holds is never overlooked."""

import base64
import io
import quopri
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mtelint.engine import Input, Options, review_patches
from mtelint.mail import undecoded as looking
from mtelint.mail.mailbox import read_letters, split_stream
from mtelint.mail.mime import FAILURES, letters
from mtelint.mail.undecoded import look_for
from mtelint.rulebook import load

WORDS = load().vocabulary.needles
WORD = "PG_mte_tagged"
look = look_for(WORDS)

CHARSETS = ("utf-8", "UTF-8", "us-ascii", "iso-8859-1", "Windows-1252", "gb2312", "big5", "unknown-8bit", "utf-7",
            "utf-16", "hz", "iso-2022-jp", "cp037", "unicode_escape", "rot13", "x", "u8", "utf-8'", "")  # fmt: skip
PACK: dict[str, Callable[[bytes], bytes]] = {
    "7bit": bytes, "8bit": bytes, "": bytes, "BASE64": base64.encodebytes, "Quoted-Printable": quopri.encodestring,
    "base64 ": base64.encodebytes, "x-uue": bytes, "binary": bytes,
    "base64": lambda text: base64.b64encode(text) + b"\n--\nlist",
    "BASE64 (x)": lambda text: b" ".join(base64.b64encode(text).partition(b"b")),
}  # fmt: skip
TEXTS = st.lists(
    st.sampled_from([WORD, "PG_mte_", "tagged", "\n", "=\n", " ", "+AF8-", "\x1b(B", "~{", "~}", "é", "diff --git a"]),
    max_size=8,
).map("".join)  # fmt: skip


def encoded(text: str, charset: str) -> bytes:
    try:
        return text.encode(charset or "ascii")
    except (LookupError, UnicodeError, TypeError):
        return text.encode()


@st.composite
def parts(draw: st.DrawFn, depth: int = 2) -> bytes:
    """A part of a mail from its header on: text, or a multipart of such."""
    if depth and draw(st.booleans()):
        inner = draw(st.lists(parts(depth - 1), min_size=1, max_size=3))
        kind = draw(st.sampled_from(["multipart/mixed", "Multipart/Alternative", "message/rfc822"]))
        if kind.startswith("message"):
            return f"Content-Type: {kind}\n\n".encode() + inner[0]
        body = b"".join(b"--%d\n%b\n" % (depth, each) for each in inner) + b"--%d--\n" % depth
        return f'Content-Type: {kind};\n boundary="{depth}"\n\n'.encode() + body
    charset = draw(st.sampled_from(CHARSETS))
    encoding = draw(st.sampled_from(sorted(PACK)))
    mark = draw(st.sampled_from(["{}", '"{}"', " {}", "{}; format=flowed"]))
    name = draw(st.sampled_from(["charset=", "Charset=", "charset =", "charset*=us-ascii''", "charset*0="]))
    head = f"Content-Type: text/plain;\n\t{name}{mark.format(charset)}\nContent-Transfer-Encoding: {encoding}\n\n"
    return head.encode() + PACK[encoding](encoded(draw(TEXTS), charset))


@settings(max_examples=400, deadline=None)
@given(parts(), st.sampled_from(["\n", "\r\n"]))
def test_a_word_in_any_decoded_part_is_seen_in_the_bytes_or_the_mail_is_decoded(part: bytes, end: str) -> None:
    mail = (b"Subject: x\n" + part).replace(b"\n", end.encode())
    texts: list[str] = []
    with suppress(*FAILURES):
        texts += [letter.text for letter in letters(mail, "x")]
    if any(word in text for text in texts for word in WORDS):
        assert look(mail)


@given(st.sampled_from(sorted(looking._TRANSPARENT)), st.binary(max_size=40))
def test_the_charsets_that_keep_ascii_make_no_word_of_other_bytes(charset: bytes, data: bytes) -> None:
    """Each letter of a decoded text that is ASCII is a byte of its own, and neighbours were neighbours."""
    with suppress(LookupError, UnicodeError):
        text = (data + b"a").decode(charset.decode())
        ascii_runs = "".join(char if char.isascii() else "\0" for char in text).split("\0")
        assert all(run.encode() in data + b"a" for run in ascii_runs)


@pytest.mark.parametrize(
    "header",
    [
        "Subject: x",
        "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit",
        'Content-Type: text/plain; charset="iso-8859-15"; format=flowed',
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Transfer-Encoding: quoted-printable",
    ],
)
def test_an_ordinary_mail_without_a_word_needs_no_decoding(header: str) -> None:
    assert not look(f"{header}\n\nnothing of the flag, mte_ and PG_ alone\n".encode())


def based(text: str, *, flaw: str = "") -> bytes:
    return f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(text.encode()).decode()}{flaw}".encode()


def test_a_body_that_is_encoded_as_a_whole_is_looked_into() -> None:
    assert look(based(f"text {WORD}"))
    assert not look(based("text"))
    assert look(b"Content-Transfer-Encoding: quoted-printable\n\nPG=5Fmte_=\ntagged\n")
    assert not look(b"Content-Transfer-Encoding: quoted-printable\n\nPG=5Fmte_\ntagged\n")


@pytest.mark.parametrize("flaw", ["--\nlist footer\n", "=", "%"])
def test_of_flawed_base64_there_is_no_telling(flaw: str) -> None:
    assert look(based("text", flaw=flaw))


@pytest.mark.parametrize(
    "header",
    [
        "Content-Transfer-Encoding: x-uuencode",
        "Content-Type: text/plain; charset=utf-16",
        "Content-Type: text/plain; charset*=utf-7''x",
        "Content-Type: text/plain; charset=utf-8; charset=utf-7",
    ],
)
def test_in_doubt_a_mail_is_decoded(header: str) -> None:
    assert look(f"{header}\n\ntext\n".encode())


@pytest.mark.parametrize("encoding", ["Base64", "quoted-printable", "uue"])
def test_an_encoded_part_among_others_is_decoded(encoding: str) -> None:
    part = f"--b\nContent-Transfer-Encoding: {encoding}\n\nx\n"
    assert look(f"Content-Type: multipart/mixed; boundary=b\n\n{part}--b--\n".encode())


def test_a_word_that_is_not_ascii_is_looked_for_in_decoded_text_only() -> None:
    assert look_for(["größe"])(b"Subject: x\n\ntext\n")


@pytest.mark.parametrize("name", ["mails/linux-arm-kernel-250.mbox", "mails/known"])
def test_real_mails_are_reviewed_as_if_each_were_decoded(
    corpus: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted((corpus / name).glob("*.eml")) if (corpus / name).is_dir() else [corpus / name]
    inputs = [Input(file.name, lambda file=file: file.open("rb")) for file in files]  # type: ignore[misc]
    fast = review_patches(inputs, Options(jobs=1))
    monkeypatch.setattr("mtelint.engine.review.mails.look_for", lambda words: lambda data: True)
    slow = review_patches(inputs, Options(jobs=1))
    assert (fast.findings, fast.skipped, fast.unreadable) == (slow.findings, slow.skipped, slow.unreadable)


def test_most_real_mails_that_cannot_matter_are_not_decoded(corpus: Path) -> None:
    with (corpus / "mails/linux-arm-kernel-250.mbox").open("rb") as stream:
        mails = [raw.data for raw in split_stream(stream)]
    assert sum(map(look, mails)) < len(mails) / 4


def test_what_is_left_undecoded_gives_no_letter() -> None:
    mails = b"".join(b"From a@b Tue Mar  5 10:00:00 2024\nSubject: %d\n\n%b\n\n" % (n, text)
                     for n, text in enumerate([b"text", WORD.encode(), b"more"]))  # fmt: skip
    found = list(read_letters(io.BytesIO(mails), "x", look))
    assert [getattr(each, "subject", None) for each in found] == ["1"]
