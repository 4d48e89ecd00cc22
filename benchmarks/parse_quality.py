"""How well kernel C is read: clean bodies, silent misparses, hunks without a tree, calls in the graph, speed.

    parse_quality.py TREE [--next TREE] [--json] [--seed N] [--reduced] [--list N]

TREE is an unpacked kernel source; --next is a later version (by default the newest other linux-source-* beside TREE),
from which hunks with three lines of context are cut.  A body is clean where the tree of the whole file has a function
with exactly the braces of the text, without an error, and no lint of the parse objects.
"""

import argparse
import collections
import json
import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from parse_calls import lost_calls
from parse_hunks import HunkCount, measure_hunks
from parse_silent import silent_misparses

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.parse.parser import parse_tree, read_functions

MAIN = ("arch/arm64", "mm", "kernel", "fs", "virt")
HEADERS = ("include",)
OTHER = ("net", "drivers/gpu/drm", "sound", "crypto", "security")


@dataclass(slots=True)
class Count:
    """Bodies of one set of files."""

    files: int = 0
    size: int = 0
    bodies: int = 0
    clean: int = 0
    sound: int = 0
    silent: int = 0
    calls: int = 0
    lost: int = 0
    mask_seconds: float = 0.0
    parse_seconds: float = 0.0
    troubles: list[str] = field(default_factory=list)

    def add(self, other: "Count") -> None:
        """Sum two counts."""
        for name in ("files", "size", "bodies", "clean", "sound", "silent", "calls", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.mask_seconds += other.mask_seconds
        self.parse_seconds += other.parse_seconds
        self.troubles += other.troubles


def read(path: Path, shown: str, with_calls: bool) -> Count:
    """Measure one file."""
    text = path.read_bytes()
    count = Count(1, len(text))
    start = time.process_time()
    masked = mask(text)
    middle = time.process_time()
    parse_tree(masked.text)
    count.parse_seconds = time.process_time() - middle
    count.mask_seconds = middle - start
    tree, readings = read_functions(masked)
    for reading in readings:
        count.bodies += 1
        count.clean += not reading.trouble and not reading.alone
        count.sound += not reading.trouble
        if reading.trouble:
            line = text.count(b"\n", 0, reading.place) + 1
            count.troubles.append(f"{shown}:{line}: {reading.name}: {reading.trouble}")
    count.silent, where = silent_misparses(tree, readings)
    count.troubles += [f"{shown}: silent: {item}" for item in where]
    if with_calls:
        count.calls, missing = lost_calls(str(path), text)
        count.lost = len(missing)
        count.troubles += [f"{shown}: lost call: {item}" for item in missing]
    return count


def source_files(tree: Path, folders: tuple[str, ...], suffixes: tuple[str, ...], every: int) -> list[Path]:
    """The files of some folders; every ``every``-th of them."""
    found = [path for folder in folders for path in sorted((tree / folder).rglob("*")) if path.suffix in suffixes]
    return [path for path in found if path.is_file()][::every]


def measure(tree: Path, files: list[Path], with_calls: bool) -> Count:
    """Measure files that can hold a body."""
    total = Count()
    for path in files:
        if path.suffix == ".c" or b"{" in path.read_bytes():
            total.add(read(path, str(path.relative_to(tree)), with_calls))
    return total


def figures(main: Count, headers: Count, other: Count, hunks: HunkCount) -> dict[str, float | None]:
    """The figures by their names in the JSON output; None for what was not measured."""
    everything = Count()
    for part in (main, headers, other):
        everything.add(part)
    both = main.bodies + headers.bodies
    return {
        "clean_c": round(main.clean / max(main.bodies, 1), 5),
        "clean_all": round((main.clean + headers.clean) / max(both, 1), 5),
        "clean_other_trees": round(other.sound / other.bodies, 5) if other.bodies else None,
        "silent_left": everything.silent,
        "hunks_error_free": round(hunks.error_free / hunks.hunks, 4) if hunks.hunks else None,
        "hunks_structure": round(hunks.right / hunks.hunks, 4) if hunks.hunks else None,
        "calls_lost": everything.lost,
        "unreliable": round(1 - (main.sound + headers.sound) / max(both, 1), 5),
        "masking_vs_parse": round(everything.mask_seconds / max(everything.parse_seconds, 1e-9), 2),
    }


def newest_other(tree: Path) -> Path | None:
    """Another unpacked version beside a tree."""
    found = [path for path in tree.parent.glob("linux-source-*") if path.is_dir() and path != tree]
    return max(found, key=lambda path: [int(part) for part in path.name.split("-")[-1].split(".")], default=None)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tree", type=Path)
    parser.add_argument("--next", type=Path, dest="later")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hunks", type=int, default=400, metavar="N", help="how many hunks are cut")
    parser.add_argument("--reduced", action="store_true", help="arch/arm64 and mm only")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th file")
    parser.add_argument("--list", type=int, default=0, metavar="N", help="list the first N bodies that are not right")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    tree = options.tree.resolve()
    folders = ("arch/arm64", "mm") if options.reduced else MAIN
    code = measure(tree, source_files(tree, folders, (".c",), options.every), True)
    with_headers = folders if options.reduced else folders + HEADERS
    headers = measure(tree, source_files(tree, with_headers, (".h",), options.every), True)
    other = Count()
    if not options.reduced:
        other = measure(tree, source_files(tree, OTHER, (".c", ".h"), options.every), False)
    later = options.later or newest_other(tree)
    hunks = measure_hunks(tree, later, folders, options.seed, options.hunks) if later else HunkCount()
    result = figures(code, headers, other, hunks)
    if options.json:
        print(json.dumps(result))
        return 0
    for name, value in result.items():
        print(f"{name:20} {value}")
    counts = collections.Counter(
        {
            "bodies": code.bodies + headers.bodies,
            "other": other.bodies,
            "hunks": hunks.hunks,
            "calls": code.calls + headers.calls,
        }
    )
    print(", ".join(f"{value} {name}" for name, value in counts.items()))
    troubles = code.troubles + headers.troubles + other.troubles + hunks.troubles
    random.Random(options.seed).shuffle(troubles)
    for line in troubles[: options.list]:
        print(line)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
