"""What goes wrong with one item costs that item, and is said; what goes wrong with the archive ends the sweep."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from mtelint.cli.guard import main
from mtelint.engine import Options, review_patches
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
from mtelint.sweep import work as working
from mtelint.sweep.pieces import Kind
from mtelint.sweep.spread import AHEAD, ATTEMPTS

from .conftest import MAILS, git, mail


def lines(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.read_text().splitlines()]


def swept(source: Path, output: Path, **more: Any) -> tuple[list[str], list[str], dict[str, int]]:
    """Sweep in pieces of five: functions found, reasons of what was skipped, and the sums."""
    store = open_store(str(output), "test")
    sweep(plan_of(str(source), None, 5), Options(), store, **more)
    store.close()
    values = lines(output)
    reasons = [reason for value in values for reason in value.get("reasons", ())]
    return sorted(value["function"] for value in values if "rule" in value), reasons, store.counts


EXPECTED = sorted(f"prepare_{number}" for number in range(0, MAILS, 2))


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


def test_a_worker_that_is_lost_by_accident_costs_nothing(maildir: Path, tmp_path: Path) -> None:
    swept(maildir, tmp_path / "serial.jsonl")
    first = iter(["/07."])
    swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: Mortal(next(first, "never"), [])))
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


class Unreachable(Mortal):
    """Cannot be closed, as one whose scheduler is gone: neither in the end nor after an error."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        raise RuntimeError("the client is closed")


def test_workers_that_cannot_be_told_the_end_have_done_their_work(maildir: Path, tmp_path: Path) -> None:
    swept(maildir, tmp_path / "serial.jsonl")
    first = iter(["/07."])
    swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: Unreachable(next(first, "never"), [])))
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


def test_what_ends_a_sweep_is_said_though_the_workers_cannot_be_told(maildir: Path, tmp_path: Path) -> None:
    def full(progress: Progress) -> None:
        raise InputError("the disk is full")

    with pytest.raises(InputError, match="the disk is full"):
        swept(maildir, tmp_path / "out.jsonl", workers=Workers(lambda: Unreachable("never", [])), report=full)


def test_a_mail_on_which_we_fail_is_named_and_the_others_are_reviewed(
    maildir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail_on_four(inputs: Any, options: Options) -> Any:
        streams = list(inputs)
        if any("/04." in each.name for each in streams):
            raise RuntimeError("out of\nluck")
        return review_patches(streams, options)

    monkeypatch.setattr(working, "review_patches", fail_on_four)
    assert main(["sweep", str(maildir), "-o", str(tmp_path / "out.jsonl")]) == ExitCode.BAD_INPUT
    assert f"{len(EXPECTED) - 1} findings in {MAILS} items, 1 skipped (1 not reviewed)" in capsys.readouterr().err
    (reason,) = (reason for value in lines(tmp_path / "out.jsonl") for reason in value.get("reasons", ()))
    assert reason.endswith("04.host-2,S: internal error: RuntimeError: out of luck; please report it with this mail")


def test_a_mail_of_a_mailbox_on_which_we_fail_is_named_by_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box = tmp_path / "list.mbox"
    whole = [b"From a@b Tue Mar  5 10:00:00 2024\n" + mail(number) + b"\n" for number in range(3)]
    box.write_bytes(b"".join(whole))

    def fail_on_one(inputs: Any, options: Options) -> Any:
        streams = list(inputs)
        if any(b"prepare_1" in each.open().read() for each in streams):
            raise RuntimeError("no")
        return review_patches(streams, options)

    monkeypatch.setattr(working, "review_patches", fail_on_one)
    found, reasons, _ = swept(box, tmp_path / "out.jsonl")
    assert found == ["prepare_0", "prepare_2"]
    assert [reason.partition(":")[0] for reason in reasons] == [f"{box} at byte {len(whole[0])}"]


def test_a_mail_that_is_gone_is_said_and_counts_as_not_reviewed(maildir: Path, tmp_path: Path) -> None:
    (tmp_path / "box").symlink_to(maildir)
    gone = Piece(Kind.FILES, "box", (str(tmp_path / "box" / "cur" / "99.host:2,S"),), 1, 0)
    outcome = review_piece(Task(gone, Options()))
    assert (outcome.failed, outcome.problem) == (1, "")
    assert "No such file" in outcome.skipped[0]["reason"]


def test_an_archive_that_a_worker_cannot_read_ends_the_sweep_with_one_line(inbox: Path, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "out.jsonl"), "test")
    good = next(iter(plan_of(str(inbox), None, 3).pieces))
    lost = Piece(Kind.INBOX, str(tmp_path / "no-such.git"), good.items, good.count, good.work)
    with pytest.raises(InputError, match=r"no-such\.git: .*; what is stored stays, the same command goes on behind it"):
        sweep(Plan(6, [good, lost]), Options(), store)
    assert store.done == {good.id}
    store.close()


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


def test_a_patch_with_a_byte_of_zero_is_one_commit(tmp_path: Path) -> None:
    """git takes a file for text that has its first zero byte behind the first 8,000."""
    repo = tmp_path / "repo"
    repo.mkdir()
    git(repo, "init", "-q")
    git(repo, "commit", "-q", "--allow-empty", "-m", "start")
    (repo / "a.c").write_bytes(b"/* long */\n" * 900 + b"\0From " + b"0" * 40 + b" Mon Sep 17 00:00:00 2001\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "zero")
    git(repo, "apply", "--index", text=mail(2).partition(b"---\n")[2])
    git(repo, "commit", "-q", "-m", "prepare 2")
    (repo / "notes.txt").write_text("no C\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "notes")
    store = open_store(str(tmp_path / "out.jsonl"), "test")
    sweep(plan_of(str(repo), "HEAD~3..HEAD"), Options(), store)
    store.close()
    assert (store.counts["items"], store.counts["findings"]) == (3, 1)
    assert [each["function"] for each in lines(tmp_path / "out.jsonl") if "rule" in each] == ["prepare_2"]


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_configuration_where_the_command_is_given_holds(
    maildir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    words = ["sweep", str(maildir), "-q", "-o", "out.jsonl"]
    (tmp_path / ".mtelint.toml").write_text('ignore = ["MTE002", "MTE001", "MTE015"]\n')
    assert main(words) == ExitCode.CLEAN
    (tmp_path / ".mtelint.toml").unlink()
    assert main(words) == ExitCode.BAD_INPUT
    job = re.escape(str(maildir)) + r", mtelint [\d.]+, rules \w+, configuration (\w+)"
    said = re.match(
        rf"mtelint: out.jsonl: .* another sweep \({job}\), not of this one \({job}\)", capsys.readouterr().err
    )
    assert said is not None
    assert said[1] != said[2]
    assert main([*words[:-1], "again.jsonl"]) == ExitCode.FINDINGS


@pytest.mark.parametrize("words", [["--select", "MTE001"], ["--limit", "steps=9"], ["--confirm"]])
def test_results_with_other_options_are_refused(maildir: Path, tmp_path: Path, words: list[str]) -> None:
    base = ["sweep", str(maildir), "-q", "-o", str(tmp_path / "out.jsonl")]
    assert main(base) == ExitCode.FINDINGS
    assert main([*base, *words]) == ExitCode.BAD_INPUT
    assert main(base) == ExitCode.FINDINGS
