"""Each trap of real mail, as a fixture: the planted line must be found where a reader of the mail sees it."""

import pytest
from mailfixtures import MAIL, only, patches, read

from mtelint.model import Skipped
from mtelint.patches.patch import Patch, SegmentStatus

# fixture, and body line of the planted `set_page_mte_tagged(to);` in the decoded part
ONE_PATCH = {
    "akpm.eml": 25,
    "archive-page.html": 16,
    "attachment.eml": 19,
    "base64.eml": 16,
    "crlf.eml": 16,
    "flowed.eml": 21,
    "flowed-delsp.eml": 21,
    "gbk.eml": 17,
    "mboxcl.mbox": 16,
    "mboxo-unescaped-from.mbox": 16,
    "no-break-spaces.eml": 16,
    "p0.diff": 7,
    "quilt.eml": 16,
    "quoted-printable.eml": 16,
    "scissors-format-patch.mbox": 25,
    "stale-content-length.mbox": 16,
    "utf8-no-charset.eml": 18,
}


@pytest.mark.parametrize("name", ONE_PATCH)
def test_one_mail_one_file_one_added_line_at_its_place(name: str) -> None:
    patch = only(MAIL / name)
    (file,) = patch.files
    assert (file.path, file.status) == ("arch/arm64/mm/sample.c", SegmentStatus.OK)
    (added,) = (line for _, line in file.lines() if line.side == "+")
    assert added.text.split() == ["set_page_mte_tagged(to);"]
    assert (added.body_line, added.diff_line, added.new_line, added.old_line) == (ONE_PATCH[name], 4, 15, None)
    (removed,) = (line for _, line in file.lines() if line.side == "-")
    assert (removed.diff_line, removed.new_line, removed.old_line) == (6, None, 16)
    assert file.hunks[0].heading.startswith("void sample_clear_highpage(struct page *to, unsigned lo")


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("scissors-format-patch.mbox", "[PATCH] arm64: mte: sample: the patch below the scissors"),
        ("attachment.eml", "[PATCH] arm64: mte: sample: in an attachment"),
        ("utf8-no-charset.eml", "[PATCH] arm64: mte: sample: naïve order"),
        ("archive-page.html", "[PATCH] arm64: mte: sample: set the flag early"),
    ],
)
def test_the_subject_is_that_of_the_patch(name: str, subject: str) -> None:
    assert only(MAIL / name).subject == subject


def test_the_part_that_holds_the_patch_is_named() -> None:
    assert only(MAIL / "attachment.eml").part == 1
    assert only(MAIL / "base64.eml").part == 0


def test_no_break_spaces_are_read_as_blanks_and_said() -> None:
    assert only(MAIL / "no-break-spaces.eml").notes == ("no-break spaces in the diff were read as blanks",)


def test_a_combined_diff_is_named_and_the_file_beside_it_is_judged() -> None:
    skipped, patch = read(MAIL / "combined.diff")
    assert isinstance(skipped, Skipped)
    assert "combined diff" in skipped.reason
    assert isinstance(patch, Patch)
    assert [(file.path, file.status) for file in patch.files] == [
        ("arch/arm64/mm/sample.c", SegmentStatus.COMBINED),
        ("arch/arm64/mm/second.c", SegmentStatus.OK),
    ]


def test_damage_loses_one_file_and_says_the_line() -> None:
    items = read(MAIL / "damaged-beside-whole.eml")
    lost = [item for item in items if isinstance(item, Skipped)]
    assert [item.path.rpartition("/")[2] for item in lost] == ["wrapped.c", "counts.c", "comment.c"]
    assert all(f"body line {number})" in item.reason for item, number in zip(lost, (11, 35, 44), strict=True))
    (patch,) = (item for item in items if isinstance(item, Patch))
    assert [file.path for file in patch.files if file.is_judged] == ["arch/arm64/mm/sample.c"]


def test_counts_that_end_before_the_lines_do_are_damage() -> None:
    (skipped,) = read(MAIL / "left-over-lines.diff")
    assert isinstance(skipped, Skipped)
    assert "counts" in skipped.reason


def test_a_quoted_diff_is_judged_only_on_request() -> None:
    path = MAIL / "reply-quoted-and-own.eml"
    skipped, patch = read(path)
    assert isinstance(skipped, Skipped)
    assert isinstance(patch, Patch)
    assert "quoted" in skipped.reason
    assert [file.path for file in patch.files] == ["arch/arm64/mm/own.c"]

    (both,) = read(path, quoted=True)
    assert isinstance(both, Patch)
    assert [(file.path, file.status) for file in both.files] == [
        ("arch/arm64/mm/own.c", SegmentStatus.OK),
        ("arch/arm64/mm/sample.c", SegmentStatus.QUOTED),
    ]
    quoted = {line.side: line.body_line for _, line in both.files[1].lines()}
    assert (quoted["+"], quoted["-"]) == (10, 15), "a reply in the middle of a quoted hunk does not break it"


def test_renames_modes_binaries_new_and_deleted_files() -> None:
    patch = only(MAIL / "renames-modes-binary.eml")
    renamed, mode, binary, gone, fresh = patch.files
    assert (renamed.old_path, renamed.path, renamed.is_rename) == (
        "arch/arm64/mm/old name.c",
        "arch/arm64/mm/new name.c",
        True,
    )
    assert (mode.path, mode.old_mode, mode.new_mode, mode.hunks) == ("scripts/sample.sh", "100644", "100755", ())
    assert binary.status is SegmentStatus.BINARY
    assert (gone.is_deleted, gone.new_path, gone.path, gone.removed) == (True, None, "arch/arm64/mm/gone.c", 2)
    assert (fresh.is_new, fresh.old_path, fresh.path) == (True, None, "arch/arm64/mm/café.c")
    assert fresh.hunks[0].new_no_newline
    assert not fresh.hunks[0].old_no_newline


def test_the_same_file_twice_is_two_diffs() -> None:
    first, second = only(MAIL / "same-file-twice.eml").files
    assert first.path == second.path
    assert [line.body_line for _, line in second.lines() if line.side == "+"] == [31]


def test_format_patch_output_is_one_patch_for_each_commit() -> None:
    first, second = patches(MAIL / "two.patch")
    assert (first.subject, second.subject) == (
        "[PATCH 1/2] arm64: mte: sample: first",
        "[PATCH 2/2] arm64: mte: sample: second",
    )
    assert first.series is not None
    assert second.series is not None
    assert first.series.key == second.series.key


def test_a_thread_page_gives_each_mail_its_own_subject() -> None:
    patch = only(MAIL / "archive-thread.txt")
    assert patch.subject == "[PATCH 1/2] arm64: mte: sample: step 1"
    assert [line.body_line for _, line in patch.files[0].lines() if line.side == "+"] == [16]


def test_no_path_of_a_hostile_diff_is_judged() -> None:
    items = read(MAIL / "hostile-paths.diff")
    assert len(items) == 7
    assert all(isinstance(item, Skipped) for item in items)


def test_each_mail_of_a_mailbox_is_found_once_although_separators_are_quoted() -> None:
    assert [patch.message_id for patch in patches(MAIL / "mboxo-unescaped-from.mbox")] == [
        "<20240305100000.77-2-ada@example.org>"
    ]
    assert [patch.message_id for patch in patches(MAIL / "mboxcl.mbox")] == ["<20240305100000.77-2-ada@example.org>"]
