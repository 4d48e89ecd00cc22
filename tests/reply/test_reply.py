"""``mtelint reply``: an answer to a mail, in its thread, each comment below the line that it is about."""

import base64
import mailbox
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .reply_mails import DIFF, FLAGGED, HEADERS, TEXT, encoded

Reply = Callable[..., Any]
ENCODINGS = ["8bit", "quoted-printable", "base64", "flowed"]
CLEAN = encoded(TEXT.replace(FLAGGED, "+\tif (try_page_mte_tagging(page)) {"), "8bit")


def people(header: Any) -> list[tuple[str, str]]:
    return [(each.display_name, each.addr_spec) for each in header.addresses]


def test_the_reply_goes_to_everybody_who_got_the_mail(reply: Reply) -> None:
    mail = reply(encoded(TEXT, "8bit")).mail
    assert people(mail["To"]) == [("Jo Example", "jo@example.org"), ("", "linux-arm-kernel@lists.example.org")]
    assert people(mail["Cc"]) == [("René, S. Sample", "rene@example.com"), ("Doe, Jim", "jim@example.com")]


def test_the_reply_stands_in_the_thread(reply: Reply) -> None:
    mail = reply(encoded(TEXT, "8bit")).mail
    assert mail["In-Reply-To"] == "<pool-2@example.org>"
    assert mail["References"].split() == ["<before@example.org>", "<pool-0@example.org>", "<pool-2@example.org>"]
    assert mail["Subject"] == "Re: [PATCH 2/3] arm64: mte: Fill the pool"


def test_who_writes_is_for_the_mail_program_unless_it_is_said(reply: Reply) -> None:
    assert reply(encoded(TEXT, "8bit")).mail["From"] is None
    said = reply(encoded(TEXT, "8bit"), "--from", "A Reviewer <a@example.net>").mail
    assert people(said["From"]) == [("A Reviewer", "a@example.net")]


@pytest.mark.parametrize("how", ENCODINGS)
def test_every_line_of_the_hunk_is_quoted_as_it_was_written(reply: Reply, how: str) -> None:
    lines = reply(encoded(TEXT, how)).lines
    quoted = [line.removeprefix("> ") for line in lines if line.startswith(">")]
    assert quoted == [*DIFF.splitlines(), " }"]


@pytest.mark.parametrize("how", ENCODINGS)
def test_the_comment_stands_under_the_very_line(reply: Reply, how: str) -> None:
    lines = reply(encoded(TEXT, how)).lines
    at = lines.index(f"> {FLAGGED}")
    assert lines[at + 1] == ""
    assert lines[at + 2].startswith("pool_add(): the tags of `page` are written only if its flag is")


def test_the_reason_has_its_steps_the_witness_and_the_command(reply: Reply) -> None:
    lines = reply(encoded(TEXT, "8bit")).lines
    assert "  1. line 12, page_mte_tagged(page): the flag of `page` is found set" in lines
    assert any(line.startswith("  2. line 13, mte_clear_page_tags(") for line in lines)
    assert any("Confirmed by the kernel memory model" in line for line in lines)
    assert "  mtelint patch --confirm -" in lines


def test_without_the_simulator_the_command_says_so(reply: Reply) -> None:
    lines = reply(encoded(TEXT, "8bit"), "--no-confirm").lines
    assert "  mtelint patch -" in lines
    assert not any("Confirmed" in line for line in lines)


def test_several_findings_of_one_mail_are_one_reply(root: Path) -> None:
    done = _run(root, "fixtures/demo/tag-rework.mbox")
    assert [done.stdout.count(rule) for rule in ("(MTE008 ", "(MTE002 ", "(MTE007 ")] == [1, 1, 1]
    assert done.stdout.count("In-Reply-To:") == 1
    assert "1 reply with 3 findings" in done.stderr
    assert done.returncode == 1


def test_the_command_in_the_reply_shows_the_findings_again(root: Path) -> None:
    text = _run(root, "fixtures/demo/tag-rework.mbox").stdout
    command = next(line.split() for line in text.split("\n") if line.startswith("  mtelint patch"))
    shown = subprocess.run([sys.executable, "-m", *command], cwd=root / "fixtures/demo", capture_output=True, text=True,
                           timeout=120, env={"PYTHONPATH": str(root)})  # fmt: skip
    assert all(rule in shown.stdout for rule in ("MTE008", "MTE002", "MTE007")), shown.stderr


def _run(root: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "mtelint", "reply", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120)


def test_two_mails_make_a_mailbox_of_two(reply: Reply, tmp_path: Path) -> None:
    second = HEADERS.replace("pool-2@", "other-1@").replace("Fill the pool", "Fill it")
    other = encoded(TEXT.replace("pool", "heap"), "8bit", second)
    line = b"From a@example.org Tue Mar  3 10:12:31 2026\n"
    done = reply(line + encoded(TEXT, "base64") + b"\n" + line + other)
    box = tmp_path / "replies.mbox"
    box.write_bytes(done.out)
    assert [mail["In-Reply-To"] for mail in mailbox.mbox(box)] == ["<pool-2@example.org>", "<other-1@example.org>"]
    assert "2 replies with 2 findings" in done.err


def test_each_reply_can_have_a_file_of_its_own(reply: Reply, tmp_path: Path) -> None:
    done = reply(encoded(TEXT, "8bit"), "--output-dir", str(tmp_path / "out"))
    assert done.out == b""
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["0001-re-arm64-mte-fill-the-pool.eml"]


def test_a_clean_mail_gets_no_reply(reply: Reply) -> None:
    assert reply(CLEAN) == (0, b"", "")


def test_a_diff_is_no_mail_and_gets_no_reply(reply: Reply) -> None:
    done = reply(DIFF.encode() + b" }\n")
    assert (done.code, done.out) == (1, b"")
    assert "there is nobody to answer" in done.err


def test_a_mail_without_an_id_is_answered_outside_of_its_thread(reply: Reply) -> None:
    bare = "".join(f"{line}\n" for line in HEADERS.splitlines() if not line.startswith("Message-ID"))
    mail = reply(encoded(TEXT, "8bit", bare)).mail
    assert mail["In-Reply-To"] is None
    assert mail["Subject"] == "Re: [PATCH 2/3] arm64: mte: Fill the pool"


def test_names_and_subjects_cannot_add_headers(reply: Reply) -> None:
    evil = base64.b64encode(b"x\nX-Evil: 1\n\nbody").decode()
    headers = HEADERS.replace("Jo Example", f"=?utf-8?b?{evil}?=").replace("Fill", f"=?utf-8?b?{evil}?=")
    mail = reply(encoded(TEXT, "8bit", headers)).mail
    assert mail["X-Evil"] is None
    assert mail["In-Reply-To"] == "<pool-2@example.org>"


def test_lines_that_no_mail_server_takes_are_encoded(reply: Reply) -> None:
    done = reply(encoded(TEXT.replace("größer", "gr" * 600), "base64"))
    assert max(map(len, done.out.split(b"\n"))) < 998
    assert any("gr" * 600 in line for line in done.lines)


def test_of_a_long_hunk_what_matters_is_quoted(reply: Reply) -> None:
    filler = "".join(f"+int filler_{number};\n" for number in range(200))
    text = TEXT.replace("@@ -10,7 +10,7 @@", "@@ -10,7 +10,407 @@").replace(" void pool_add", f"{filler} void pool_add")
    text = text.replace(" \t}\n }", f" \t}}\n }}\n{filler}").replace("-10,7", "-10,8").replace("+10,407", "+10,408")
    lines = reply(encoded(text, "8bit")).lines
    quoted = [line for line in lines if line.startswith(">")]
    assert f"> {FLAGGED}" in quoted
    assert quoted.count("> [...]") == 2
    assert len(quoted) < 40


def test_a_diff_in_a_quotation_is_answered_on_request(reply: Reply) -> None:
    quotation = "".join(f"> {line}\n" for line in f"{DIFF} }}".splitlines())
    assert reply(encoded(f"Jo wrote:\n{quotation}Nice.\n", "8bit")).out == b""
    lines = reply(encoded(f"Jo wrote:\n{quotation}Nice.\n", "8bit"), "--quoted").lines
    assert lines[lines.index(f"> > {FLAGGED}") + 2].startswith("pool_add(): ")
