"""Archives of every kind give the same findings; a kill loses nothing and counts nothing twice."""

import contextlib
import json
import mailbox
import sqlite3
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from mtelint.engine import Options
from mtelint.errors import InputError, UsageError
from mtelint.sweep import Plan, Workers, open_store, plan_of, sweep
from mtelint.sweep import run as running
from mtelint.sweep.database import Database

from .conftest import MAILS, mail

EXPECTED = {f"prepare_{number}" for number in range(0, MAILS, 2)}
"""The functions with the defect: one finding each, in however many mails and epochs they come."""


def swept(source: Path, output: Path, history: str | None = None, size: int = 3, **more: Any) -> list[dict[str, Any]]:
    """Sweep in small pieces, and read the findings back."""
    store = open_store(str(output), "test")
    try:
        sweep(plan_of(str(source), history, size, store.cuts), Options(), store, **more)
    finally:
        store.close()
    return findings(output)


def findings(output: Path) -> list[dict[str, Any]]:
    if output.suffix == ".sqlite":
        with contextlib.closing(sqlite3.connect(output)) as base:
            return [json.loads(text) for (text,) in base.execute("SELECT json FROM findings ORDER BY rowid")]
    values = [json.loads(line) for line in output.read_text().splitlines()]
    return [value for value in values if "rule" in value]


def functions(found: list[dict[str, Any]]) -> list[str]:
    return sorted(each["function"] for each in found)


def test_a_public_inbox_is_read_through_its_epochs_and_a_mail_twice_in_it_counts_once(
    inbox: Path, tmp_path: Path
) -> None:
    found = swept(inbox, tmp_path / "out.jsonl")
    assert functions(found) == sorted(EXPECTED)
    assert {each["mail"]["message_id"] for each in found} == {f"<{n}@example.org>" for n in range(0, MAILS, 2)}


def test_one_epoch_alone_is_an_archive_too(inbox: Path, tmp_path: Path) -> None:
    assert functions(swept(inbox / "git" / "0.git", tmp_path / "o.jsonl")) == [f"prepare_{n}" for n in (0, 2, 4, 6)]


def test_a_maildir_gives_the_same(maildir: Path, tmp_path: Path) -> None:
    assert functions(swept(maildir, tmp_path / "out.jsonl")) == sorted(EXPECTED)


def test_a_folder_of_mailboxes_gives_the_same(tmp_path: Path) -> None:
    (tmp_path / "boxes").mkdir()
    for box, numbers in (("a.mbox", range(5)), ("b.mbox", range(5, MAILS))):
        made = mailbox.mbox(tmp_path / "boxes" / box)
        for number in numbers:
            made.add(mail(number))
        made.close()
    assert functions(swept(tmp_path / "boxes", tmp_path / "out.jsonl")) == sorted(EXPECTED)


def test_a_history_names_the_commit_of_each_finding(history: tuple[Path, str], tmp_path: Path) -> None:
    found = swept(history[0], tmp_path / "out.jsonl", history[1])
    assert functions(found) == sorted(EXPECTED)
    assert len({each["mail"]["message_id"] for each in found}) == len(EXPECTED)


def test_a_removed_mail_is_passed_by(inbox: Path, tmp_path: Path) -> None:
    from .conftest import epoch, git

    repo = tmp_path / "0.git"
    epoch(repo, [mail(0), mail(2)])
    tree = git(repo, "mktree", text=f"100644 blob {git(repo, 'rev-parse', 'HEAD:m')}\td\n".encode())
    git(repo, "update-ref", "HEAD", git(repo, "commit-tree", tree, "-m", "gone", "-p", "HEAD"))
    assert functions(swept(repo, tmp_path / "out.jsonl")) == ["prepare_0", "prepare_2"]


def test_a_repository_that_is_no_archive_says_what_to_do(history: tuple[Path, str]) -> None:
    with pytest.raises(InputError, match="--history"):
        plan_of(str(history[0]))


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_a_sweep_that_is_cut_at_any_byte_goes_on_and_ends_with_the_same_bytes(inbox: Path, tmp_path: Path) -> None:
    swept(inbox, tmp_path / "whole.jsonl")
    whole = (tmp_path / "whole.jsonl").read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == 0x0A]
    for cut in {*ends, ends[1] - 7, ends[-1] - 1, ends[2] + 40}:
        if cut >= ends[0]:
            output = tmp_path / "cut.jsonl"
            output.write_bytes(whole[:cut])
            swept(inbox, output)
            assert output.read_bytes() == whole, cut


def test_a_finished_sweep_reviews_nothing_again(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swept(inbox, tmp_path / "out.jsonl")
    monkeypatch.setattr(running, "review_piece", lambda task: pytest.fail(f"{task} is done already"))
    assert functions(swept(inbox, tmp_path / "out.jsonl")) == sorted(EXPECTED)


@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_results_of_another_sweep_are_not_mixed(inbox: Path, tmp_path: Path, name: str) -> None:
    found = swept(inbox, tmp_path / name)
    with pytest.raises(UsageError, match=r"another sweep \(test\), not of this one \(another\)"):
        open_store(str(tmp_path / name), "another")
    assert findings(tmp_path / name) == found


@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_a_sweep_that_came_to_nothing_keeps_no_other_out(inbox: Path, tmp_path: Path, name: str) -> None:
    """As of a source that was named wrongly."""
    open_store(str(tmp_path / name), "a longer name than the other has").close()
    swept(inbox, tmp_path / name)
    assert functions(swept(inbox, tmp_path / name)) == sorted(EXPECTED)


@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_a_foreign_file_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("int main(void);\n" * 90)
    with pytest.raises(InputError, match="name another file"):
        open_store(str(tmp_path / name), "one")
    assert (tmp_path / name).read_text() == "int main(void);\n" * 90


@pytest.mark.parametrize("line", ['{"piece": 1}', '{"rule": "MTE002"}', "9" * 5_000, "[" * 5_000, '{"sweep": "one"}'])
def test_from_a_damaged_line_on_the_pieces_count_as_not_done(tmp_path: Path, line: str) -> None:
    file, whole = tmp_path / "out.jsonl", '{"sweep": "one"}\n{"piece": "a", "items": 3}\n'
    file.write_text(f'{whole}{line}\n{{"piece": "b", "items": 4}}\n')
    store = open_store(str(file), "one")
    store.close()
    assert (store.done, store.counts) == ({"a"}, {"items": 3})
    assert file.read_text() == whole


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "out.sqlite"
    with sqlite3.connect(file) as base:
        base.execute("CREATE TABLE pieces (id TEXT)")
    with pytest.raises(InputError, match="no database of a sweep"):
        open_store(str(file), "one")


def test_sqlite_holds_the_same_findings(inbox: Path, tmp_path: Path) -> None:
    found = swept(inbox, tmp_path / "out.jsonl")
    for _ in range(2):
        store = open_store(str(tmp_path / "out.sqlite"), "test")
        sweep(plan_of(str(inbox), None, 3), Options(), store)
        assert store.counts["findings"] == len(found)
        store.close()
    assert findings(tmp_path / "out.sqlite") == found


# --- progress ---------------------------------------------------------------------------------------------------------


def test_the_end_is_told_once_whether_or_not_there_was_something_to_do(inbox: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    for _ in range(2):
        told.clear()
        swept(inbox, tmp_path / "out.jsonl", report=lambda progress: told.append((progress.done, progress.of)))
        assert [done == of for done, of in told] == [*[False] * (len(told) - 1), True]
    assert len(told) == 1


# --- executors --------------------------------------------------------------------------------------------------------


class Breaking(Executor):
    """Does the work at once, and breaks every time it has done a few pieces."""

    def __init__(self, pieces: int) -> None:
        self._left = pieces

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if not self._left:
            raise BrokenProcessPool("a process was killed")
        self._left -= 1
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_what_a_broken_executor_lost_is_handed_out_again(inbox: Path, tmp_path: Path) -> None:
    swept(inbox, tmp_path / "serial.jsonl")
    swept(inbox, tmp_path / "out.jsonl", workers=Workers(lambda: Breaking(2)))
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "serial.jsonl").read_bytes()


def test_an_executor_that_never_works_ends_the_sweep_with_its_error(inbox: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no worker does any work: BrokenProcessPool: a process was killed"):
        swept(inbox, tmp_path / "out.jsonl", workers=Workers(lambda: Breaking(0)))


# --- others at the same file ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.jsonl", "out.sqlite"])
def test_two_sweeps_into_one_file_exclude_each_other(tmp_path: Path, name: str) -> None:
    first = open_store(str(tmp_path / name), "one")
    with pytest.raises(UsageError, match="another sweep is writing it"):
        open_store(str(tmp_path / name), "one")
    first.close()
    open_store(str(tmp_path / name), "one").close()


def test_a_reader_of_the_database_does_not_stop_the_sweep(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mtelint.sweep.database.SYNC", 0.0)
    monkeypatch.setattr("mtelint.sweep.database.BUSY", 0.01)
    file = tmp_path / "out.sqlite"
    store = open_store(str(file), "test")
    reader = sqlite3.connect(file)
    reading = reader.execute("SELECT job FROM sweep UNION ALL SELECT 'more'")
    reading.fetchone()  # a lock is held from here to the last row
    sweep(plan_of(str(inbox), None, 3), Options(), store)
    reading.close()
    store.close()
    found = sqlite3.connect(file).execute("SELECT count(*) FROM findings").fetchone()
    assert found == (len(EXPECTED),)


def test_a_piece_that_does_not_fit_on_the_disk_is_not_there_by_half(inbox: Path, tmp_path: Path) -> None:
    parts = list(plan_of(str(inbox), None, 3).pieces)
    store = open_store(str(tmp_path / "out.sqlite"), "test")
    sweep(Plan(6, parts[:2]), Options(), store)
    assert isinstance(store, Database)
    store._base.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON pieces BEGIN SELECT raise(ABORT, 'disk full'); END")
    with pytest.raises(InputError, match="cannot be written: disk full"):
        sweep(Plan(9, parts), Options(), store)
    store._base.execute("DROP TRIGGER full")
    store.close()
    again = open_store(str(tmp_path / "out.sqlite"), "test")
    assert again.done == {part.id for part in parts[:2]}
    sweep(Plan(9, parts), Options(), again)
    assert again.counts["findings"] == len(EXPECTED)
    again.close()
