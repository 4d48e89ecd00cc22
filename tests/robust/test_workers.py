"""A helping process that dies, Ctrl-C while processes work, a parent that is killed: nothing is lost, nobody left."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from planted import Planted, era, plant, planted
from program import ENVIRON, PROGRAM, mtelint

from mtelint.engine.review import pool
from mtelint.errors import ExitCode

DYING = """
import os, signal, sys
if "--multiprocessing-fork" in sys.argv:
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "{module}":
                for mark in range({times}):
                    try:
                        os.close(os.open("{folder}/died-" + str(mark), os.O_CREAT | os.O_EXCL))
                    except FileExistsError:
                        continue
                    {act}
    sys.meta_path.insert(0, Finder())
"""
"""A ``sitecustomize`` for the helping processes alone: so many of them meet their fate when they load a module."""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
STALL = "__import__('time').sleep(600)"


def fate(folder: Path, times: int, act: str, module: str = "mtelint.syntax.parse.parser") -> dict[str, str]:
    """An environment in which the first ``times`` helping processes that load ``module`` do ``act``."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(DYING.format(times=times, folder=folder, act=act, module=module))
    return {"PYTHONPATH": os.pathsep.join([str(folder), ENVIRON["PYTHONPATH"]])}


@pytest.fixture
def sample() -> list[Planted]:
    """Defects of different files."""
    return list({each.path: each for each in planted()}.values())[:4]


@pytest.fixture(params=["check", pytest.param("patch", marks=pytest.mark.slow)])
def words(request: pytest.FixtureRequest, sample: list[Planted], tmp_path: Path) -> list[str]:
    """A command that has work for two processes."""
    names = []
    for number, each in enumerate(sample):
        if request.param == "check":
            plant(tmp_path / f"tree-{number}", each.path, each.after, era(each.after))
            names.append(str(tmp_path / f"tree-{number}"))
        else:
            names.append(str(tmp_path / f"{number}.diff"))
            Path(names[-1]).write_text(each.diff(30))
    own = ["--no-cache"] if request.param == "check" else []
    return [request.param, *own, "--format", "json", "--min-confidence", "low", *names]


def died(folder: Path) -> int:
    return len(list(folder.glob("died-*")))


def test_what_a_dead_process_left_undone_is_done_again(words: list[str], tmp_path: Path) -> None:
    alone = mtelint(*words, "--jobs", "1")
    done = mtelint(*words, "--jobs", "2", environ=fate(tmp_path / "fate", 1, KILL))
    assert died(tmp_path / "fate") == 1
    assert (done.stdout, done.stderr, done.returncode) == (alone.stdout, alone.stderr, ExitCode.FINDINGS)


def test_what_kills_every_process_is_named_and_ends_in_status_two(words: list[str], tmp_path: Path) -> None:
    done = mtelint(*words, "--jobs", "2", environ=fate(tmp_path / "fate", 99, KILL))
    lines = done.stderr.decode().splitlines()
    assert sum("the process that reviewed it died" in line and "--jobs 1" in line for line in lines) == 4
    assert b"Traceback" not in done.stderr
    assert done.returncode == ExitCode.BAD_INPUT


def test_without_processes_the_work_is_done_all_the_same(words: list[str]) -> None:
    code = (
        "import sys, multiprocessing.context as c\n"
        "def none(*a, **k): raise OSError(11, 'Resource temporarily unavailable')\n"
        "c.SpawnProcess.start = none\n"
        "from mtelint.cli.guard import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    alone = mtelint(*words, "--jobs", "1")
    command = [PROGRAM[0], "-c", code, *words, "--jobs", "2"]
    done = subprocess.run(command, capture_output=True, env=ENVIRON, timeout=120, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (alone.stdout, alone.stderr, alone.returncode)


@pytest.mark.parametrize("form", ["standard input", "a file"])
def test_a_caller_that_no_process_can_load_does_the_work_itself(
    sample: list[Planted], tmp_path: Path, form: str
) -> None:
    """A fresh process loads the caller's program first: there is no such file, or it lacks a main guard."""
    for number, each in enumerate(sample):
        (tmp_path / f"{number}.diff").write_text(each.diff(30))
    code = (
        "from mtelint.engine import Options, review_patches\n"
        "from mtelint.mail.inputs import inputs\n"
        f"report = review_patches(list(inputs({str(tmp_path)!r})), Options(jobs=2))\n"
        "print(len(report.findings) > 0, report.unreadable)\n"
    )
    (tmp_path / "caller.py").write_text(code)
    command = [PROGRAM[0], "-" if form == "standard input" else str(tmp_path / "caller.py")]
    done = subprocess.run(command, input=code.encode(), capture_output=True, env=ENVIRON, timeout=120, check=False)
    assert (done.stdout, done.returncode) == (b"True ()\n", 0)


# --- signals ----------------------------------------------------------------------------------------------------------


def helpers_of(pid: int) -> list[int]:
    """The processes that this one has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    """No such process, or one that only waits to be asked how it ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def within(seconds: float, *pids: int) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if all(map(gone, pids)):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(
    params=[
        pytest.param("mtelint.engine.review.report_builder", marks=pytest.mark.slow, id="starting"),
        pytest.param("mtelint.syntax.parse.parser", id="working"),
    ]
)
def stalled(words: list[str], request: pytest.FixtureRequest, tmp_path: Path) -> "subprocess.Popen[bytes]":
    """A run, in a process group of its own, whose two helpers are in the middle of something long."""
    environ = fate(tmp_path / "fate", 99, STALL, request.param)
    process = subprocess.Popen(
        [*PROGRAM, *words, "--jobs", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**ENVIRON, **environ}, start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while died(tmp_path / "fate") < 2 and time.monotonic() < end:
        time.sleep(0.05)
    assert died(tmp_path / "fate") == 2
    return process


def test_ctrl_c_ends_all_at_once_and_quietly(stalled: "subprocess.Popen[bytes]") -> None:
    helpers = helpers_of(stalled.pid)
    assert len(helpers) >= 2
    for helper in helpers:
        os.kill(helper, signal.SIGINT)  # theirs may come before their parent's: it is for that one to act on
    assert not within(0.3, helpers[0])
    os.killpg(stalled.pid, signal.SIGINT)  # as a terminal does
    out, err = stalled.communicate(timeout=20)
    assert (out, err, stalled.returncode) == (b"", b"", 130)
    assert within(10, *helpers)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_leaves_no_process_behind(
    stalled: "subprocess.Popen[bytes]", number: signal.Signals
) -> None:
    helpers = helpers_of(stalled.pid)
    stalled.send_signal(number)
    assert stalled.wait(20) == -number
    assert within(10, *helpers)
    assert b"Traceback" not in stalled.communicate(timeout=20)[1]


# --- the pool itself --------------------------------------------------------------------------------------------------


def _half(number: int) -> int:
    if number == 13:
        raise ValueError("thirteen")
    return number // 2


def test_results_come_in_order_and_an_exception_comes_out() -> None:
    assert list(pool.in_order(_half, range(12), 2)) == [number // 2 for number in range(12)]
    with pytest.raises(ValueError, match="thirteen"):
        list(pool.in_order(_half, [1, 13, 2], 2))


def test_who_stops_early_waits_for_nobody() -> None:
    results = pool.in_order(time.sleep, [0, 600, 600], 2)
    assert next(results) is None
    started = time.monotonic()
    results.close()  # type: ignore[attr-defined]  # an iterator that is a generator
    assert time.monotonic() - started < 60
