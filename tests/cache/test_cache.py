"""Results by content: the same findings without parsing, whatever happened to the folder."""

import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mtelint import cache as caching
from mtelint.cache import Cache, key_of
from mtelint.cli.guard import main
from mtelint.engine import Options, check, review_paths
from mtelint.model import Finding, Report

CODE = """\
void prepare(struct page *page)
{
	set_bit(PG_mte_tagged, &page->flags);
	mte_clear_page_tags(page_address(page));
}
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "one.c").write_text(CODE)
    return tmp_path / "code"


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
    monkeypatch.setattr(check, "judged", lambda *_: pytest.fail("the cache was not asked"))
    assert reviewed(code, tmp_path / "cache") == first


def test_without_a_folder_nothing_is_kept(code: Path, tmp_path: Path) -> None:
    assert reviewed(code, None) == reviewed(code, tmp_path / "cache")
    assert len(entries(tmp_path / "cache")) == 1


def test_another_text_another_result(code: Path, tmp_path: Path) -> None:
    before = reviewed(code, tmp_path / "cache")
    (code / "one.c").write_text(CODE.replace("prepare", "arrange"))
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
    other.put("x", first)
    entry.write_bytes({
        "cut": good[:-20],
        "flipped": good[:50] + bytes([good[50] ^ 1]) + good[51:],
        "empty": b"",
        "foreign": b"some text of somebody\n" * 10,
        "wrong kind": (tmp_path / "other" / "x").read_bytes(),
    }[damage])  # fmt: skip
    assert reviewed(code, tmp_path / "cache") == first
    assert entry.read_bytes() == good


def test_no_code_of_an_entry_runs(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "made"),)

    store = Cache(tmp_path / "cache")
    store.put("key", Evil())
    assert pickle.dumps(Evil())
    assert store.get("key") is None
    assert not (tmp_path / "made").exists()


def test_a_folder_that_cannot_be_written_is_no_obstacle(code: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert reviewed(code, tmp_path / "file" / "cache") == reviewed(code, None)


def test_many_runs_at_once_leave_whole_entries(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache")
    value = tuple(range(5000))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: (store.put("key", value), store.get("key"))[1], range(200)))
    assert set(got) <= {value, None}
    assert store.get("key") == value


def test_only_so_many_entries_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "ENTRIES", 3)
    store = Cache(tmp_path / "cache")
    for number in range(6):
        store.put(str(number), (number,))
        os.utime(tmp_path / "cache" / str(number), (number, number))
    assert [each.name for each in entries(tmp_path / "cache")] == ["3", "4", "5"]


def test_the_parts_of_a_key_do_not_run_together() -> None:
    assert len({key_of(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], [b"abc", ""])}) == 4


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
