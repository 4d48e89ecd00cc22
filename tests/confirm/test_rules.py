"""For every rule: the defect is confirmed, and the same path repaired is refuted."""

import pytest
from eventpaths import Path, ask, path

from mtelint.model import BarrierKind, EffectKind

CASES: list[tuple[str, str, Path, Path]] = [
    ("MTE001", "a mask on the word", path().clear_tags().wmb().mask_set(), path().clear_tags().wmb().raw_set()),
    (
        "MTE001", "a bit operation that is not atomic",
        path().clear_tags().wmb().add(EffectKind.SET, "__set_bit", raw=True), path().clear_tags().set(),
    ),
    ("MTE002", "the set first", path().set().clear_tags(), path().clear_tags().set()),
    (
        "MTE002", "test and set first", path().test_and_set(True).restore_tags(),
        path().raw_test(False).restore_tags().set(),
    ),
    ("MTE003", "no tags at all", path().test(False).set(), path().test(False).clear_tags().set()),
    ("MTE004", "a short copy", path().user_tags().set(), path().user_tags(part=False).set()),
    ("MTE005", "restored and not flagged", path().restore_tags(), path().restore_tags().set()),
    ("MTE005", "cleared and not flagged", path().clear_tags(), path().clear_tags().set()),
    ("MTE005", "the user's and not flagged", path().user_tags(), path().user_tags().set()),
    ("MTE006", "the page put", path().clear_tags().put().set(), path().clear_tags().set().put()),
    ("MTE006", "the PTE first", path().clear_tags().publish().set(), path().clear_tags().set().wmb().publish()),
    ("MTE006", "the lock dropped", path().lock().clear_tags().unlock().set(),
     path().lock().clear_tags().set().unlock()),
    ("MTE007", "no test", path().read_tags(), path().test(True).read_tags()),
    ("MTE007", "on the clear side", path().test(False).read_tags(), path().test(True).read_tags()),
    ("MTE008", "a helper's test", path().test(True).clear_tags(), path().test(False).clear_tags()),
    ("MTE008", "a lost claim", path().claim(False).clear_tags(), path().claim(True).clear_tags()),
    ("MTE008", "test and set", path().test_and_set(False).clear_tags(), path().test_and_set(True).clear_tags()),
    ("MTE009", "the set", path().clear_tags().raw_set(), path().clear_tags().wmb().raw_set()),
    ("MTE009", "the test", path().raw_test(True).read_tags(), path().raw_test(True).rmb().read_tags()),
    ("MTE009", "the PTE", path().clear_tags().wmb().raw_set().publish(),
     path().clear_tags().wmb().raw_set().wmb().publish()),
    ("MTE009", "the helper's set", path().raw_set(), path().wmb().raw_set()),
    ("MTE009", "the helper's test", path().raw_test(True), path().raw_test(True).rmb()),
    ("MTE009", "a wait without acquire", path().wait(None), path().wait(BarrierKind.ACQUIRE)),
    ("MTE010", "behind the set", path().clear_tags().raw_set().wmb(), path().clear_tags().wmb().raw_set()),
    ("MTE010", "before the tags", path().wmb().clear_tags().raw_set(), path().clear_tags().wmb().raw_set()),
    ("MTE010", "before the test", path().rmb().raw_test(True).read_tags(), path().raw_test(True).rmb().read_tags()),
    ("MTE011", "test, tags, flag", path().test(False).clear_tags().set(), path().claim(True).clear_tags().set()),
    (
        "MTE011", "a lock that two mms do not share",
        path().lock(exclusive=False).test(False).restore_tags().set().unlock(),
        path().lock().test(False).restore_tags().set().unlock(),
    ),
    ("MTE012", "a page pointer as address", path().clear_tags(misused=True), path().clear_tags().set()),
    ("MTE012", "the other page written", path("to").clear_tags(page="from").set(), path("to").clear_tags().set()),
    ("MTE013", "no flag after the claim", path().claim(True).clear_tags(), path().claim(True).clear_tags().set()),
    ("MTE013", "claimed twice", path().claim(True).claim(None), path().claim(True).clear_tags().set().claim(False)),
    ("MTE014", "a claim unlooked at", path().claim(None).clear_tags().set(), path().claim(True).clear_tags().set()),
    ("MTE014", "a lost claim", path().claim(False).restore_tags().set(), path().claim(True).restore_tags().set()),
    ("MTE015", "no claim", path().restore_tags().set(), path().claim(True).restore_tags().set()),
    ("MTE017", "the flag on a subpage", path().clear_tags().set(), path()),
    ("MTE017", "the test on a subpage", path().test(False), path()),
    ("MTE017", "the claim on a subpage", path().claim(True), path()),
    ("MTE019", "a fault under the claim", path().claim(True).fault(), path()),
]  # fmt: skip


def _names(case: tuple[str, str, Path, Path]) -> str:
    return f"{case[0]} {case[1]}"


@pytest.mark.parametrize("case", CASES, ids=_names)
def test_the_defect_is_confirmed_with_a_witness_and_what_would_have_forbidden_it(
    case: tuple[str, str, Path, Path],
) -> None:
    rule, _, defect, _ = case

    answer = ask(rule, defect)

    assert answer.verdict == "confirmed", answer.reason
    assert answer.steps
    assert answer.forbidden_by
    assert answer.states


@pytest.mark.parametrize("case", [case for case in CASES if case[3].events], ids=_names)
def test_the_repaired_path_is_refuted(case: tuple[str, str, Path, Path]) -> None:
    rule, _, _, repaired = case

    answer = ask(rule, repaired)

    assert answer.verdict == "refuted" or (rule == "MTE001" and answer.verdict == "not modelled"), answer.reason


@pytest.mark.parametrize("case", CASES, ids=_names)
@pytest.mark.parametrize("model", ["lkmm", "lkmm-6.1"])
def test_both_models_agree_on_the_defects(case: tuple[str, str, Path, Path], model: str) -> None:
    assert ask(case[0], case[2], model=model).verdict == "confirmed"
