"""mtelint beside other tools on one kernel tree: CPU of each in turn, medians and ratios, written to RESULTS.md.

    python benchmarks/side_by_side.py TREE [--with spatch,semgrep,ast-grep] [--install] [--runs 5] [--patience 60]

TREE is an unpacked kernel (Debian's linux-source package, outside the repository).  Every tool is a child process of
its own; its CPU is user and system time of it and of its children.  The tools take turns, so that a busy machine is
busy for all of them; what counts are the ratios within one run.  A tool whose first turn takes longer than the patience
(seconds of CPU) has no other, and the table says so.  ``--install`` gets the tools asked for: ripgrep and coccinelle by
apt-get, semgrep and ast-grep by pip into a virtual environment of their own.
"""

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from mtelint import __version__
from mtelint.rulebook import load

HERE = Path(__file__).parent
TOOLS = Path(tempfile.gettempdir()) / "mtelint-benchmark-tools"
SETS = {
    "whole tree": (".",),
    "arch/arm64 mm fs kernel include": ("arch/arm64", "mm", "fs", "kernel", "include"),
    "arch/arm64/{kernel,kvm,mm,include/asm}": tuple(f"arch/arm64/{d}" for d in ("kernel", "kvm", "mm", "include/asm")),
}
COCCI = """\
@@ expression page; @@
* set_page_mte_tagged(page);
  ... when any
* mte_clear_page_tags(page_address(page));
"""
SEMGREP = """\
rules:
  - id: flag-before-tags
    languages: [c]
    severity: ERROR
    message: the flag is set before the tags are written
    patterns:
      - pattern: |
          set_page_mte_tagged($PAGE);
          ...
          mte_clear_page_tags(...);
"""
MAIL = """\
From: A <a@example.org>
Subject: [PATCH] mm: rename a variable
Message-ID: <1@example.org>

Text.
---
diff --git a/mm/f.c b/mm/f.c
--- a/mm/f.c
+++ b/mm/f.c
@@ -1,3 +1,3 @@
 int a;
-int b;
+int c;
 int d;
"""


def cpu(command: Sequence[str], where: Path) -> float:
    """Seconds of CPU of a command and its children; what it prints is dropped."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PATH"] = f"{TOOLS / 'bin'}{os.pathsep}{kept['PATH']}"
    subprocess.run(command, cwd=where, check=False, env=kept, **quiet)  # type: ignore[call-overload]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(rows: dict[str, list[str]], where: Path, runs: int, patience: float = 3600) -> dict[str, float]:
    """Each command ``runs`` times, in turn, after one turn that warms the caches; a slow one has that turn alone."""
    first = {name: cpu(command, where) for name, command in rows.items()}
    taken: dict[str, list[float]] = {name: [] for name, seconds in first.items() if seconds <= patience}
    for _ in range(runs):
        for name, each in taken.items():
            each.append(cpu(rows[name], where))
    found = {name: statistics.median(taken[name]) if name in taken else first[name] for name in rows}
    return {name if name in taken else f"{name} (one run)": seconds for name, seconds in found.items()}


def table(title: str, found: dict[str, float], first: str) -> str:
    lines = [f"### {title}", "", f"| | CPU s | times {first} |", "|---|---|---|"]
    lines += [f"| {name} | {seconds:.3f} | {seconds / found[first]:.1f} |" for name, seconds in found.items()]
    return "\n".join([*lines, ""])


def tree_rows(folders: Sequence[str], tools: Sequence[str], scratch: Path) -> dict[str, list[str]]:
    mtelint = [sys.executable, "-m", "mtelint", "check", "--quiet"]
    words = [part for word in load().vocabulary.needles for part in ("-e", word)]
    rows = {
        "ripgrep": ["rg", "-lF", "--no-ignore", "-g*.[ch]", *words, *folders],
        "mtelint check": [*mtelint, "--no-cache", *folders],
        "mtelint check, unchanged since the last run": [*mtelint, f"--cache={scratch / 'cache'}", *folders],
    }
    if "spatch" in tools:
        each = f"for d do spatch --very-quiet --no-includes --sp-file {scratch / 'r.cocci'} --dir $d; done"
        rows["spatch, one rule"] = ["sh", "-c", each, "sh", *folders]
    if "semgrep" in tools:
        rows["semgrep, one rule, 2 jobs"] = [
            str(TOOLS / "bin/semgrep"), "scan", "--metrics=off", "--disable-version-check", "--no-git-ignore", "-j2",
            f"--config={scratch / 'r.yaml'}", *folders,
        ]  # fmt: skip
    if "ast-grep" in tools:
        rows["ast-grep, one rule"] = [
            str(TOOLS / "bin/ast-grep"), "run", "-l", "c", "-p", "set_page_mte_tagged($A)", *folders
        ]  # fmt: skip
    return rows


def install(tools: Sequence[str]) -> None:
    packages = [name for tool, name in (("rg", "ripgrep"), ("spatch", "coccinelle"))
                if (tool == "rg" or tool in tools) and not shutil.which(tool)]  # fmt: skip
    if packages:
        subprocess.run(["apt-get", "install", "-y", *packages], check=True)
    pip = [name for tool, name in (("semgrep", "semgrep"), ("ast-grep", "ast-grep-cli")) if tool in tools]
    if pip:
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin/pip", "install", "-q", *pip], check=True)


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    load_now = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}, load {load_now}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--with", dest="tools", default="", help="of spatch,semgrep,ast-grep; they take minutes")
    parser.add_argument("--install", action="store_true")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--patience", type=float, default=60, metavar="SECONDS")
    options = parser.parse_args()
    tools = [each for each in options.tools.split(",") if each]
    if options.install:
        install(tools)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "r.cocci").write_text(COCCI)
        (scratch / "r.yaml").write_text(SEMGREP)
        (scratch / "one.eml").write_text(MAIL)
        python = [sys.executable]
        parts = [
            table(f"{name} of {options.tree.name}",
                  medians(tree_rows(f, tools, scratch), options.tree, options.runs, options.patience), "ripgrep")
            for name, f in SETS.items()
        ]  # fmt: skip
        starts = {
            "python -c pass": [*python, "-c", "pass"],
            "mtelint --version": [*python, "-m", "mtelint", "--version"],
            "mtelint patch, a mail that cannot matter": [*python, "-m", "mtelint", "patch", str(scratch / "one.eml")],
        }
        parts.append(table("Start-up", medians(starts, scratch, 3 * options.runs), "python -c pass"))
    mails = subprocess.run([*python, HERE / "mails.py"], capture_output=True, text=True, check=True).stdout
    parts.append(f"### Mails, in one process\n\n{mails}")
    head = (
        f"# Results\n\nmtelint {__version__}, Python {platform.python_version()}, {date.today()}.  {machine()}.\n\n"
        f"CPU is user and system time with children, the median of {options.runs} runs in turn; the ratios are what\n"
        "counts, as the machine may have had other work.  Written by `python benchmarks/side_by_side.py`.\n\n"
    )
    (HERE / "RESULTS.md").write_text(head + "\n".join(parts))


if __name__ == "__main__":
    main()
