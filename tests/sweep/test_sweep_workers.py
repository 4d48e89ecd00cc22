"""What becomes of the workers costs no result: lost, not to be told, of another version, or without an end."""

from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mtelint.cli.cluster import Cluster
from mtelint.cli.guard import main
from mtelint.engine import Options
from mtelint.errors import ExitCode, InputError
from mtelint.sweep import (
    Outcome,
    Piece,
    Plan,
    Progress,
    Task,
    Workers,
    judge_of,
    open_store,
    plan_of,
    review_piece,
    sweep,
)
from mtelint.sweep.spread import AHEAD, ATTEMPTS

from .conftest import EXPECTED, MAILS, swept


class Mortal(Executor):
    """Does the work at once; breaks, as a process pool does, when a task holds what kills its worker."""

    tried: list[Task]

    def __init__(self, deadly: str, tried: list[Task]) -> None:
        self._deadly, self._tried, self._broken = deadly, tried, False

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if self._broken:
            raise BrokenProcessPool("a process was terminated abruptly")
        future: Future[Any] = Future()
        if isinstance(args[0], Task) and self._kills(args[0]):
            self._broken = True
            self._tried.append(args[0])
            future.set_exception(BrokenProcessPool("a process was terminated abruptly"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future

    def _kills(self, task: Task) -> bool:
        items = task.piece.items if task.only is None else (task.piece.items[task.only],)
        return any(self._deadly in item for item in items)


def test_an_item_that_kills_every_worker_is_named_and_the_others_are_reviewed(maildir: Path, tmp_path: Path) -> None:
    tried: list[Task] = []
    found, reasons, counts = swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: Mortal("/04.", tried)))
    assert found == sorted(set(EXPECTED) - {"prepare_4"})
    assert len(reasons) == counts["failed"] == 1
    assert "04.host" in reasons[0]
    assert f"no worker survives it, {ATTEMPTS} were tried: BrokenProcessPool" in reasons[0]
    assert counts["items"] == MAILS
    assert [task.only for task in tried] == [None, None, *[4] * ATTEMPTS]


class Unreachable(Mortal):
    """Cannot be closed, as one whose scheduler is gone: neither in the end nor after an error."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        raise RuntimeError("the client is closed")


@pytest.mark.parametrize("kind", [Mortal, Unreachable])
def test_a_worker_that_is_lost_by_accident_costs_nothing(maildir: Path, tmp_path: Path, kind: type[Mortal]) -> None:
    """Whether or not the others can be told that the work is done."""
    swept(maildir, tmp_path / "serial.jsonl")
    first = iter(["/07."])
    swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: kind(next(first, "never"), [])))
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


class Idle(Executor):
    """Is interrupted when it gets work, and must not be waited for: as a cluster without workers, it has no end."""

    def __init__(self, left: list[bool]) -> None:
        self._left = left

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        raise KeyboardInterrupt

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        raise AssertionError("waited for")

    def __exit__(self, *error: object) -> None:
        self._left.append(True)


@pytest.mark.parametrize("lost", [0, 1])
def test_ctrl_c_waits_for_no_worker_even_where_work_is_done_again(maildir: Path, tmp_path: Path, lost: int) -> None:
    left: list[bool] = []
    executors = iter([*[Mortal("/00.", [])] * lost, Idle(left)])
    with pytest.raises(KeyboardInterrupt):
        swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: next(executors)))
    assert left == [True]


class Silent(Mortal):
    """Takes work and gives nothing back, as when the scheduler behind it has become another."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        return Future()


def test_what_a_scheduler_that_came_back_does_not_know_is_done_again(maildir: Path, tmp_path: Path) -> None:
    swept(maildir, tmp_path / "serial.jsonl")
    made: list[Executor] = []

    def start() -> Executor:
        made.append(Mortal("never", []) if made else Silent("never", []))
        return made[-1]

    swept(maildir, tmp_path / "out.jsonl", workers=Workers(start, alive=lambda: len(made) > 1))
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


def test_a_cluster_lives_as_long_as_the_connection_of_its_executor() -> None:
    client: Any = SimpleNamespace(status="running", scheduler_comm=object(), nthreads=lambda: {"a": 2, "b": 1})
    client.get_executor = lambda pure: Mortal("never", [])
    said: list[str] = []
    cluster = Cluster("tcp://there", client, said.append)
    cluster.start()
    assert (cluster.alive(), cluster.count(), said) == (True, 3, [])
    client.scheduler_comm = object()
    assert not cluster.alive()
    cluster.start()
    assert cluster.alive()
    client.status = "closed"
    assert not cluster.alive()
    with pytest.raises(InputError, match="tcp://there: the Dask scheduler is lost"):
        cluster.start()


def test_where_no_process_can_be_started_the_line_says_what_to_do(
    maildir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(jobs: int) -> Executor:
        raise OSError("no semaphores")

    monkeypatch.setattr("mtelint.engine.review.pool.Pool", refuse)
    assert main(["sweep", str(maildir), "-o", str(tmp_path / "o.jsonl"), "--jobs", "2"]) == ExitCode.BAD_INPUT
    said = "mtelint: --jobs 2: no processes can be started here: no semaphores: try --jobs 1"
    assert said in capsys.readouterr().err.splitlines()


def test_what_ends_a_sweep_is_said_though_the_workers_cannot_be_told(maildir: Path, tmp_path: Path) -> None:
    def full(progress: Progress) -> None:
        raise InputError("the disk is full")

    with pytest.raises(InputError, match="the disk is full"):
        swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: Unreachable("never", [])), report=full)


def test_a_worker_with_other_rules_is_refused_and_not_mixed_in(maildir: Path, tmp_path: Path) -> None:
    here = judge_of(Options())
    other = tmp_path / ".mtelint.toml"
    other.write_text('ignore = ["MTE002"]\n')
    pieces = list(plan_of(str(maildir), None, 5).pieces)
    assert not review_piece(Task(pieces[0], Options(), judge=here)).problem
    outcome = review_piece(Task(pieces[0], Options(config=other), judge=here))
    assert outcome == Outcome(pieces[0].id, problem=outcome.problem)
    assert f"not {here}: install the same there" in outcome.problem


def test_a_worker_that_lacks_the_vocabulary_is_named_by_it_and_not_by_each_mail(maildir: Path, tmp_path: Path) -> None:
    config, words = tmp_path / ".mtelint.toml", tmp_path / "vendor.toml"
    config.write_text('vocabulary = ["vendor.toml"]\n')
    words.write_text("functions = 3\n")
    (piece, *_) = plan_of(str(maildir), None, 5).pieces
    outcome = review_piece(Task(piece, Options(config=config)))
    assert (outcome.failed, outcome.problem.partition(": ")[0]) == (0, f"{words}:1")


def test_no_more_pieces_are_held_than_are_in_flight(maildir: Path, tmp_path: Path) -> None:
    made: list[int] = []
    held: list[int] = []
    store = open_store(str(tmp_path / "out.jsonl"), "test")

    def numbered() -> Iterator[Piece]:
        for piece in plan_of(str(maildir), None, 1).pieces:
            made.append(1)
            yield piece

    idle = Workers(lambda: Mortal("never", []))
    sweep(Plan(1, numbered()), Options(), store, idle, lambda progress: held.append(len(made) - progress.pieces))
    store.close()
    assert len(made) == MAILS
    assert max(held) < AHEAD + 1
