"""Git as the oracle: what `git mailinfo` and `git apply` read in a mail is what we read in it."""

import re
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailfixtures import MAIL

from mtelint.mail.letter import is_scissors
from mtelint.mail.mailbox import split_stream
from mtelint.mail.mime import letters
from mtelint.model import Skipped
from mtelint.patches.patch import FileDiff
from mtelint.patches.reader import letter_patches

HUNK = re.compile(rb"^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@", re.MULTILINE)
Stat = tuple[str, int, int]


def git_reads(mail: bytes, folder: Path) -> tuple[list[Stat], int] | None:
    """Path, added and removed lines of each file, and the number of hunks; None where git refuses."""
    split = ["git", "mailinfo", "--scissors", "message", "patch"]
    if subprocess.run(split, input=mail, cwd=folder, capture_output=True, check=False).returncode:
        return None
    stat = subprocess.run(["git", "apply", "--numstat", "-z", "patch"], cwd=folder, capture_output=True, check=False)
    if stat.returncode:
        return None
    rows = [row.split("\t", 2) for row in stat.stdout.decode().split("\0") if row]
    files = [(path, *(0 if number == "-" else int(number) for number in numbers)) for *numbers, path in rows]
    return files, len(HUNK.findall((folder / "patch").read_bytes()))  # type: ignore[return-value]


def we_read(mail: bytes) -> tuple[list[Stat], int]:
    items = [item for letter in letters(mail, "mail") for item in letter_patches(letter)]
    files: list[FileDiff] = [file for item in items if not isinstance(item, Skipped) for file in item.files]
    return [(file.path, file.added, file.removed) for file in files], sum(len(file.hunks) for file in files)


def assert_agreement(paths: list[Path], folder: Path) -> int:
    accepted = 0
    for path in paths:
        with path.open("rb") as stream:
            for raw in split_stream(stream):
                theirs = git_reads(raw.data, folder)
                if theirs is not None:
                    assert we_read(raw.data) == theirs, f"{path.name}: {raw.data[:400]!r}"
                    accepted += 1
    return accepted


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["-", "--", " ", ">8", "8<", "%<", "cut", "---"]), max_size=9).map("".join))
def test_scissors_are_told_as_git_tells_them(line: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        mail = f"From: a <a@example.org>\nSubject: whole\n\nprose\n{line}\nSubject: cut\n\ntext\n---\n"
        split = ["git", "mailinfo", "--scissors", "message", "patch"]
        told = subprocess.run(split, input=mail, cwd=folder, capture_output=True, check=True, text=True).stdout
        assert is_scissors(line) == ("Subject: cut" in told)


def test_the_known_mails_are_read_as_git_reads_them(corpus: Path, tmp_path: Path) -> None:
    assert assert_agreement(sorted((corpus / "mails/known").glob("*.eml")), tmp_path) >= 30


def test_mails_of_a_list_are_read_as_git_reads_them(corpus: Path, tmp_path: Path) -> None:
    assert assert_agreement([corpus / "mails/linux-arm-kernel-250.mbox"], tmp_path) >= 95


# Not among them: no-break spaces, damage and GBK called gb2312 (git refuses), p0.diff (git strips `arch/`), pages.
@pytest.mark.parametrize(
    "name",
    [
        "akpm.eml", "attachment.eml", "base64.eml", "crlf.eml", "early-return-outside.eml", "flowed-delsp.eml",
        "flowed.eml", "mboxcl.mbox", "mboxo-unescaped-from.mbox", "quilt.eml", "quoted-printable.eml",
        "renames-modes-binary.eml", "reply-quoted-and-own.eml", "same-file-twice.eml", "scissors-format-patch.mbox",
        "series-helper.mbox", "two.patch", "utf8-no-charset.eml",
    ],
)  # fmt: skip
def test_our_own_traps_are_read_as_git_reads_them(name: str, tmp_path: Path) -> None:
    assert assert_agreement([MAIL / name], tmp_path) >= 1
