"""Archives and histories in git: what a repository says of itself changes no finding, and what is lost is said."""

from pathlib import Path
from typing import Any

import pytest

from mtelint.engine import Options
from mtelint.errors import InputError
from mtelint.sweep import open_store, pieces, plan_of, sweep

from .conftest import epoch, git, lines, mail, swept


def test_a_patch_with_a_byte_of_zero_is_one_commit(tmp_path: Path) -> None:
    """git takes a file for text that has its first zero byte behind the first 8,000."""
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    git(repo, "commit", "-q", "--allow-empty", "-m", "start")
    (repo / "a.c").write_bytes(b"/* long */\n" * 900 + b"\0From " + b"0" * 40 + b" Mon Sep 17 00:00:00 2001\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "zero")
    git(repo, "apply", "--index", text=mail(2).partition(b"---\n")[2])
    git(repo, "commit", "-q", "-m", "prepare 2")
    (repo / "notes.txt").write_text("no C\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "notes")
    store = open_store(str(tmp_path / "out.jsonl"), "test")
    sweep(plan_of(str(repo), "HEAD~3..HEAD"), Options(), store)
    store.close()
    assert (store.counts["items"], store.counts["findings"]) == (3, 1)
    assert [each["function"] for each in lines(tmp_path / "out.jsonl") if "rule" in each] == ["prepare_2"]


# --- what git is told, and what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["HEAD~1:m", "HEAD~1^{tree}"])
def test_a_mail_that_git_cannot_read_is_none_that_was_removed(tmp_path: Path, lost: str) -> None:
    repo = tmp_path / "0.git"
    epoch(repo, [mail(number) for number in range(4)])
    name = git(repo, "rev-parse", lost)
    (repo / "objects" / name[:2] / name[2:]).unlink()
    store = open_store(str(tmp_path / "out.jsonl"), "test")
    with pytest.raises(InputError, match=r"the mail of commit [0-9a-f]{40} cannot be read"):
        sweep(plan_of(str(repo)), Options(), store)
    assert not store.done
    store.close()


def _history(repo: Path, *messages: str) -> Path:
    """A repository in which each commit brings the defect of one mail, the first one as a root."""
    repo.mkdir()
    git(repo, "init", "-q")
    for number, message in enumerate(messages):
        git(repo, "apply", "--index", text=mail(2 * number).partition(b"---\n")[2])
        git(repo, "commit", "-q", "--cleanup=verbatim", "-m", message)
    return repo


def _swept(repo: Path, output: Path, history: str = "HEAD") -> list[dict[str, Any]]:
    store = open_store(str(output), "test")
    sweep(plan_of(str(repo), history), Options(), store)
    store.close()
    return [each for each in lines(output) if "rule" in each]


QUOTED = """A change

From x@y Mon Jan  1 00:00:00 2024
From: X <x@y>
Message-ID: <inner@x>
Subject: another

text
"""


@pytest.mark.parametrize(
    "message", ["plain", QUOTED, "a\rContent-Type: text/html", "a\rMessage-ID: <fake@x>", "ä\n\nö"]
)
def test_a_finding_is_of_its_commit_whatever_the_message_says(tmp_path: Path, message: str) -> None:
    repo = _history(tmp_path / "repo", "one", message, "three")
    found = _swept(repo, tmp_path / "out.jsonl")
    commits = git(repo, "rev-list", "--reverse", "HEAD").split()
    assert {(each["mail"]["message_id"].strip("<>"), each["function"]) for each in found} == {
        (commit, f"prepare_{2 * number}") for number, commit in enumerate(commits)
    }
    assert len(found) == 3


@pytest.mark.parametrize(
    "setting",
    [
        "log.showRoot=false",
        "diff.context=0",
        "diff.interHunkContext=9",
        "i18n.logOutputEncoding=UTF-16",
        "diff.algorithm=patience",
    ],
)
def test_the_configuration_of_a_repository_changes_no_finding(tmp_path: Path, setting: str) -> None:
    repo = _history(tmp_path / "repo", "one", "two")
    (repo / "f.c").write_text("void f(struct page *page)\n{\n\tmte_clear_page_tags(page_address(page));\n}\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "right")
    (repo / "f.c").write_text((repo / "f.c").read_text().replace("{\n", "{\n\tset_bit(PG_mte_tagged, &page->flags);\n"))
    git(repo, "commit", "-qam", "wrong")
    plain = _swept(repo, tmp_path / "plain.jsonl")
    assert len(plain) == 3
    git(repo, "config", *setting.split("="))
    assert _swept(repo, tmp_path / "out.jsonl") == plain


def test_a_file_that_attributes_call_binary_is_read(tmp_path: Path) -> None:
    repo = _history(tmp_path / "repo", "one", "two")
    (repo / ".git/info/attributes").write_text("*.c -diff\n")
    assert len(_swept(repo, tmp_path / "out.jsonl")) == 2


def test_a_folder_of_a_repository_stands_for_all_of_it(tmp_path: Path) -> None:
    repo = _history(tmp_path / "repo", "one", "two")
    (repo / "docs").mkdir()
    assert len(_swept(repo / "docs", tmp_path / "out.jsonl")) == 2


def test_a_file_that_holds_the_mark_of_an_earlier_commit_is_read_to_its_end(tmp_path: Path) -> None:
    repo = _history(tmp_path / "repo", "one")
    forged = f"\0From {git(repo, 'rev-parse', 'HEAD')} Mon Sep 17 00:00:00 2001\n"
    defect = "\tset_bit(PG_mte_tagged, &page->flags);\n\tmte_clear_page_tags(page_address(page));\n"
    text = f"void f(struct page *page)\n{{\n{defect}}}\n"
    (repo / "b.c").write_text("/* long */\n" * 900 + forged + text)
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "two")
    assert {each["path"] for each in _swept(repo, tmp_path / "out.jsonl")} == {"arch/arm64/mm/f0.c", "b.c"}


@pytest.mark.parametrize("mirror", [True, False])
def test_a_closed_folder_is_said_where_it_may_be_a_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirror: bool
) -> None:
    (tmp_path / "lost+found").mkdir()
    if mirror:
        epoch(tmp_path / "a" / "git" / "0.git", [mail(0)])
    (tmp_path / "list.mbox").write_bytes(b"From a@b Tue Mar  5 10:00:00 2024\n" + mail(2))
    numbered = pieces._numbered

    def closed(folder: Path) -> list[Path]:
        if folder.parent.name == "lost+found":
            raise PermissionError(13, "Permission denied", str(folder))
        return numbered(folder)

    monkeypatch.setattr(pieces, "_numbered", closed)
    if mirror:
        with pytest.raises(PermissionError, match=r"lost\+found"):
            plan_of(str(tmp_path))
    else:
        assert swept(tmp_path, tmp_path / "out.jsonl")[0] == ["prepare_2"]


def test_a_list_to_which_nobody_has_written_costs_no_other(tmp_path: Path) -> None:
    for name in ("a", "c"):
        epoch(tmp_path / "mirror" / name / "git" / "0.git", [mail(0 if name == "a" else 2)])
    (tmp_path / "mirror/b/git/0.git").mkdir(parents=True)
    git(tmp_path / "mirror/b/git/0.git", "init", "-q", "--bare", ".")
    found, _, counts = swept(tmp_path / "mirror", tmp_path / "out.jsonl")
    assert (found, counts["items"]) == (["prepare_0", "prepare_2"], 2)
