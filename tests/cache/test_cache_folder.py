"""The folder of a cache, which may be shared with other runs, other files and other people: what stays, what goes."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mtelint import cache as caching
from mtelint.cache import Cache

HOUR = 3600


def key(number: int) -> str:
    return f"{number:040x}"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A folder that keeps three entries."""
    monkeypatch.setattr(caching, "ENTRIES", 3)
    (tmp_path / "cache").mkdir()
    return Cache(tmp_path / "cache")


def dated(path: Path, when: float) -> Path:
    os.utime(path, (when, when))
    return path


def numbers(store: Cache) -> list[int]:
    return sorted(int(each.name, 16) for each in store.folder.iterdir())


# --- what goes --------------------------------------------------------------------------------------------------------


def test_of_the_entries_those_longest_unused_go(store: Cache) -> None:
    for number in range(6):
        store.put(key(number), (number,))
        dated(store.folder / key(number), 1000 + number)
    assert numbers(store) == [3, 4, 5]


def test_an_entry_that_is_used_stays_longer(store: Cache) -> None:
    for number in range(3):
        store.put(key(number), (number,))
        dated(store.folder / key(number), 1000 + number)
    assert store.get(key(0)) == (0,)
    store.put(key(3), (3,))
    assert numbers(store) == [0, 2, 3]


def test_files_of_the_user_neither_count_nor_go(store: Cache) -> None:
    names = ["letter.odt", key(1) + ".txt", key(1)[:-1], key(1)[:-1] + "F", ".hidden", f".{key(1)}.1.backup"]
    theirs = [dated(store.folder / name, 1000) for name in names if (store.folder / name).write_text("mine")]
    for number in range(3):
        store.put(key(number), (number,))
    assert {each.name for each in store.folder.iterdir()} == {*(each.name for each in theirs), *map(key, range(3))}


def test_what_killed_runs_wrote_aside_goes_after_an_hour(store: Cache) -> None:
    old, new = (store.folder / f".{key(1)}.4711.0123abc{end}" for end in "de")
    for path, age in ((old, HOUR + 60), (new, HOUR - 60)):
        path.write_bytes(b"half an ent")
        dated(path, time.time() - age)
    store.put(key(2), (2,))
    assert (old.exists(), new.exists()) == (False, True)


def test_entries_of_a_time_to_come_do_not_drive_out_new_ones(store: Cache) -> None:
    for number in range(3):
        store.put(key(number), (number,))
        dated(store.folder / key(number), time.time() + 1000 * HOUR)
    for number in range(3, 9):
        store.put(key(number), (number,))
        assert store.get(key(number)) == (number,)
        time.sleep(0.01)  # more than the clock of the disk takes for a step
    assert numbers(store) == [6, 7, 8]


def test_a_link_to_nowhere_under_the_name_of_an_entry_is_no_obstacle(store: Cache) -> None:
    (store.folder / key(9)).symlink_to("nowhere")
    for number in range(6):
        store.put(key(number), (number,))
    assert len(numbers(store)) == 3


# --- what is no entry -------------------------------------------------------------------------------------------------


def special(kind: str, path: Path) -> None:
    path.unlink(missing_ok=True)
    match kind:
        case "a pipe":
            os.mkfifo(path)
        case "an endless device":
            path.symlink_to("/dev/zero")
        case "a link to itself":
            path.symlink_to(path)
        case "a link to a good entry":
            good = Cache(path.parent / "elsewhere")
            good.put(path.name, ("another's",))
            path.symlink_to(good.folder / path.name)
        case "three gigabytes":
            with path.open("wb") as file:
                file.truncate(3 << 30)
        case "a folder":
            path.mkdir()


@pytest.mark.parametrize(
    "kind",
    ["a pipe", "an endless device", "a link to itself", "a link to a good entry", "three gigabytes", "a folder"],
)
def test_what_is_no_file_of_ours_counts_as_none_and_heals(kind: str, store: Cache) -> None:
    special(kind, store.folder / key(1))
    found: list[object] = []
    reading = threading.Thread(target=lambda: found.append(store.get(key(1))), daemon=True)
    reading.start()
    reading.join(20)
    assert found == [None]
    store.put(key(1), (1,))
    assert store.get(key(1)) == (1,)
    assert (store.folder / key(1)).stat(follow_symlinks=False).st_size < 1000


def test_what_a_pipe_says_is_not_believed(store: Cache) -> None:
    store.put(key(1), (1,))
    good = (store.folder / key(1)).read_bytes()
    special("a pipe", store.folder / key(1))
    end = os.open(store.folder / key(1), os.O_RDWR)
    os.write(end, good)
    assert store.get(key(1)) is None
    os.close(end)


def test_no_file_stays_open(store: Cache) -> None:
    store.put(key(1), (1,))
    before = os.listdir("/proc/self/fd")
    assert store.get(key(1)) == (1,)
    special("a folder", store.folder / key(1))
    assert store.get(key(1)) is None
    assert os.listdir("/proc/self/fd") == before


def test_a_folder_with_something_in_it_is_left_alone(store: Cache) -> None:
    (store.folder / key(1) / "inside").mkdir(parents=True)
    assert store.get(key(1)) is None
    store.put(key(1), (1,))
    assert store.get(key(1)) is None
    assert (store.folder / key(1) / "inside").is_dir()
    assert len(list(store.folder.iterdir())) == 1


def test_an_entry_of_another_user_counts_as_none(store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(key(1), (1,))
    with monkeypatch.context() as other:
        other.setattr(os, "geteuid", lambda: (store.folder / key(1)).stat().st_uid + 1)
        assert store.get(key(1)) is None


def test_what_would_be_too_large_to_be_read_is_not_written(store: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(key(1), "x" * 1000)
    monkeypatch.setattr(caching, "LARGEST", 500)
    store.put(key(2), "x" * 1000)
    assert numbers(store) == [1]


def test_what_cannot_be_written_down_is_not_kept(store: Cache) -> None:
    store.put(key(1), lambda: None)
    deep: tuple[object, ...] = ()
    for _ in range(100_000):
        deep = (deep,)
    store.put(key(2), deep)
    assert numbers(store) == []


# --- two runs at once -------------------------------------------------------------------------------------------------


def put_and_got(store: Cache, number: int, value: tuple[int, ...]) -> object:
    store.put(key(number), value)
    return store.get(key(number))


def test_many_runs_at_once_leave_whole_entries(store: Cache) -> None:
    value = tuple(range(5000))
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: put_and_got(store, 1, value), range(200)))
    assert set(got) == {value}


def test_many_runs_that_clear_up_at_once_keep_the_bound_and_leave_nothing_aside(store: Cache) -> None:
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda n: put_and_got(store, n, (n,)), range(200)))
    assert all(value in ((number,), None) for number, value in enumerate(got))
    assert len(numbers(store)) <= 3  # two that order the same entries differently may take one more away
    for number in (997, 998, 999):
        store.put(key(number), (number,))
    assert len(numbers(store)) == 3
    assert store.get(key(999)) == (999,)
    assert not [name for name in os.listdir(store.folder) if name.startswith(".")]
