"""Repositories of strangers: whatever they, or the environment, want to have run is not run."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from program import DEFECT, ENVIRON, FILE, inside, mail, mtelint

PLAIN = {**ENVIRON, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
WHO = (
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@example.org",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "core.hooksPath=/none",
)
PATH = "arch/arm64/mm/x.c"
GOOD = "void f(struct page *page)\n{\n\tmte_clear_page_tags(page_address(page));\n\tset_page_mte_tagged(page);\n}\n"


def git(repo: Path, *words: str) -> bytes:
    """The output of git, contained by us while the repository is made."""
    return subprocess.run(["git", "-C", str(repo), *WHO, *words], env=PLAIN, check=True, capture_output=True).stdout


class Hostile:
    """A copy of the repository, which its owner is about to harm, and a program that leaves a mark where it is run."""

    def __init__(self, folder: Path, plain: Path) -> None:
        self.repo, self.mark, self.bomb = folder / "repo", folder / "owned", folder / "bomb"
        shutil.copytree(plain, self.repo, symlinks=True)
        self.bomb.write_text(f"#!/bin/sh\ntouch {self.mark}\ncat\n")
        self.bomb.chmod(0o755)

    def configure(self, key: str, value: str) -> None:
        """Write a key into the repository's own configuration."""
        git(self.repo, "config", key, value)

    def commands(
        self, run: Callable[..., "subprocess.CompletedProcess[bytes]"] = inside, environ: Mapping[str, str] = {}
    ) -> None:
        """Every command that runs git, on this repository."""
        (self.repo / PATH).write_text(FILE + "\n")
        git(
            self.repo,
            "-c",
            "core.fsmonitor=false",
            "-c",
            "filter.evil.clean=cat",
            "-c",
            "filter.evil.process=",
            "add",
            PATH,
        )
        self.mark.unlink(missing_ok=True)
        for words in (
            ("check", "--staged"),
            ("check", "--range", "HEAD~1..HEAD"),
            ("patch", "--tree", ".", "--rev", "HEAD~1", "-"),
            ("patch", "--tree", ".", "-"),
            ("sweep", "--history", "HEAD~1..HEAD", "-o", "../out.jsonl", "."),
        ):
            done = run(*words, stdin=mail(), cwd=self.repo, environ=environ)
            assert b"Traceback" not in done.stderr, done.stderr
            assert done.returncode in (0, 1), (words, done.stderr)
            assert not self.mark.exists(), words
        assert b"MTE002" in (self.repo / "../out.jsonl").read_bytes()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with two commits, the second with a defect."""
    repo = tmp_path_factory.mktemp("plain")
    (repo / PATH).parent.mkdir(parents=True)
    git(repo, "init", "-q")
    for text in (GOOD, FILE):
        (repo / PATH).write_text(text)
        git(repo, "add", "-A")
        git(repo, "commit", "-qm", "x")
    return repo


@pytest.fixture
def hostile(tmp_path: Path, plain: Path) -> Hostile:
    return Hostile(tmp_path, plain)


KEYS = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "core.askPass", "core.gitProxy",
    "core.alternateRefsCommand",
    "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge",
    "filter.evil.process", "merge.evil.driver", "gpg.program", "gpg.ssh.program", "credential.helper", "pager.diff",
    "pager.log", "interactive.diffFilter", "uploadpack.packObjectsHook", "sequence.editor", "web.browser",
    "alias.diff", "alias.cat-file", "alias.rev-parse", "alias.log", "alias.grep",
    "trailer.x.command", "remote.origin.vcs",
)  # fmt: skip
"""Keys that name a program."""


@pytest.mark.parametrize("key", KEYS)
def test_a_program_that_the_configuration_names_is_not_run(key: str, hostile: Hostile) -> None:
    (hostile.repo / ".gitattributes").write_text("* diff=evil filter=evil merge=evil\n")
    hostile.configure(key, f"!{hostile.bomb}" if key.startswith(("alias.", "credential.")) else str(hostile.bomb))
    hostile.configure("log.showSignature", "true")
    hostile.commands()


def test_what_an_included_configuration_names_is_not_run(hostile: Hostile, tmp_path: Path) -> None:
    lines = [f"[{key.split('.')[0]}]\n\t{key.split('.')[1]} = {hostile.bomb}\n" for key in KEYS if key.count(".") == 1]
    (tmp_path / "more").write_text("".join(lines))
    hostile.configure("include.path", str(tmp_path / "more"))
    hostile.configure(f"includeIf.gitdir:{hostile.repo}/.path", str(tmp_path / "more"))
    hostile.commands(mtelint)


@pytest.mark.parametrize("place", [".git/hooks", "hooks"])
def test_no_hook_is_run(place: str, hostile: Hostile) -> None:
    folder = hostile.repo / place
    folder.mkdir(exist_ok=True)
    for name in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman",
                 "pre-auto-gc", "post-rewrite"):  # fmt: skip
        (folder / name).symlink_to(hostile.bomb)
    hostile.configure("core.hooksPath", str(folder))
    hostile.commands()


@pytest.mark.parametrize(
    "environ",
    [
        {"GIT_EXTERNAL_DIFF": "{bomb}"},
        {"GIT_SSH_COMMAND": "{bomb}", "GIT_SSH": "{bomb}", "GIT_ASKPASS": "{bomb}", "GIT_PAGER": "{bomb}"},
        {"PAGER": "{bomb}", "EDITOR": "{bomb}", "SSH_ASKPASS": "{bomb}"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": "{bomb}"},
        {"GIT_CONFIG_PARAMETERS": "'core.fsmonitor'='{bomb}'"},
        {"GIT_CONFIG_GLOBAL": "{folder}/global", "GIT_CONFIG_SYSTEM": "{folder}/global"},
        {"GIT_DIR": "{folder}/elsewhere", "GIT_WORK_TREE": "/", "GIT_INDEX_FILE_": "x"},
        {"GIT_OBJECT_DIRECTORY": "{folder}/none", "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{folder}/none"},
        {"GIT_EXEC_PATH": "{folder}", "GIT_TEMPLATE_DIR": "{folder}"},
        {"GIT_TRACE": "{folder}/owned", "GIT_TRACE2_EVENT": "{folder}/owned"},
        {"GIT_NAMESPACE": "x", "GIT_CEILING_DIRECTORIES": "/", "GIT_DIFF_OPTS": "--output=owned"},
    ],
)  # fmt: skip
def test_the_environment_runs_nothing_and_leads_nowhere_else(
    environ: dict[str, str], hostile: Hostile, tmp_path: Path
) -> None:
    (tmp_path / "global").write_text(f"[core]\n\tfsmonitor = {hostile.bomb}\n[diff]\n\texternal = {hostile.bomb}\n")
    hostile.commands(environ={k: text.format(bomb=hostile.bomb, folder=tmp_path) for k, text in environ.items()})


def _module(hostile: Hostile) -> None:
    other = hostile.repo.parent / "module"
    Hostile(other, hostile.repo)
    git(hostile.repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other / "repo"), "sub")
    git(hostile.repo, "commit", "-qm", "module")
    config = hostile.repo / ".git/modules/sub/config"
    config.write_text(
        config.read_text() + f"[core]\n\tfsmonitor = {hostile.bomb}\n[diff]\n\texternal = {hostile.bomb}\n"
    )
    hostile.configure("submodule.sub.update", f"!{hostile.bomb}")
    hostile.configure("status.submoduleSummary", "true")
    hostile.configure("diff.submodule", "diff")
    git(hostile.repo, "reset", "-q", "--soft", "HEAD~1")


def _promisor(hostile: Hostile) -> None:
    hostile.configure("remote.origin.url", f"ext::{hostile.bomb}")
    hostile.configure("remote.origin.promisor", "true")
    hostile.configure("remote.origin.partialclonefilter", "blob:none")
    hostile.configure("protocol.ext.allow", "always")
    hostile.configure("extensions.partialClone", "origin")


def _replaced(hostile: Hostile) -> None:
    first, second = (git(hostile.repo, "rev-parse", rev).decode().strip() for rev in ("HEAD~1", "HEAD"))
    git(hostile.repo, "replace", second, first)


def _names(hostile: Hostile) -> None:
    for name in ("-output=owned", "--exec", "HEAD", "$(touch owned)", ";touch owned", "a..b"):
        refs = hostile.repo / ".git/refs/heads" / name
        refs.write_text(git(hostile.repo, "rev-parse", "HEAD").decode())


@pytest.mark.parametrize("plant", [_module, _promisor, _replaced, _names])
def test_what_a_repository_links_to_is_left_alone(plant: Callable[[Hostile], None], hostile: Hostile) -> None:
    plant(hostile)
    hostile.commands()


@pytest.mark.parametrize(
    "value", ["--output=owned", "-x", "--exec=touch owned", "-", "--upload-pack=touch owned", "a\nb"]
)
@pytest.mark.parametrize(
    "words",
    [("patch", "--tree", ".", "--rev={}", "-"), ("patch", "--tree={}", "-"), ("check", "--range={}..HEAD"),
     ("check", "--range={}"), ("sweep", "--history={}", "-o", "../out.jsonl", "."),
     ("sweep", "--history=HEAD~1..{}", "-o", "../out.jsonl", ".")],
)  # fmt: skip
def test_a_value_that_looks_like_an_option_is_none(words: tuple[str, ...], value: str, hostile: Hostile) -> None:
    before = sorted(path for path in hostile.repo.rglob("*") if ".git" not in path.parts)
    done = inside(*(word.format(value) for word in words), stdin=mail(), cwd=hostile.repo)
    assert b"Traceback" not in done.stderr
    assert b"internal error" not in done.stderr
    assert done.returncode in (0, 1, 2)
    assert sorted(path for path in hostile.repo.rglob("*") if ".git" not in path.parts) == before


def test_a_public_inbox_of_a_stranger_runs_nothing(tmp_path: Path) -> None:
    inbox, mark, bomb = tmp_path / "inbox", tmp_path / "owned", tmp_path / "bomb"
    bomb.write_text(f"#!/bin/sh\ntouch {mark}\n")
    bomb.chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q")
    (work / "m").write_bytes(mail(DEFECT))
    (work / ".gitattributes").write_text("* diff=evil filter=evil\n")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "x")
    git(tmp_path, "clone", "-q", "--bare", str(work), str(inbox / "git/0.git"))
    epoch = inbox / "git/0.git"
    for key in KEYS:
        git(epoch, "config", key, f"!{bomb}" if key.startswith("alias.") else str(bomb))
    (epoch / "hooks").mkdir(exist_ok=True)
    for name in ("reference-transaction", "post-checkout"):
        (epoch / "hooks" / name).symlink_to(bomb)
    mark.unlink(missing_ok=True)
    done = inside("sweep", "-o", str(tmp_path / "out.jsonl"), str(inbox))
    assert b"Traceback" not in done.stderr
    assert b"MTE002" in (tmp_path / "out.jsonl").read_bytes(), done.stderr
    assert not mark.exists()


def test_a_repository_of_another_owner_is_read(hostile: Hostile) -> None:
    """Nothing of it is run, so that ``safe.directory`` need not be asked for."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository to another")
    for path in (hostile.repo, *hostile.repo.rglob("*")):
        os.chown(path, 12345, 12345, follow_symlinks=False)
    done = inside("check", "--range", "HEAD~1..HEAD", cwd=hostile.repo)
    assert b"MTE002" in done.stdout, done.stderr
