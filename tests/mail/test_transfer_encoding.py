"""The transfer encoding of a part is taken as ``git mailinfo`` takes it: what git applies is what is reviewed."""

import base64
import quopri
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtelint.mail.letter import Letter
from mtelint.mail.mime import letters

BODY = b"a body = with an equals sign\n"
HEAD = b"From: A <a@example.org>\nSubject: [PATCH] x\nMessage-ID: <1@example.org>\n"


def mail(values: list[str], encode: str) -> bytes:
    encoders: dict[str, Callable[[bytes], bytes]] = {
        "base64": base64.encodebytes, "qp": quopri.encodestring, "plain": bytes,
    }  # fmt: skip
    body = encoders[encode](BODY)
    fields = "".join(f"Content-Transfer-Encoding:{value}\n" for value in values)
    return HEAD + fields.encode() + b"\n" + body


def read(data: bytes) -> Letter:
    (letter,) = (each for each in letters(data, "x") if isinstance(each, Letter))
    return letter


def as_git(data: bytes, folder: Path) -> str:
    done = ["git", "mailinfo", str(folder / "msg"), str(folder / "patch")]
    subprocess.run(done, input=data, capture_output=True, check=True)
    return (folder / "msg").read_text() + (folder / "patch").read_text()


names = st.sampled_from(["base64", "quoted-printable", "7bit", "8bit", "binary", "x-none", ""])
blanks = st.sampled_from(["", " ", "\t", "  "])
around = st.sampled_from([("", ""), ('"', '"'), ("(a comment) ", ""), ("", " (a comment)"), ("", "; a=b"), ("'", "'")])


@st.composite
def field(draw: st.DrawFn) -> str:
    before, after = draw(around)
    name = draw(names)
    name = draw(st.sampled_from([name, name.upper(), name.title()]))
    return f" {draw(blanks)}{before}{name}{after}{draw(blanks)}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(field(), max_size=2))
def test_a_body_reads_as_git_mailinfo_reads_it(values: list[str], tmp_path: Path) -> None:
    """The body is what the last header says; of any other, decoders make different things."""
    last = values[-1].lower() if values else ""
    data = mail(values, "base64" if "base64" in last else "qp" if "quoted" in last else "plain")
    assert read(data).text.strip() == as_git(data, tmp_path).strip()


@pytest.mark.parametrize("value", [" base64 ", " base64 (as ever)", ' "BASE64"', " base64; a=b"])
def test_a_name_beside_other_things_is_that_encoding(value: str) -> None:
    assert read(mail([value], "base64")).text == BODY.decode()


def test_of_two_headers_the_last_one_counts() -> None:
    assert read(mail([" 8bit", " base64"], "base64")).text == BODY.decode()


def test_an_encoding_that_nobody_knows_is_named() -> None:
    (note,) = read(mail([" x-secret"], "plain")).notes
    assert "'x-secret' is not known" in note
    assert read(mail([" 8bit"], "plain")).notes == ()
