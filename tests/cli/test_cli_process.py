"""The program as a shell meets it: start-up, pipes, Ctrl-C, and input that is none."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mtelint.cli.review_command import command_line

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "fixtures/demo/tag-rework.mbox"
PROGRAM = [sys.executable, "-m", "mtelint"]
ENVIRON = {**os.environ, "PYTHONPATH": str(ROOT), "MTELINT_TRACEBACK": ""}


def mtelint(*words: str, stdin: bytes = b"", cwd: Path | None = None) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run([*PROGRAM, *words], input=stdin, capture_output=True, cwd=cwd, env=ENVIRON, timeout=120)


@pytest.mark.parametrize("words", ["--version", "--help", "rules", "explain MTE002"])
def test_what_reviews_nothing_does_not_load_the_parsers(words: str) -> None:
    code = (
        "import sys; from mtelint.cli.guard import main; main(sys.argv[1:]);"
        "print([m for m in ('tree_sitter', 'unidiff', 'email', 'mtelint.engine') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words.split()], capture_output=True, text=True, env=ENVIRON)
    assert done.stderr.strip() == "[]"


def test_a_closed_pipe_ends_quietly() -> None:
    with subprocess.Popen(
        [*PROGRAM, "explain", "MTE002"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRON
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["patch", "sweep -o out.jsonl"])
def test_a_stream_that_is_closed_changes_no_status(tmp_path: Path, closed: str, words: str) -> None:
    command = f'"{sys.executable}" -m mtelint {words} "{DEMO}" {closed}'
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=ENVIRON, capture_output=True, timeout=120)
    assert done.returncode == mtelint("patch", str(DEMO)).returncode
    assert b"Traceback" not in done.stderr
    if words.startswith("sweep"):
        assert b'"piece"' in (tmp_path / "out.jsonl").read_bytes()


def test_ctrl_c_ends_quietly() -> None:
    with subprocess.Popen(
        [*PROGRAM, "patch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRON
    ) as process:
        time.sleep(1.5)  # until it waits for its input; earlier it is as quiet
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (130, b"", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\0" * 4096,
        bytes(range(256)) * 64,
        b"From: a\nSubject: no patch\n\nhello\n",
        b"--- a/x.c\n+++ b/x.c\n@@ nonsense @@\n",
        b"%PDF-1.7\n\xff\xfe",
        "\ufeffdiff --git".encode("utf-16"),
    ],
)
def test_input_that_is_no_patch_is_no_finding_and_no_traceback(data: bytes) -> None:
    done = mtelint("patch", "-", stdin=data)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("data", [b"", b"\0\0", b"page_mte_tagged(", b"int f(void) { page_mte_tagged(x", b"\xff" * 99])
def test_a_file_that_is_no_c_is_no_finding_and_no_traceback(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.c").write_bytes(data)
    done = mtelint("check", "a.c", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr


def test_missing_files_are_named_on_one_line_each(tmp_path: Path) -> None:
    for command in ("patch", "check"):
        done = mtelint(command, "gone-1", "gone-2", cwd=tmp_path)
        assert done.returncode == 2
        assert [line.count(b"gone-") for line in done.stderr.splitlines()] == [1, 1]


def test_the_demo_is_what_the_readme_shows(root: Path) -> None:
    done = mtelint("patch", "--confirm", "fixtures/demo/tag-rework.mbox", cwd=root)
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert done.returncode == 1
    assert f"```text\n$ mtelint patch --confirm fixtures/demo/tag-rework.mbox\n{done.stdout.decode()}```\n" in readme
    assert f"```text\n{done.stderr.decode()}```\n" in readme


def test_the_litmus_tests_of_the_demo_are_decided_as_they_say(root: Path, tmp_path: Path) -> None:
    done = mtelint("patch", "-q", "--litmus-dir", str(tmp_path), "fixtures/demo/tag-rework.mbox", cwd=root)
    assert done.returncode == 1
    files = sorted(str(file) for file in tmp_path.glob("*.litmus") if "arm64" not in file.name)
    assert len(files) == 3
    assert mtelint("litmus", *files).returncode == 0


def test_standard_input_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    done = mtelint("patch", "--format", "terse", "-", "-", stdin=b"int x;\n", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="setpriv is Linux's")
def test_a_name_that_cannot_be_looked_up_costs_no_other(tmp_path: Path) -> None:
    closed, long = tmp_path / "closed", "x" * 300
    closed.mkdir(mode=0)
    may_all = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    words = [*may_all, *PROGRAM, "patch", "--quiet", "--format", "terse", str(closed), long, str(DEMO)]
    done = subprocess.run(words, capture_output=True, text=True, env=ENVIRON, cwd=tmp_path, check=False)
    closed.chmod(0o700)
    assert done.stderr == f"mtelint: {closed}: Permission denied\nmtelint: {long}: File name too long\n"
    assert "tagpool.c" in done.stdout
    assert done.returncode == 2


def test_a_current_folder_that_is_gone_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    shell = 'cd "$0" && rmdir "$0" && exec "$@"'
    (tmp_path / "x.patch").write_text("")
    words = ["sh", "-c", shell, str(tmp_path / "gone"), *PROGRAM, "patch", str(tmp_path / "x.patch")]
    done = subprocess.run(words, capture_output=True, env=ENVIRON, check=False)
    assert (done.returncode, done.stderr) == (2, b"mtelint: current folder: No such file or directory\n")


def test_the_command_that_shows_it_again_holds_operands_that_look_like_options() -> None:
    assert command_line("patch", ["--confirm"], ["-x.eml", "b"]) == "mtelint patch --confirm -- -x.eml b"
    assert command_line("patch", [], ["-", "b"]) == "mtelint patch - b"
