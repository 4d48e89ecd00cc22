"""Finds the real counterparts, and makes the scratch repositories in which they are tried."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture(scope="session")
def counterparts(root: Path) -> Path:
    """Where ``make test-integrations`` has put the programs."""
    folder = Path(os.environ.get("MTELINT_COUNTERPARTS", root / ".venv-counterparts")).absolute()
    if not folder.is_dir():
        pytest.skip(f"no counterparts at {folder}: make test-integrations brings them")
    return folder


@pytest.fixture(scope="session")
def environ(tmp_path_factory: pytest.TempPathFactory, counterparts: Path) -> dict[str, str]:
    """An environment with a home of its own, so that nobody's configuration takes part."""
    home = tmp_path_factory.mktemp("home")
    (home / ".gitconfig").write_text("[user]\nname = A Tester\nemail = a@example.org\n[init]\ndefaultBranch = main\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_DATA_HOME": str(home / "data"),
            "XDG_CONFIG_HOME": str(home / "config"), "GIT_CONFIG_NOSYSTEM": "1",
            "PRE_COMMIT_HOME": str(home / "pre-commit")}  # fmt: skip


@pytest.fixture(scope="session")
def git(environ: dict[str, str]) -> Git:
    """``git(folder, "commit", ...)``: its output; fails the test where git fails."""

    def call(folder: Path, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return call


@pytest.fixture(scope="session")
def hooks_repository(root: Path, git: Git, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """This checkout as a repository that pre-commit can install hooks from, and its commit."""
    copy = tmp_path_factory.mktemp("hooks") / "mtelint"
    copy.mkdir()
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(root / name, copy)
    for name in ("mtelint", "rules", "demonstrations"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    git(copy, "init", "--quiet")
    git(copy, "add", "--all")
    git(copy, "commit", "--quiet", "--message", "mtelint")
    return copy, git(copy, "rev-parse", "HEAD").strip()
