"""Results by content: the same findings without parsing, whatever happened to the folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from mtelint.cache import Cache, key_of
from mtelint.cli.guard import main
from mtelint.engine import Options, review_paths
from mtelint.engine.review import code as code_review
from mtelint.model import Finding, Report

KEY = "0123456789abcdef" * 2 + "01234567"


def reviewed(code: Path, folder: Path | None) -> tuple[Finding, ...]:
    report: Report = review_paths([str(code)], Options(cache=folder))
    assert report.findings
    return report.findings


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_second_run_parses_nothing_and_finds_the_same(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = reviewed(code, tmp_path / "cache")
    monkeypatch.setattr(code_review, "judged", lambda *_: pytest.fail("the cache was not asked"))
    assert reviewed(code, tmp_path / "cache") == first


def test_without_a_folder_nothing_is_kept(code: Path, tmp_path: Path) -> None:
    assert reviewed(code, None) == reviewed(code, tmp_path / "cache")
    assert len(entries(tmp_path / "cache")) == 1


def test_another_text_another_result(code: Path, tmp_path: Path) -> None:
    before = reviewed(code, tmp_path / "cache")
    (code / "one.c").write_text((code / "one.c").read_text().replace("prepare", "arrange"))
    after = reviewed(code, tmp_path / "cache")
    assert (before[0].function, after[0].function) == ("prepare", "arrange")
    assert len(entries(tmp_path / "cache")) == 2


def test_levels_and_rules_that_are_asked_for_are_applied_to_what_is_cached(code: Path, tmp_path: Path) -> None:
    reviewed(code, tmp_path / "cache")
    assert review_paths([str(code)], Options(cache=tmp_path / "cache", ignore=("MTE002",))).findings == ()


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign", "wrong kind"])
def test_a_damaged_entry_counts_as_none_and_is_replaced(code: Path, tmp_path: Path, damage: str) -> None:
    first = reviewed(code, tmp_path / "cache")
    (entry,) = entries(tmp_path / "cache")
    good = entry.read_bytes()
    other = Cache(tmp_path / "other")
    other.put(KEY, first)
    entry.write_bytes({
        "cut": good[:-20],
        "flipped": good[:50] + bytes([good[50] ^ 1]) + good[51:],
        "empty": b"",
        "foreign": b"some text of somebody\n" * 10,
        "wrong kind": (tmp_path / "other" / KEY).read_bytes(),
    }[damage])  # fmt: skip
    assert reviewed(code, tmp_path / "cache") == first
    assert entry.read_bytes() == good


def test_a_folder_that_cannot_be_written_is_no_obstacle(code: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert reviewed(code, tmp_path / "file" / "cache") == reviewed(code, None)


def test_the_parts_of_a_key_do_not_run_together() -> None:
    each: tuple[list[bytes | str], ...] = (["ab", "c"], ["a", "bc"], ["abc"], [b"abc", ""])
    assert len(set(map(key_of, each))) == 4


def test_the_command_keeps_its_cache_where_it_is_told_and_none_in_hooks(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PRE_COMMIT", "GIT_INDEX_FILE", "GIT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    main(["check", str(code), "--no-cache"])
    assert not (tmp_path / "user").exists()
    main(["check", str(code), "--cache", str(tmp_path / "named")])
    assert len(entries(tmp_path / "named")) == 1
    with monkeypatch.context() as hook:
        hook.setenv("PRE_COMMIT", "1")
        main(["check", str(code)])
    assert not (tmp_path / "user").exists()
    main(["check", str(code)])
    assert len(entries(tmp_path / "user" / "mtelint" / "results")) == 1


def kept_below(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with an environment that names no place."""
    for name in ("PRE_COMMIT", "GIT_INDEX_FILE", "GIT_DIR", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_an_empty_name_is_no_folder(code: Path, alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(code), "--cache", ""]) == 2
    assert capsys.readouterr().err == "mtelint: --cache: an empty name is no folder; --no-cache does without one\n"
    assert kept_below(alone) == []


@pytest.mark.parametrize("name", ["XDG_CACHE_HOME", "HOME"])
def test_a_relative_path_in_the_environment_is_ignored(
    name: str, code: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "user")
    main(["check", str(code)])
    assert kept_below(alone) == []


def test_beside_a_relative_cache_folder_the_home_counts(
    code: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "user")
    monkeypatch.setenv("HOME", str(alone / "home"))
    main(["check", str(code)])
    (kept,) = kept_below(alone)
    assert kept.parent == Path("home/.cache/mtelint/results")


def test_a_second_run_does_not_load_the_parser(code: Path, tmp_path: Path) -> None:
    program = "import sys; from mtelint.cli.guard import main; main(sys.argv[1:]); print('tree_sitter' in sys.modules)"
    words = [sys.executable, "-c", program, "check", "-q", "--cache", str(tmp_path / "cache"), str(code)]
    first, second = (subprocess.run(words, capture_output=True, text=True, check=True) for _ in range(2))
    assert (first.stdout.split()[-1], second.stdout.split()[-1]) == ("True", "False")
