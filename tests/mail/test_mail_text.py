"""Small laws of text: paths, scissors, soft breaks, charsets, cheap tests before parsing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailfixtures import of_text, patch_of_text

from mtelint.mail.letter import logical_lines
from mtelint.mail.mime import decode_text
from mtelint.model import Skipped
from mtelint.patches.file_names import common_name, tree_path, unquote, unsafe
from mtelint.patches.patch import SegmentStatus
from mtelint.patches.reader import could_matter, touched_paths

CHANGE = "@@ -1,2 +1,2 @@\n one\n-two\n+three\n"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("a/mm/x.c", "b/mm/x.c", "mm/x.c"),
        ("i/mm/x.c", "w/mm/x.c", "mm/x.c"),
        ("mm/x.c", "mm/x.c", "mm/x.c"),
        ("./mm/x.c", "./mm/x.c", "mm/x.c"),
        ("linux-2.6/mm/x.c", "linux-2.6/mm/x.c", "mm/x.c"),
        ("linux-6.1.orig/mm/x.c", "linux-6.1/mm/x.c", "mm/x.c"),
        ("linux-6.1/mm/x.c.orig", "linux-6.1/mm/x.c", "mm/x.c"),
        ("a/mm/x.c~some-patch", "a/mm/x.c", "mm/x.c"),
        ("a/mm/x.c", "a/mm/x.c~some-patch", "mm/x.c"),
        ("kernel/fork.c", "kernel/fork.c", "kernel/fork.c"),
        ("linux/kernel/fork.c", "linux/kernel/fork.c", "kernel/fork.c"),
        ("kernel/arch/arm64/x.c", "kernel/arch/arm64/x.c", "arch/arm64/x.c"),
        ("a/Makefile", "b/Makefile", "Makefile"),
        ("Makefile", "Makefile", "Makefile"),
        ("a/mm/x.c\t2024-01-01 10:00:00.0 +0000", "b/mm/x.c 2024-01-01 10:00:00", "mm/x.c"),
    ],
)
def test_prefixes_and_backup_names_go(old: str, new: str, path: str) -> None:
    (file,) = patch_of_text(f"--- {old}\n+++ {new}\n{CHANGE}").files
    assert (file.path, file.old_path, file.new_path) == (path, path, path)


@given(st.text(st.characters(codec="utf-8", exclude_characters='"\\', min_codepoint=32), max_size=20))
def test_a_quoted_name_is_what_was_quoted(name: str) -> None:
    octal = "".join(chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}" for byte in name.encode())
    assert unquote(f'"{octal}"') == name


@given(st.text(alphabet="ab./~\\", max_size=20), st.text(alphabet="ab./~\\", max_size=20))
def test_no_name_makes_a_path_that_leaves_the_tree_unseen(old: str, new: str) -> None:
    for path in (*common_name(old, new), tree_path(old)):
        assert unsafe(path) or not (path.startswith("/") or ".." in path.split("/"))


def test_soft_breaks_are_joined_and_keep_their_first_line() -> None:
    lines = logical_lines(" diff of \nmore \nand more\n-- \nend\n>  quoted \n> not joined with depth 0\nx", flowed=True)
    assert list(zip(lines.numbers, lines.texts, strict=True)) == [
        (1, "diff of more and more"),
        (4, "-- "),
        (5, "end"),
        (6, ">  quoted  not joined with depth 0"),
        (8, "x"),
    ]
    assert logical_lines("one \ntwo\n", flowed=True, delsp=True).texts == ["onetwo"]


@given(st.text(alphabet="ab >-\r\n\f\x85\u2028", max_size=60))
def test_lines_that_are_not_flowed_are_the_physical_ones(text: str) -> None:
    lines = logical_lines(text)
    assert list(lines.numbers) == list(range(1, len(lines.texts) + 1))
    assert "\n".join(lines.texts) == "\n".join(line.rstrip("\r") for line in text.removesuffix("\n").split("\n"))


@pytest.mark.parametrize("charset", ["", "us-ascii", "y", "unknown-8bit", "ANSI_X3.4-1968", "punycode", "a\0b"])
def test_utf8_is_read_whatever_is_declared(charset: str) -> None:
    assert decode_text("größer —".encode(), charset)[0] == "größer —"


def test_charsets_that_cannot_be_used_are_said() -> None:
    assert decode_text("李".encode("gbk"), "gb2312") == ("李", "")
    text, note = decode_text(b"gr\xf6\xdfer", "")
    assert (text, "Latin-1" in note) == ("größer", True)
    assert "charset 'y'" in decode_text("é".encode(), "y")[1]


def test_a_diff_without_a_word_of_the_vocabulary_cannot_matter() -> None:
    needles = ["PG_mte_tagged", "page_mte_tagged"]
    assert could_matter(f"--- a/x\n+++ b/x\n{CHANGE} PG_mte_tagged", needles)
    assert not could_matter(f"--- a/x\n+++ b/x\n{CHANGE}", needles)
    assert not could_matter("PG_mte_tagged in prose", needles)


def test_touched_paths_come_without_parsing() -> None:
    text = f"diff --git a/mm/x.c b/mm/x.c\n--- a/mm/x.c\n+++ b/mm/x.c\n{CHANGE}"
    assert set(touched_paths(text)) == {"mm/x.c"}


def test_a_diff_git_line_joined_to_its_index_line_is_still_a_diff() -> None:
    text = f"diff --git a/mm/x.c b/mm/x.c index 123456..789abc 100644\n--- a/mm/x.c\n+++ b/mm/x.c\n{CHANGE}"
    assert [file.path for file in patch_of_text(text).files] == ["mm/x.c"]


@pytest.mark.parametrize("tail", ["-- \n2.43.0\n", "_____\na list\n", "\nRegards\n", "--\nA footer\n", "- a bullet\n"])
def test_what_follows_the_last_hunk_is_not_part_of_it(tail: str) -> None:
    (file,) = patch_of_text(f"--- a/x.c\n+++ b/x.c\n{CHANGE}{tail}").files
    assert (file.added, file.removed, file.status) == (1, 1, SegmentStatus.OK)


def test_a_hunk_without_a_file_is_named() -> None:
    (skipped,) = of_text(f"I would write\n\n{CHANGE}\nhere.\n")
    assert isinstance(skipped, Skipped)
    assert "no file header" in skipped.reason


@given(st.lists(st.sampled_from(["+a", "-b", " c", "", "\\ No newline at end of file"]), max_size=12), st.data())
def test_numbers_of_a_hunk_grow_by_one_and_lead_to_the_text(body: list[str], data: st.DataObject) -> None:
    """Any body with fitting counts is whole, and every line is where its numbers say."""
    body = [line for line in body if not line.startswith("\\")]
    old = sum(not line.startswith("+") for line in body)
    new = sum(not line.startswith("-") for line in body)
    start = data.draw(st.integers(1, 5000))
    if old + new == 0:
        return
    head = f"prose\n--- a/x.c\n+++ b/x.c\n@@ -{start},{old} +{start + 7},{new} @@\n"
    text = head + "".join(f"{line}\n" for line in body)
    (file,) = patch_of_text(text).files
    (hunk,) = file.hunks
    physical = text.split("\n")
    assert [line.diff_line for line in hunk.lines] == list(range(1, len(body) + 1))
    assert all(physical[line.body_line - 1] in (line.side + line.text, line.text) for line in hunk.lines)
    assert [line.old_line for line in hunk.pre_lines] == list(range(start, start + old))
    assert [line.new_line for line in hunk.post_lines] == list(range(start + 7, start + 7 + new))
