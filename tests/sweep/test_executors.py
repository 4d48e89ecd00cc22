"""Real executors: processes, and a Dask scheduler with two workers of which one is killed midway."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mtelint.cli.guard import main
from mtelint.sweep import Progress, Workers, open_store, plan_of, sweep

GO_ON = "the same command goes on where this one stopped"

pytestmark = pytest.mark.integration


def swept(inbox: Path, output: Path, *words: str) -> bytes:
    assert main(["sweep", str(inbox), "-o", str(output), "--piece", "1", "--quiet", *words]) == 1
    return output.read_bytes()


@pytest.fixture(scope="module")
def serial(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return swept(inbox, tmp_path_factory.mktemp("serial") / "out.jsonl")


def test_processes_give_the_bytes_of_the_serial_run(inbox: Path, tmp_path: Path, serial: bytes) -> None:
    assert swept(inbox, tmp_path / "out.jsonl", "--jobs", "2") == serial


def test_a_killed_sweep_goes_on_where_it_was(inbox: Path, tmp_path: Path, serial: bytes) -> None:
    output = tmp_path / "out.jsonl"
    words = [sys.executable, "-m", "mtelint", "sweep", str(inbox), "-o", str(output), "--piece", "1", "--quiet"]
    with subprocess.Popen(words) as running:
        while running.poll() is None and not (output.exists() and output.read_bytes().count(b'"piece"') > 2):
            pass
        running.kill()
    assert swept(inbox, output) == serial


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A scheduler without any worker: its address, and the process."""
    pytest.importorskip("distributed", reason="the extra mtelint[dask] is not installed")
    words = ("--port", "0", "--no-dashboard", "--host", "127.0.0.1")
    with _started("distributed.cli.dask_scheduler", *words, cwd=tmp_path, stderr=subprocess.PIPE) as process:
        yield _address(process), process


@contextlib.contextmanager
def _worker(address: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    words = (address, "--no-dashboard", "--no-nanny", "--nthreads", "1", "--death-timeout", "30")
    with _started("distributed.cli.dask_worker", *words, cwd=folder, stderr=subprocess.DEVNULL) as process:
        yield process


@pytest.fixture
def cluster(
    tmp_path: Path, scheduler: tuple[str, "subprocess.Popen[bytes]"]
) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """The address of a scheduler with two workers, each a process of its own; and these, the scheduler last."""
    address, process = scheduler
    with _worker(address, tmp_path) as one, _worker(address, tmp_path) as two:
        yield address, [one, two, process]


@contextlib.contextmanager
def _started(module: str, *words: str, **how: object) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", module, *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, **how) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def _address(scheduler: "subprocess.Popen[bytes]") -> str:
    assert scheduler.stderr is not None
    for line in scheduler.stderr:
        found = re.search(rb"Scheduler at:\s+(tcp://\S+)", line)
        if found:
            return found[1].decode()
    raise AssertionError("the scheduler did not start")


def test_a_cluster_that_loses_a_worker_gives_the_bytes_of_the_serial_run(
    inbox: Path, tmp_path: Path, cluster: tuple[str, list["subprocess.Popen[bytes]"]], serial: bytes
) -> None:
    from distributed import Client

    from mtelint.engine import Options

    address, processes = cluster
    client = Client(address, timeout=30)
    client.wait_for_workers(2, timeout=60)
    killed: list[int] = []

    def kill(progress: Progress) -> None:
        if progress.pieces == 3 and not killed:
            killed.append(processes[0].pid)
            os.kill(processes[0].pid, signal.SIGKILL)

    output = tmp_path / "out.jsonl"
    store = open_store(str(output), "any")
    workers = Workers(lambda: client.get_executor(pure=False), lambda: 2)
    sweep(plan_of(str(inbox), None, 1), Options(command="mtelint sweep"), store, workers, kill)
    store.close()
    client.close()
    assert killed
    assert processes[1].poll() is None
    assert output.read_bytes().split(b"\n")[1:] == serial.split(b"\n")[1:]


def test_the_command_takes_the_address_of_a_cluster(
    inbox: Path, tmp_path: Path, cluster: tuple[str, list["subprocess.Popen[bytes]"]], serial: bytes
) -> None:
    assert swept(inbox, tmp_path / "out.jsonl", "--dask", cluster[0]) == serial


def test_a_scheduler_that_is_lost_ends_the_sweep_with_one_line_and_the_command_goes_on_later(
    inbox: Path, tmp_path: Path, cluster: tuple[str, list["subprocess.Popen[bytes]"]], serial: bytes
) -> None:
    address, processes = cluster
    output = tmp_path / "out.jsonl"
    words = [sys.executable, "-m", "mtelint", "sweep", str(inbox), "-o", str(output), "--piece", "1", "-q"]
    with subprocess.Popen([*words, "--dask", address], stderr=subprocess.PIPE, text=True) as running:
        while running.poll() is None and not (output.exists() and output.read_bytes().count(b'"piece"')):
            pass
        for each in processes:  # the workers first: else all may be done before
            each.kill()
        _, said = running.communicate(timeout=60)
    if running.returncode != 1:  # 1: it was quicker than the kill
        assert running.returncode == 2
        assert said.splitlines() == [f"mtelint: {address}: the Dask scheduler is lost; {GO_ON}"]
    assert swept(inbox, output) == serial


# --- a cluster without workers ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _waiting(inbox: Path, output: Path, address: str) -> Iterator["subprocess.Popen[str]"]:
    """A sweep that has said that it waits for a worker."""
    words = [sys.executable, "-m", "mtelint", "sweep", str(inbox), "-o", str(output), "--piece", "1"]
    with subprocess.Popen([*words, "--dask", address], stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            line = running.stderr.readline()
            assert line == f"mtelint: {address}: the Dask cluster has no worker: waiting for one\n"
            yield running
        finally:
            running.kill()


def test_a_worker_that_comes_later_does_the_work(
    inbox: Path, tmp_path: Path, scheduler: tuple[str, "subprocess.Popen[bytes]"], serial: bytes
) -> None:
    output = tmp_path / "out.jsonl"
    with _waiting(inbox, output, scheduler[0]) as running, _worker(scheduler[0], tmp_path):
        assert running.wait(timeout=60) == 1
    assert output.read_bytes() == serial


def test_ctrl_c_does_not_wait_for_a_worker(
    inbox: Path, tmp_path: Path, scheduler: tuple[str, "subprocess.Popen[bytes]"]
) -> None:
    with _waiting(inbox, tmp_path / "out.jsonl", scheduler[0]) as running:
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=20) == 130
        assert running.stderr is not None
        assert running.stderr.read() == ""
