"""``mtelint kbuild`` as the kernel's build calls it: a hundred flags that are not ours, and never a failure."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from mtelint.model import Finding, Report, Severity, Step

Run = Callable[..., Any]
FLAGS = (
    "-D__linux__", "-Dlinux", "-Wbitwise", "-m64", "-nostdinc", "-I", "./arch/arm64/include", "-include",
    "./include/linux/kconfig.h", "-Wp,-MMD,mm/.pool.o.d", "-mhard-float", "--param=ssp-buffer-size=4", "--param", "a=b",
    "-DKBUILD_BASENAME=\"pool\"", "-std=gnu11", "-fno-strict-aliasing", "-h0", "-x", "c", "-", "-o",
)  # fmt: skip


@pytest.fixture
def found(finding: Finding) -> Report:
    read = Step("mm/a.c", 5, 3, " ", None, "write", None, "the tags are written", "page")
    return Report((replace(finding, steps=(read,)),))


def test_only_the_last_word_is_reviewed(run: Run) -> None:
    done = run("kbuild", *FLAGS, "mm/a.c")
    assert [name for name, _ in done.read] == ["mm/a.c"]
    assert (done.code, done.out, done.err) == (0, "", "")


def test_findings_are_warnings_of_a_compiler_on_standard_error(run: Run, found: Report) -> None:
    done = run("kbuild", *FLAGS, "../linux/mm/a.c", report=found)
    assert done.err.splitlines() == [
        "../linux/mm/a.c:3:2: warning: the flag comes first [MTE002 flag-before-tags]",
        "mm/a.c:5:3: note: the tags are written",
    ]
    assert (done.code, done.out) == (0, "")


def test_a_note_stays_a_note(run: Run, finding: Finding) -> None:
    done = run("kbuild", "mm/a.c", report=Report((replace(finding, severity=Severity.NOTE),)))
    assert ": note: the flag comes first" in done.err


def test_our_own_options_reach_the_engine(run: Run) -> None:
    done = run("kbuild", "--ignore=MTE001", "--min-severity=warning", "--confirm", *FLAGS, "mm/a.c")
    assert (done.options.ignore, done.options.min_severity, done.options.confirm) == (
        ("MTE001",), Severity.WARNING, True)  # fmt: skip


@pytest.mark.parametrize("words", [(), ("--min-severity=much", "mm/a.c"), ("--select=MTE999", "mm/a.c")])
def test_wrong_use_is_told_and_breaks_no_build(run: Run, words: tuple[str, ...]) -> None:
    done = run("kbuild", *words)
    assert done.code == 0
    assert done.err.startswith("mtelint: ")
    assert done.err.count("\n") == 1


def test_a_bug_of_ours_breaks_no_build(run: Run) -> None:
    done = run("kbuild", "mm/a.c", report=RuntimeError("oops"))
    assert (done.code, done.err) == (0, "mtelint: internal error: RuntimeError: oops\n")


def test_a_file_that_is_not_there_breaks_no_build(root: Path) -> None:
    command = [sys.executable, "-m", "mtelint", "kbuild", *FLAGS, "gone.c"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "mtelint: gone.c: no such file or folder\n"


def test_help_is_there_where_it_is_all_that_is_asked_for(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("kbuild", "--help").code == 0
    assert "make C=1" in capsys.readouterr().out
