"""The wheel and the editable install both carry the rules; built and installed as a user would."""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

LIST_RULES = "from mtelint.rulebook import load; b = load(); print(b.digest, len(b.rules), len(b.vocabulary.functions))"


def say(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def fresh_environment(folder: Path) -> Path:
    """A new virtual environment; returns its Python."""
    venv.create(folder, with_pip=True)
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def checkout(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built, so that a build leaves nothing behind in the checkout."""
    return copied(root, tmp_path_factory.mktemp("checkout"))


def copied(root: Path, copy: Path) -> Path:
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(root / name, copy / name)
    for name in ("mtelint", "rules", "demonstrations"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / name, copy / name, ignore=ignored, copy_function=shutil.copyfile)
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    say(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, checkout, cwd=out)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_rules_schema_and_types_but_no_package_called_rules(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "mtelint/rules/MTE002-flag-before-tags.md" in names
    assert "mtelint/rules/protocols/mte-tagged.toml" in names
    assert "mtelint/report/schema-v1.json" in names
    assert "mtelint/py.typed" in names
    assert not [name for name in names if name.startswith(("rules/", "tests/", "fixtures/"))]


def test_the_wheel_holds_every_module_and_page_of_the_checkout(wheel: Path, checkout: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(path.relative_to(checkout)) for path in (checkout / "mtelint").rglob("*.py")}
    pages = {f"mtelint/{path.relative_to(checkout)}" for path in (checkout / "rules").rglob("*.*")}
    assert len(pages) > 10
    scenarios = {path for kind in ("*.toml", "*.c", "*.h") for path in (checkout / "demonstrations").rglob(kind)}
    assert scenarios
    assert modules | pages | {f"mtelint/{path.relative_to(checkout)}" for path in scenarios} <= names


EPOCH = 1_700_000_000
"""A moment in 2023."""


def built_by_somebody(root: Path, folder: Path, umask: int, touched: int, zone: str) -> bytes:
    """The wheel out of a copy of the source, made in this folder by one with habits of his own."""
    before = os.umask(umask)
    try:
        (folder / "source").mkdir(parents=True)
        source = copied(root, folder / "source")
        for path in source.rglob("*"):
            os.utime(path, (touched, touched))
        environ = {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH), "TZ": zone, "PYTHONHASHSEED": str(umask)}
        build = (sys.executable, "-m", "build", "--wheel", "--no-isolation")
        command = [*build, "--outdir", str(folder / "out"), str(source)]
        subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=True, timeout=600)
    finally:
        os.umask(before)
    (wheel,) = (folder / "out").glob("*.whl")
    return wheel.read_bytes()


def test_two_builds_at_other_times_and_places_by_other_people_are_equal(root: Path, tmp_path: Path) -> None:
    one = built_by_somebody(root, tmp_path / "one", 0o022, 1_600_000_000, "UTC")
    two = built_by_somebody(root, tmp_path / "some/other/place", 0o077, 1_650_000_000, "Asia/Tokyo")
    assert hashlib.sha256(two).hexdigest() == hashlib.sha256(one).hexdigest()
    names = zipfile.ZipFile(io.BytesIO(one)).infolist()
    assert {name.date_time for name in names} == {time.gmtime(EPOCH)[:6]}
    assert len(names) > 100


@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_an_install_loads_the_rules_and_reviews_the_demo(
    kind: str, wheel: Path, checkout: Path, root: Path, tmp_path: Path
) -> None:
    python = fresh_environment(tmp_path / "venv")
    what = [wheel] if kind == "wheel" else ["--editable", checkout]
    say(python, "-m", "pip", "install", "--quiet", *what, cwd=tmp_path)
    here = say(sys.executable, "-c", LIST_RULES, cwd=checkout)
    assert say(python, "-c", LIST_RULES, cwd=tmp_path) == here
    program = python.with_name("mtelint")
    done = subprocess.run(
        [program, "patch", root / "fixtures/demo/tag-rework.mbox", "--format", "terse"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "MTE008" in done.stdout
