"""An archive that has got more mails since: what is done stays done, and nothing is counted twice."""

import json
import shutil
from pathlib import Path

import pytest

from mtelint.engine import Options
from mtelint.sweep import Store, open_store, plan_of, sweep
from mtelint.sweep import run as running
from mtelint.sweep.pieces import Kind, cut
from mtelint.sweep.work import Outcome, Task, review_piece

from .conftest import MAILS, epoch, git, mail

SEPARATOR = b"From a@b Tue Mar  5 10:00:00 2024\n"


def go_on(source: Path, output: Path, size: int = 5) -> tuple[Store, list[int]]:
    """Sweep on; the store, and the numbers of the items that were reviewed now, piece by piece."""
    store, reviewed = open_store(str(output), "test"), list[int]()
    with pytest.MonkeyPatch.context() as patch:

        def counted(task: Task) -> Outcome:
            reviewed.append(task.piece.count)
            return review_piece(task)

        patch.setattr(running, "review_piece", counted)
        sweep(plan_of(str(source), None, size, store.cuts), Options(), store)
    store.close()
    return store, reviewed


def functions(output: Path) -> list[str]:
    found = [json.loads(line) for line in output.read_text().splitlines()]
    return sorted(each["function"] for each in found if "rule" in each)


def boxed(numbers: range) -> bytes:
    return b"".join(SEPARATOR + mail(number) + b"\n" for number in numbers)


EXPECTED = sorted(f"prepare_{number}" for number in range(0, MAILS, 2))


@pytest.fixture(params=["out.jsonl", "out.sqlite"])
def output(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_an_epoch_that_has_grown_is_gone_on_with_behind_its_old_end(output: Path, tmp_path: Path) -> None:
    repo = tmp_path / "0.git"
    epoch(repo, [mail(number) for number in range(7)])
    assert go_on(repo, output)[1] == [5, 2]
    before = git(repo, "rev-parse", "HEAD")
    for number in range(7, MAILS):
        blob = git(repo, "hash-object", "-w", "--stdin", text=mail(number))
        tree = git(repo, "mktree", text=f"100644 blob {blob}\tm\n".encode())
        before = git(repo, "commit-tree", tree, "-m", "mail", "-p", before)
    git(repo, "update-ref", "HEAD", before)
    store, reviewed = go_on(repo, output)
    assert reviewed == [5]
    assert (store.counts["items"], store.counts["findings"]) == (MAILS, len(EXPECTED))


def test_another_size_of_pieces_does_nothing_again(inbox: Path, output: Path) -> None:
    go_on(inbox, output, size=5)
    store, reviewed = go_on(inbox, output, size=2)
    assert reviewed == []
    assert store.counts["items"] == MAILS + 1


def test_a_mailbox_that_mails_were_added_to(output: Path, tmp_path: Path) -> None:
    box = tmp_path / "list.mbox"
    box.write_bytes(boxed(range(7)))
    assert go_on(box, output)[1] == [5, 2]
    box.write_bytes(boxed(range(MAILS)))
    store, reviewed = go_on(box, output)
    assert reviewed == [5]
    assert (store.counts["items"], store.counts["findings"]) == (MAILS, len(EXPECTED))


def test_a_mailbox_that_was_written_anew_is_reviewed_anew(tmp_path: Path) -> None:
    box, output = tmp_path / "list.mbox", tmp_path / "out.jsonl"
    box.write_bytes(boxed(range(5)))
    go_on(box, output)
    box.write_bytes(boxed(range(5)).replace(b"prepare_4", b"prepare_8"))
    assert go_on(box, output)[1] == [5]
    assert functions(output) == ["prepare_0", "prepare_2", "prepare_4", "prepare_8"]


def test_a_maildir_whose_mails_were_read_and_moved_meanwhile(maildir: Path, output: Path, tmp_path: Path) -> None:
    copy = tmp_path / "maildir"
    shutil.copytree(maildir, copy)
    go_on(copy, output)
    for each in list((copy / "new").iterdir()):
        each.rename(copy / "cur" / f"{each.name.partition(':')[0]}:2,S")
    store, reviewed = go_on(copy, output)
    assert (reviewed, store.counts["items"]) == ([], MAILS)


def test_a_patch_that_was_changed_is_reviewed_again(tmp_path: Path) -> None:
    folder, output = tmp_path / "patches", tmp_path / "out.jsonl"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.patch").write_bytes(mail(number))
    go_on(folder, output)
    (folder / "1.patch").write_bytes(mail(4))
    assert go_on(folder, output)[1] == [3]
    assert functions(output) == ["prepare_0", "prepare_2", "prepare_4"]


def test_a_mailbox_is_cut_at_separators_and_every_byte_is_in_one_piece(tmp_path: Path) -> None:
    box = tmp_path / "list.mbox"
    box.write_bytes(boxed(range(MAILS)))
    parts = list(plan_of(str(box), None, 5).pieces)
    ends = [tuple(map(int, part.items[0].split("-"))) for part in parts]
    assert [part.kind for part in parts] == [Kind.MAILBOX] * 3
    assert [start for start, _ in ends] == [0, *(end for _, end in ends[:-1])]
    assert ends[-1][1] == box.stat().st_size == plan_of(str(box)).work == sum(part.work for part in parts)
    assert all(box.read_bytes()[start:end].startswith(SEPARATOR) for start, end in ends)
    assert [part.count for part in parts] == [5, 5, 2]


def test_a_packed_mailbox_is_one_piece(tmp_path: Path) -> None:
    import gzip

    box = tmp_path / "list.mbox.gz"
    box.write_bytes(gzip.compress(boxed(range(MAILS))))
    (part,) = plan_of(str(box), None, 5).pieces
    assert (part.kind, part.count) == (Kind.FILES, 1)
    go_on(box, tmp_path / "out.jsonl")
    assert functions(tmp_path / "out.jsonl") == EXPECTED


def test_a_mirror_of_many_lists_is_all_of_their_epochs(inbox: Path, tmp_path: Path) -> None:
    for name in ("linux-mm", "linux-arm-kernel"):
        (tmp_path / "mirror" / name).mkdir(parents=True)
        (tmp_path / "mirror" / name / "git").symlink_to(inbox / "git")
    (tmp_path / "mirror" / "manifest").mkdir()
    store, _ = go_on(tmp_path / "mirror", tmp_path / "out.jsonl")
    assert functions(tmp_path / "out.jsonl") == EXPECTED
    assert store.counts["items"] == 2 * (MAILS + 1)


def test_a_cut_is_where_it_was_before_and_regular_from_there_on() -> None:
    commits = list("abcdefgh")
    assert list(cut(commits, {}, 3)) == [("a", "b", "c"), ("d", "e", "f"), ("g", "h")]
    assert list(cut(commits, {"a": 2, "c": 1, "e": 9}, 3)) == [("a", "b"), ("c",), ("d", "e", "f"), ("g", "h")]
