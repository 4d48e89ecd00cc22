"""Brings what the comparison needs and the machine lacks: other tools, the kernel source, mtelint itself.

Nothing is put into the repository: Debian's packages are installed, PyPI's go into the user's cache folder.
"""

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from places import CACHE, KERNELS, ROOT
from timing import say

FOLDER = CACHE / "benchmarks"
KERNEL = "6.1"


@dataclass(frozen=True)
class Tool:
    """A program and what holds it: a package of Debian, or with a version's bounds one of PyPI."""

    command: str
    package: str

    @property
    def is_python(self) -> bool:
        return "=" in self.package

    @property
    def path(self) -> str | None:
        """Where the program is, None if it is to be brought."""
        return shutil.which(self.command, path=FOLDER / "bin" if self.is_python else None)


RIPGREP = Tool("rg", "ripgrep")
SPATCH = Tool("spatch", "coccinelle")
SEMGREP = Tool("semgrep", "semgrep>=1,<2")
AST_GREP = Tool("ast-grep", "ast-grep-cli>=0.30,<1")


def bring(tools: Sequence[Tool]) -> None:
    """Install what is absent; ends this process with one line where that cannot be."""
    absent = [tool for tool in tools if tool.path is None]
    _debian([tool.package for tool in absent if not tool.is_python])
    _pypi(FOLDER, [tool.package for tool in absent if tool.is_python])


def _debian(packages: Sequence[str]) -> None:
    if not packages:
        return
    if os.geteuid() != 0:
        sys.exit(f"missing: {' '.join(packages)}; as root: apt-get install {' '.join(packages)}")
    _call("apt-get", "update", "-qq")
    _call("apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages)


def _pypi(folder: Path, packages: Sequence[str]) -> None:
    if not packages:
        return
    if not (folder / "bin" / "python").exists():
        venv.create(folder, with_pip=True)
    _call(folder / "bin" / "python", "-m", "pip", "-qq", "--disable-pip-version-check", "install", *packages)


def kernel() -> Path:
    """Folder of Debian's kernel source; brought there if it is absent."""
    _call(ROOT / "tools" / "kernel-source", KERNELS, KERNEL)
    return KERNELS / f"linux-source-{KERNEL}"


def python() -> str:
    """A Python that has mtelint as it is now and nothing else, as a user has it.

    In one that an editable install or other packages hook into, every start takes longer, and so ratios look better.
    """
    folder = FOLDER / "mtelint"
    _pypi(folder, [str(ROOT)])
    _pypi(folder, ["--force-reinstall", "--no-deps", str(ROOT)])
    return str(folder / "bin" / "python")


def version(*command: str) -> str:
    """The version that a program tells, "?" if none."""
    told = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", told)
    return found[0] if found else "?"


def _call(*command: str | Path) -> None:
    """Run a step; what it prints is progress, as standard output is for tables."""
    say(f"bringing: {' '.join(map(str, command[:3]))} ...")
    done = subprocess.run(command, stdout=sys.stderr, check=False)
    if done.returncode:
        sys.exit(f"cannot go on: {' '.join(map(str, command))} ended with status {done.returncode}")
