"""One session of measuring: every row that is wanted, table by table."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import rows
from limits import Reached
from places import CORPUS, KNOWN_MAILS, words
from tables import Mails, Section
from timing import OFTEN, Row, in_turn, say
from written_mails import written


@dataclass(frozen=True)
class Session:
    """What is measured, how often, and by which programs on which tree; ``scratch`` is an empty folder."""

    python: str
    tree: Path | None
    wanted: tuple[str, ...]
    runs: int
    patience: float
    scratch: Path

    def section(self, name: str, title: str, found: Sequence[Row], where: Path, base: str = "") -> Iterator[Section]:
        """The wanted rows of a table and the one that they are compared with; nothing where none is wanted."""
        if any(row.name in self.wanted for row in found):
            chosen = [row for row in found if row.name in (*self.wanted, base)]
            yield Section(name, title, tuple(in_turn(name, chosen, where, self.runs, self.patience)), base)


def measured(session: Session) -> Reached:
    trees = list(_trees(session))
    return Reached((*reversed(trees), *_starts(session), *_seed(session)), tuple(_mails(session)))


def _trees(session: Session) -> Iterator[Section]:
    tree = session.tree
    if tree is None:
        return
    for each in rows.SETS:
        found = rows.tree_rows(each.folders, session.python, session.scratch)
        yield from session.section(each.name, f"{each.label} of {tree.name}", found, tree, "ripgrep")


def _starts(session: Session) -> Iterator[Section]:
    mail = session.scratch / "harmless.eml"
    mail.write_bytes(written(1, words())[0])
    yield from session.section("start", "Start-up", rows.start_rows(session.python, mail), session.scratch, "python")


def _seed(session: Session) -> Iterator[Section]:
    found = rows.seed_rows(session.python)
    yield from session.section("seed", "A review with every finding confirmed", found, session.scratch)
    if "seed" in session.wanted and not found:
        say(f"seed: left out, no seed/*.txt in {CORPUS}")


def _mails(session: Session) -> Iterator[Mails]:
    """By a process of its own, which does nothing else."""
    if "mails" in session.wanted:
        yield from _kinds(session, "mails", "written for the benchmark")
    if "known" in session.wanted and any(KNOWN_MAILS.glob("*.eml")):
        yield from _kinds(session, "known", "known mails of the corpus", str(KNOWN_MAILS))
    elif "known" in session.wanted:
        say(f"known: left out, no *.eml in {KNOWN_MAILS}")


def _kinds(session: Session, name: str, label: str, *folder: str) -> Iterator[Mails]:
    say(f"mails, {label}")
    command = [session.python, str(rows.HERE / "mails.py"), *folder, "--json", f"--rounds={OFTEN * session.runs}"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if told.returncode:
        sys.exit(f"mails.py ended with status {told.returncode}")
    for each in json.loads(told.stdout):
        sizes, seconds = tuple(each["sizes"]), tuple(each["seconds"])
        yield Mails(f"{name}-{each['name']}", f"{each['label']}, {label}", sizes, seconds)
