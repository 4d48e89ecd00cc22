"""Archives of a few mails, half of which hold the same defect in a function of its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mtelint.engine import Options
from mtelint.sweep import open_store, plan_of, sweep

MAILS = 12


def mail(number: int, word: str = "PG_mte_tagged") -> bytes:
    """A mail with a patch; every second one sets the flag before it writes the tags."""
    body = [f"\tset_bit({word}, &page->flags);", "\tmte_clear_page_tags(page_address(page));"]
    if number % 2:
        body = ["\tclear_highpage(page);", "\tflush_dcache_page(page);"]
    lines = [f"void prepare_{number}(struct page *page)", "{", *body, "}"]
    return (
        f"From: A <a@example.org>\nSubject: [PATCH] arm64: prepare {number}\nMessage-ID: <{number}@example.org>\n"
        f"Date: Mon, 1 Jan 2024 00:00:{number:02} +0000\n\nText.\n---\n"
        f"diff --git a/arch/arm64/mm/f{number}.c b/arch/arm64/mm/f{number}.c\nnew file mode 100644\n--- /dev/null\n"
        f"+++ b/arch/arm64/mm/f{number}.c\n@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    ).encode()


def git(repo: Path, *words: str, text: bytes = b"") -> str:
    names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    done = subprocess.run(
        ["git", "-C", str(repo), *words], input=text, capture_output=True, check=True,
        env={**clean, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )  # fmt: skip
    return done.stdout.decode().strip()


def epoch(repo: Path, mails: list[bytes]) -> None:
    """One epoch of a public-inbox, version 2: each commit holds one mail in the file ``m``."""
    repo.mkdir(parents=True)
    git(repo, "init", "-q", "--bare", ".")
    parent: list[str] = []
    for text in mails:
        blob = git(repo, "hash-object", "-w", "--stdin", text=text)
        tree = git(repo, "mktree", text=f"100644 blob {blob}\tm\n".encode())
        parent = ["-p", git(repo, "commit-tree", tree, "-m", "mail", *parent)]
    git(repo, "update-ref", "HEAD", parent[1])


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two epochs; a mail of the first comes again in the second."""
    top = tmp_path_factory.mktemp("inbox")
    mails = [mail(number) for number in range(MAILS)]
    epoch(top / "git" / "0.git", mails[:7])
    epoch(top / "git" / "1.git", [*mails[7:], mails[0]])
    return top


@pytest.fixture(scope="session")
def maildir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("maildir")
    for part in ("cur", "new", "tmp"):
        (top / part).mkdir()
    for number in range(MAILS):
        (top / ("cur" if number < 8 else "new") / f"{number:02}.host-2,S").write_bytes(mail(number))
    return top


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository, and the range of the commits that are the patches of the mails."""
    top = tmp_path_factory.mktemp("history")
    git(top, "init", "-q")
    git(top, "commit", "-q", "--allow-empty", "-m", "start")
    start = git(top, "rev-parse", "HEAD")
    for number in range(MAILS):
        git(top, "apply", "--index", text=mail(number).partition(b"---\n")[2])
        git(top, "commit", "-q", "-m", f"prepare {number}")
    return top, f"{start}..HEAD"


# --- sweeps of them ---------------------------------------------------------------------------------------------------


def lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.read_text().splitlines()]


def swept(source: Path, output: Path, **more: Any) -> tuple[list[str], list[str], dict[str, int]]:
    """Sweep in pieces of five: functions found, reasons of what was skipped, and the sums."""
    store = open_store(str(output), "test")
    sweep(plan_of(str(source), None, 5), Options(), store, **more)
    store.close()
    values = lines(output)
    reasons = [reason for value in values for reason in value.get("reasons", ())]
    return sorted(value["function"] for value in values if "rule" in value), reasons, store.counts


EXPECTED = sorted(f"prepare_{number}" for number in range(0, MAILS, 2))
