"""What is measured: the programs, by the tables that they stand in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from counterparts import AST_GREP, RIPGREP, SEMGREP, SPATCH, Tool
from places import CORPUS, words
from timing import Row

HERE = Path(__file__).resolve().parent
INPUTS = HERE / "inputs"


@dataclass(frozen=True)
class Set:
    """Folders of the kernel that are searched together."""

    name: str
    label: str
    folders: tuple[str, ...]


SETS = (
    Set("small", "small folders: arch/arm64/{kernel,kvm,mm,include/asm}",
        ("arch/arm64/kernel", "arch/arm64/kvm", "arch/arm64/mm", "arch/arm64/include/asm")),
    Set("middle", "middle folders: arch/arm64 mm fs kernel include", ("arch/arm64", "mm", "fs", "kernel", "include")),
    Set("whole", "whole tree", (".",)),
)  # fmt: skip
"""The smallest first: what a tool loads once is loaded when it comes to the large ones."""

TOOLS: dict[str, Tool] = {"ripgrep": RIPGREP, "spatch": SPATCH, "semgrep": SEMGREP, "ast-grep": AST_GREP}
TREE_ROWS = ("ripgrep", "floor", "check", "cached", "spatch", "semgrep", "ast-grep")
START_ROWS = ("python", "version", "patch")
SEED_ROWS = ("seed",)
MAIL_ROWS = ("mails", "known")
NAMES = (*TREE_ROWS, *START_ROWS, *SEED_ROWS, *MAIL_ROWS)


def tree_rows(folders: Sequence[str], python: str, scratch: Path) -> list[Row]:
    """The tools on some folders of a tree, in which they are called."""
    return [*_in_python(folders, python, scratch), *_others(folders)]


def _in_python(folders: Sequence[str], python: str, scratch: Path) -> list[Row]:
    """mtelint, between what it is measured by and what bounds a reviewer that reads the files in Python."""
    literals = [part for word in words() for part in ("-e", word)]
    search = ("rg", "--no-config", "-lF", "--no-ignore", "-g*.[ch]", *literals)
    floor = (python, str(HERE / "floor.py"), ",".join(words()))
    check = (python, "-m", "mtelint", "check", "--quiet")
    cache = f"--cache={scratch / 'cache'}"
    return [
        Row("ripgrep", "ripgrep -l", (*search, *folders)),
        Row("floor", "Python: walk, read, parse of the hit files, no rules", (*floor, *folders)),
        Row("check", "mtelint check, all rules", (*check, "--no-cache", *folders), finds=True),
        Row("cached", "mtelint check, unchanged since the last run", (*check, cache, *folders), finds=True),
    ]


def _others(folders: Sequence[str]) -> list[Row]:
    """What takes seconds to minutes."""
    # spatch takes one folder at a time.
    each = 'for folder do spatch --very-quiet --no-includes --sp-file "$0" --dir "$folder"; done'
    spatch = ("sh", "-ec", each, str(INPUTS / "spatch.cocci"))
    scan = ("scan", "--metrics=off", "--disable-version-check", "--no-git-ignore", "-j2")
    semgrep = (str(SEMGREP.path), *scan, f"--config={INPUTS / 'semgrep.yaml'}")
    ast_grep = (str(AST_GREP.path), "scan", "--no-ignore=vcs", f"--rule={INPUTS / 'ast-grep.yaml'}")
    return [
        Row("spatch", "spatch, three rules", (*spatch, *folders), slow=True),
        Row("semgrep", "semgrep, one rule, 2 jobs", (*semgrep, *folders), slow=True),
        Row("ast-grep", "ast-grep, one rule", (*ast_grep, *folders), slow=True),
    ]


def start_rows(python: str, mail: Path) -> list[Row]:
    """Python alone, and mtelint where there is nothing to judge."""
    mtelint = (python, "-m", "mtelint")
    return [
        Row("python", "python -c pass", (python, "-c", "pass")),
        Row("version", "mtelint --version", (*mtelint, "--version")),
        Row("patch", "mtelint patch, a mail that cannot matter", (*mtelint, "patch", str(mail))),
    ]


def seed_rows(python: str) -> list[Row]:
    """The message that the project began with, reviewed with every finding put to the simulator; none without it."""
    seeds = sorted(map(str, (CORPUS / "seed").glob("*.txt")))
    command = (python, "-m", "mtelint", "patch", "--confirm", *seeds)
    return [Row("seed", "mtelint patch --confirm, the seed mail", command, finds=True)] if seeds else []
