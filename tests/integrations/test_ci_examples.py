"""The GitHub action and the GitLab job: valid by the schemas of both services, and their steps run as they stand."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.integration

Git = Callable[..., str]
GOOD = """\
void pool_add(struct page *page)
{
	if (try_page_mte_tagging(page)) {
		mte_clear_page_tags(page_address(page));
		set_page_mte_tagged(page);
	}
}
"""
BAD = GOOD.replace("try_page_mte_tagging", "page_mte_tagged")
DUMP = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)"


def parsed(file: Path, counterparts: Path) -> Any:
    """A YAML file as data, by the parser that pre-commit brings along."""
    words = [str(counterparts / "pre-commit/bin/python"), "-c", DUMP, str(file)]
    return json.loads(subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout)


@pytest.mark.parametrize(
    ("file", "schema"),
    [("action.yml", ["vendor.github-actions"]), ("gitlab-ci.yml", ["vendor.gitlab-ci", "--data-transform=gitlab-ci"])],
)
def test_the_examples_are_valid(file: str, schema: list[str], root: Path, counterparts: Path) -> None:
    tool = counterparts / "check-jsonschema/bin/check-jsonschema"
    words = [str(tool), str(root / "integrations" / file), "--builtin-schema", *schema]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def change(tmp_path: Path, git: Git) -> Callable[[str], Path]:
    """``change(text)``: a checkout whose HEAD merges a branch that makes ``pool.c`` into ``text``."""

    def make(text: str) -> Path:
        folder = tmp_path / "checkout"
        folder.mkdir()
        git(folder, "init", "--quiet")
        (folder / "pool.c").write_text(GOOD)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "base")
        git(folder, "checkout", "--quiet", "-b", "topic")
        (folder / "pool.c").write_text(text)
        git(folder, "commit", "--quiet", "--all", "--message", "topic")
        git(folder, "checkout", "--quiet", "main")
        git(folder, "merge", "--quiet", "--no-ff", "--message", "merge", "topic")
        return folder

    return make


Done = tuple[int, str, dict[str, str]]
"""Exit status, standard output and error, step outputs."""


@dataclass(frozen=True)
class Action:
    """The action of this checkout with its first step done, on a runner that is a folder."""

    steps: list[dict[str, Any]]
    path: Path
    temp: Path
    environ: dict[str, str]

    def run(self, number: int, folder: Path, event: str = "pull_request", **said: str) -> Done:
        """Run a step as GitHub runs one with ``shell: bash``."""
        step = self.steps[number]
        values = {"inputs.range": "", "inputs.options": "", "inputs.fail": "true", "github.event.before": "", **said}
        own = {key: re.sub(r"\$\{\{ *(\S+) *\}\}", lambda found: values[found[1]], value)
               for key, value in step.get("env", {}).items()}  # fmt: skip
        outputs = self.temp / "outputs"
        outputs.write_text("")
        environ = {**self.environ, **own, "RUNNER_TEMP": str(self.temp), "GITHUB_ACTION_PATH": str(self.path),
                   "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
                   "GITHUB_EVENT_NAME": event}  # fmt: skip
        words = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=300)
        told = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
        return done.returncode, done.stdout + done.stderr, told


@pytest.fixture(scope="module")
def action(root: Path, counterparts: Path, hooks_repository: tuple[Path, str], environ: dict[str, str],
           tmp_path_factory: pytest.TempPathFactory) -> Action:  # fmt: skip
    home = hooks_repository[0] / "integrations"
    home.mkdir(exist_ok=True)
    shutil.copy(root / "integrations" / "action.yml", home)
    temp = tmp_path_factory.mktemp("runner")
    clean = {name: value for name, value in environ.items() if not name.startswith(("GITHUB_", "PYTHON"))}
    made = Action(parsed(home / "action.yml", counterparts)["runs"]["steps"], home, temp, clean)
    status, said, _ = made.run(0, temp)
    assert status == 0, said
    return made


def test_a_pull_request_with_a_defect_fails_and_is_annotated(action: Action, change: Callable[[str], Path]) -> None:
    status, said, outputs = action.run(1, change(BAD))
    assert status == 1
    assert re.search(r"^::error file=pool\.c,line=3,.*MTE008", said, re.MULTILINE)
    results = json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["MTE008"]
    assert "MTE008" in (action.temp / "summary").read_text()


def test_a_clean_pull_request_passes(action: Action, change: Callable[[str], Path]) -> None:
    status, said, outputs = action.run(1, change(GOOD + "\nint pool_size;\n"))
    assert (status, "::error" in said) == (0, False)
    assert json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"] == []


def test_findings_may_be_told_without_failing(action: Action, change: Callable[[str], Path]) -> None:
    status, said, _ = action.run(1, change(BAD), **{"inputs.fail": "false"})
    assert (status, "::error" in said) == (0, True)


def test_options_reach_the_tool(action: Action, change: Callable[[str], Path]) -> None:
    assert action.run(1, change(BAD), **{"inputs.options": "--ignore MTE008"})[0] == 0


def test_a_push_is_reviewed_from_where_the_branch_was(action: Action, change: Callable[[str], Path], git: Git) -> None:
    folder = change(BAD)
    first = git(folder, "rev-parse", "HEAD^").strip()
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "one more")
    assert action.run(1, folder, "push", **{"github.event.before": first})[0] == 1
    assert action.run(1, folder, "push", **{"github.event.before": "0" * 40})[0] == 0  # a new branch: its last commit


def test_the_gitlab_job_writes_its_reports(
    root: Path,
    counterparts: Path,
    hooks_repository: tuple[Path, str],
    environ: dict[str, str],
    change: Callable[[str], Path],
    git: Git,
) -> None:
    folder = change(BAD)
    config = parsed(root / "integrations" / "gitlab-ci.yml", counterparts)
    variables = {**config["variables"], **config["mtelint"]["variables"], "MTELINT_SOURCE": str(hooks_repository[0]),
                 "CI_PROJECT_DIR": str(folder),
                 "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(folder, "merge-base", "HEAD^1", "HEAD^2").strip()}  # fmt: skip
    clean = {name: value for name, value in environ.items() if not name.startswith("CI_")}
    words = ["bash", "-e", "-o", "pipefail", "-c", "\n".join(config["mtelint"]["script"])]
    done = subprocess.run(words, cwd=folder, env={**clean, **variables}, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stderr
    reports = config["mtelint"]["artifacts"]["reports"]
    (entry,) = json.loads((folder / reports["codequality"]).read_text())
    assert (entry["check_name"], entry["location"]["path"]) == ("MTE008-inverted-guard", "pool.c")
    assert "MTE008" in (folder / reports["junit"]).read_text()
