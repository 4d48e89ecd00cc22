"""The program as a shell runs it, and a mail that it has something to say about."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from unittest.mock import patch

from mtelint.cli.guard import main
from mtelint.cli.world import World

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "mtelint"]
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT), "MTELINT_TRACEBACK": ""}
DEFECT = (
    "diff --git a/arch/arm64/mm/x.c b/arch/arm64/mm/x.c\n--- a/arch/arm64/mm/x.c\n+++ b/arch/arm64/mm/x.c\n"
    "@@ -1,5 +1,5 @@\n void f(struct page *page)\n {\n"
    "-\tmte_clear_page_tags(page_address(page));\n \tset_page_mte_tagged(page);\n"
    "+\tmte_clear_page_tags(page_address(page));\n }\n"
)
"""A diff that moves the set in front of the clear."""
FILE = (
    "void f(struct page *page)\n{\n\tset_page_mte_tagged(page);\n\tmte_clear_page_tags(page_address(page));\n}\n"
)  # fmt: skip


def mtelint(
    *words: str,
    stdin: bytes = b"",
    cwd: Path | None = None,
    stdout: int = subprocess.PIPE,
    environ: Mapping[str, str] = {},
) -> "subprocess.CompletedProcess[bytes]":
    """Run the program to its end."""
    return subprocess.run(
        [*PROGRAM, *words], input=stdin, stdout=stdout, stderr=subprocess.PIPE, cwd=cwd, env={**ENVIRON, **environ},
        timeout=120, check=False,
    )  # fmt: skip


def inside(
    *words: str, stdin: bytes = b"", cwd: Path | None = None, environ: Mapping[str, str] = {}
) -> "subprocess.CompletedProcess[bytes]":
    """The same without the start of an interpreter: in this process, in that folder and with that environment.

    The streams are ours; a process that the program starts is as real as ever.
    """
    out, err = io.BytesIO(), io.BytesIO()
    printed, said = (io.TextIOWrapper(each, "utf-8", "backslashreplace", newline="") for each in (out, err))
    with patch.dict(os.environ, {**ENVIRON, **environ}), contextlib.chdir(cwd or Path.cwd()):
        code = main(words, World(io.BytesIO(stdin), printed, said, os.environ))
    printed.flush()
    said.flush()
    return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())


def mail(diff: str = DEFECT, subject: str = "[PATCH] x", name: str = "A <a@example.org>") -> bytes:
    """A mail with the diff."""
    head = f"From: {name}\nSubject: {subject}\nMessage-ID: <1@example.org>\nDate: Thu, 30 Jun 2022 18:24:34 +0100\n"
    return f"{head}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nWhy.\n\n{diff}".encode()
