"""``mtelint reply`` and git: its answers pass ``git mailinfo``, and old defects carry the commit that git blames."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

Git = Callable[..., str]
OLD = """\
#include <linux/mm.h>

void pool_read(struct page *page, void *tags)
{
	mte_save_page_tags(page_address(page), tags);
	count(1);
}
"""


@pytest.fixture
def linux(tmp_path: Path, git: Git) -> Path:
    """A repository whose second commit brought a defect."""
    folder = tmp_path / "linux"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "base")
    (folder / "pool.c").write_text("#include <linux/mm.h>\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "mm: a file")
    (folder / "pool.c").write_text(OLD)
    git(folder, "commit", "--quiet", "--all", "--message", "mm: read the pool")
    return folder


def reply(*words: str | Path) -> bytes:
    done = subprocess.run([sys.executable, "-m", "mtelint", "reply", *words], capture_output=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def mail_of(folder: Path, git: Git, text: str) -> Path:
    """A mail whose patch makes ``pool.c`` into ``text``; the repository is as before."""
    (folder / "pool.c").write_text(text)
    git(folder, "commit", "--quiet", "--all", "--message", "mm: größer")
    made = git(folder, "format-patch", "-1", "--stdout", "--thread", "--from=Jö Example <jo@example.org>")
    git(folder, "reset", "--quiet", "--hard", "HEAD^")
    mail = folder.parent / "patch.eml"
    mail.write_text(made)
    return mail


def test_git_mailinfo_reads_the_reply(root: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    mail = reply("--from", "A Reviewer <a@example.net>", root / "fixtures/demo/tag-rework.mbox")
    words = ["git", "mailinfo", "-k", "--encoding=UTF-8", "message", "patch"]
    done = subprocess.run(words, cwd=tmp_path, env=environ, input=mail, capture_output=True, timeout=60)
    info = done.stdout.decode()
    assert "Author: A Reviewer\n" in info
    assert "Email: a@example.net\n" in info
    assert "Subject: Re: [PATCH v2] arm64: mte: Let the tag pool drop pages, and count them atomically\n" in info
    text = (tmp_path / "message").read_text()
    assert "> +\tif (page_mte_tagged(page)) {\n\ntagpool_add(): the tags of" in text
    assert (tmp_path / "patch").read_text() == ""


def test_an_old_defect_gets_the_fixes_line_that_git_blame_knows(linux: Path, git: Git) -> None:
    mail = mail_of(linux, git, OLD.replace("#include <linux/mm.h>\n", "#include <linux/mm.h>\nint pool_size;\n"))
    text = reply("--all", "--tree", linux, mail).decode()
    commit = git(linux, "rev-parse", "HEAD").strip()[:12]
    assert f'\nFixes: {commit} ("mm: read the pool")\n' in text
    assert str(linux.parent) not in text


def test_what_the_patch_brings_itself_fixes_no_commit(linux: Path, git: Git) -> None:
    worse = OLD + OLD.replace("pool_read", "pool_copy").removeprefix("#include <linux/mm.h>\n")
    text = reply("--tree", linux, mail_of(linux, git, worse)).decode()
    assert "pool_copy(): the tags of" in text
    assert "Fixes:" not in text


def test_where_history_ends_no_commit_is_blamed(linux: Path, git: Git, tmp_path: Path) -> None:
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{linux}", os.fspath(shallow))
    mail = mail_of(linux, git, OLD.replace("count(1)", "count(2)"))
    text = reply("--all", "--tree", shallow, mail).decode()
    assert "older than the patch" in text
    assert "Fixes:" not in text
