"""What goes wrong with one item costs that item, and is said; what goes wrong with the archive ends the sweep."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mtelint.cli.guard import main
from mtelint.engine import Options, review_patches
from mtelint.errors import ExitCode, InputError, UsageError
from mtelint.sweep import (
    Piece,
    Plan,
    Task,
    open_store,
    plan_of,
    review_piece,
    sweep,
)
from mtelint.sweep import work as working
from mtelint.sweep.database import Database
from mtelint.sweep.pieces import Kind

from .conftest import EXPECTED, MAILS, lines, mail, swept


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
