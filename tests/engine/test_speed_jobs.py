"""Processes give what one process gives, in the same order."""

import io
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from mtelint.cli.guard import main
from mtelint.engine import Input, Options, review_patches
from mtelint.engine.review import mails as mail_reviews
from mtelint.engine.review import options
from mtelint.engine.review.mails import jobs_for
from mtelint.engine.review.options import processes_for
from mtelint.mail.inputs import inputs
from mtelint.model import Report

CODE = "\tset_bit(PG_mte_tagged, &page->flags);\n\tmte_clear_page_tags(page_address(page));\n"


def mail(number: int) -> str:
    lines = [f"void f{number}(struct page *page)", "{", *CODE.splitlines(), "}"]
    return (
        f"From: A <a@example.org>\nSubject: [PATCH] f{number}\nMessage-ID: <{number}@example.org>\n\nText.\n---\n"
        f"diff --git a/mm/f{number}.c b/mm/f{number}.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/f{number}.c\n"
        f"@@ -0,0 +1,{len(lines)} @@\n" + "".join(f"+{line}\n" for line in lines)
    )


@pytest.fixture
def mails(tmp_path: Path) -> list[Input]:
    for number in range(20):
        (tmp_path / f"{number:02}.eml").write_text(mail(number) if number != 7 else mail(7).replace("+}\n", ""))
    return list(inputs(str(tmp_path)))


def timeless(report: Report) -> Report:
    return replace(report, stats=replace(report.stats, seconds=0.0))


def test_processes_give_what_one_gives(mails: list[Input]) -> None:
    one = review_patches(mails, Options(jobs=1))
    assert len(one.findings) >= 19
    assert timeless(review_patches(mails, Options(jobs=3))) == timeless(one)


def test_what_cannot_be_read_is_named_by_processes_too(mails: list[Input], tmp_path: Path) -> None:
    (tmp_path / "zz.mbox.gz").write_bytes(b"\x1f\x8b" + b"damaged" * 9)
    mixed = [*mails[:2], *inputs(str(tmp_path / "zz.mbox.gz"))]
    one, two = (review_patches(mixed, Options(jobs=jobs)) for jobs in (1, 2))
    assert one.unreadable == two.unreadable != ()


def test_processes_are_for_much_to_read_and_for_files_alone(
    mails: list[Input], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(options, "_processors", lambda: 4)
    assert jobs_for(mails, Options(jobs=0)) == 1
    assert jobs_for(mails, Options(jobs=2)) == 2
    assert jobs_for(mails, Options(jobs=99)) == len(mails)
    assert jobs_for(mails, Options(jobs=2, tree=".")) == 1
    assert jobs_for([Input("<stdin>", mails[0].open), *mails], Options(jobs=2)) == 1
    monkeypatch.setattr(mail_reviews, "WORTH_MAIL", 1000)
    assert jobs_for(mails, Options(jobs=0)) == 4


def test_a_long_part_is_waited_for_whoever_does_the_others() -> None:
    assert processes_for([100, 100], 0, 90) > 1 or options._processors() == 1
    assert processes_for([190, 10], 0, 90) == 1


def test_a_process_that_may_use_one_processor_starts_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    assert processes_for([100, 100], 0, 1) == 1
    assert processes_for([100, 100], 2, 1) == 2


def test_a_mail_that_is_gone_meanwhile_costs_no_other(mails: list[Input]) -> None:
    """As in a Maildir, where mails are renamed all the time."""
    Path(mails[3].name).unlink()
    one, two = (review_patches(mails, Options(jobs=jobs)) for jobs in (1, 2))
    assert (two.findings, two.unreadable) == (one.findings, one.unreadable)
    assert one.unreadable == (f"{mails[3].name}: No such file or directory",)


def test_standard_input_is_no_file_of_its_name(
    mails: list[Input], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "<stdin>").write_text("something else")
    stdin = Input("<stdin>", lambda: io.BytesIO(mail(90).encode()))
    report = review_patches([stdin, mails[0]], Options(jobs=2))
    assert {finding.function for finding in report.findings} == {"f90", "f0"}


def test_a_mail_that_is_gone_weighs_nothing(mails: list[Input]) -> None:
    for each in mails[1:]:
        Path(each.name).unlink()
    assert jobs_for(mails, Options(jobs=2)) == 2


def test_what_only_this_process_can_open_is_read_by_this_process(mails: list[Input], tmp_path: Path) -> None:
    """As what a shell writes for ``<(command)`` and ``3< file``."""
    os.mkfifo(tmp_path / "pipe")
    with open(mails[4].name, "rb") as opened:
        for name in (str(tmp_path / "pipe"), f"/dev/fd/{opened.fileno()}"):
            assert jobs_for([Input.of_file(name), *mails], Options(jobs=2)) == 1
        report = review_patches([Input.of_file(f"/dev/fd/{opened.fileno()}"), *mails[:2]], Options(jobs=2))
    assert {finding.function for finding in report.findings} == {"f4", "f0", "f1"}


def test_the_command_prints_the_same(mails: list[Input], capsys: pytest.CaptureFixture[str]) -> None:
    names = [each.name for each in mails]
    assert main(["patch", *names, "--format", "json"]) == 1
    one = capsys.readouterr().out
    assert main(["patch", *names, "--format", "json", "--jobs", "2"]) == 1
    assert capsys.readouterr().out == one
