"""The wheel and the editable install both carry the rules; built and installed as a user would."""

import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

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
    copy = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(root / name, copy)
    for name in ("mtelint", "rules"):
        shutil.copytree(root / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
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
    assert modules | pages <= names


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
