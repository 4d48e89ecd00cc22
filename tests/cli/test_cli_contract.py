"""The contract of the command line: exit codes, what goes to which stream, and what the engine is asked."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mtelint.cli import guard
from mtelint.errors import ExitCode, InputError
from mtelint.model import Confidence, Finding, Origin, Report, RuleInfo, Severity, Skipped, Stats
from mtelint.report import FORMATS

Runner = Callable[..., Any]


def test_exit_codes_have_names_and_numbers() -> None:
    assert [code.value for code in ExitCode][:4] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("severity", "origin", "code"),
    [
        (Severity.ERROR, Origin.INTRODUCED, 1),
        (Severity.WARNING, Origin.INTRODUCED, 1),
        (Severity.NOTE, Origin.INTRODUCED, 0),
        (Severity.ERROR, Origin.EXISTING, 0),
        (Severity.ERROR, Origin.FIXED, 0),
        (Severity.ERROR, None, 1),
    ],
)
def test_only_new_warnings_and_errors_set_the_status(
    run: Runner, finding: Finding, severity: Severity, origin: Origin | None, code: int
) -> None:
    report = Report((replace(finding, severity=severity, origin=origin),))
    result = run("patch", "-", report=report)
    assert result.code == code
    assert "MTE002" in result.out


def test_exit_zero_forgives_findings_but_not_unreadable_input(run: Runner, finding: Finding) -> None:
    assert run("patch", "-", "--exit-zero", report=Report((finding,))).code == 0
    assert run("patch", "-", "--exit-zero", report=Report((finding,), unreadable=("x: gone",))).code == 2


def test_an_unreadable_input_is_named_and_the_others_are_judged(run: Runner, finding: Finding, tmp_path: Path) -> None:
    good = tmp_path / "a.patch"
    good.write_bytes(b"text")
    result = run("patch", "/nowhere/x.mbox", str(good), report=Report((finding,)))
    assert result.code == 2
    assert result.read == [(str(good), b"text")]
    assert "MTE002" in result.out
    assert [line for line in result.err.splitlines() if "/nowhere/x.mbox" in line]


@pytest.mark.parametrize("words", [(), ("-",)])
def test_standard_input_is_read_where_no_file_is_named(run: Runner, words: tuple[str, ...]) -> None:
    result = run("patch", *words, stdin=b"a mail")
    assert [data for _, data in result.read] == [b"a mail"]
    assert (result.code, result.out) == (0, "")


def test_on_a_terminal_it_says_what_it_waits_for(run: Runner) -> None:
    assert "waiting for a mail" in run("patch", tty=True).err
    assert "waiting" not in run("patch", stdin=b"x").err


def test_looked_and_found_nothing_is_told_from_nothing_to_look_at(run: Runner) -> None:
    looked = run("check", ".", report=Report(stats=Stats(files=3, functions=7)))
    assert (looked.code, looked.out, looked.err) == (0, "", "no finding; 3 files, 7 functions followed, 0 skipped\n")
    nothing = run("check", ".", report=Report(stats=Stats(files=3)))
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err == "nothing to review: no function in 3 files touches PG_mte_tagged or its helpers\n"
    assert run("patch", "-").err == "nothing to review: no C file or diff here touches PG_mte_tagged or its helpers\n"


@pytest.mark.parametrize("name", ["terse", "json"])
def test_other_formats_keep_standard_error_empty(run: Runner, name: str) -> None:
    """b4 takes each line of it for a failure."""
    for report in (Report(), Report(stats=Stats(files=3, functions=7))):
        assert run("patch", "-", "--format", name, report=report).err == ""


@pytest.mark.parametrize("words", [(), ("--quiet",), ("--format", "terse")])
def test_a_hook_may_fail_where_nothing_was_there_to_review(run: Runner, words: tuple[str, ...]) -> None:
    result = run("check", ".", "--fail-on-nothing", *words)
    assert result.code == ExitCode.BAD_INPUT
    (line,) = result.err.splitlines()
    assert "nothing to review" in line
    looked = Report(stats=Stats(files=3, functions=1))
    assert run("check", ".", "--fail-on-nothing", *words, report=looked).code == 0


def test_the_summary_goes_to_standard_error_with_text_only(run: Runner, finding: Finding) -> None:
    report = Report((finding,), (Skipped("a.c", None, None, "odd"),))
    assert run("patch", "-", report=report).err.startswith("1 finding (1 error)")
    assert run("patch", "-", "--quiet", report=report).err == ""
    for name in ("terse", "json"):
        assert run("patch", "-", "--format", name, report=report).err == ""


def test_text_on_the_screen_and_json_in_a_file_from_one_run(run: Runner, finding: Finding, tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    result = run("patch", "-", "--format", "text", "--format", f"json={file}", report=Report((finding,)))
    assert "MTE002 flag-before-tags" in result.out
    assert json.loads(file.read_text())["findings"][0]["rule"] == "MTE002"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(run: Runner, tmp_path: Path) -> None:
    result = run("patch", "-", "--format", f"json={tmp_path}/no/such/out.json")
    assert result.code == 2
    assert "out.json: cannot be written: No such file or directory" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_file_keeps_its_mode_and_a_link_stays_a_link(run: Runner, tmp_path: Path) -> None:
    file, link = tmp_path / "real.json", tmp_path / "link.json"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    run("patch", "-", "--format", f"json={link}")
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert json.loads(file.read_text())["findings"] == []


def test_a_device_is_written_to_and_not_replaced(run: Runner) -> None:
    assert run("patch", "-", "--format", "json=/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["patch", "--format", "yaml"], "no format is called 'yaml'"),
        (["patch", "--format", "json="], "names no file"),
        (["patch", "--format", "json", "--format", "terse"], "two formats would go to standard output"),
        (["patch", "--format", "json=x", "--format", "terse=./x"], "two formats would go to"),
        (["patch", "--select", "MTE999"], "no rule is called 'MTE999'"),
        (["patch", "--ignore", "flag-before-tag"], "did you mean flag-before-tags?"),
        (["patch", "--min-severity", "fatal"], "fatal"),
        (["check"], "PATH"),
        (["explain", "MTE999"], "no rule is called"),
        (["no-such-command"], "No such command"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(run: Runner, words: list[str], said: str) -> None:
    result = run(*words)
    assert result.code == 2
    assert result.out == ""
    assert said in result.err
    assert len(result.err.splitlines()) == 1


def test_without_a_command_the_help_is_shown(run: Runner) -> None:
    result = run()
    assert result.code == 2
    assert result.err.startswith("Usage: mtelint")


def test_bad_input_is_one_line(run: Runner) -> None:
    result = run("check", "x", report=InputError("x:3: odd\nthing"))
    assert (result.code, result.err) == (2, "mtelint: x:3: odd thing\n")


def test_a_bug_is_one_line_unless_the_traceback_is_asked_for(run: Runner) -> None:
    result = run("check", "x", report=ZeroDivisionError("oops"))
    assert result.code == 3
    assert len(result.err.splitlines()) == 1
    assert "internal error: ZeroDivisionError: oops" in result.err
    assert guard.TRACEBACK in result.err
    loud = run("check", "x", report=ZeroDivisionError("oops"), environ={guard.TRACEBACK: "1"})
    assert "Traceback (most recent call last)" in loud.err


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--tree", "nosuch"), "--tree nosuch: there is no such folder"),
     (("--tree", "/etc/passwd"), "there is no such folder"),
     (("--tree", "{empty}"), "no kernel tree is there"),
     (("--tree", "{empty}", "--rev", "HEAD"), "no kernel tree is there"),
     (("--rev", "v6.1"), "name the tree with --tree DIR")],
)  # fmt: skip
@pytest.mark.parametrize("command", ["patch", "reply"])
def test_a_tree_that_is_none_is_wrong_usage(
    run: Runner, command: str, words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    """No hunk applies there: the mail would be judged by its hunks alone, and look as if the tree had been read."""
    result = run(command, *(word.format(empty=tmp_path) for word in words), stdin=b"")
    assert result.code == ExitCode.BAD_INPUT
    (line,) = result.err.splitlines()
    assert said in line
    assert result.options is None


def test_the_engine_is_asked_what_the_options_say(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "Kbuild").touch()
    result = run(
        "patch", "--select", "MTE002,inverted-guard", "--ignore", "mte001", "--min-severity", "warning",
        "--min-confidence", "low", "--tree", str(tmp_path), "--rev", "v6.1", "--quoted", "--all", stdin=b"",
    )  # fmt: skip
    options = result.options
    assert options.select == ("MTE002", "MTE008")
    assert options.ignore == ("MTE001",)
    assert options.min_severity is Severity.WARNING
    assert options.min_confidence is Confidence.LOW
    assert (options.tree, options.rev, options.quoted, options.show_all) == (str(tmp_path), "v6.1", True, True)


def test_the_command_that_reproduces_can_be_typed_as_it_is(run: Runner) -> None:
    result = run("check", "--select", "MTE002", "--format", "json=/dev/null", "a folder/x.c", "--quiet")
    assert result.options.command == "mtelint check --select=MTE002 'a folder/x.c'"
    many = [f"f{i}.c" for i in range(40)]
    assert run("check", *many).options.command.endswith("f7.c ... (32 more)")


def test_colours_only_on_a_terminal_that_takes_them(run: Runner, finding: Finding) -> None:
    report = Report((finding,))
    assert "\x1b" not in run("check", "x", report=report).out
    assert "\x1b" in run("check", "x", report=report, tty=True).out
    assert "\x1b" not in run("check", "x", report=report, tty=True, environ={"NO_COLOR": "1"}).out
    assert "\x1b" in run("check", "x", report=report, tty=True, environ={"NO_COLOR": ""}).out
    assert "\x1b" not in run("check", "x", report=report, tty=True, environ={"TERM": "dumb"}).out


def test_rules_lists_every_rule_once(run: Runner) -> None:
    result = run("rules")
    ids = [line.split()[0] for line in result.out.splitlines() if line.startswith("MTE")]
    assert "MTE002" in ids
    assert ids == sorted(set(ids))
    assert [rule["id"] for rule in json.loads(run("rules", "--format", "json").out)] == ids


@pytest.mark.parametrize("word", ["MTE002", "mte002", "flag-before-tags"])
def test_explain_takes_an_id_or_a_name(run: Runner, word: str) -> None:
    result = run("explain", word)
    assert result.code == 0
    assert "What it flags" in result.out
    assert "```" not in result.out
    assert max(len(line) for line in result.out.splitlines() if not line.startswith("    ")) <= 80


def test_explain_can_print_the_page_as_written(run: Runner) -> None:
    assert "## What it flags" in run("explain", "--markdown", "MTE002").out


def test_help_and_version_are_no_errors(run: Runner, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--version").code == 0
    assert run("patch", "--help").code == 0
    assert "mtelint 0." in capsys.readouterr().out


def test_github_gets_its_step_summary_where_it_asks_for_one(run: Runner, finding: Finding, tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("before\n")
    environ = {"GITHUB_STEP_SUMMARY": str(file)}
    result = run("check", "x", "--format", "github", report=Report((finding,)), environ=environ)
    assert result.out.startswith("::error file=mm/a.c")
    assert file.read_text().startswith("before\n### mtelint: 1 finding (1 error)")


def test_sarif_carries_the_rule_pages(run: Runner, finding: Finding) -> None:
    rules = json.loads(run("rules", "--format", "json").out)
    infos = tuple(RuleInfo(**{**rule, "severity": Severity(rule["severity"]),
                              "confidence": Confidence(rule["confidence"])}) for rule in rules)  # fmt: skip
    log = json.loads(run("check", "x", "--format", "sarif", report=Report((finding,), rules=infos)).out)
    assert all("## What it flags" in rule["help"]["markdown"] for rule in log["runs"][0]["tool"]["driver"]["rules"])


def test_litmus_tests_are_written_for_confirmed_findings_and_imply_confirm(run: Runner, tmp_path: Path) -> None:
    assert run("check", "--confirm", "x").options.confirm is True
    assert run("check", "x").options.confirm is False
    asked = run("check", "x", "--litmus-dir", str(tmp_path / "out"))
    assert asked.options.confirm is True
    assert list((tmp_path / "out").iterdir()) == []


def test_a_pipe_by_name_is_refused_and_not_waited_for(run: Runner, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = run("patch", str(tmp_path / "pipe"))
    assert result.code == ExitCode.BAD_INPUT
    assert "read it as standard input" in result.err


def test_an_empty_maildir_is_an_empty_archive(run: Runner, tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    result = run("patch", str(tmp_path))
    assert (result.code, result.read) == (0, [])


def test_a_closed_standard_input_is_unreadable() -> None:
    words = [sys.executable, "-m", "mtelint", "patch"]
    done = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *words], capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.BAD_INPUT
    (line,) = done.stderr.splitlines()
    assert "<stdin>" in line


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_name_that_is_not_utf_8_costs_no_report(name: str, tmp_path: Path) -> None:
    code = b"void f(struct page *p)\n{\n\tset_page_mte_tagged(p);\n\tmte_clear_page_tags(page_address(p));\n}\n"
    with open(os.fsencode(tmp_path) + b"/a\xff.c", "wb") as stream:
        stream.write(code)
    words = [sys.executable, "-m", "mtelint", "check", "--no-cache", "--format", name, str(tmp_path)]
    done = subprocess.run(words, capture_output=True, check=False)
    assert (done.returncode, done.stderr.partition(b"internal")[1]) == (ExitCode.FINDINGS, b"")
