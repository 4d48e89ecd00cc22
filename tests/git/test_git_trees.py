"""Where strangers' text meets git and the file system: nothing gets out, and nothing in a repository is run."""

import os
import pickle
import subprocess
from pathlib import Path

import pytest
from mailfixtures import MAIL, only, patch_of_text

from mtelint.errors import InputError
from mtelint.git.changes import changes_range, changes_staged, range_ends
from mtelint.git.history import BaseFound, find_base
from mtelint.git.repository import GitTree
from mtelint.patches.apply import apply_patch
from mtelint.patches.trees import Overlay, WorkTree, kernel_root

OLD = "void f(void)\n{\n\tone();\n}\n"
NEW = "void f(void)\n{\n\ttwo();\n}\n"
OUTSIDE = ["../secret", "/etc/passwd", "a/../../secret", "", ".git/config", "sub/.GIT/config", "a\nb", "C:\\x", "..\\x"]


def git(repo: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false", *arguments]
    return subprocess.run(command, cwd=repo, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    repo = tmp_path / "repo"
    (repo / "mm").mkdir(parents=True)
    git(repo, "init", "-q", "-b", "main")
    for number, text in enumerate((OLD, NEW)):
        (repo / "mm/f.c").write_text(text)
        git(repo, "add", "-A")
        git(repo, "commit", "-qm", f"commit {number}")
    return repo


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_path_leaves_a_tree(repo: Path, path: str) -> None:
    (repo.parent / "secret").write_text("secret")
    for tree in (WorkTree(repo), GitTree(repo), Overlay(WorkTree(repo))):
        assert tree.read(path) is None
        assert not tree.exists(path)


def test_links_are_followed_inside_a_tree_only(repo: Path) -> None:
    (repo.parent / "secret").write_text("secret")
    (repo / "out.c").symlink_to("../secret")
    (repo / "folder").symlink_to("..")
    (repo / "in.c").symlink_to("mm/f.c")
    (repo / "loop.c").symlink_to("loop.c")
    os.mkfifo(repo / "pipe.c")
    tree = WorkTree(repo)
    assert tree.read("in.c") == NEW.encode()
    assert [tree.read(path) for path in ("out.c", "folder/secret", "loop.c", "pipe.c", "mm", "absent")] == [None] * 6


def test_a_patch_through_a_link_touches_nothing(repo: Path) -> None:
    (repo.parent / "secret.c").write_text("one\n")
    (repo / "mm/link.c").symlink_to("../../secret.c")
    patch = patch_of_text("--- a/mm/link.c\n+++ b/mm/link.c\n@@ -1 +1 @@\n-one\n+two\n")
    assert not apply_patch(WorkTree(repo), patch).ok
    assert (repo.parent / "secret.c").read_text() == "one\n"


def test_a_commit_is_read_from_objects_bare_or_not(repo: Path) -> None:
    bare = repo.parent / "bare.git"
    git(repo, "clone", "-q", "--bare", str(repo), str(bare))
    (repo / "mm/f.c").write_text("changed in the work tree\n")
    for where in (repo, bare):
        with GitTree(where, "main~1") as old, GitTree(where) as new:
            assert (old.read("mm/f.c"), new.read("mm/f.c")) == (OLD.encode(), NEW.encode())
            assert old.revision == git(repo, "rev-parse", "main~1")
            assert (new.read("mm"), new.read("absent"), new.exists("mm/f.c")) == (None, None, True)


def test_a_tree_of_a_commit_can_be_sent_to_another_process(repo: Path) -> None:
    tree = GitTree(repo)
    assert tree.read("mm/f.c") == NEW.encode()
    assert pickle.loads(pickle.dumps(tree)).read("mm/f.c") == NEW.encode()


@pytest.mark.parametrize("revision", ["absent", "--output=x", "-h", "main\nmain", "main:mm/f.c", ""])
def test_what_names_no_commit_is_one_clear_line(repo: Path, revision: str) -> None:
    with pytest.raises(InputError):
        GitTree(repo, revision)
    assert not (repo / "x").exists()


def test_a_folder_that_is_no_repository_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a git repository"):
        GitTree(tmp_path)


def test_nothing_in_a_hostile_repository_is_run(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting that makes git run a program points at one that leaves a mark."""
    mark = tmp_path / "mark"
    bomb = tmp_path / "bomb"
    bomb.write_text(f"#!/bin/sh\ntouch {mark}\n")
    bomb.chmod(0o755)
    config = {
        "core.fsmonitor": bomb, "core.hooksPath": tmp_path, "core.pager": bomb, "core.sshCommand": bomb,
        "core.askPass": bomb, "core.editor": bomb, "core.alternateRefsCommand": bomb, "core.gitProxy": bomb,
        "diff.external": bomb, "diff.evil.command": bomb, "diff.evil.textconv": bomb, "filter.evil.clean": bomb,
        "filter.evil.smudge": bomb, "filter.evil.process": bomb, "gpg.program": bomb, "log.showSignature": "true",
        "pager.diff": bomb, "pager.log": bomb, "pager.rev-parse": bomb, "credential.helper": bomb,
        "alias.diff": f"!{bomb}", "alias.cat-file": f"!{bomb}", "interactive.diffFilter": bomb,
        "merge.evil.driver": bomb, "remote.origin.url": f"ext::{bomb}", "remote.origin.promisor": "true",
        "remote.origin.partialclonefilter": "blob:none",
        "protocol.ext.allow": "always", "extensions.partialClone": "origin", "core.repositoryformatversion": "1",
        "trace2.eventTarget": tmp_path / "trace", "sequence.editor": bomb, "uploadpack.packObjectsHook": bomb,
    }  # fmt: skip
    base = only_text(repo, "HEAD")
    (repo / ".gitattributes").write_text("*.c diff=evil filter=evil merge=evil\n")
    (repo / ".git/info/attributes").write_text("*.c diff=evil filter=evil\n")
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit"):
        (repo / ".git/hooks" / name).write_text(bomb.read_text())
        (repo / ".git/hooks" / name).chmod(0o755)
    (repo / "mm/f.c").write_text("void f(void)\n{\n\tthree();\n}\n")
    git(repo, "add", "mm/f.c")
    for key, value in config.items():
        git(repo, "config", key, str(value))
    mark.unlink(missing_ok=True)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(bomb))
    monkeypatch.setenv("GIT_PAGER", str(bomb))
    monkeypatch.setenv("GIT_SSH_COMMAND", str(bomb))

    with GitTree(repo) as tree:
        assert tree.read("mm/f.c") == NEW.encode()
        assert tree.read("mm/absent.c") is None
    assert GitTree(repo, blobs={"mm/f.c": "1" * 40}).read("mm/f.c") is None, "an absent object is not fetched"
    assert changes_staged(repo).applied.files["mm/f.c"].ok
    assert changes_range(repo, "main~1", "main").applied.files["mm/f.c"].ok
    find_base(repo, patch_of_text(base.replace("index ", "index 1234567..7654321 100644\nindex ")))
    assert not mark.exists()
    assert not (tmp_path / "trace").exists()


def only_text(repo: Path, revision: str) -> str:
    return git(repo, "show", revision) + "\n"


def test_staged_changes_are_the_index_against_head(repo: Path) -> None:
    (repo / "mm/f.c").write_text("void f(void)\n{\n\tthree();\n}\n")
    git(repo, "add", "-A")
    (repo / "mm/f.c").write_text("not staged\n")
    (repo / "notes.txt").write_text("not C\n")
    git(repo, "add", "notes.txt")
    changes = changes_staged(repo / "mm")
    assert changes.root == repo
    assert list(changes.applied.files) == ["mm/f.c"]
    file = changes.applied.files["mm/f.c"]
    assert (file.pre, file.post, sorted(file.added)) == (NEW.encode(), b"void f(void)\n{\n\tthree();\n}\n", [3])
    assert changes.after.read("mm/f.c") == file.post


def test_the_first_commit_is_laid_over_nothing(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "f.c").write_text(OLD)
    git(tmp_path, "add", "f.c")
    assert changes_staged(tmp_path).applied.files["f.c"].post == OLD.encode()


def test_a_running_commit_may_have_an_index_of_its_own(repo: Path) -> None:
    (repo / "mm/f.c").write_text(OLD)
    own = repo / ".git/own-index"
    own.write_bytes((repo / ".git/index").read_bytes())
    subprocess.run(["git", "add", "mm/f.c"], cwd=repo, env={**os.environ, "GIT_INDEX_FILE": str(own)}, check=True)
    assert changes_staged(repo).applied.files == {}
    assert changes_staged(repo, index=".git/own-index").applied.files["mm/f.c"].post == OLD.encode()


def test_a_range_is_what_lies_between_two_commits(repo: Path) -> None:
    assert changes_range(repo, *range_ends(repo, "main~1..main")).applied.files["mm/f.c"].post == NEW.encode()
    git(repo, "checkout", "-qb", "side", "main~1")
    (repo / "mm/g.c").write_text(OLD)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "side")
    assert list(changes_range(repo, *range_ends(repo, "main..side")).applied.files) == ["mm/f.c", "mm/g.c"]
    assert list(changes_range(repo, *range_ends(repo, "main...side")).applied.files) == ["mm/g.c"]
    with pytest.raises(InputError, match="is no range"):
        range_ends(repo, "main")


def mail(repo: Path, old: str, new: str, trailer: str = "") -> str:
    blobs = [git(repo, "rev-parse", f"{name}:mm/f.c")[:12] for name in (old, new)]
    body = git(repo, "diff", old, new).split("\n", 2)[2]
    return f"diff --git a/mm/f.c b/mm/f.c\nindex {'..'.join(blobs)} 100644\n{body}\n{trailer}"


def test_the_base_is_the_commit_that_the_trailer_names(repo: Path) -> None:
    first = git(repo, "rev-parse", "main~1")
    base = find_base(repo, patch_of_text(mail(repo, "main~1", "main", f"base-commit: {first}\n")))
    assert (base.tree.commit, base.found, base.exact) == (first, BaseFound.TRAILER, True)


def test_the_base_is_a_commit_with_the_blobs_of_the_index_lines(repo: Path) -> None:
    first = git(repo, "rev-parse", "main~1")
    (repo / "mm/f.c").write_text("void f(void)\n{\n\tthree();\n}\n")
    git(repo, "commit", "-qam", "third")
    patch = patch_of_text(mail(repo, "main~2", "main~1"))
    base = find_base(repo, patch)
    assert (base.tree.commit, base.found, base.exact) == (first, BaseFound.BLOBS, True)
    assert apply_patch(base.tree, patch).ok
    assert not apply_patch(GitTree(repo), patch).ok


def test_blobs_that_no_commit_has_together_are_still_the_right_files(repo: Path) -> None:
    first, second = git(repo, "rev-parse", "main~1:mm/f.c"), git(repo, "rev-parse", "main:mm/f.c")
    (repo / "mm/g.c").write_text("int g;\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "third")
    diff = mail(repo, "main~2", "main~1") + mail(repo, "main~1", "main~2").replace("mm/f.c", "mm/g.c")
    base = find_base(repo, patch_of_text(diff))
    assert (base.found, base.exact) == (BaseFound.OBJECTS, True)
    assert (base.tree.read("mm/f.c"), base.tree.read("mm/g.c")) == (OLD.encode(), NEW.encode())
    assert first != second


def test_without_a_trace_of_its_base_a_patch_is_laid_over_the_tree_as_it_is(repo: Path) -> None:
    base = find_base(repo, only(MAIL / "base64.eml"))
    assert (base.tree.commit, base.found, base.exact) == (git(repo, "rev-parse", "main"), BaseFound.GIVEN, False)


def test_the_root_of_a_kernel_tree_is_found_upwards(repo: Path) -> None:
    (repo / "kernel/arch/arm64").mkdir(parents=True)
    for name in ("Kbuild", "Kconfig"):
        (repo / "kernel" / name).touch()
    assert kernel_root(repo / "kernel/arch/arm64/x.c") == repo / "kernel"
    assert kernel_root(repo / "mm/f.c") == repo


def test_a_path_of_a_patch_is_no_pattern(repo: Path) -> None:
    """`mm/*.c` in an index line must not be found to fit because `mm/f.c` does."""
    patch = patch_of_text(mail(repo, "main~1", "main").replace("mm/f.c", "mm/*.c"))
    assert find_base(repo, patch).found is not BaseFound.BLOBS
    assert changes_range(repo, "main~1", "main", paths=["*.c"]).applied.ok
