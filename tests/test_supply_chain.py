"""What mtelint is made of: bounds on both sides, an audit that needs no network, lints switched off with a reason."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

WEAK = {"name": "leftpad", "version": "1.0", "vulns": [{"id": "EX-1", "fix_versions": ["1.1"]}]}
SOUND = {"name": "rightpad", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "Dependency not found"}


def run(root: Path, tool: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, root / "tools" / tool, *words], capture_output=True, text=True, check=False)


# --- bounds -----------------------------------------------------------------------------------------------------------


def test_every_requirement_has_a_lower_and_an_upper_bound(root: Path) -> None:
    done = run(root, "bounds", "lowest")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 10


def test_the_lowest_versions_are_those_of_the_bounds(root: Path) -> None:
    lowest, highest = (run(root, "bounds", end).stdout.splitlines() for end in ("lowest", "highest"))
    assert [re.sub(r">=\s*([^,]*).*", r"==\1", each) for each in highest] == lowest


@pytest.mark.parametrize("bound", ["click", "click>=8", "click<9", "click==8", "click!=8.1"])
def test_a_bound_that_is_missing_is_named(root: Path, tmp_path: Path, bound: str) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "bounds").write_bytes((root / "tools" / "bounds").read_bytes())
    (tmp_path / "pyproject.toml").write_text(
        f'[build-system]\nrequires = ["a>=1,<2"]\n[project]\ndependencies = []\noptional-dependencies.x = ["{bound}"]\n'
    )
    done = run(tmp_path, "bounds", "highest")
    assert done.returncode == 1
    assert done.stderr.startswith(f"{bound}: ")


# --- audit ------------------------------------------------------------------------------------------------------------


def audited(root: Path, folder: Path, out: str, err: str = "") -> "subprocess.CompletedProcess[str]":
    """The audit with a Python whose pip-audit prints that."""
    program = folder / "python"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.write({out!r})\nsys.stderr.write({err!r})\n")
    program.chmod(0o755)
    return run(root, "audit", str(program))


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([SOUND], 0, "audit: 1 packages, 0 known weaknesses\n"),
        ([SOUND, UNKNOWN], 0, "audit: 1 packages, 0 known weaknesses, 1 packages that the service does not know\n"),
        ([SOUND, WEAK], 1, "leftpad 1.0: EX-1, fixed in 1.1\naudit: 2 packages, 1 known weaknesses\n"),
        ([UNKNOWN, UNKNOWN], 0, "audit: left out: the service that knows of weaknesses cannot be reached\n"),
    ],
)
def test_the_audit_fails_for_a_known_weakness_alone(
    root: Path, tmp_path: Path, packages: list[dict[str, object]], code: int, said: str
) -> None:
    done = audited(root, tmp_path, json.dumps({"dependencies": packages}))
    assert (done.returncode, done.stdout) == (code, said)


def test_without_a_network_the_audit_is_left_out_and_says_so(root: Path, tmp_path: Path) -> None:
    done = audited(root, tmp_path, "", "ERROR:pip_audit._cli:Could not connect to the vulnerability feed\n")
    assert done.returncode == 0
    assert done.stdout.startswith("audit: left out")
    assert len(done.stdout.splitlines()) == 1


def test_an_audit_that_cannot_run_is_no_clean_one(root: Path, tmp_path: Path) -> None:
    done = audited(root, tmp_path, "", "python: No module named pip_audit\n")
    assert (done.returncode, done.stderr) == (1, "audit: python: No module named pip_audit\n")


# --- lints ------------------------------------------------------------------------------------------------------------


def test_every_lint_that_is_switched_off_in_the_configuration_has_its_reason_beside_it(root: Path) -> None:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)["tool"]
    off = [*told["ruff"]["lint"]["ignore"], *told["ruff"]["lint"]["per-file-ignores"]]
    off += [module for each in told["mypy"]["overrides"] for module in each["module"]]
    for word in off:
        lines = [each for each in text.partition("[tool.ruff.lint]")[2].splitlines() if f'"{word}"' in each]
        at = text.splitlines().index(lines[0])
        beside = "\n".join(text.splitlines()[at : at + 2]) if lines[0].startswith("module") else lines[0]
        assert re.search(r"# \w+ \w+", beside), word


OFF = re.compile(r"# (?P<what>noqa|type: ignore)(?P<rules>: [A-Z]+\d+(, [A-Z]+\d+)*|\[[a-z, -]+\])?(?P<rest>.*)$")
FOLDERS = {"noqa": ("mtelint", "tests", "benchmarks"), "type: ignore": ("mtelint",)}


def test_every_lint_that_is_switched_off_in_the_code_names_its_rule_and_its_reason(root: Path) -> None:
    wrong, seen = [], 0
    for path in sorted(path for folder in FOLDERS["noqa"] for path in (root / folder).rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            off = OFF.search(line)
            if off and path.relative_to(root).parts[0] in FOLDERS[off["what"]]:
                seen += 1
                if not off["rules"] or not re.match(r"  # \w+ \w+", off["rest"]):
                    wrong.append(f"{path.relative_to(root)}:{number}: {line.strip()}")
    assert wrong == []
    assert seen > 5
