"""Patches judged with a tree, and git's own changes."""

import subprocess
from pathlib import Path

import pytest

from mtelint.engine import Input, Options, review_changes, review_patches
from mtelint.model import Confidence, Report

SYNC = "arch/arm64/mm/sync.c"


def opened(file: Path) -> Input:
    return Input(str(file), lambda: file.open("rb"))


def patches(*names: str, root: Path, tree: str | None = None) -> Report:
    files = [root / "fixtures" / "trees" / "patches" / name for name in names]
    return review_patches([opened(file) for file in files], Options(tree=tree))


def shown(report: Report) -> list[tuple[str, str | None, int]]:
    return [(f.rule, f.function, f.line) for f in report.findings]


def test_the_forgotten_early_return_needs_the_whole_function(root: Path) -> None:
    """The hunk moves the set into one branch; the way around it lies outside of the hunk."""
    tree = str(root / "fixtures" / "trees" / "small")
    report = patches("set-in-one-branch.diff", root=root, tree=tree)
    assert shown(report) == [("MTE005", "sync_one_page", 26)]
    (finding,) = report.findings
    assert finding.confidence is Confidence.HIGH
    assert finding.base == tree
    assert finding.cause is not None
    assert finding.cause.side in "+-"


def test_without_the_tree_the_same_hunk_raises_nothing(root: Path) -> None:
    assert not shown(patches("set-in-one-branch.diff", root=root))


def test_a_series_is_judged_in_order(root: Path) -> None:
    """The second patch uses the helper that the first adds: what it does is known only with both laid on."""
    tree = str(root / "fixtures" / "trees" / "small")
    assert not shown(patches("series-in-order.mbox", root=root, tree=tree))
    report = patches("series-broken-helper.mbox", root=root, tree=tree)
    assert shown(report) == [("MTE002", "mark_then_load", 25), ("MTE002", "sync_one_page", 37)]


def test_a_patch_that_does_not_apply_is_said_and_judged_by_its_hunks(root: Path) -> None:
    tree = str(root / "fixtures" / "trees" / "small")
    report = patches("does-not-apply.diff", root=root, tree=tree)
    assert [(f.rule, f.function) for f in report.findings] == [("MTE002", "load_early")]
    (skipped,) = report.skipped
    assert skipped.path == SYNC
    assert "hunk 1" in skipped.reason
    assert [f.base for f in report.findings] == [None]  # nothing of the tree was seen


# --- git's own changes ------------------------------------------------------------------------------------------------


@pytest.fixture
def repo(tmp_path: Path, root: Path) -> Path:
    """A repository with the small tree and one old defect in it."""
    subprocess.run(["cp", "-r", str(root / "fixtures" / "trees" / "small"), str(tmp_path / "repo")], check=True)
    top = tmp_path / "repo"
    old = (
        "void old_defect(struct page *page)\n{\n"
        "\tset_page_mte_tagged(page);\n\tmte_clear_page_tags(page_address(page));\n}\n"
    )
    (top / "arch/arm64/mm/old.c").write_text(old)
    git(top, "init", "-q")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "base")
    return top


def git(repo: Path, *words: str) -> None:
    name = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(repo), *name, *words], check=True, capture_output=True)


def plant(repo: Path) -> None:
    """Swap the clear and the set."""
    path = repo / SYNC
    text = path.read_text()
    clear, mark = "\tmte_clear_page_tags(page_address(page));\n", "\nout:\n\tset_page_mte_tagged(page);\n"
    assert clear + mark in text
    path.write_text(text.replace(clear + mark, "\nout:\n\tset_page_mte_tagged(page);\n" + clear))


def test_staged_changes_show_the_planted_defect_and_not_the_old_one(repo: Path) -> None:
    plant(repo)
    git(repo, "add", "-A")
    report = review_changes(repo, None, Options())
    assert [(f.rule, f.function) for f in report.findings] == [("MTE002", "sync_one_page")]


def test_a_harmless_edit_beside_an_old_defect_is_silent(repo: Path) -> None:
    path = repo / "arch/arm64/mm/old.c"
    path.write_text("/* a comment */\n" + path.read_text())
    git(repo, "add", "-A")
    assert not review_changes(repo, None, Options()).findings


def test_unstaged_edits_do_not_matter(repo: Path) -> None:
    plant(repo)
    assert not review_changes(repo, None, Options()).findings


def test_a_range_is_reviewed_like_a_patch(repo: Path) -> None:
    plant(repo)
    git(repo, "commit", "-qam", "break it")
    report = review_changes(repo, "HEAD~1..HEAD", Options())
    assert [(f.rule, f.function) for f in report.findings] == [("MTE002", "sync_one_page")]
    assert not review_changes(repo, "HEAD..HEAD", Options()).findings


def test_a_commit_with_an_index_of_its_own_is_judged_by_that(repo: Path) -> None:
    """``git commit -a`` hands its hooks another index than the repository's."""
    plant(repo)
    hook = repo / ".git" / "hooks" / "pre-commit"
    hook.write_text('#!/bin/sh\nprintf %s "$GIT_INDEX_FILE" > seen\ncp "$GIT_INDEX_FILE" kept\n')
    hook.chmod(0o755)
    git(repo, "commit", "-qam", "all")
    index = str(repo / "kept")
    git(repo, "reset", "-q", "HEAD~1")
    report = review_changes(repo, None, Options(index=index))
    assert [(f.rule, f.function) for f in report.findings] == [("MTE002", "sync_one_page")]
