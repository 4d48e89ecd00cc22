"""The same change in another form gives the same findings."""

import base64
import quopri
import re
from pathlib import Path

import pytest
from planted import Planted, judged, planted

from mtelint.model import Finding, Report

SAMPLE = planted()[::23]
HEAD = (
    b"From: A <a@example.org>\nSubject: [PATCH] x\nMessage-ID: <1@example.org>\nDate: Thu, 30 Jun 2022 18:24:34 +0100\n"
)
TYPE = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
OTHER = (
    "diff --git a/kernel/other.c b/kernel/other.c\n--- a/kernel/other.c\n+++ b/kernel/other.c\n"
    "@@ -10,3 +10,3 @@ int other(void)\n \tint a = 1;\n-\treturn a;\n+\treturn a + 1;\n }\n"
)
each_of_the_sample = pytest.mark.parametrize("each", SAMPLE, ids=lambda each: each.name)


def said(report: Report) -> list[tuple[str, str, str | None, int, str, str]]:
    """What makes up a finding, without its place in the mail."""
    return sorted(
        (f.rule, f.path, f.function, f.line, f.severity.value, f.confidence.value) for f in report.findings
    )  # fmt: skip


def printed(report: Report) -> list[tuple[str, str]]:
    return sorted((f.fingerprint, f.snippet.strip()) for f in report.findings)


def mail(body: str) -> bytes:
    return HEAD + TYPE + b"Content-Transfer-Encoding: 8bit\n\nWhy.\n\n---\n" + body.encode() + b"-- \n2.40.1\n"


def encoded(plain: bytes, name: bytes) -> bytes:
    """The mail with its body in a transfer encoding."""
    head, _, body = plain.partition(b"\n\n")
    text = base64.encodebytes(body) if name == b"base64" else quopri.encodestring(body)
    return head.replace(b"8bit", name) + b"\n\n" + text


@each_of_the_sample
def test_transfer_encodings_and_line_ends_do_not_matter(each: Planted) -> None:
    plain = mail(each.diff(30))
    report = judged(plain)
    forms = {name: encoded(plain, name) for name in (b"base64", b"quoted-printable")}
    forms[b"crlf"] = plain.replace(b"\n", b"\r\n")
    forms[b"crlf in base64"] = encoded(plain.replace(b"\n", b"\r\n").replace(b"\r\n\r\n", b"\n\n", 1), b"base64")
    forms[b"mbox"] = b"From a@b Thu Jun 30 18:24:34 2022\n" + plain
    for name, form in forms.items():
        assert (said(judged(form)), printed(judged(form))) == (said(report), printed(report)), name


@each_of_the_sample
def test_other_files_before_and_behind_do_not_matter(each: Planted) -> None:
    alone = judged(each.diff(30))
    for text in (OTHER + each.diff(30), each.diff(30) + OTHER):
        assert said(judged(text)) == said(alone)


@pytest.mark.parametrize("number", range(0, len(SAMPLE) - 1, 4))
def test_the_order_of_the_files_in_a_patch_does_not_matter(number: int) -> None:
    one, two = SAMPLE[number], SAMPLE[number + 1]
    if one.path == two.path:
        two = next(each for each in SAMPLE if each.path != one.path)
    assert said(judged(one.diff(30) + two.diff(30))) == said(judged(two.diff(30) + one.diff(30)))


@each_of_the_sample
def test_comments_and_blank_lines_beside_the_code_do_not_matter(each: Planted) -> None:
    def spread(text: str) -> str:
        return re.sub(
            r"^(\t+)(?=[a-z]\w*\()", r"\1/* a remark: set_page_mte_tagged() */\n\n\1", text, flags=re.MULTILINE
        )

    there = Planted(each.name, each.path, spread(each.before), spread(each.after))
    assert _where(judged(there.diff(30))) == _where(judged(each.diff(30)))


@each_of_the_sample
def test_white_space_does_not_matter(each: Planted) -> None:
    def reflowed(text: str) -> str:
        wide = text.replace("\t", "        ").replace(", ", " ,  ")
        return re.sub(r"(?<=[a-z_])\((?=[a-z])(?!\))", "( ", wide)

    there = Planted(each.name, each.path, reflowed(each.before), reflowed(each.after))
    assert _where(judged(there.diff(30))) == _where(judged(each.diff(30)))


@each_of_the_sample
def test_the_names_of_variables_do_not_matter(each: Planted) -> None:
    def renamed(text: str) -> str:
        text = re.sub(r"(?<![\w>.])(?<!struct )(page|to|from|dst|src|folio)\b(?!\w*\()", r"q_\1", text)
        return re.sub(r"(?<![\w>.])(kto|kfrom|pages|tags|i|nr|ret)\b", r"other_\1", text)

    there = Planted(each.name, each.path, renamed(each.before), renamed(each.after))
    assert _where(judged(there.diff(30))) == _where(judged(each.diff(30)))


def _where(report: Report) -> list[tuple[str, str | None]]:
    return sorted(_rule_and_function(f) for f in report.findings)


def _rule_and_function(finding: Finding) -> tuple[str, str | None]:
    return finding.rule, finding.function


def test_real_mails_say_the_same_in_other_encodings(corpus: Path) -> None:
    for path in sorted((corpus / "mails" / "known").glob("*.eml"))[:12]:
        data = path.read_bytes()
        if b"\nContent-Type: multipart" in data or b"transfer-encoding" in data.lower().split(b"\n\n")[0]:
            continue
        head, _, body = data.replace(b"\r\n", b"\n").partition(b"\n\n")
        again = head + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(body)
        assert said(judged(again)) == said(judged(data)), path.name
        assert said(judged(data.replace(b"\n", b"\r\n"))) == said(judged(data)), path.name


def test_the_sample_has_something_to_say() -> None:
    assert sum(bool(judged(each.diff(30)).findings) for each in SAMPLE) > len(SAMPLE) / 2
