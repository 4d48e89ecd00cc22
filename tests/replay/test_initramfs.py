"""The archive, read back by a reader of its own, field by field as the format's document has them."""

from hypothesis import given
from hypothesis import strategies as st

from mtelint.replay.initramfs import newc


def entries(archive: bytes) -> dict[str, tuple[int, bytes]]:
    """Mode and content by name; checks magic, alignment and trailer on the way."""
    found: dict[str, tuple[int, bytes]] = {}
    at = 0
    while True:
        assert archive[at : at + 6] == b"070701"
        assert at % 4 == 0
        fields = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        mode, size, length = fields[1], fields[6], fields[11]
        name = archive[at + 110 : at + 110 + length - 1].decode()
        start = (at + 110 + length + 3) // 4 * 4
        if name == "TRAILER!!!":
            assert start == len(archive)
            return found
        found[name] = (mode, archive[start : start + size])
        at = (start + size + 3) // 4 * 4


NAMES = [f"{folder}{name}.x" for folder in ("", "a/", "a/bc/", "def/") for name in ("g", "hi", "jkl", "mnop")]


@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=40)))
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    back = {name: content for name, (mode, content) in entries(newc(files)).items() if mode == 0o100755}
    assert back == files


def test_folders_come_before_what_is_in_them() -> None:
    names = list(entries(newc({"mods/a/x.ko": b"x", "init": b"i"})))
    assert names == ["mods", "mods/a", "init", "mods/a/x.ko"]


def test_equal_files_give_equal_bytes() -> None:
    assert newc({"a": b"1", "b": b"2"}) == newc({"b": b"2", "a": b"1"})
