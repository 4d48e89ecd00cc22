"""Every script in ``tools/`` runs to its end, where nothing has to be brought over a network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TRIED = {
    "audit": "test_supply_chain.py",
    "bounds": "test_supply_chain.py",
    "counterparts": "test_tools.py",
    "demo": "test_tools.py",
    "kernel-source": "test_tools.py",
    "manpage": "test_tools.py",
    "update-readme": "test_tools.py",
}
"""Script to the module with its test."""


def run(*words: str | Path, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a script, with the programs of a folder in front of all others."""
    here = Path(__file__).resolve().parents[1]
    found = os.pathsep.join([*([str(path)] if path else []), os.environ["PATH"]])
    environ = {**os.environ, "PATH": found, "PYTHONPATH": str(here)}
    command = list(map(str, words))
    return subprocess.run(command, capture_output=True, text=True, env=environ, timeout=120, check=False)


def programs(folder: Path, **texts: str) -> Path:
    """A folder with shell scripts of these names; ``_`` stands for ``-``."""
    folder.mkdir()
    for name, text in texts.items():
        program(folder / name.replace("_", "-"), text)
    return folder


def program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def test_every_script_has_its_test(root: Path) -> None:
    assert sorted(TRIED) == sorted(path.name for path in (root / "tools").iterdir() if path.is_file())
    for script, module in TRIED.items():
        text = (root / "tests" / module).read_text()
        assert f'/ "{script}"' in text or f'(root, "{script}"' in text, script


def test_the_demo_shows_findings(root: Path, tmp_path: Path) -> None:
    program(tmp_path / "mtelint", f'exec {sys.executable} -m mtelint "$@"')
    done = run(root / "tools" / "demo", tmp_path / "mtelint")
    assert done.returncode == 0, done.stderr
    assert "MTE002" in done.stdout


@pytest.mark.parametrize("status", [0, 2, 3])
def test_a_demo_without_findings_has_failed(root: Path, tmp_path: Path, status: int) -> None:
    program(tmp_path / "mtelint", f"exit {status}")
    done = run(root / "tools" / "demo", tmp_path / "mtelint")
    assert (done.returncode, done.stderr) == (
        1,
        f"the review ended with status {status} where findings (1) were expected\n",
    )


def test_the_man_page_names_the_commands(root: Path) -> None:
    done = run(sys.executable, root / "tools" / "manpage")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(".")
    assert "litmus" in done.stdout


def test_the_output_of_the_demo_is_put_into_the_readme(root: Path, tmp_path: Path) -> None:
    readme = (root / "README.md").read_text(encoding="utf-8")
    (tmp_path / "tools").mkdir()
    (tmp_path / "fixtures").symlink_to(root / "fixtures")
    (tmp_path / "tools" / "update-readme").write_bytes((root / "tools" / "update-readme").read_bytes())
    (tmp_path / "README.md").write_text(readme.replace("inverted-guard", "of yesterday"), encoding="utf-8")
    done = run(sys.executable, tmp_path / "tools" / "update-readme")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == readme


def test_a_kernel_source_that_is_there_is_kept(root: Path, tmp_path: Path) -> None:
    tree = tmp_path / "linux-source-6.1"
    tree.mkdir()
    (tree / "Makefile").write_text("ours")
    done = run(root / "tools" / "kernel-source", tmp_path, "6.1")
    assert (done.returncode, done.stdout) == (0, f"linux-source-6.1: already in {tree}\n")
    assert (tree / "Makefile").read_text() == "ours"


def test_a_kernel_source_that_is_in_no_list_is_named(root: Path, tmp_path: Path) -> None:
    debian = programs(tmp_path / "debian", apt_cache="exit 1", apt_get="exit 0")
    done = run(root / "tools" / "kernel-source", tmp_path / "kernels", "0.1", path=debian)
    assert done.returncode == 1
    assert "this Debian has no linux-source-0.1" in done.stderr
    assert list((tmp_path / "kernels").iterdir()) == []


def test_counterparts_that_are_there_are_kept(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "counterparts"
    for name in ("pre-commit", "b4", "check-jsonschema", "junitparser"):
        program(folder / name / "bin" / name, "exit 0")
    (folder / "npm").mkdir()
    (folder / "npm" / ".done").write_text("")
    names = ("npm", "chromium", "rg", "mandoc", "flex", "bison", "bc", "aarch64_linux_gnu_gcc")
    there = programs(tmp_path / "bin", **dict.fromkeys(names, "exit 9"), apt_get="exit 9")
    before = sorted(folder.rglob("*"))
    done = run(root / "tools" / "counterparts", folder, path=there)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(folder.rglob("*")) == before
