"""mtelint beside other tools on one kernel tree: each tool in turn, medians and ratios, written to RESULTS.md.

    python benchmarks/side_by_side.py                                  everything; writes RESULTS.md
    python benchmarks/side_by_side.py --only NAME[,NAME...]            some rows, to standard output
    python benchmarks/side_by_side.py [TREE] [--runs N] [--patience SECONDS] [--only ...]

What is absent is brought: ripgrep and coccinelle from Debian, semgrep and ast-grep-cli from PyPI into the user's cache
folder, and there also Debian's source of Linux 6.1, if no other TREE is named.  The rows, and so the commands for each:

    --only ripgrep     rg -l with every word of the vocabulary, the measure of the others on trees
    --only floor       Python: walk, read, parse of the hit files, no rules (floor.py)
    --only check       mtelint check with all rules, without its cache
    --only cached      mtelint check of an unchanged tree
    --only spatch      inputs/spatch.cocci, three rules
    --only semgrep     inputs/semgrep.yaml, one rule
    --only ast-grep    inputs/ast-grep.yaml, one rule
    --only version     mtelint --version beside python -c pass
    --only patch       mtelint patch on a mail that cannot matter beside python -c pass
    --only seed        mtelint patch --confirm on the seed mail of the corpus
    --only mails       CPU per mail in one process, on mails written for the purpose (mails.py)
    --only known       the same on the known mails of the corpus

A row that is measured by another brings that one with it.  The corpus lies where MTELINT_CORPUS says (``../shared``).
Every tool is a child process of its own; its CPU is user and system time of it and of its children.  The tools take
turns, so that a busy machine is busy for all of them; what counts are the ratios within one run.  A tool of which one
run takes longer than the patience (CPU seconds; without end by default) has no further one, and the table says so.
RESULTS.md is written only by a session of all rows in which each had five runs or more.
"""

import argparse
import tempfile
from pathlib import Path

import counterparts
import rows
from report import document, machine
from session import Session, measured
from timing import say

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "RESULTS.md"
ENOUGH = 5
"""Runs that each row must have had in a session that writes RESULTS.md."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path, nargs="?")
    parser.add_argument("--only", type=lambda text: text.split(","), metavar="NAME[,NAME...]")
    parser.add_argument("--runs", type=int, default=ENOUGH, metavar="N")
    parser.add_argument("--patience", type=float, default=float("inf"), metavar="SECONDS")
    given = parser.parse_args()
    unknown = [name for name in given.only or () if name not in rows.NAMES]
    if unknown:
        parser.error(f"no row {unknown[0]}: there are {', '.join(rows.NAMES)}")
    if given.runs < 1:
        parser.error("--runs takes a number from 1 up")
    if given.tree and not (given.tree / "Makefile").is_file():
        parser.error(f"{given.tree} is no kernel source: name its top folder, or none to have it brought")
    return given


def prepared(given: argparse.Namespace, scratch: Path) -> Session:
    """Brings what the rows asked for need."""
    wanted = tuple(given.only or rows.NAMES)
    tree = given.tree
    if set(wanted) & set(rows.TREE_ROWS):
        # ripgrep stands beside each of them, and mtelint searches by it.
        counterparts.bring([tool for name, tool in rows.TOOLS.items() if name in ("ripgrep", *wanted)])
        tree = (tree or counterparts.kernel()).resolve()
    return Session(counterparts.python(), tree, wanted, given.runs, given.patience, scratch)


def main() -> None:
    given = arguments()
    with tempfile.TemporaryDirectory() as folder:
        session = prepared(given, Path(folder))
        # The load is that of the others, so it is taken before the tools make their own.
        head, found = machine(), measured(session)
    text = document(session, found, head)
    if given.only or found.fewest() < ENOUGH:
        print(text)
        say(f"{RESULTS.name} is as it was: that takes all rows and {ENOUGH} runs of each")
    else:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
