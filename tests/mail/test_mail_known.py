"""Real mails: every body line that is known by hand is the one that we give."""

import json
import pickle
from pathlib import Path

import pytest

from mtelint.model import Skipped
from mtelint.patches.patch import Patch, SegmentStatus
from mtelint.patches.reader import read_patches


def patches_of(path: Path) -> list[Patch]:
    with path.open("rb") as stream:
        return [item for item in read_patches(stream, path.name) if isinstance(item, Patch)]


@pytest.fixture(scope="module")
def seed(corpus: Path) -> list[Patch]:
    (path,) = (corpus / "seed").glob("*.txt")
    return patches_of(path)


def test_a_saved_page_that_repeats_its_mail_three_times_holds_one_patch(seed: list[Patch]) -> None:
    (patch,) = seed
    assert patch.message_id == "<Yr3cUq2mIHPlkXUW@arm.com>"
    assert len(patch.files) == 11
    assert sum(len(file.hunks) for file in patch.files) == 17
    assert {file.status for file in patch.files} == {SegmentStatus.OK}


def test_the_subject_is_the_one_below_the_scissors(seed: list[Patch]) -> None:
    assert seed[0].subject == "[PATCH] arm64: mte: Fix/clarify the PG_mte_tagged semantics"


def test_body_lines_of_a_saved_page_count_below_the_first_header(corpus: Path, seed: list[Patch]) -> None:
    (path,) = (corpus / "seed").glob("*.txt")
    page = path.read_text().split("\n")
    body = page[page.index("") + 1 :]
    for file in seed[0].files:
        for _, line in file.lines():
            assert body[line.body_line - 1] == line.side + line.text or (not line.text and not body[line.body_line - 1])


def test_every_body_line_known_by_hand_is_found(corpus: Path) -> None:
    """`expected.json` names lines and their places; each that stands in a judged diff must be given the same place."""
    checked = 0
    for mail in json.loads((corpus / "mails/known/expected.json").read_text())["mails"]:
        patches = patches_of(corpus / "mails/known" / mail["mail"])
        lines = {line.body_line: line for patch in patches for file in patch.files for _, line in file.lines()}
        if "flowed" in (corpus / "mails/known" / mail["mail"]).read_text(errors="replace").lower():
            continue  # its soft line breaks damage the diff for git as well
        for item in mail["expected"]:
            for number in item["body_lines"]:
                assert number in lines, (mail["mail"], number)
                checked += 1
            if "line" in item:
                assert any(item["line"] in lines[number].text for number in item["body_lines"]), (mail["mail"], item)
            wanted = "+" if item["scope"] == "added" and "line" in item else "+- "
            assert any(lines[number].side in wanted for number in item["body_lines"])
    assert checked > 50


def test_patches_can_be_sent_to_another_process(seed: list[Patch]) -> None:
    assert pickle.loads(pickle.dumps(seed)) == seed


def test_a_quoted_diff_is_named_and_not_judged(corpus: Path) -> None:
    path = corpus / "mails/known/mark-20240130-reply-prose-code.eml"
    with path.open("rb") as stream:
        items = list(read_patches(stream, path.name))
    assert [type(item) for item in items] == [Skipped]
    with path.open("rb") as stream:
        items = list(read_patches(stream, path.name, quoted=True))
    assert any(isinstance(item, Patch) for item in items)


def test_nothing_raises_on_a_month_of_a_mailing_list(corpus: Path) -> None:
    patches = patches_of(corpus / "mails/linux-arm-kernel-250.mbox")
    assert len(patches) > 100
    assert all(patch.message_id.startswith("<") for patch in patches)
