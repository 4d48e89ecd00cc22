"""``python -m tests.robust.soak``: ordinary mails, damaged at random, again and again: no crash, finding or growth."""

import argparse
import io
import mailbox
import os
import random
import resource
import sys
import time
from pathlib import Path

from mtelint.engine import Input, Options, review_patches

ROOT = Path(__file__).resolve().parents[2]
GROWTH = 64
"""Megabytes that the process may grow by after the first rounds."""


def damaged(mail: bytes, chance: random.Random) -> bytes:
    """The mail with bytes flipped, lines dropped or doubled, headers exchanged, or cut."""
    lines = mail.splitlines(keepends=True)
    kind = chance.randrange(5)
    if kind == 0:
        data = bytearray(mail)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        return bytes(data)
    if kind == 1:
        return b"".join(line for line in lines if chance.random() > 0.03)
    if kind == 2:
        one, two = chance.randrange(min(20, len(lines))), chance.randrange(min(20, len(lines)))
        lines[one], lines[two] = lines[two], lines[one]
        return b"".join(lines)
    if kind == 3:
        return b"".join(line * chance.choice((1, 1, 1, 1, 2)) for line in lines)
    return mail[: chance.randrange(1, len(mail) + 1)]


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Run the rounds; status 1 where a mail crashed, was accused, or memory grew."""
    parser = argparse.ArgumentParser(prog="python -m tests.robust.soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    corpus = Path(os.environ.get("MTELINT_CORPUS", ROOT.parent / "shared"))
    mails = [bytes(mail) for mail in mailbox.mbox(corpus / "mails" / "linux-arm-kernel-250.mbox")]
    chance, wrong, first, started = random.Random(options.seed), 0, 0, time.monotonic()
    for number in range(options.rounds):
        for mail in mails:
            data = damaged(mail, chance)
            report = review_patches([Input("x", lambda data=data: io.BytesIO(data))], Options())  # type: ignore[misc]
            if report.findings or report.unreadable:
                wrong += 1
                print(f"round {number}: {[f.rule for f in report.findings]} {report.unreadable}", flush=True)
        first = first or (_peak() if number >= min(2, options.rounds - 1) else 0)
    grown = _peak() - first
    total = options.rounds * len(mails)
    print(f"{total:,} mails in {time.monotonic() - started:.0f} s, {wrong} wrong, grown by {grown} MB to {_peak()} MB")
    return 1 if wrong or grown > GROWTH else 0


if __name__ == "__main__":
    sys.exit(main())
