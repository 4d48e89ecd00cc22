"""The real b4: as checker of `b4 am` and `b4 prep`, and as one that `b4 review` reads."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

MAIL = "fixtures/demo/tag-rework.mbox"
CLEAN = """\
From a@example.org Mon Jan  1 00:00:00 2024
From: A Tester <a@example.org>
Subject: [PATCH] mm: say more
Message-ID: <clean-1@example.org>
Date: Mon, 1 Jan 2024 00:00:00 +0000

Signed-off-by: A Tester <a@example.org>
---
 mm/a.c | 1 +
 1 file changed, 1 insertion(+)

diff --git a/mm/a.c b/mm/a.c
--- a/mm/a.c
+++ b/mm/a.c
@@ -1,1 +1,2 @@
 int a;
+int b;
--\x20
2.39.5
"""

GOOD = """\
void pool_add(struct page *page)
{
	if (try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}
"""
BAD = GOOD.replace("try_page_mte_tagging", "page_mte_tagged")


@pytest.fixture
def project(tmp_path: Path, git: Callable[..., str]) -> Path:
    """A repository whose b4 asks mtelint."""
    folder = tmp_path / "linux"
    folder.mkdir()
    git(folder, "init", "--quiet")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "base")
    for option in ("am-perpatch-check-cmd", "prep-perpatch-check-cmd"):
        git(folder, "config", f"b4.{option}", f"{Path(sys.executable).with_name('mtelint')} patch --format terse -")
    return folder


@pytest.fixture
def b4(counterparts: Path, environ: dict[str, str], project: Path) -> Callable[..., str]:
    def call(*words: str) -> str:
        command = [str(counterparts / "b4/bin/b4"), "--offline-mode", "--no-stdin", *words]
        done = subprocess.run(command, cwd=project, env=environ, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return call


def test_b4_am_shows_each_finding_of_the_mail(b4: Callable[..., str], root: Path, tmp_path: Path) -> None:
    shown = b4("am", "--use-local-mbox", str(root / MAIL), "--check", "--outdir", str(tmp_path))
    lines = [line for line in shown.splitlines() if "mtelint:" in line]
    assert [rule for line in lines for rule in ("MTE002", "MTE007", "MTE008") if f"ERROR: {rule}:" in line] == [
        "MTE008", "MTE002", "MTE007"]  # fmt: skip
    assert len(lines) == 3


def test_b4_am_passes_a_clean_mail(b4: Callable[..., str], tmp_path: Path) -> None:
    mail = tmp_path / "clean.mbox"
    mail.write_text(CLEAN)
    shown = b4("am", "--use-local-mbox", str(mail), "--check", "--outdir", str(tmp_path))
    assert "passed all checks" in shown


def test_b4_review_reads_the_verdict_and_each_finding(counterparts: Path, root: Path, project: Path,
                                                      environ: dict[str, str]) -> None:  # fmt: skip
    code = (
        "import sys, json, email, b4; from b4.review.checks import _run_external_cmd as run;"
        "mail = email.message_from_bytes(open(sys.argv[1], 'rb').read(), policy=b4.emlpolicy);"
        "print(json.dumps(run([sys.argv[2], 'patch', '--format', 'b4-json', '-'], mail, '.')))"
    )
    mtelint = Path(sys.executable).with_name("mtelint")
    words = [str(counterparts / "b4/bin/python"), "-c", code, str(root / MAIL), str(mtelint)]
    done = subprocess.run(words, cwd=project, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (entry,) = json.loads(done.stdout)
    assert (entry["tool"], entry["status"]) == ("mtelint", "fail")
    assert {type(value) for value in entry.values()} == {str}
    assert [each["status"] for each in json.loads(entry["details"])] == ["fail"] * 3


def test_b4_prep_checks_a_branch(b4: Callable[..., str], git: Callable[..., str], project: Path) -> None:
    source = project / "mm" / "pool.c"
    source.parent.mkdir()
    source.write_text(GOOD)
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "mm: a pool")
    b4("prep", "-n", "topic", "--fork-point", "HEAD")
    source.write_text(BAD)
    git(project, "commit", "--quiet", "--all", "--message", "mm: fill the pool")
    assert "ERROR: MTE008:" in b4("prep", "--check")
