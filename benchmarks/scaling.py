"""``python benchmarks/scaling.py``: CPU time of each probe at sizes that double, and what grows faster than its text.

Each probe repeats one construct (see ``tests/robust/probes.py``) and runs in a process of its own.  A ratio near 2 is
linear; 4 is quadratic.
"""

import argparse
import io
import multiprocessing
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "robust"))
from probes import CODE, MAILS, PATCHES, Text

from mtelint.engine import Input, Options, review_patch_text, review_patches, review_text
from mtelint.model import Era
from mtelint.syntax.unit import parse_file, parse_fragment

SURFACES: dict[str, tuple[dict[str, Text], Callable[[str], object]]] = {
    "parse_file": (CODE, lambda text: parse_file("x.c", text.encode())),
    "parse_fragment": (CODE, lambda text: parse_fragment("x.c", text.encode().partition(b"{")[2], "void probe(int a)")),
    "review_text": (CODE, lambda text: review_text("x.c", text, Era.C)),
    "review_patch_text": (PATCHES, lambda text: review_patch_text(text, Era.C)),
    "review_patches": (
        PATCHES | MAILS,
        lambda text: review_patches([Input("x", lambda: io.BytesIO(text.encode()))], Options(quoted=True)),
    ),
}


def number_for(text: Text, size: int) -> int:
    """How often to repeat, for a text of about so many bytes."""
    each = (len(text(600)) - len(text(100))) / 500
    return max(2, round(size / max(each, 1)))


def _run(surface: str, probe: str, number: int, answer: "multiprocessing.connection.Connection") -> None:
    texts, run = SURFACES[surface]
    text = texts[probe](number)
    started = time.process_time()
    try:
        run(text)
    except Exception as error:  # a crash is a figure, too
        print(f"{surface} {probe}: {type(error).__name__}: {error}", flush=True)
        return
    spent = time.process_time() - started
    answer.send((spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))


def measured(surface: str, probe: str, number: int, limit: float) -> tuple[float, int] | None:
    """CPU seconds and peak megabytes, or None where ``limit`` was passed."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_run, args=(surface, probe, number, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv() if ours.poll(limit) else None
    except EOFError:
        return (-1.0, 0)
    finally:
        process.kill()
        process.join()


def rows(surface: str, probe: str, size: int, doublings: int, limit: float) -> Iterator[tuple[float, int] | None]:
    """What was measured at each size, up to the first one that takes too long."""
    number = number_for(SURFACES[surface][0][probe], size)
    for step in range(doublings + 1):
        found = measured(surface, probe, number << step, limit)
        yield found
        if found is None:
            return


def main() -> None:
    """Print one line per probe."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--surface", action="append", choices=SURFACES, help="only these entries")
    parser.add_argument("--probe", default="", help="only probes whose name matches this regular expression")
    parser.add_argument("--size", type=int, default=20_000, help="bytes of the smallest text")
    parser.add_argument("--doublings", type=int, default=2)
    parser.add_argument("--limit", type=float, default=20.0, help="seconds for one text")
    parser.add_argument("--above", type=float, default=0.0, help="only where the last ratio is above this, or ...")
    parser.add_argument("--slow", type=float, default=0.0, help="... the last text took more seconds than this")
    given = parser.parse_args()
    for surface in given.surface or SURFACES:
        for probe in SURFACES[surface][0]:
            if not re.search(given.probe, probe):
                continue
            found = list(rows(surface, probe, given.size, given.doublings, given.limit))
            times = [each[0] if each else float("inf") for each in found]
            last = times[-1] / max(times[-2], 0.02) if len(times) > 1 else 0.0
            if last >= given.above or not 0 <= times[-1] <= given.slow:
                shown = "  ".join(f"{each:8.2f}" for each in times)
                print(
                    f"{surface:18} {probe:45} {shown}  ratio {last:5.1f}  {found[-1][1] if found[-1] else '-'} MB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
