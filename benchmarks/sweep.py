"""What a sweep takes: CPU for a mail and a commit, memory, and what handing out a piece costs the one who does.

    python benchmarks/sweep.py [--mails 20000] [--one-in 1000] [--pieces 20000] [--runs 5] [--kernels FOLDER]

The archive is written for the purpose: mails of 10 kB, one in a thousand of which holds a word of the vocabulary.
With the sources of Linux 6.1 and 6.12 in FOLDER (``tools/kernel-source`` brings them) a history between the two is
swept too.  Writes Markdown to standard output; docs/scale.md is made from it.
"""

import argparse
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from archives import mails, write_epoch, write_history, write_mailbox
from places import KERNELS, words
from tables import Section, program_table
from timing import Row, in_turn, say

from mtelint.engine import Options
from mtelint.sweep import Outcome, Piece, Plan, Workers, open_store, sweep
from mtelint.sweep.pieces import SIZE, Kind


def swept(name: str, label: str, scratch: Path, *words: str) -> Row:
    """A sweep into a new file; a shell removes the one of the run before."""
    output = scratch / f"{name}.jsonl"
    command = [sys.executable, "-m", "mtelint", "sweep", "--quiet", "-o", str(output), *words]
    return Row(name, label, ("sh", "-c", 'rm -f "$1"; shift; exec "$@"', "sh", str(output), *command), finds=True)


def mail_rows(scratch: Path, address: str | None) -> list[Row]:
    inbox, asked = str(scratch / "0.git"), scratch / "asked"
    read = f'git -C "$1" cat-file --batch < "{asked}"'
    rows = [
        Row("git", "git cat-file --batch, which gives the bytes", ("sh", "-c", read, "sh", inbox)),
        swept("one", "sweep of the epoch", scratch, inbox),
        swept("two", "sweep of the epoch, --jobs 2", scratch, "--jobs", "2", inbox),
        swept("box", "sweep of one mailbox with the same mails", scratch, str(scratch / "list.mbox")),
    ]
    if address:
        label = "sweep of the epoch, --dask, two workers (CPU without theirs)"
        rows.append(swept("dask", label, scratch, "--dask", address, inbox))
    return rows


@contextlib.contextmanager
def cluster(scratch: Path) -> Iterator[str | None]:
    """The address of a scheduler with two workers on this machine, or None without Dask."""
    try:
        import distributed  # noqa: F401  # only whether it is there
    except ModuleNotFoundError:
        say("no Dask: pip install 'mtelint[dask]' adds its row")
        yield None
        return
    with contextlib.ExitStack() as stack:
        quiet: dict[str, Any] = {"cwd": scratch, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        scheduler = stack.enter_context(_started("scheduler", "--port", "0", "--host", "127.0.0.1", **quiet))
        assert scheduler.stderr is not None
        found = (re.search(rb"Scheduler at:\s+(tcp://\S+)", line) for line in scheduler.stderr)
        address = next(each for each in found if each)[1].decode()
        quiet["stderr"] = subprocess.DEVNULL
        for _ in range(2):
            stack.enter_context(_started("worker", address, "--no-nanny", "--nthreads", "1", **quiet))
        yield address


@contextlib.contextmanager
def _started(what: str, *words: str, **how: Any) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--no-dashboard", *words]
    with subprocess.Popen(command, **how) as process:
        try:
            yield process
        finally:
            process.kill()


class Idle(Executor):
    """Workers that have nothing to do: what is left is the work of the one who hands it out."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_result(Outcome(args[0].piece.id))
        return future


def microseconds_per_piece(scratch: Path, pieces: int) -> float:
    """CPU of cutting, handing out and storing one piece, without the transport, which is the executor's."""
    commits = tuple(f"{number:040x}" for number in range(SIZE))
    parts = (Piece(Kind.INBOX, "x.git", (f"{number:040x}", *commits[1:]), SIZE, SIZE) for number in range(pieces))
    store = open_store(str(scratch / "idle.jsonl"), "idle")
    begun = time.process_time()
    sweep(Plan(pieces * SIZE, parts), Options(), store, Workers(Idle, lambda: 256))
    taken = time.process_time() - begun
    store.close()
    return taken / pieces * 1e6


def own_peak(scratch: Path, source: Path, name: str) -> float:
    """Megabytes of the sweep's own process at its peak, without those of git."""
    code = (
        "import resource, sys; from mtelint.cli.guard import main; main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    words = ["sweep", "--quiet", "-o", str(scratch / f"{name}.jsonl"), str(source)]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def history(scratch: Path, kernels: Path, runs: int) -> str:
    trees = [kernels / f"linux-source-{version}" for version in ("6.1", "6.12")]
    if not all(tree.is_dir() for tree in trees):
        return "No history: the sources of Linux 6.1 and 6.12 are not there.\n"
    repo = scratch / "history.git"
    number = write_history(repo, trees[0], trees[1], most=2000)
    row = swept("history", "sweep --history", scratch, str(repo), "--history", f"HEAD~{number}..HEAD")
    patches = f'git -C "$1" log -p --no-renames HEAD~{number}..HEAD'
    rows = [Row("git", "git log -p, which makes the patches", ("sh", "-c", patches, "sh", str(repo))), row]
    found = in_turn("history", rows, scratch, runs, float("inf"))
    each = found[1].cpu / number * 1000
    title = f"History of {number} commits of one C file each, between two kernels"
    return f"{program_table(Section('history', title, tuple(found), 'git'))}\n{each:.2f} ms CPU for a commit.\n"


def epoch(scratch: Path, count: int, one_in: int, runs: int) -> str:
    size = sum(len(mail) for mail in mails(min(count, 1000), words(), one_in)) / min(count, 1000) / 1000
    write_epoch(scratch / "0.git", mails(count, words(), one_in))
    write_epoch(scratch / "small.git", mails(count // 10, words(), one_in))
    write_mailbox(scratch / "list.mbox", mails(count, words(), one_in))
    list_commits = ["git", "-C", str(scratch / "0.git"), "rev-list", "HEAD"]
    commits = subprocess.run(list_commits, capture_output=True, text=True, check=True).stdout.split()
    (scratch / "asked").write_text("".join(f"{commit}:m\n" for commit in commits))
    with cluster(scratch) as address:
        found = in_turn("epoch", mail_rows(scratch, address), scratch, runs, float("inf"))
    values = [json.loads(line) for line in (scratch / "one.jsonl").read_text().splitlines()]
    if sum(value.get("mails", 0) for value in values) != count // one_in or not any("rule" in v for v in values):
        raise SystemExit("the sweep judged other mails than those that matter")
    title = f"Archive of {count} mails of {size:.1f} kB, one in {one_in} of which matters"
    one = next(row for row in found if row.name == "one").cpu / count * 1000
    peaks = [own_peak(scratch, scratch / name, f"peak-{name}") for name in ("small.git", "0.git")]
    return (
        f"{program_table(Section('epoch', title, tuple(found), 'git'))}\n{one:.3f} ms CPU for a mail; "
        f"peak of the sweep's own process {peaks[0]:.0f} MB with {count // 10} mails, {peaks[1]:.0f} MB with {count}.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--one-in", type=int, default=1000, metavar="N", help="one mail in so many matters")
    parser.add_argument("--pieces", type=int, default=20_000, help="how many are handed out with nothing to do")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kernels", type=Path, default=KERNELS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        print(epoch(scratch, options.mails, options.one_in, options.runs))
        print(history(scratch, options.kernels, options.runs))
        spent = microseconds_per_piece(scratch, options.pieces)
        print(f"{spent:.0f} microseconds of CPU to hand out and store a piece of {SIZE}.")


if __name__ == "__main__":
    main()
