"""A patch over a tree: the same bytes as `git apply` gives, and lines that can be followed both ways."""

import pickle
import subprocess
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from mailfixtures import MAIL, TREE, only, patch_of_text, patches

from mtelint.patches.apply import apply_patch
from mtelint.patches.line_maps import AppliedFile
from mtelint.patches.patch import Patch
from mtelint.patches.series import deduplicate, order_series
from mtelint.patches.trees import EmptyTree, Overlay, WorkTree

LINES = st.lists(st.sampled_from(["", "{", "}", "\tone();", "\ttwo();"]), max_size=14)


def git(folder: str, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], cwd=folder, input=text, capture_output=True, text=True, check=False)


def as_text(lines: list[str], last_newline: bool) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return text if last_newline else text.removesuffix("\n")


@settings(max_examples=80, deadline=None)
@given(old=LINES, new=LINES, base=st.none() | LINES, before=LINES, newlines=st.tuples(st.booleans(), st.booleans()))
def test_the_result_is_that_of_git_apply(
    old: list[str], new: list[str], base: list[str] | None, before: list[str], newlines: tuple[bool, bool]
) -> None:
    """Few different lines make many places where a hunk could stand, so the choice among them is tested as well."""
    if base is not None or before:
        # On another base git takes a last line without newline for one with a newline (it compares bytes); we do not.
        newlines = (True, True)
    pre, post = as_text(old, newlines[0]), as_text(new, newlines[1])
    target = as_text(before + (old if base is None else base), newlines[0])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a").mkdir()
        (Path(folder) / "b").mkdir()
        (Path(folder) / "a/f.c").write_text(pre)
        (Path(folder) / "b/f.c").write_text(post)
        diff = git(folder, "diff", "--no-index", "--no-prefix", "a/f.c", "b/f.c").stdout
        if "@@" not in diff:
            return
        (Path(folder) / "f.c").write_text(target)
        theirs = git(folder, "apply", "-", text=diff)
        ours = apply_patch(Overlay(EmptyTree(), {"f.c": target.encode()}), patch_of_text(diff)).files["f.c"]
        assert ours.ok == (theirs.returncode == 0), theirs.stderr
        if ours.ok:
            assert ours.post == (Path(folder) / "f.c").read_bytes()
            assert_maps_hold(ours)


def assert_maps_hold(file: AppliedFile) -> None:
    """Lines that survive are equal on both sides; added and removed lines say what the mail says."""
    pre, post = (file.pre or b"").decode().split("\n"), (file.post or b"").decode().split("\n")
    for number in range(1, len(file.origin) + 1):
        old = file.old_of(number)
        if old:
            assert pre[old - 1] == post[number - 1]
            assert file.new_of(old) == number
        else:
            mark = file.at_new(number)
            assert mark is not None
            assert (mark[1].side, mark[1].text) == ("+", post[number - 1])
    for number in file.removed:
        mark = file.at_old(number)
        assert mark is not None
        assert (mark[1].side, mark[1].text) == ("-", pre[number - 1])
        assert file.new_of(number) is None


def sample() -> Patch:
    return only(MAIL / "base64.eml")


def test_lines_in_the_tree_lead_back_to_the_mail_across_an_offset() -> None:
    """The hunk says line 12 and stands at 13: the tree's lines count in the tree, the mail's in the mail."""
    file = apply_patch(WorkTree(TREE), sample()).files["arch/arm64/mm/sample.c"]
    assert file.ok
    assert file.post is not None
    assert file.post.decode().split("\n")[15] == "\tset_page_mte_tagged(to);"
    mark = file.at_new(16)
    assert mark is not None
    assert (mark[0].index, mark[1].new_line, mark[1].body_line) == (1, 15, 16)
    assert (sorted(file.added), sorted(file.removed)) == ([16], [17])
    assert (file.old_of(16), file.old_of(17), file.new_of(17), file.new_of(16)) == (None, 16, None, 17)


def test_outside_all_hunks_the_nearest_change_is_named() -> None:
    file = apply_patch(WorkTree(TREE), only(MAIL / "early-return-outside.eml")).files["arch/arm64/kernel/sample_sync.c"]
    assert file.post is not None
    outside = file.post.decode().split("\n").index("\t\t\treturn;") + 1
    assert file.at_new(outside) is None
    mark = file.nearest_change(outside)
    assert mark is not None
    assert (mark[1].side, mark[1].text) == ("+", "\tset_page_mte_tagged(page);")


def test_a_later_patch_sees_the_tree_as_the_earlier_ones_leave_it() -> None:
    tree = WorkTree(TREE)
    ordered = order_series(deduplicate(patches(MAIL / "series-helper.mbox")))
    series = [item for item in ordered if isinstance(item, Patch)]
    assert [patch.series.number for patch in series if patch.series] == [1, 2]
    alone = apply_patch(tree, series[1])
    assert alone.ok, "its context is there without the first patch, but the helper is not"
    assert b"static void sample_publish" not in (alone.files["arch/arm64/mm/sample.c"].post or b"")
    applied = apply_patch(apply_patch(tree, series[0]).over(tree), series[1])
    assert b"static void sample_publish" in (applied.files["arch/arm64/mm/sample.c"].post or b"")


def test_a_hunk_that_does_not_apply_is_named_and_other_files_are_patched() -> None:
    patch = patch_of_text(
        "--- a/one.c\n+++ b/one.c\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n@@ -9,3 +9,3 @@\n x\n-y\n+Y\n z\n"
        "--- a/two.c\n+++ b/two.c\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n"
    )
    applied = apply_patch(Overlay(EmptyTree(), {"one.c": b"a\nb\nc\n", "two.c": b"a\nb\n"}), patch)
    one, two = applied.files["one.c"], applied.files["two.c"]
    assert (one.ok, one.failed_hunk, one.reason) == (False, 2, "hunk 2 does not apply at line 9")
    assert (one.pre, one.post) == (b"a\nb\nc\n", None)
    assert (two.ok, two.post) == (True, b"a\nB\n")
    assert applied.changes == {"two.c": b"a\nB\n"}
    assert not applied.ok


def test_the_second_diff_of_a_file_is_laid_over_the_first() -> None:
    file = apply_patch(WorkTree(TREE), only(MAIL / "same-file-twice.eml")).files["arch/arm64/mm/sample.c"]
    assert file.ok
    assert file.post is not None
    assert b"\tsample_one();\n\tsample_two();\n" in file.post
    assert {mark[1].body_line for line in file.added if (mark := file.at_new(line))} == {14, 31}


def test_renames_creations_and_deletions_change_the_tree() -> None:
    tree = Overlay(EmptyTree(), {"mm/old.c": b"one\n", "mm/gone.c": b"two\n"})
    patch = patch_of_text(
        "diff --git a/mm/old.c b/mm/new.c\nsimilarity index 100%\nrename from mm/old.c\nrename to mm/new.c\n"
        "diff --git a/mm/gone.c b/mm/gone.c\ndeleted file mode 100644\n"
        "--- a/mm/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-two\n"
        "diff --git a/mm/born.c b/mm/born.c\nnew file mode 100644\n"
        "--- /dev/null\n+++ b/mm/born.c\n@@ -0,0 +1 @@\n+three\n"
    )
    after = apply_patch(tree, patch).over(tree)
    assert {name: after.read(name) for name in ("mm/old.c", "mm/new.c", "mm/gone.c", "mm/born.c")} == {
        "mm/old.c": None,
        "mm/new.c": b"one\n",
        "mm/gone.c": None,
        "mm/born.c": b"three\n",
    }


def test_a_file_that_is_not_there_or_there_already_is_said() -> None:
    absent = apply_patch(EmptyTree(), sample()).files["arch/arm64/mm/sample.c"]
    assert (absent.ok, absent.reason) == (False, "it is not in the tree")
    born = patch_of_text("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+x\n")
    assert apply_patch(Overlay(EmptyTree(), {"x.c": b""}), born).files["x.c"].reason.endswith("exists already")


def test_line_ends_of_a_file_are_kept() -> None:
    patch = patch_of_text("--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n")
    crlf = apply_patch(Overlay(EmptyTree(), {"x.c": b"a\r\nb\r\nc\r\n"}), patch)
    assert crlf.files["x.c"].post == b"a\r\nB\r\nc\r\n"


def test_an_applied_patch_can_be_sent_to_another_process() -> None:
    applied = apply_patch(WorkTree(TREE), sample())
    assert pickle.loads(pickle.dumps(applied)) == applied
