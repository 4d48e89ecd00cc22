"""What goes wrong with one item costs that item, and is said; what goes wrong with the archive ends the sweep."""

import contextlib
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mtelint.cli.cluster import Cluster
from mtelint.cli.guard import main
from mtelint.engine import Options, review_patches
from mtelint.errors import ExitCode, InputError, UsageError
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
from mtelint.sweep.database import Database
from mtelint.sweep.pieces import Kind
from mtelint.sweep.spread import AHEAD, ATTEMPTS

from .conftest import MAILS, epoch, git, mail


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


class Idle(Executor):
    """Takes work and never gives anything back, as a cluster without workers; whoever waits for it waits for ever."""

    left: list[bool]

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

    monkeypatch.setattr("mtelint.engine.pool.Pool", refuse)
    assert main(["sweep", str(maildir), "-o", str(tmp_path / "o.jsonl"), "--jobs", "2"]) == ExitCode.BAD_INPUT
    said = "mtelint: --jobs 2: no processes can be started here: no semaphores: try --jobs 1"
    assert said in capsys.readouterr().err.splitlines()


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


# --- what git is told, and what it says -------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["HEAD~1:m", "HEAD~1^{tree}"])
def test_a_mail_that_git_cannot_read_is_none_that_was_removed(tmp_path: Path, lost: str) -> None:
    repo = tmp_path / "0.git"
    epoch(repo, [mail(number) for number in range(4)])
    name = git(repo, "rev-parse", lost)
    (repo / "objects" / name[:2] / name[2:]).unlink()
    store = open_store(str(tmp_path / "out.jsonl"), "test")
    with pytest.raises(InputError, match=r"the mail of commit [0-9a-f]{40} cannot be read"):
        sweep(plan_of(str(repo)), Options(), store)
    assert not store.done
    store.close()


def _history(repo: Path, *messages: str) -> Path:
    """A repository in which each commit brings the defect of one mail, the first one as a root."""
    repo.mkdir()
    git(repo, "init", "-q")
    for number, message in enumerate(messages):
        git(repo, "apply", "--index", text=mail(2 * number).partition(b"---\n")[2])
        git(repo, "commit", "-q", "--cleanup=verbatim", "-m", message)
    return repo


def _swept(repo: Path, output: Path, history: str = "HEAD") -> list[dict[str, Any]]:
    store = open_store(str(output), "test")
    sweep(plan_of(str(repo), history), Options(), store)
    store.close()
    return [each for each in lines(output) if "rule" in each]


QUOTED = """A change

From x@y Mon Jan  1 00:00:00 2024
From: X <x@y>
Message-ID: <inner@x>
Subject: another

text
"""


@pytest.mark.parametrize(
    "message", ["plain", QUOTED, "a\rContent-Type: text/html", "a\rMessage-ID: <fake@x>", "ä\n\nö"]
)
def test_a_finding_is_of_its_commit_whatever_the_message_says(tmp_path: Path, message: str) -> None:
    repo = _history(tmp_path / "repo", "one", message, "three")
    found = _swept(repo, tmp_path / "out.jsonl")
    commits = git(repo, "rev-list", "--reverse", "HEAD").split()
    assert {(each["mail"]["message_id"].strip("<>"), each["function"]) for each in found} == {
        (commit, f"prepare_{2 * number}") for number, commit in enumerate(commits)
    }
    assert len(found) == 3


@pytest.mark.parametrize(
    "setting",
    [
        "log.showRoot=false",
        "diff.context=0",
        "diff.interHunkContext=9",
        "i18n.logOutputEncoding=UTF-16",
        "diff.algorithm=patience",
    ],
)
def test_the_configuration_of_a_repository_changes_no_finding(tmp_path: Path, setting: str) -> None:
    repo = _history(tmp_path / "repo", "one", "two")
    (repo / "f.c").write_text("void f(struct page *page)\n{\n\tmte_clear_page_tags(page_address(page));\n}\n")
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "right")
    (repo / "f.c").write_text((repo / "f.c").read_text().replace("{\n", "{\n\tset_bit(PG_mte_tagged, &page->flags);\n"))
    git(repo, "commit", "-qam", "wrong")
    plain = _swept(repo, tmp_path / "plain.jsonl")
    assert len(plain) == 3
    git(repo, "config", *setting.split("="))
    assert _swept(repo, tmp_path / "out.jsonl") == plain


def test_a_file_that_attributes_call_binary_is_read(tmp_path: Path) -> None:
    repo = _history(tmp_path / "repo", "one", "two")
    (repo / ".git/info/attributes").write_text("*.c -diff\n")
    assert len(_swept(repo, tmp_path / "out.jsonl")) == 2


def test_a_folder_of_a_repository_stands_for_all_of_it(tmp_path: Path) -> None:
    repo = _history(tmp_path / "repo", "one", "two")
    (repo / "docs").mkdir()
    assert len(_swept(repo / "docs", tmp_path / "out.jsonl")) == 2


def test_a_file_that_holds_the_mark_of_an_earlier_commit_is_read_to_its_end(tmp_path: Path) -> None:
    repo = _history(tmp_path / "repo", "one")
    forged = f"\0From {git(repo, 'rev-parse', 'HEAD')} Mon Sep 17 00:00:00 2001\n"
    defect = "\tset_bit(PG_mte_tagged, &page->flags);\n\tmte_clear_page_tags(page_address(page));\n"
    text = f"void f(struct page *page)\n{{\n{defect}}}\n"
    (repo / "b.c").write_text("/* long */\n" * 900 + forged + text)
    git(repo, "add", ".")
    git(repo, "commit", "-q", "-m", "two")
    assert {each["path"] for each in _swept(repo, tmp_path / "out.jsonl")} == {"arch/arm64/mm/f0.c", "b.c"}


def test_a_list_to_which_nobody_has_written_costs_no_other(tmp_path: Path) -> None:
    for name in ("a", "c"):
        epoch(tmp_path / "mirror" / name / "git" / "0.git", [mail(0 if name == "a" else 2)])
    (tmp_path / "mirror/b/git/0.git").mkdir(parents=True)
    git(tmp_path / "mirror/b/git/0.git", "init", "-q", "--bare", ".")
    found, _, counts = swept(tmp_path / "mirror", tmp_path / "out.jsonl")
    assert (found, counts["items"]) == (["prepare_0", "prepare_2"], 2)


def test_a_pipe_is_refused_as_a_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: neither a file nor a folder"):
        plan_of(str(tmp_path / "pipe"))


def test_a_name_that_is_no_utf8_goes_into_a_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "x\udcff"
    folder.mkdir()
    (folder / "j\udcff.mbox.gz").write_bytes(b"\x1f\x8bbroken")
    (folder / "k.eml").write_bytes(mail(0))
    for _ in range(2):
        assert main(["sweep", str(folder), "-q", "-o", str(tmp_path / "out.sqlite")]) == ExitCode.BAD_INPUT
        assert capsys.readouterr().err == ""


# --- what ends a sweep midway -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_ctrl_c_amid_a_piece_leaves_none_of_it(
    maildir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from mtelint.sweep import database, lines, store

    def cut_short(findings: Any, piece: str) -> Iterator[Any]:
        for number, each in enumerate(store.keyed(findings, piece)):
            if number == 2:
                raise KeyboardInterrupt
            yield each

    output = str(tmp_path / name)
    with monkeypatch.context() as once:
        for module in (database, lines):
            once.setattr(module, "keyed", cut_short)
        results = open_store(output, "test")
        with pytest.raises(KeyboardInterrupt):
            sweep(plan_of(str(maildir), None, 5), Options(), results)
        results.close()
    results = open_store(output, "test")
    assert not results.done
    sweep(plan_of(str(maildir), None, 5), Options(), results)
    assert (results.counts["items"], results.counts["findings"]) == (MAILS, len(EXPECTED))
    results.close()


def test_a_file_without_the_end_of_a_line_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mtelint.sweep.lines._LONGEST", 1 << 16)
    with pytest.raises(InputError, match="no results of a sweep: name another file"):
        open_store("/dev/full", "test")


def test_another_sweep_that_got_in_between_two_commits_ends_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.sqlite"
    results = Database(str(file), "test")
    begin = Database._begin

    def step_in(self: Database) -> None:
        with contextlib.closing(sqlite3.connect(file, timeout=0)) as other:
            other.execute("INSERT INTO skipped VALUES ('x', NULL, 'y')")
            other.commit()
        begin(self)

    monkeypatch.setattr(Database, "_begin", step_in)
    with pytest.raises(UsageError, match="another sweep is writing it"):
        results._commit()
    results.close()


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
