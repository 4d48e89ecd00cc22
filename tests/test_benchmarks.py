"""Every benchmark runs to its end on a small input and says what it measured; nothing here looks at a time."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BENCHMARKS = ROOT / "benchmarks"
DEMO = ROOT / "fixtures" / "demo" / "tag-rework.mbox"
LITMUS = ROOT / "fixtures" / "litmus" / "MP+wmb+rmb.litmus"
SUBJECT = ROOT / "tests" / "mutations" / "subjects" / "copy_b.c"
TREE_FILE = "arch/arm64/mm/copypage.c"

PARTS = {
    "archives": "sweep", "counterparts": "side_by_side", "limits": "side_by_side", "parse_calls": "parse_quality",
    "parse_hunks": "parse_quality", "parse_silent": "parse_quality", "places": "mail", "report": "side_by_side",
    "rows": "side_by_side", "session": "side_by_side", "tables": "side_by_side", "timing": "side_by_side",
    "written_mails": "mails",
}  # fmt: skip
"""Module that is no program to a program that runs it."""
PROGRAMS = ("confirm", "floor", "litmus", "mail", "mails", "parse_quality", "scaling", "side_by_side", "sweep")
"""Each has a test below."""


def run(command: Sequence[str], corpus: Path | None = None) -> str:
    """What a program prints, with a corpus and a folder of kernels of our own."""
    nowhere = str(corpus or ROOT / "no" / "corpus")
    places = {"MTELINT_CORPUS": nowhere, "MTELINT_KERNELS": f"{nowhere}/kernels", "PYTHONPATH": str(ROOT)}
    environ = {**os.environ, **places}
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environ, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def benchmark(name: str, *words: str, corpus: Path | None = None) -> str:
    return run([sys.executable, str(BENCHMARKS / f"{name}.py"), *words], corpus)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A kernel source with one file."""
    return planted(tmp_path / "linux-source-1", SUBJECT.read_text())


def planted(tree: Path, text: str) -> Path:
    (tree / TREE_FILE).parent.mkdir(parents=True)
    (tree / "Makefile").write_text("")
    (tree / TREE_FILE).write_text(text)
    return tree


def test_every_module_is_a_program_that_is_tried_here_or_a_part_of_one() -> None:
    assert sorted((*PARTS, *PROGRAMS)) == sorted(path.stem for path in BENCHMARKS.glob("*.py"))
    assert set(PARTS.values()) <= set(PROGRAMS)


def test_confirming_the_findings_of_a_mail_is_measured(tmp_path: Path) -> None:
    known = tmp_path / "mails" / "known"
    known.mkdir(parents=True)
    shutil.copyfile(DEMO, known / "demo.eml")
    told = benchmark("confirm", "--repeat", "1", corpus=tmp_path)
    assert " findings: median " in told
    assert "slowest: MTE" in told


def test_the_floor_reads_the_files_and_parses_those_with_a_word(tree: Path) -> None:
    (tree / "other.c").write_text("int other;\n")
    assert benchmark("floor", "page_mte_tagged", str(tree)) == "2 files, 1 parsed\n"


def test_the_simulator_is_measured_and_held_against_stored_answers(tmp_path: Path) -> None:
    tests = tmp_path / "kernels" / "linux-source-6.1" / "tools" / "memory-model" / "litmus-tests"
    answers = {LITMUS.stem: {model: {"verdict": "Never", "data_race": False} for model in ("6.1", "6.3")}}
    for folder in (tests, *(tmp_path / "litmus" / name for name in ("scenarios", "grid", "scale"))):
        folder.mkdir(parents=True)
        shutil.copyfile(LITMUS, folder / LITMUS.name)
        (folder / "verdicts.json").write_text(json.dumps(answers))
    told = benchmark("litmus", "--repeat", "1", corpus=tmp_path)
    assert "kernel tests (Linux 6.1), both models: 2/2 as their Result lines say" in told
    assert "scenarios, both models: 2/2 as herd7" in told


def test_a_mailbox_is_read_as_often_as_asked(tmp_path: Path) -> None:
    (tmp_path / "list.mbox").write_bytes(DEMO.read_bytes() + b"\n")
    once, twice = (benchmark("mail", str(tmp_path / "list.mbox"), "--parse", "--repeat", times) for times in "12")
    assert "1 text parts, 1 patches parsed" in once
    assert "2 text parts, 1 patches parsed" in twice


def test_each_kind_of_mail_is_measured(tmp_path: Path) -> None:
    shutil.copyfile(DEMO, tmp_path / "demo.eml")
    kinds = json.loads(benchmark("mails", str(tmp_path), "--rounds", "1", "--json"))
    assert len(kinds) == 2
    assert all(len(kind["seconds"]) == 1 for kind in kinds)


@pytest.mark.slow
def test_mails_are_written_where_there_are_none() -> None:
    assert benchmark("mails", "--rounds", "1")


def test_how_well_code_and_hunks_are_read_is_measured(tree: Path) -> None:
    later = planted(tree.parent / "linux-source-2", SUBJECT.read_text().replace(";\n", ";\n\tbarrier();\n", 9))
    told = json.loads(benchmark("parse_quality", str(tree), "--next", str(later), "--reduced", "--json"))
    assert told["clean_all"] == 1
    assert told["calls_lost"] == 0
    assert told["hunks_error_free"] is not None


def test_growth_is_measured_at_sizes_that_double() -> None:
    told = benchmark("scaling", "--probe", "^calls, in a row$", "--size", "500", "--doublings", "1")
    assert "calls, in a row" in told


SIDE_BY_SIDE = """
import sys
sys.path.insert(0, sys.argv.pop(1))
import counterparts, side_by_side
counterparts.python = lambda: sys.executable  # a fresh environment would be brought over the network
side_by_side.main()
"""


def side_by_side(*words: str) -> str:
    return run([sys.executable, "-c", SIDE_BY_SIDE, str(BENCHMARKS), *words, "--runs", "1"])


def test_starts_are_measured_side_by_side() -> None:
    results = BENCHMARKS / "RESULTS.md"
    before = results.read_bytes()
    told = side_by_side("--only", "version")
    assert "mtelint --version" in told
    assert results.read_bytes() == before


@pytest.mark.integration
def test_trees_are_measured_side_by_side(tree: Path) -> None:
    for each in ("arch/arm64/kernel", "arch/arm64/kvm", "arch/arm64/include/asm", "mm", "fs", "kernel", "include"):
        (tree / each).mkdir(parents=True, exist_ok=True)
    assert "mtelint check, all rules" in side_by_side(str(tree), "--only", "floor,check")


@pytest.mark.slow
def test_a_sweep_is_measured() -> None:
    told = benchmark("sweep", "--mails", "100", "--one-in", "10", "--pieces", "50", "--runs", "1")
    assert "Archive of 100 mails" in told
    assert "microseconds of CPU to hand out and store a piece" in told
