"""CPU per mail in one process: mails that cannot matter, and patch mails that do.

    python benchmarks/mails.py [FOLDER] [--rounds N] [--json]

FOLDER holds mails, ``*.eml``; without one, mails of the size of real ones are written for the purpose.  The mails that
cannot matter are the others with every word of the vocabulary replaced by one of the same length, so that both kinds
are of the same sizes and shapes.  Each round reviews each mail once, as an input of its own; the kinds take turns.
"""

import argparse
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from places import words
from tables import Mails, mail_table
from timing import process_seconds
from written_mails import written

from mtelint.engine import Input, Options, review_patches

NUMBER = 60
"""Mails that are written."""
LABELS = {"harmless": "that cannot matter", "matter": "that matters"}


def harmless(mail: bytes) -> bytes:
    for word in sorted(words(), key=len, reverse=True):
        mail = mail.replace(word.encode(), b"q" * len(word))
    return mail


def read(folder: Path) -> list[bytes]:
    """The mails of a folder; ends this process if it has none."""
    found = [each.read_bytes() for each in sorted(folder.glob("*.eml"))]
    if not found:
        sys.exit(f"mails.py: no *.eml in {folder}: name a folder of mails, or none to have mails written")
    return found


def review(mails: Sequence[bytes]) -> None:
    review_patches([Input("mail", partial(io.BytesIO, mail)) for mail in mails], Options(jobs=1))


def measured(kinds: dict[str, Sequence[bytes]], rounds: int) -> list[Mails]:
    """CPU per mail of each kind in each round, after a round that loads what is loaded once."""
    taken: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(rounds + 1):
        for name, mails in kinds.items():
            spent = process_seconds(partial(review, mails)) / len(mails)
            taken[name] += [spent] if turn else []
    return [Mails(name, LABELS[name], tuple(map(len, mails)), tuple(taken[name])) for name, mails in kinds.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=15, metavar="N")
    parser.add_argument("--json", action="store_true", help="the values of each round")
    given = parser.parse_args()
    mails = read(given.folder) if given.folder else written(NUMBER)
    # Written mails are changed before they are encoded, as an encoding may part a word.
    others = [harmless(mail) for mail in mails] if given.folder else written(NUMBER, words())
    found = measured({"harmless": others, "matter": mails}, given.rounds)
    print(json.dumps([asdict(each) for each in found]) if given.json else mail_table(found))


if __name__ == "__main__":
    main()
