"""How fast a mailbox is read, and how much memory that takes.

usage: mail.py MBOX [--repeat N] [--parse]

Reads MBOX (any input that `mtelint patch` takes) and passes over what cannot matter by the test on the decoded text, as
a run over a list's archive does; with --parse, every diff is parsed as if it mattered.  With --repeat N, the mailbox is
read as if it were N times as long, from a stream that cannot be rewound: the peak must stay where it is.
Prints CPU seconds of this process, start of the interpreter included, and the peak of its resident memory.
"""

import argparse
import io
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from places import words

from mtelint.mail.letter import Letter
from mtelint.patches.patch import Patch
from mtelint.patches.reader import could_matter, read_patches
from mtelint.patches.series import deduplicate, order_series

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class Repeated(io.RawIOBase):
    """The bytes of a file, several times in a row, without a way back."""

    def __init__(self, path: Path, times: int) -> None:
        self.path, self.left = path, times
        self.stream = path.open("rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        count = self.stream.readinto(buffer)
        while not count and self.left > 1:
            self.left -= 1
            self.stream.close()
            self.stream = self.path.open("rb")
            count = self.stream.readinto(buffer)
        return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mbox", type=Path)
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--parse", action="store_true")
    arguments = parser.parse_args()
    needles = words()
    texts = 0

    def matters(letter: Letter) -> bool:
        nonlocal texts
        texts += 1
        return arguments.parse or could_matter(letter.text, needles)

    stream = io.BufferedReader(Repeated(arguments.mbox, arguments.repeat))
    items = order_series(deduplicate(read_patches(stream, arguments.mbox.name, matters=matters)), say_missing=False)
    patches = sum(isinstance(item, Patch) for item in items)
    size = arguments.mbox.stat().st_size * arguments.repeat / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{size:.1f} MB, {texts} text parts, {patches} patches parsed, {len(needles)} words looked for")
    print(f"{time.process_time():.2f} CPU s, peak {peak:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
