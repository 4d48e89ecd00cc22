"""On the real kernel source: a change of ours to one of its files, made elsewhere in the file, finds its place."""

import difflib
from pathlib import Path

import pytest
from mailfixtures import patch_of_text

from mtelint.patches.apply import apply_patch
from mtelint.patches.trees import WorkTree, kernel_root

FILES = ["arch/arm64/mm/copypage.c", "arch/arm64/kernel/mte.c", "arch/arm64/kvm/guest.c", "mm/memory.c"]


@pytest.mark.kernel
@pytest.mark.parametrize("path", FILES)
def test_hunks_made_at_other_lines_find_their_place(kernel_61: Path, path: str) -> None:
    tree = WorkTree(kernel_61)
    pre = (tree.read(path) or b"").decode().splitlines(keepends=True)
    assert len(pre) > 30
    middle = len(pre) // 2
    post = [*pre[:middle], "/* planted */\n", *pre[middle + 1 :]]
    shift = ["/* made on an older tree */\n"] * 9
    diff = "".join(difflib.unified_diff(shift + pre, shift + post, f"a/{path}", f"b/{path}"))
    file = apply_patch(tree, patch_of_text(diff)).files[path]
    assert file.ok, file.reason
    assert file.post == "".join(post).encode()
    assert sorted(file.added) == [middle + 1]
    mark = file.at_new(middle + 1)
    assert mark is not None
    assert mark[1].new_line == middle + 1 + len(shift)


@pytest.mark.kernel
def test_the_top_of_the_tree_is_found_from_any_of_its_files(kernel_61: Path) -> None:
    assert kernel_root(kernel_61 / FILES[0]) == kernel_61.resolve()
