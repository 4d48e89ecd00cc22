"""What a console says, and what is concluded from it."""

from mtelint.replay.answer import Verdict, judge
from mtelint.replay.session import Record

WAITS = {"folio_wait_bit_common": "the page lock", "mte_sync_tags": "the flag"}


def answer(*lines: str, hold: str | None = "f", held: bool = True) -> tuple[Verdict, str]:
    return judge([Record(list(lines), held=held)], hold, WAITS)


def test_a_test_that_fails_is_a_defect_that_is_seen() -> None:
    assert answer("ok 1 fine", "not ok 2 3 of 4 are lost") == (Verdict.SEEN, "3 of 4 are lost")


def test_the_lock_in_which_the_other_sleeps_is_the_reason_why_nothing_is_seen() -> None:
    verdict, reason = answer("@ waits folio_wait_bit_common", "ok 1 fine")
    assert verdict is Verdict.NOT_SEEN
    assert reason == "while one CPU is held at f(), the other waits for the page lock in folio_wait_bit_common()"


def test_the_function_in_which_the_rival_spins_is_a_reason_too() -> None:
    _, reason = answer("@ stood 1 mte_sync_tags", "@ stood 2 vectors", "@ stood 2 mte_sync_tags", "ok 1 fine")
    assert reason.endswith("the other waits for the flag in mte_sync_tags()")


def test_where_the_held_cpu_stood_is_no_reason() -> None:
    _, reason = answer("@ stood 1 mte_sync_tags", "@ stood 2 cpu_do_idle", "ok 1 fine")
    assert "waits for" not in reason


def test_a_place_that_no_cpu_came_by_is_not_seen_and_says_so() -> None:
    assert answer("ok 1 fine", held=False) == (Verdict.NOT_SEEN, "no CPU came by f()")


def test_a_program_that_gives_up_gives_no_answer() -> None:
    assert answer("1..2", "Bail out! no zram") == (Verdict.FAILED, "no zram")


def test_tests_that_are_all_left_out_give_no_answer() -> None:
    assert answer("ok 1 # SKIP no hugetlb") == (Verdict.FAILED, "no hugetlb")


def test_a_machine_that_was_ended_gives_no_answer() -> None:
    verdict, reason = judge([Record(["TAP version 13"], in_time=False)], None, WAITS)
    assert verdict is Verdict.FAILED
    assert "in time" in reason


def test_a_first_boot_that_did_not_hibernate_is_no_answer_however_fine_it_looks() -> None:
    boots = [Record(["# hibernating", "ok 1 no tags are lost"]), Record(["Bail out! nothing to resume from"])]
    assert judge(boots, None, WAITS) == (Verdict.FAILED, "nothing to resume from")
