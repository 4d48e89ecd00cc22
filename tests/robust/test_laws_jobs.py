"""Two processes print the same bytes as one, in every format, whatever is shared out and in whatever order."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from planted import HELPERS, plant, planted
from program import mtelint

from mtelint.engine import Options, review_patches, review_paths
from mtelint.mail.inputs import inputs
from mtelint.model import Confidence, Report
from mtelint.report import FORMATS

pytestmark = pytest.mark.slow

EACH = 5
"""One in so many mutants is planted."""


@pytest.fixture(scope="module")
def forest(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Kernel trees of all eras that together hold a sample of the mutants, each file at most once per tree."""
    top, taken = tmp_path_factory.mktemp("forest"), Counter[str]()
    for each in planted()[::EACH]:
        number = taken[each.path]
        taken[each.path] += 1
        plant(top / f"tree-{number}", each.path, each.after, list(HELPERS)[number % len(HELPERS)])
    return sorted(top.iterdir())


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mail files that bring the sample, ten mails a file."""
    folder = tmp_path_factory.mktemp("letters")
    parts = planted()[::EACH]
    for number, start in enumerate(range(0, len(parts), 10)):
        mails = [
            f"From a@b Thu Jun 30 18:24:34 2022\nFrom: A <a@example.org>\nSubject: [PATCH] {each.name}\n"
            f"Message-ID: <{start + at}@example.org>\n\nWhy.\n\n---\n{each.diff(30)}-- \n2.40.1\n\n"
            for at, each in enumerate(parts[start : start + 10])
        ]
        (folder / f"{number:03}.mbox").write_text("".join(mails))
    return folder


def all_that_is_said(out: Path, *words: str) -> dict[str, bytes]:
    """What a run writes in every format, by name, and what it says on standard error; it has findings."""
    out.mkdir()
    formats = [word for name in FORMATS for word in ("--format", f"{name}={out}/{name}")]
    done = mtelint(*words, "--min-confidence", "low", *formats, "--format", "text")
    assert done.returncode == 1, done.stderr
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert len(files) == len(FORMATS)
    return {**files, "stdout": done.stdout, "stderr": done.stderr}


def test_a_check_of_several_trees_says_the_same_in_every_format(forest: list[Path], tmp_path: Path) -> None:
    trees = [str(tree) for tree in forest[:4]]
    one, two = (all_that_is_said(tmp_path / jobs, "check", "--no-cache", "--jobs", jobs, *trees) for jobs in ("1", "2"))
    assert two == one


def test_a_check_of_many_trees_finds_the_same(forest: list[Path]) -> None:
    one = checked(forest, 1)
    assert len(one.findings) > len(planted()) / EACH / 2
    assert checked(forest, 2) == one


def test_a_review_of_mails_says_the_same_in_every_format(letters: Path, tmp_path: Path) -> None:
    one, two = (all_that_is_said(tmp_path / jobs, "patch", "--jobs", jobs, str(letters)) for jobs in ("1", "2"))
    assert two == one
    assert one["terse"].count(b"\n") > len(planted()) / EACH / 2


def test_a_review_of_real_mails_says_the_same_in_every_format(corpus: Path, tmp_path: Path) -> None:
    names = [*sorted(map(str, (corpus / "seed").glob("*.txt"))), *sorted(map(str, (corpus / "mails/known").iterdir()))]
    one, two = (all_that_is_said(tmp_path / jobs, "patch", "--jobs", jobs, *names) for jobs in ("1", "2"))
    assert two == one


# --- any choice, any order --------------------------------------------------------------------------------------------

few = settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Each example starts processes."""


def timeless(report: Report) -> Report:
    return replace(report, stats=replace(report.stats, seconds=0.0))


Limit = tuple[tuple[str, int], ...]
TIGHT: Limit = (("steps", 30),)
"""A bound that leaves functions out: some in all trees and mails together, not in each of them."""
limits = st.sampled_from([(), TIGHT])


def checked(trees: Sequence[Path], jobs: int, cache: Path | None = None, limit: Limit = ()) -> Report:
    options = Options(jobs=jobs, min_confidence=Confidence.LOW, cache=cache, limits=limit)
    return timeless(review_paths([str(tree) for tree in trees], options))


def test_the_tight_bound_leaves_functions_out(forest: list[Path], letters: Path) -> None:
    assert checked(forest, 1, None, TIGHT).skipped
    assert review_patches(inputs(str(letters)), Options(limits=TIGHT)).skipped


@few
@given(data=st.data(), jobs=st.integers(2, 4), limit=limits)
def test_any_trees_in_any_order_and_any_number_of_processes(
    forest: list[Path], data: st.DataObject, jobs: int, limit: Limit
) -> None:
    trees = data.draw(st.lists(st.sampled_from(forest), min_size=2, max_size=4, unique=True))
    one = checked(trees, 1, None, limit)
    assert checked(trees, jobs, None, limit) == one
    assert limit or not one.skipped


@few
@given(data=st.data(), jobs=st.integers(2, 4), limit=limits)
def test_any_mail_files_in_any_order_and_any_number_of_processes(
    letters: Path, data: st.DataObject, jobs: int, limit: Limit
) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(letters.iterdir())), min_size=2, max_size=4, unique=True))
    files = [each for name in names for each in inputs(str(name))]
    one, more = (timeless(review_patches(files, Options(jobs=number, limits=limit))) for number in (1, jobs))
    assert more == one
    assert limit or not one.skipped


@few
@given(data=st.data())
def test_a_cache_that_has_some_of_the_trees_changes_nothing(
    forest: list[Path], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    trees = forest[:3]
    plain = checked(trees, 1)
    checked(data.draw(st.lists(st.sampled_from(trees), max_size=2, unique=True)), 1, cache)
    assert checked(trees, 2, cache) == plain
    assert len(list(cache.iterdir())) == len(trees)
    assert checked(trees, 2, cache) == plain
