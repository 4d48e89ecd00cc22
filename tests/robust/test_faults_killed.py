"""Processes that are killed and caches that are broken, as the command line meets them: nothing lost, nothing twice."""

import json
import os
import pickle
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from program import DEFECT, ENVIRON, FILE, PROGRAM, inside, mail, mtelint

MAILS = 400
CODE_FILES = 6
FUNCTIONS = 25


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of mails with a defect each."""
    folder = tmp_path_factory.mktemp("mails")
    for number in range(MAILS):
        text = mail(DEFECT.replace("x.c", f"x{number}.c")).replace(b"<1@", b"<%d@" % number)
        (folder / f"{number:04}.eml").write_bytes(text)
    return folder


def children(of: int) -> list[int]:
    """The processes that a process started to share its work."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes()
            except (OSError, ValueError, IndexError):
                continue
            if parent == of and b"spawn_main" in command:
                found.append(int(entry.name))
    return sorted(found)


def finished_though_a_worker_was_killed(*words: str, cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    """Run the program, and kill the first of its workers with SIGKILL once it is there."""
    with subprocess.Popen(
        [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd, env=ENVIRON
    ) as process:
        while process.poll() is None and not (workers := children(process.pid)):
            time.sleep(0.02)
        time.sleep(0.4)  # it has begun to work, or is about to
        assert workers, "no worker was started"
        os.kill(workers[0], signal.SIGKILL)
        out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found in /proc")


@pytest.mark.slow
@needs_proc
def test_a_killed_worker_costs_a_review_of_mails_no_finding(mails: Path) -> None:
    plain = mtelint("patch", "-q", "--format", "terse", "--jobs", "1", ".", cwd=mails)
    done = finished_though_a_worker_was_killed("patch", "-q", "--format", "terse", "--jobs", "2", ".", cwd=mails)
    assert done.stdout == plain.stdout
    assert len(done.stdout.splitlines()) == MAILS
    assert (done.returncode, done.stderr) == (plain.returncode, plain.stderr) == (1, b"")


@pytest.mark.slow
@needs_proc
def test_a_killed_worker_costs_a_review_of_code_no_finding(tmp_path: Path) -> None:
    for number in range(CODE_FILES):
        tree = tmp_path / f"tree{number}"
        (tree / "arch/arm64/mm").mkdir(parents=True)
        for name in ("Kbuild", "Kconfig"):
            (tree / name).write_text("")
        bodies = "".join(FILE.replace(" f(", f" f{each}(") for each in range(200))
        (tree / "arch/arm64/mm/x.c").write_text(bodies)
    trees = [f"tree{number}" for number in range(CODE_FILES)]
    words = ("check", "-q", "--no-cache", "--format", "terse")
    plain = mtelint(*words, "--jobs", "1", *trees, cwd=tmp_path)
    done = finished_though_a_worker_was_killed(*words, "--jobs", "2", *trees, cwd=tmp_path)
    assert done.stdout == plain.stdout
    assert len(done.stdout.splitlines()) == CODE_FILES * 200
    assert (done.returncode, done.stderr) == (1, b"")


def sweep_words(folder: Path, output: Path, jobs: int) -> tuple[str, ...]:
    return ("sweep", "-q", "--piece", "10", "--jobs", str(jobs), "-o", str(output), str(folder))


def swept(output: Path) -> list[str]:
    """The findings of a sweep, by the mail they are in."""
    if output.suffix == ".sqlite":
        with sqlite3.connect(output) as base:
            return sorted(row[0] for row in base.execute("SELECT message_id FROM findings"))
    values = [json.loads(line) for line in output.read_text().splitlines()]
    return sorted(value["mail"]["message_id"] for value in values if "rule" in value)


EXPECTED = sorted(f"<{number}@example.org>" for number in range(MAILS))


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_a_killed_worker_costs_a_sweep_no_finding(name: str, mails: Path, tmp_path: Path) -> None:
    output = tmp_path / name
    done = finished_though_a_worker_was_killed(*sweep_words(mails, output, 2), cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert b"Traceback" not in done.stderr
    assert swept(output) == EXPECTED


@pytest.mark.slow
@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_a_sweep_that_is_killed_again_and_again_ends_with_every_finding_once(
    name: str, mails: Path, tmp_path: Path
) -> None:
    output, chance = tmp_path / name, random.Random(9)
    for _ in range(6):
        with subprocess.Popen([*PROGRAM, *sweep_words(mails, output, 1)], env=ENVIRON) as process:
            time.sleep(chance.uniform(0.3, 1.2))
            process.kill()
    done = mtelint(*sweep_words(mails, output, 1))
    assert done.returncode == 1, done.stderr
    assert swept(output) == EXPECTED
    assert mtelint(*sweep_words(mails, output, 1)).returncode == 1
    assert swept(output) == EXPECTED


# --- the cache --------------------------------------------------------------------------------------------------------


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "x.c").write_text("".join(FILE.replace(" f(", f" f{each}(") for each in range(FUNCTIONS)))
    return folder


def checked(code: Path, cache: Path) -> "subprocess.CompletedProcess[bytes]":
    return inside("check", "--format", "json", "--cache", str(cache), "x.c", cwd=code)


class Bomb:
    """What a pickle of a stranger may ask for."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch owned",)


def _entries(cache: Path) -> Iterator[Path]:
    return (path for path in cache.iterdir() if path.is_file())


def _with_digest(body: bytes) -> bytes:
    import hashlib

    return hashlib.sha256(body).digest() + body


def _fill(cache: Path, data: bytes) -> None:
    for entry in _entries(cache):
        entry.write_bytes(data)


def _flip(cache: Path) -> None:
    for entry in _entries(cache):
        data = bytearray(entry.read_bytes())
        data[len(data) // 2] ^= 0xFF
        entry.write_bytes(bytes(data))


def _folders(cache: Path) -> None:
    for entry in list(_entries(cache)):
        entry.unlink()
        (entry / "in").mkdir(parents=True)


def _loops(cache: Path) -> None:
    for entry in list(_entries(cache)):
        entry.unlink()
        entry.symlink_to(entry.name)


def _file(cache: Path) -> None:
    for entry in list(_entries(cache)):
        entry.unlink()
    cache.rmdir()
    cache.write_bytes(b"no folder")


BREAK: dict[str, Callable[[Path], object]] = {
    "empty entries": lambda cache: _fill(cache, b""),
    "cut entries": lambda cache: [entry.write_bytes(entry.read_bytes()[:-7]) for entry in _entries(cache)],
    "a flipped byte": _flip,
    "entries that are folders": _folders,
    "entries that are links to themselves": _loops,
    "a file in place of the folder": _file,
    "a pickle of a stranger": lambda cache: _fill(cache, pickle.dumps(Bomb())),
    "a pickle of a stranger with its digest": lambda cache: _fill(cache, _with_digest(pickle.dumps(Bomb()))),
    "a pickle of something else": lambda cache: _fill(cache, _with_digest(pickle.dumps([1, 2]))),
    "no pickle": lambda cache: _fill(cache, _with_digest(b"\x80\x05garbage")),
    "an endless pickle": lambda cache: _fill(cache, _with_digest(b"\x80\x05" + b"(" * 100_000)),
}


@pytest.mark.parametrize("kind", BREAK)
def test_a_broken_cache_changes_no_byte_of_the_report(kind: str, code: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = checked(code, cache)
    BREAK[kind](cache)
    done = checked(code, cache)
    assert (done.returncode, done.stdout, done.stderr) == (first.returncode, first.stdout, first.stderr)
    assert len(json.loads(first.stdout)["findings"]) == FUNCTIONS
    assert not list(tmp_path.rglob("owned"))


@pytest.mark.parametrize("place", ["/proc/none/cache", "/dev/full/cache", "file/cache", "\udcff" * 300])
def test_a_cache_that_cannot_be_there_changes_no_byte_of_the_report(place: str, code: Path, tmp_path: Path) -> None:
    (code / "file").write_text("")
    first = inside("check", "--format", "json", "--no-cache", "x.c", cwd=code)
    done = inside("check", "--format", "json", "--cache", place, "x.c", cwd=code)
    assert json.loads(done.stdout)["findings"] == json.loads(first.stdout)["findings"]
    assert done.returncode == first.returncode == 1
    assert b"Traceback" not in done.stderr


def test_a_disk_that_fills_up_below_the_cache_changes_nothing(code: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    small = (
        "import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "from mtelint.cli.guard import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    words = [PROGRAM[0], "-c", small, "check", "--format", "terse", "--cache", str(cache), "x.c"]
    done = subprocess.run(words, cwd=code, env=ENVIRON, capture_output=True, check=False, timeout=60)
    assert len(done.stdout.splitlines()) == FUNCTIONS
    assert done.returncode == 1
    assert not list(cache.iterdir()), "a cut entry stays behind"


@pytest.mark.slow
def test_a_check_that_is_killed_at_any_moment_leaves_a_cache_that_tells_the_truth(code: Path, tmp_path: Path) -> None:
    cache, chance = tmp_path / "cache", random.Random(5)
    plain = mtelint("check", "--format", "terse", "--no-cache", "x.c", cwd=code)
    for _ in range(8):
        with subprocess.Popen(
            [*PROGRAM, "check", "-q", "--cache", str(cache), "x.c"], cwd=code, env=ENVIRON, stdout=subprocess.DEVNULL
        ) as process:
            time.sleep(chance.uniform(0.1, 0.8))
            process.kill()
        done = mtelint("check", "--format", "terse", "--cache", str(cache), "x.c", cwd=code)
        assert done.stdout == plain.stdout
        for entry in _entries(cache):
            entry.unlink()
