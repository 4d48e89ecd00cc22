"""What goes wrong around the program: one clear line, the right status, and files whole or not at all."""

import io
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import BinaryIO

import pytest
from program import DEFECT, ENVIRON, FILE, PROGRAM, inside, mail, mtelint

from mtelint.cli.output import write_whole
from mtelint.engine import Input, Options, review_patches
from mtelint.errors import UsageError

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def one_line(done: "subprocess.CompletedProcess[bytes]", word: bytes) -> bool:
    return word in done.stderr and b"Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 2


@needs_full
@pytest.mark.parametrize("style", ["text", "json", "terse", "github"])
def test_a_full_disk_below_standard_output_is_said(style: str) -> None:
    with FULL.open("wb") as full:
        done = mtelint("patch", "-q", "--format", style, "-", stdin=mail(), stdout=full.fileno())
    assert one_line(done, b"No space left on device"), done.stderr
    assert done.returncode == 2


@needs_full
def test_a_full_disk_below_a_named_output_is_said() -> None:
    done = mtelint("patch", "-q", "--format", "json=/dev/full", "-", stdin=mail())
    assert one_line(done, b"/dev/full: cannot be written: No space left on device"), done.stderr
    assert done.returncode == 2


@needs_full
@pytest.mark.parametrize("words", [("rules",), ("explain", "MTE002"), ("--help",), ("--version",)])
def test_a_full_disk_is_said_by_every_command(words: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        done = mtelint(*words, stdout=full.fileno())
    assert one_line(done, b"No space left on device"), done.stderr
    assert done.returncode == 2


@needs_full
def test_a_full_disk_below_standard_error_changes_no_status() -> None:
    with FULL.open("wb") as full:
        done = subprocess.run([*PROGRAM, "patch", "-"], input=mail(), stdout=subprocess.PIPE, stderr=full, env=ENVIRON,
                              timeout=60, check=False)  # fmt: skip
    assert b"MTE002" in done.stdout
    assert done.returncode in (1, 2)


def test_what_stood_in_an_output_file_stays_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "out.json"
    file.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_whole(str(file), "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = inside("patch", "--format", f"json={tmp_path}/file/out.json", "-", stdin=mail())
    assert done.returncode == 2
    assert one_line(done, b"cannot be written")


def test_findings_are_printed_though_a_second_output_cannot_be_written(tmp_path: Path) -> None:
    done = inside("patch", "--format", "terse", "--format", f"json={tmp_path}/no/out.json", "-", stdin=mail())
    assert b"MTE002" in done.stdout
    assert done.returncode == 2


@pytest.mark.slow
def test_killed_while_it_writes_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    file.write_text("{}")
    (tmp_path / "many.mbox").write_bytes(b"".join(_numbered(number) for number in range(200)))
    for delay in (0.2, 0.5, 0.8, 1.1, 1.5):
        with subprocess.Popen(
            [*PROGRAM, "patch", "-q", "--format", f"json={file}", "many.mbox"], cwd=tmp_path, env=ENVIRON
        ) as process:
            time.sleep(delay)
            process.kill()
        assert isinstance(json.loads(file.read_text()), dict)


def _numbered(number: int) -> bytes:
    text = mail(DEFECT.replace("x.c", f"x{number}.c")).replace(b"<1@", b"<%d@" % number)
    return b"From a@b Thu Jun 30 18:24:34 2022\n" + text + b"\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_in_the_middle_of_the_input_ends_without_a_traceback(number: signal.Signals) -> None:
    with subprocess.Popen(
        [*PROGRAM, "patch", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRON
    ) as process:
        assert process.stdin is not None
        process.stdin.write(_numbered(1))
        process.stdin.flush()
        time.sleep(1.5)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err
    assert process.returncode in (130, -signal.SIGTERM)


def test_a_reader_that_goes_away_ends_quietly(tmp_path: Path) -> None:
    (tmp_path / "many.mbox").write_bytes(b"".join(_numbered(number) for number in range(300)))
    with subprocess.Popen(
        [*PROGRAM, "patch", "many.mbox"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=ENVIRON
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 141


# --- input ------------------------------------------------------------------------------------------------------------


class Broken(io.BytesIO):
    """A stream that fails in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() > 90_000:
            raise OSError(5, "Input/output error")
        return super().read(min(1_000, size if size is not None and size >= 0 else 1_000))


def test_what_was_read_before_an_input_error_is_judged_and_the_error_is_said() -> None:
    text = b"".join(_numbered(number) for number in range(300))
    broken: BinaryIO = Broken(text)
    report = review_patches([Input("x", lambda: broken), Input("y", lambda: io.BytesIO(mail()))], Options())
    assert any("Input/output error" in line for line in report.unreadable)
    assert {f.path for f in report.findings} >= {"arch/arm64/mm/x.c", "arch/arm64/mm/x0.c"}


def test_an_unreadable_file_is_named_and_the_others_are_judged(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text(FILE)
    (tmp_path / "gone.c").symlink_to("nowhere.c")
    (tmp_path / "loop.c").symlink_to("loop.c")
    done = inside("check", "a.c", "gone.c", "loop.c", cwd=tmp_path)
    assert b"MTE002" in done.stdout
    assert done.returncode == 2
    assert b"gone.c" in done.stderr
    assert b"loop.c" in done.stderr


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder"])
def test_what_is_no_plain_file_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    import socket

    path = tmp_path / "odd.c"
    (tmp_path / "a.c").write_text(FILE)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        socket.socket(socket.AF_UNIX).bind(str(path)) if len(str(path)) < 100 else path.mkdir()
    else:
        path.mkdir()
    done = inside("check", ".", cwd=tmp_path)
    assert b"MTE002" in done.stdout
    assert b"Traceback" not in done.stderr


def test_a_file_that_is_cut_while_it_is_read_is_judged_as_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mtelint.engine import review_paths
    from mtelint.engine.find import candidates
    from mtelint.engine.find.word_search import read_bytes

    path = tmp_path / "a.c"
    path.write_text(FILE)

    def changing(name: str, most: int) -> bytes | None:
        text = read_bytes(name, most)
        path.write_text("")
        return text

    monkeypatch.setattr(candidates, "read_bytes", changing)
    assert [f.rule for f in review_paths([str(path)], Options()).findings] == ["MTE002"]


@pytest.mark.parametrize("error", [FileNotFoundError(2, "gone"), PermissionError(13, "denied"), OSError(5, "I/O")])
def test_a_file_that_cannot_be_read_after_the_search_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    from mtelint.engine import review_paths
    from mtelint.engine.find import candidates
    from mtelint.engine.find.word_search import read_bytes

    for name in ("a.c", "b.c"):
        (tmp_path / name).write_text(FILE)

    def vanishing(name: str, most: int) -> bytes | None:
        if name.endswith("a.c"):
            raise error
        return read_bytes(name, most)

    monkeypatch.setattr(candidates, "read_bytes", vanishing)
    report = review_paths([str(tmp_path)], Options())
    assert [f.path.rsplit("/", 1)[-1] for f in report.findings] == ["b.c"]
    assert [line.rsplit(": ", 1)[-1] for line in report.unreadable] == [error.strerror]
