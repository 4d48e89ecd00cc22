"""Nothing from a mail is run, is an option, leaves a folder, draws on the terminal, or is markup where it is shown."""

import io
import json
import re
import subprocess
import xml.etree.ElementTree as ET
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

import pytest
from program import DEFECT, ENVIRON, FILE, inside, mail, mtelint

from mtelint.engine import Input, Options, review_patches
from mtelint.report import FORMATS

EVIL = {
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m\x08\x7f",
    "reordering": "\u202egnp.exe\u2066\u200b\ufeff",
    "commands": "x\n::error file=a::owned\n::set-output name=x::y\r::add-mask::z",
    "percent": "%s %n %(x)s {0} {x.__class__} $HOME `touch owned` $(touch owned) ; touch owned",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> \"' & ]]> --> </title>",
    "markdown": "| a | [x](javascript:1) ``` <b> \\| **x**",
    "expression": "(a+)+$ [ ( * \\ ?P<x> \\1 " + "a" * 40,
    "option": "--output=owned -o owned",
    "nul": "a\0b",
}


def evil_mail(text: str, in_path: bool = True) -> bytes:
    """The text wherever a mail has room for it: names, subject, path, heading, code, comment and string."""
    flat = text.replace("\n", " ").replace("\r", " ")
    path = re.sub(r"[\s\0]", "_", flat) if in_path else "x"
    diff = DEFECT.replace("mm/x.c", f"mm/{path}.c").replace("@@ -1,5 +1,5 @@", f"@@ -1,5 +1,5 @@ {flat}")
    diff = diff.replace("set_page_mte_tagged(page);", f'set_page_mte_tagged(page); /* {flat} */ pr_debug("{flat}");')
    return mail(diff, f"[PATCH] {flat}", f'"{flat}" <a@example.org>').replace(b"<1@", f"<{path}@".encode())


def outputs(data: bytes) -> dict[str, str]:
    """Every format, by name."""
    result = {}
    for name in FORMATS:
        done = inside("patch", "--format", name, "--min-confidence", "low", "-", stdin=data)
        assert b"Traceback" not in done.stderr
        assert done.returncode in (0, 1), done.stderr
        result[name] = done.stdout.decode("utf-8")
        result[f"{name} stderr"] = done.stderr.decode("utf-8")
    return result


@pytest.mark.parametrize("in_path", [True, False])
@pytest.mark.parametrize("kind", EVIL)
def test_no_format_lets_text_of_a_mail_do_anything(kind: str, in_path: bool, tmp_path: Path) -> None:
    found = outputs(evil_mail(EVIL[kind], in_path))
    assert in_path or "MTE002" in found["terse"] or " 0 skipped" not in found["text stderr"]
    for name, text in found.items():
        bad = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        assert not bad, f"{name} holds the control characters {bad}"
    commands = [line for line in found["github"].splitlines() if line.startswith("::")]
    assert all(re.match(r"::(error|warning|notice) file=[^:,]*,line=\d+", line) for line in commands), commands
    for name in ("text", "terse", "text stderr"):
        assert not [line for line in found[name].splitlines() if line.startswith("::")], name
    for name in ("json", "sarif", "gitlab", "rdjson", "b4-json", "patchwork"):
        if name in found:
            json.loads(found[name])
    if "junit" in found:
        ET.fromstring(found["junit"])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", EVIL)
def test_the_page_has_no_element_that_a_mail_wrote(kind: str) -> None:
    class Elements(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: set[str] = set()

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found |= {tag, *(f"{tag} {name}" for name, _ in attrs if name.startswith("on"))}

    def elements(data: bytes) -> set[str]:
        reader = Elements()
        reader.feed(inside("patch", "--format", "html", "-", stdin=data).stdout.decode())
        return reader.found

    assert elements(evil_mail(EVIL[kind])) <= elements(mail()) | {"span", "del", "ins", "ul", "li"}


def test_a_mail_makes_no_file_and_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "Popen", lambda *words, **_: started.append(words))
    for text in EVIL.values():
        review_patches([Input("x", partial(io.BytesIO, evil_mail(text)))], Options())
    assert not started
    assert not list(tmp_path.iterdir())


PATHS = (
    "../../outside.c",
    "/etc/outside.c",
    ".git/hooks/x.c",
    "a/../../outside.c",
    "-rf.c",
    "--help.c",
    "a\tb.c",
    "~/x.c",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_path_of_a_mail_stays_in_the_folders_of_the_run(path: str, tmp_path: Path) -> None:
    tree, out = tmp_path / "tree", tmp_path / "out"
    (tree / "arch/arm64/mm").mkdir(parents=True)
    (tree / "arch/arm64/mm/x.c").write_text(FILE)
    (tmp_path / "outside.c").write_text(FILE)
    before = sorted(tmp_path.rglob("*"))
    diff = DEFECT.replace("arch/arm64/mm/x.c", path)
    done = inside("patch", "--tree", str(tree), "--litmus-dir", str(out), "-", stdin=mail(diff), cwd=tree)
    assert b"Traceback" not in done.stderr
    assert sorted(p for p in tmp_path.rglob("*") if out not in (p, *p.parents)) == before
    assert (tmp_path / "outside.c").read_text() == FILE
    assert all(p.parent == out for p in out.rglob("*")) if out.exists() else True


@pytest.mark.parametrize(
    "name", ["-x.c", "--help.c", "$(touch owned).c", "a;touch owned.c", "a b\nc.c", "%s.c", "[a].c"]
)
def test_a_file_of_any_name_is_read_as_a_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / name).write_text(FILE)
    for words in (("dir",), ("--", f"dir/{name}")):
        done = inside("check", "--format", "terse", *words, cwd=tmp_path)
        assert b"MTE002" in done.stdout
        assert len(done.stdout.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["dir"]


HOSTILE = (
    ("attributes in the index", {".gitattributes": "*.c diff=evil filter=evil\n"}),
    ("a module", {".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c touch% owned\n'}),
    ("a mail map", {".mailmap": "x\n"}),
    ("a configuration of ripgrep", {".ripgreprc": "--pre=touch\n"}),
)


@pytest.mark.parametrize("files", [each for _, each in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_files_of_a_hostile_repository_start_nothing(files: dict[str, str], tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    (repo / "arch/arm64/mm").mkdir(parents=True)
    git = ["git", "-C", str(repo), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    (repo / "arch/arm64/mm/x.c").write_text("void g(void)\n{\n}\n")
    for name, text in files.items():
        (repo / name).write_text(text)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    bomb = repo / "bomb"
    bomb.write_text(f"#!/bin/sh\ntouch {tmp_path}/owned\n")
    bomb.chmod(0o755)
    with (repo / ".git/config").open("a") as config:
        for section, key in (("diff \"evil\"", "textconv"), ("diff \"evil\"", "command"), ("filter \"evil\"", "clean"),
                             ("core", "fsmonitor"), ("core", "sshCommand"), ("gpg", "program")):  # fmt: skip
            config.write(f"[{section}]\n\t{key} = {bomb}\n")
        config.write(f"[include]\n\tpath = {tmp_path}/more\n")
    (tmp_path / "more").write_text(f"[core]\n\thooksPath = {repo}\n\tpager = {bomb}\n")
    (repo / "arch/arm64/mm/x.c").write_text(FILE)
    subprocess.run(["git", "-C", str(repo), "-c", "filter.evil.clean=cat", "-c", "core.fsmonitor=false", "add",
                    "arch/arm64/mm/x.c"], check=True, env={**ENVIRON, "GIT_CONFIG_GLOBAL": "/dev/null"})  # fmt: skip
    (tmp_path / "owned").unlink(missing_ok=True)
    environ = {"RIPGREP_CONFIG_PATH": str(repo / ".ripgreprc"), "GIT_EXTERNAL_DIFF": str(bomb)}
    assert b"MTE002" in mtelint("check", "--staged", cwd=repo, environ=environ).stdout
    assert b"MTE002" in mtelint("check", ".", cwd=repo, environ=environ).stdout
    assert (
        b"Traceback"
        not in mtelint("patch", "--tree", ".", "--rev", "HEAD", "-", stdin=mail(), cwd=repo, environ=environ).stderr
    )
    assert not (tmp_path / "owned").exists()
