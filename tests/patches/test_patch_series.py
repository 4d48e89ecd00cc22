"""Series in order, versions apart, everything judged once."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailfixtures import MAIL, patch_of_text, patches, read
from msgspec.structs import replace

from mtelint.mail.letter import Letter, SeriesInfo, series_of
from mtelint.model import Skipped
from mtelint.patches import series as series_module
from mtelint.patches.patch import Patch
from mtelint.patches.reader import could_matter
from mtelint.patches.series import Seen, deduplicate, missing_numbers, order_series, read_whole_series

DIFF = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-one\n+two %s\n"


def letter(message_id: str = "<1@example.org>", references: tuple[str, ...] = (), sender: str = "a") -> Letter:
    return Letter(message_id, "", sender, "", references, 0, "", "box/x.patch")


def patch(number: int, total: int = 3, version: int = 1, key: str = "key", text: str = "") -> Patch:
    made = patch_of_text(DIFF % (text or f"{number} {version} {key}"))
    series = SeriesInfo(version, number, total, f"{key}{version}")
    return replace(made, message_id=f"<{key}-{version}-{number}@example.org>", series=series)


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        ("[PATCH v3 2/7] mm: x", (3, 2, 7)),
        ("[PATCH 02/10] mm: x", (1, 2, 10)),
        ("[RFC PATCH v2 1/3] x", (2, 1, 3)),
        ("[PATCHv4 1/3] x", (4, 1, 3)),
        ("[v2,1/7] x", (2, 1, 7)),
        ("[PATCH 5.10 012/150] x", (1, 12, 150)),
        ("[PATCH mm-unstable v5 0/3] x", (5, 0, 3)),
        ("[RFC] [PATCH V2 4/4] x", (2, 4, 4)),
    ],
)
def test_tags_of_a_subject_say_the_place(subject: str, place: tuple[int, int, int]) -> None:
    series = series_of(subject, letter())
    assert series is not None
    assert (series.version, series.number, series.total) == place


@pytest.mark.parametrize("subject", ["[PATCH] x", "x 2/7", "Re: [PATCH 2/7] x", "AW: [PATCH 1/2]", "[PATCH 9/7] x", ""])
def test_single_patches_and_replies_are_in_no_series(subject: str) -> None:
    assert series_of(subject, letter()) is None


def test_members_of_one_posting_share_a_key_and_other_postings_do_not() -> None:
    def key(subject: str, *arguments: object) -> str:
        series = series_of(subject, letter(*arguments))  # type: ignore[arg-type]
        assert series is not None
        return series.key

    first = key("[PATCH 1/2] x", "<2024.77-2-a@example.org>")
    assert key("[PATCH 2/2] y", "<2024.77-3-a@example.org>") == first
    assert key("[PATCH 2/2] y", "<2024.78-3-a@example.org>") != first
    assert key("[PATCH v2 2/2] y", "<2024.77-3-a@example.org>") != first
    thread = key("[PATCH 1/2] x", "<abc@example.org>", ("<cover@example.org>",))
    assert key("[PATCH 2/2] x", "<def@example.org>", ("<cover@example.org>",)) == thread
    assert key("[PATCH 2/2] x", "<def@example.org>", ("<cover@example.org>",), "b") != thread


@given(st.permutations([patch(n, version=v) for n in (1, 2, 3) for v in (1, 2)]))
def test_any_order_of_arrival_gives_each_version_in_order(arrived: list[Patch]) -> None:
    ordered = list(order_series(arrived))
    for version in (1, 2):
        series = [item.series for item in ordered if isinstance(item, Patch) and item.series]
        assert [one.number for one in series if one.version == version] == [1, 2, 3]
    runs = [item.series.version for item in ordered if isinstance(item, Patch) and item.series]
    assert runs in ([1, 1, 1, 2, 2, 2], [2, 2, 2, 1, 1, 1])


def test_missing_numbers_are_said_once_before_the_series() -> None:
    said, first, third = order_series(patches(MAIL / "series-of-three-without-second.mbox"))
    assert isinstance(said, Skipped)
    assert "patch 2 of 3 missing" in said.reason
    assert isinstance(first, Patch)
    assert isinstance(third, Patch)
    assert (first.files[0].path, third.files[0].path) == ("arch/arm64/mm/sample.c", "arch/arm64/mm/third.c")
    assert missing_numbers([first, third]) == [2]
    assert len(list(order_series([patch(3)], say_missing=False))) == 1


def test_a_complete_series_does_not_wait_for_the_end() -> None:
    def stream() -> "list[Patch]":
        return [patch(2, 2), patch(1, 2), patch(1, 5, key="other")]

    ordered = order_series(iter(stream()))
    assert [item.message_id for item in (next(ordered), next(ordered)) if isinstance(item, Patch)] == [
        "<key-1-1@example.org>",
        "<key-1-2@example.org>",
    ]


def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series_module, "HELD_LINES", 10)
    held = 0
    for number, item in enumerate(order_series((patch(1, key=str(n)) for n in range(50)), say_missing=False), 1):
        assert isinstance(item, Patch)
        held = number
    assert held == 50


def test_the_same_mail_comes_once() -> None:
    mail = read(MAIL / "reply-quoted-and-own.eml")
    assert list(deduplicate(mail + mail)) == mail


def test_the_same_diff_comes_once_and_its_other_mails_are_known() -> None:
    seen = Seen()
    one = replace(patch_of_text(DIFF % "x"), message_id="<1@x>")
    others = [replace(one, message_id=f"<{n}@x>") for n in (2, 3)]
    assert list(deduplicate([one, *others], seen)) == [one]
    assert seen.also_in("<1@x>") == ("<2@x>", "<3@x>")


def test_a_member_of_a_series_is_still_there_to_be_applied() -> None:
    first, again = patch(1, version=1, text="same"), patch(1, version=2, text="same")
    assert list(deduplicate([first, again])) == [first, replace(again, duplicate_of=first.message_id)]


def test_the_base_that_a_cover_letter_names_is_that_of_its_series() -> None:
    base = "0f5c3a9e7d214b6889aa01c2d3e4f5061728394a"
    cover = "From a@b Tue Mar  5 10:00:00 2024\n"
    cover += f"Subject: [PATCH 0/3] x\nMessage-ID: <s-0-a@b>\n\n\nbase-commit: {base}\n\n"
    found = read_whole_series(io.BytesIO(cover.encode() + mailbox([1, 2, 3])), "box", lambda letter: True)
    assert [item.base_commit for item in found if isinstance(item, Patch)] == [None, base, base, base, None]


def mailbox(order: list[int]) -> bytes:
    """A series of three in some order, of which only the third holds the word, and a single patch that does not."""
    texts = {1: "helper", 2: "between", 3: "PG_mte_tagged"}
    mails = [
        f"From a@b Tue Mar  5 10:00:00 2024\nSubject: [PATCH {n}/3] x\nMessage-ID: <s-{n}-a@b>\n\n{DIFF % texts[n]}\n"
        for n in order
    ]
    single = f"From a@b Tue Mar  5 10:00:00 2024\nSubject: [PATCH] y\nMessage-ID: <y@b>\n\n{DIFF % 'nothing'}\n"
    return "".join([single, *mails, single]).encode()


class OneWay(io.BytesIO):
    """Standard input: no way back."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation("seek")


@pytest.mark.parametrize("kind", [io.BytesIO, OneWay])
@pytest.mark.parametrize("order", [[1, 2, 3], [3, 2, 1], [2, 3, 1]])
def test_members_of_a_series_that_matters_come_with_it(kind: type[io.BytesIO], order: list[int]) -> None:
    found = read_whole_series(kind(mailbox(order)), "box", lambda letter: could_matter(letter.text, ["PG_mte_tagged"]))
    assert [item.message_id for item in order_series(found) if isinstance(item, Patch)] == [
        "<s-1-a@b>",
        "<s-2-a@b>",
        "<s-3-a@b>",
    ]
