"""The hooks in the real pre-commit: what stops a commit and what does not."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

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
OLD_DEFECT = """\
void pool_read(struct page *page, void *tags)
{
	mte_save_page_tags(page_address(page), tags);
}
"""


class Project:
    """A scratch repository with the hooks of this checkout."""

    def __init__(self, folder: Path, git: Callable[..., str], environ: dict[str, str], tool: Path) -> None:
        self.folder, self._git, self._environ, self._tool = folder, git, environ, tool

    def git(self, *words: str) -> str:
        return self._git(self.folder, *words)

    def write(self, text: str, name: str = "pool.c") -> None:
        (self.folder / name).write_text(text)

    def stage(self, text: str, name: str = "pool.c") -> None:
        self.write(text, name)
        self.git("add", name)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([self._tool, *words], cwd=self.folder, env=self._environ, capture_output=True, text=True,
                              timeout=600)  # fmt: skip

    def commit(self) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(["git", "commit", "--quiet", "--message", "change"], cwd=self.folder, env=self._environ,
                              capture_output=True, text=True, timeout=600)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, hooks_repository: tuple[Path, str], counterparts: Path, git: Callable[..., str],
            environ: dict[str, str]) -> Project:  # fmt: skip
    folder = tmp_path / "project"
    folder.mkdir()
    made = Project(folder, git, environ, counterparts / "pre-commit/bin/pre-commit")
    repo, commit = hooks_repository
    made.git("init", "--quiet")
    hooks = "".join(f"      - id: {name}\n" for name in ("mtelint", "mtelint-files", "mtelint-push"))
    made.write(f"repos:\n  - repo: {repo}\n    rev: {commit}\n    hooks:\n{hooks}", ".pre-commit-config.yaml")
    made.stage(OLD_DEFECT + "\n" + GOOD)
    made.git("add", ".pre-commit-config.yaml")
    made.git("commit", "--quiet", "--message", "base")
    installed = made.run("install", "--hook-type", "pre-commit", "--hook-type", "pre-push")
    assert installed.returncode == 0, installed.stderr
    return made


def test_the_manifest_is_valid(project: Project, root: Path) -> None:
    checked = project.run("validate-manifest", str(root / ".pre-commit-hooks.yaml"))
    assert checked.returncode == 0, checked.stdout


def test_a_planted_defect_stops_the_commit(project: Project) -> None:
    project.stage(OLD_DEFECT + "\n" + BAD)
    done = project.commit()
    assert done.returncode == 1
    assert "MTE008" in done.stdout + done.stderr
    assert "MTE007" not in done.stdout + done.stderr


def test_an_old_defect_on_an_untouched_line_does_not(project: Project) -> None:
    project.stage(OLD_DEFECT + "\n" + GOOD.replace("\t}\n}", "\t}\n\tcount_pages(1);\n}"))
    done = project.commit()
    assert done.returncode == 0, done.stdout + done.stderr


def test_edits_that_are_not_staged_do_not_matter(project: Project) -> None:
    project.stage("int unrelated;\n\n" + OLD_DEFECT + "\n" + GOOD)
    project.write("int unrelated;\n\n" + OLD_DEFECT + "\n" + BAD)
    done = project.commit()
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fix_in_the_work_tree_does_not_excuse_what_is_staged(project: Project) -> None:
    project.stage(OLD_DEFECT + "\n" + BAD)
    project.write(OLD_DEFECT + "\n" + GOOD)
    assert project.commit().returncode == 1


def test_a_range_is_judged_by_its_changed_lines(project: Project) -> None:
    first = project.git("rev-parse", "HEAD").strip()
    project.stage(OLD_DEFECT + "\n" + BAD)
    project.git("commit", "--quiet", "--no-verify", "--message", "bad")
    ends = ("--from-ref", first, "--to-ref", "HEAD")
    pushed = project.run("run", "--hook-stage", "pre-push", "mtelint-push", *ends)
    assert pushed.returncode == 1, pushed.stdout
    assert "MTE008" in pushed.stdout
    assert "MTE007" not in pushed.stdout


def test_a_push_of_a_defect_is_stopped(project: Project, tmp_path: Path) -> None:
    project.git("init", "--quiet", "--bare", str(tmp_path / "remote.git"))
    project.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    project.git("push", "--quiet", "--no-verify", "origin", "HEAD:main")
    project.git("fetch", "--quiet", "origin")
    project.stage(OLD_DEFECT + "\n" + BAD)
    project.git("commit", "--quiet", "--no-verify", "--message", "bad")
    with pytest.raises(AssertionError, match="MTE008"):
        project.git("push", "--quiet", "origin", "HEAD:main")


def test_whole_files_are_judged_on_demand(project: Project) -> None:
    done = project.run("run", "--hook-stage", "manual", "mtelint-files", "--all-files")
    assert done.returncode == 1, done.stdout
    assert "MTE007" in done.stdout
