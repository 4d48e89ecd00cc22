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
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler with two workers, each a process of its own; and these, the scheduler last."""
    pytest.importorskip("distributed", reason="the extra mtelint[dask] is not installed")
    quiet = {"cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    with contextlib.ExitStack() as stack:
        scheduler = stack.enter_context(_started("distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard",
                                                 "--host", "127.0.0.1", **quiet))  # fmt: skip
        address = _address(scheduler)
        worker = ("distributed.cli.dask_worker", address, "--no-dashboard", "--no-nanny", "--nthreads", "1",
                  "--death-timeout", "30")  # fmt: skip
        quiet["stderr"] = subprocess.DEVNULL
        workers = [stack.enter_context(_started(*worker, **quiet)) for _ in range(2)]
        yield address, [*workers, scheduler]


@contextlib.contextmanager
def _started(module: str, *words: str, **how: object) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-m", module, *words], **how) as process:  # type: ignore[call-overload]
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
    workers = Workers(lambda: client.get_executor(pure=False), 2)
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
