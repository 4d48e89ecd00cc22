"""The same change in another form gives the same findings."""

import base64
import quopri
from functools import cache
from pathlib import Path

import pytest
from forms import FORMS
from planted import Planted, era, judged, plant, planted
from sampling import some_at_once

from mtelint.model import Finding, Origin, Report

SAMPLE = planted()[::23]
HEAD = (
    b"From: A <a@example.org>\nSubject: [PATCH] x\nMessage-ID: <1@example.org>\nDate: Thu, 30 Jun 2022 18:24:34 +0100\n"
)
TYPE = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
OTHER = (
    "diff --git a/kernel/other.c b/kernel/other.c\n--- a/kernel/other.c\n+++ b/kernel/other.c\n"
    "@@ -10,3 +10,3 @@ int other(void)\n \tint a = 1;\n-\treturn a;\n+\treturn a + 1;\n }\n"
)
each_of_the_sample = pytest.mark.parametrize("each", some_at_once(SAMPLE, 3), ids=lambda each: each.name)


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


@pytest.mark.parametrize("number", some_at_once(range(0, len(SAMPLE) - 1, 4), 3))
def test_the_order_of_the_files_in_a_patch_does_not_matter(number: int) -> None:
    one, two = SAMPLE[number], SAMPLE[number + 1]
    if one.path == two.path:
        two = next(each for each in SAMPLE if each.path != one.path)
    assert said(judged(one.diff(30) + two.diff(30))) == said(judged(two.diff(30) + one.diff(30)))


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_the_code_does_not_matter(form: str) -> None:
    shape = FORMS[form]
    changed = 0
    for each in SAMPLE:
        there = Planted(each.name, each.path, shape(each.before), shape(each.after))
        changed += there.diff(30) != each.diff(30)
        assert _there(there.diff(60)) == _there(each.diff(60)), each.name
    assert changed > len(SAMPLE) / 2


@each_of_the_sample
def test_other_hunks_of_the_same_file_do_not_matter(each: Planted) -> None:
    def beside(text: str, number: int) -> str:
        first, _, rest = text.partition("\n")
        before, behind = (
            f"\nint {name}(int a)\n{{\n\tint b = {number};\n\n\ttrace(a, b);\n\treturn a + b;\n}}\n\n\n\n\n"
            for name in ("one_before", "one_behind")
        )
        return f"{first}\n{before}{rest}\n\n\n\n{behind}"

    there = Planted(each.name, each.path, beside(each.before, 1), beside(each.after, 2))
    assert there.diff().count("\n+\tint b = 2;") == 2
    assert _where(judged(there.diff())) == _where(judged(each.diff()))


@pytest.mark.parametrize("each", some_at_once(SAMPLE[::6], 3), ids=lambda each: each.name)
def test_with_a_tree_the_form_of_the_mail_does_not_matter_either(each: Planted, tmp_path: Path) -> None:
    plant(tmp_path, each.path, each.before, era(each.before))
    text = mail(each.diff())
    report = judged(text, tmp_path)
    for form in (encoded(text, b"base64"), encoded(text, b"quoted-printable"), text.replace(b"\n", b"\r\n")):
        assert (said(judged(form, tmp_path)), printed(judged(form, tmp_path))) == (said(report), printed(report))
    others = mail(OTHER + each.diff())
    assert said(judged(others, tmp_path)) == said(report)


@cache
def _there(diff: str) -> list[tuple[str, str | None]]:
    """What the patched code has, whichever of two exchanged lines the diff calls the moved one."""
    report = judged(diff, show_all=True)
    return sorted(_rule_and_function(f) for f in report.findings if f.origin is not Origin.FIXED)


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
