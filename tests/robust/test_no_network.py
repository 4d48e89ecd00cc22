"""No command opens a connection, and neither does a process that it starts."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from planted import plant
from program import DEFECT, ENVIRON, FILE, PROGRAM, mail

from mtelint.cli.guard import COMMANDS
from mtelint.model import Era

GUARD = """
import sys
LOCAL = 1  # AF_UNIX: pairs of pipes within one machine
def watch(event, arguments):
    new = event == "socket.__new__" and arguments[1] not in (LOCAL, -1)
    if new or event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
                        "socket.gethostbyaddr", "socket.sendto", "socket.sendmsg"):
        sys.stderr.write(f"NETWORK {event}\\n")
        raise RuntimeError("the network is out of bounds")
sys.addaudithook(watch)
"""
"""A ``sitecustomize``: every Python that is started refuses, below all libraries, and says so."""

LITMUS = Path(__file__).parents[2] / "fixtures" / "litmus" / "LB+mb+data.litmus"
FOUND = """{"schema": "mtelint/1", "findings": [
    {"rule": "MTE009", "path": "x.c", "line": 1, "function": "f", "message": "m", "simulation": null}]}"""
RUNS: dict[str, tuple[str, ...]] = {
    "patch": ("patch --confirm one.eml", "patch --jobs 2 one.eml two.eml", "patch --tree tree -"),
    "check": ("check --confirm .", "check --no-cache --jobs 2 tree other", "check --staged repository"),
    "reply": ("reply one.eml", "reply --tree tree --output-dir drafts one.eml"),
    "kbuild": ("kbuild -Iinclude x.c",),
    "fix": ("fix x.c", "fix --patch one.eml --tree tree"),
    "lsp": ("lsp",),
    "sweep": ("sweep mails --output found.jsonl", "sweep mails --output found.sqlite --jobs 2 --piece 1",
              "sweep repository --history HEAD~2..HEAD --output history.jsonl"),
    "rules": ("rules",),
    "explain": ("explain MTE002",),
    "config": ("config --show x.c",),
    "litmus": (f"litmus {LITMUS}", f"litmus --jobs 2 {LITMUS} {LITMUS}"),
    "replay": ("replay found.json --kernel Image",),
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a file, mails, trees and a repository in it, and the guard."""
    (tmp_path / "x.c").write_text(FILE)
    (tmp_path / "found.json").write_text(FOUND)
    (tmp_path / "Image").write_bytes(b"MZ" + bytes(54) + b"ARM\x64\0Linux version 6.1.0 (a) #1 SMP\0")
    (tmp_path / "mails").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"{name}.eml").write_bytes(mail())
        (tmp_path / "mails" / f"{name}.mbox").write_bytes(b"From a@b Thu Jun 30 18:24:34 2022\n" + mail() + b"\n")
    before = FILE.replace("\tset_page_mte_tagged(page);\n", "", 1).replace("}\n", "\tset_page_mte_tagged(page);\n}\n")
    for name in ("tree", "other", "repository"):
        plant(tmp_path / name, "arch/arm64/mm/x.c", before, Era.C)
    repository = tmp_path / "repository"
    commit = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qam", "x"]
    for words in (["init", "-q"], ["add", "-A"], commit):
        subprocess.run(["git", *words], cwd=repository, check=True)
    for text, words in ((FILE, commit), (before, commit), (FILE, ["add", "-A"])):
        (repository / "arch/arm64/mm/x.c").write_text(text)
        subprocess.run(["git", *words], cwd=repository, check=True)
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    return tmp_path


def guarded(place: Path, *command: str, stdin: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    path = os.pathsep.join([str(place / "guard"), ENVIRON["PYTHONPATH"]])
    environ = {**ENVIRON, "PYTHONPATH": path, "MTELINT_TRACEBACK": "1"}
    return subprocess.run(command, input=stdin, capture_output=True, cwd=place, env=environ, timeout=120, check=False)


def editor() -> bytes:
    """What an editor says from start to end, with a file that has a finding."""
    document = {"uri": "file:///x.c", "languageId": "c", "version": 1, "text": FILE}
    told = (
        {"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    )
    texts = [json.dumps({"jsonrpc": "2.0", **each}) for each in told]
    return "".join(f"Content-Length: {len(text)}\r\n\r\n{text}" for text in texts).encode()


def test_every_command_is_tried() -> None:
    assert set(RUNS) == set(COMMANDS)


@pytest.mark.parametrize("words", [words for each in RUNS.values() for words in each])
def test_no_command_opens_a_connection(words: str, place: Path) -> None:
    stdin = editor() if words == "lsp" else mail(DEFECT)
    done = guarded(place, *PROGRAM, *words.split(), stdin=stdin)
    assert b"NETWORK" not in done.stderr
    assert b"Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1), done.stderr
    assert done.stdout or words.startswith(("sweep", "kbuild", "reply --tree", "fix --patch"))


@pytest.mark.parametrize("code", ["socket.create_connection(('localhost', 9))", "socket.getaddrinfo('localhost', 9)"])
def test_the_guard_would_notice(code: str, place: Path) -> None:
    started = f"import subprocess, sys; subprocess.run([sys.executable, '-c', \"import socket; {code}\"])"
    for program in (f"import socket; {code}", started):
        assert b"NETWORK" in guarded(place, PROGRAM[0], "-c", program).stderr
