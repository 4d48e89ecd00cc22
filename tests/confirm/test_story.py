"""The interleaving that a reader is shown."""

import pytest
from eventpaths import FILE, Path, ask, path, place
from msgspec.structs import replace

from mtelint.confirm import confirm_defect, simulate, weighed
from mtelint.flow.domain.defects import Defect
from mtelint.flow.domain.events import Site, Trace
from mtelint.flow.domain.symbols import How, allocated, derived, variable
from mtelint.model import Confidence, Domain, Era, Finding, Severity, Simulation
from mtelint.model.rules import Modelling, PathEnd
from mtelint.rulebook import load
from mtelint.rulebook.environments import load_environments


def said(answer: Simulation) -> list[tuple[int, int | None, str, str]]:
    return [(step.cpu, step.line, step.text, step.note) for step in answer.steps]


def test_the_flag_first_and_the_tags_too_late() -> None:
    answer = ask("MTE002", path().raw_set().clear_tags())

    assert said(answer) == [
        (0, 1, "set_bit()", "flag clear -> set"),
        (1, None, "page_mte_tagged()", "the flag is set"),
        (1, None, "mte_copy_page_tags()", "reads STALE tags"),
        (0, 2, "mte_clear_page_tags()", "writes initialised tags: too late"),
    ]
    assert {step.path for step in answer.steps if step.cpu == 0} == {FILE}
    assert answer.cpus == ("example()", "a reader, such as copy_highpage()")
    assert answer.reason == "a reader sees the flag and stale tags"
    assert answer.forbidden_by == (
        "set_bit() in line 1 placed after mte_clear_page_tags() in line 2, with smp_wmb() between them"
    )


def test_what_was_reordered_is_said_at_the_step_that_came_too_early() -> None:
    answer = ask("MTE009", path().clear_tags().raw_set())

    assert said(answer)[0] == (0, 2, "set_bit()", "flag clear -> set; takes effect before line 1")
    assert answer.forbidden_by == "smp_wmb() between mte_clear_page_tags() in line 1 and set_bit() in line 2"


def test_the_reader_that_reads_too_early() -> None:
    answer = ask("MTE009", path().raw_test(True).read_tags())

    assert (0, 2, "mte_save_page_tags()", "reads STALE tags; takes effect before line 1") in said(answer)
    assert answer.forbidden_by == "smp_rmb() between test_bit() in line 1 and mte_save_page_tags() in line 2"


def test_both_cpus_of_a_race_with_itself_show_their_lines() -> None:
    answer = ask("MTE011", path().test(False).clear_tags().set())

    assert answer.cpus == ("example()", "example()")
    assert {step.line for step in answer.steps if step.cpu == 1} == {1, 2, 3, 4}
    wiped = next(step for step in answer.steps if step.note == "wipes the tags that the user stored")
    assert (wiped.cpu, wiped.line) == (1, 2)
    assert answer.forbidden_by == "try_page_mte_tagging() in place of page_mte_tagged() in line 1"


def test_an_inverted_guard_says_that_the_branch_is_not_taken() -> None:
    answer = ask("MTE008", path().test(True).clear_tags())

    assert said(answer) == [(0, 1, "page_mte_tagged()", "the flag is clear, so the branch to the tags is not taken")]
    assert (len(answer.cpus), answer.states) == (1, 1)


def test_the_waiter_of_a_kept_claim_looks_last_and_sees_no_flag() -> None:
    answer = ask("MTE013", path().claim(True).clear_tags())

    waits = answer.steps[-1]
    assert (waits.cpu, waits.note) == (1, "the flag is clear")
    assert waits.text == "smp_cond_load_acquire() in try_page_mte_tagging()"


@pytest.mark.parametrize(
    ("rule", "repaired", "by"),
    [
        ("MTE009", path().clear_tags().wmb().raw_set(), "smp_wmb() in line 2"),
        ("MTE009", path().raw_test(True).rmb().read_tags(), "smp_rmb() in line 2"),
        ("MTE009", path().raw_test(True).claim(None, page="to").read_tags(), "try_page_mte_tagging() in line 2"),
        ("MTE011", path().claim(True).clear_tags().set(), "try_page_mte_tagging() in line 1"),
        ("MTE011", path().lock().test(False).clear_tags().set().unlock(), "spin_lock() in line 1"),
        ("MTE007", path().test(True).read_tags(), "page_mte_tagged() in line 1"),
    ],
)
def test_a_refuted_finding_says_what_forbids_it(rule, repaired, by) -> None:  # type: ignore[no-untyped-def]
    answer = ask(rule, repaired)

    assert answer.verdict == "refuted"
    assert answer.forbidden_by == by
    assert answer.reason.endswith(f"; {by} forbids it")


# --- what is not run, and what is not concluded -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "flagged", "words"),
    [
        ("MTE016", path().clear_tags().set(), "zero page"),
        ("MTE018", path().set(), "declaration"),
        ("MTE001", path().raw_set(), "atomic operation"),
        ("MTE002", path().set().copy_tags(), "does not publish"),
        ("MTE002", path(allocated("alloc_page", 3)).set().clear_tags(), "does not publish"),
        ("MTE099", path().set(), "no environment"),
        ("MTE002", path().set(page="other"), "no event on the page"),
        ("MTE003", path().test(True).set(), "vacuous"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else "",
)
def test_what_is_not_modelled_says_why(rule, flagged, words) -> None:  # type: ignore[no-untyped-def]
    answer = ask(rule, flagged)

    assert answer.verdict == "not modelled"
    assert words in answer.reason


def test_a_page_that_the_caller_maps_is_reached_through_its_mapping() -> None:
    answer = ask("MTE003", path(allocated("alloc_page", 3)).set())

    assert answer.verdict == "confirmed"
    assert "page-table walk" in {step.text for step in answer.steps}


def test_a_path_that_is_too_long_is_not_run() -> None:
    long = path()
    for _ in range(30):
        long.clear_tags()

    assert "more than" in ask("MTE002", long).reason


def test_the_claim_of_another_page_orders_but_does_not_exclude() -> None:
    between = path().raw_test(True).claim(True, page="to").read_tags()
    assert ask("MTE009", between).verdict == "refuted"

    beside = path().test(False).claim(True, page="to").clear_tags().set()
    assert ask("MTE011", beside).verdict == "confirmed"


def test_a_page_of_a_folio_is_told_from_one_whose_name_holds_the_same_letters() -> None:
    flagged = path("f").set(domain=Domain.HUGETLB)
    flagged.events[-1:-1] = path("f").clear_tags(page=derived(How.OF_PFN, "", variable("pfn"))).events
    assert ask("MTE003", flagged).verdict == "confirmed"

    nth = derived(How.NTH_PAGE, "folio_page", variable("f"), variable("i", 3))
    whole = path("f").clear_tags(page=nth).set(domain=Domain.HUGETLB)
    assert ask("MTE003", whole).verdict == "refuted"


def test_what_other_pages_get_does_not_count_against_the_limit() -> None:
    crowded = path()
    for _ in range(30):
        crowded.clear_tags(page="other")

    assert ask("MTE002", crowded.set().clear_tags()).verdict == "confirmed"


def test_an_earlier_turn_of_a_loop_is_another_page() -> None:
    turns = path(variable("page", 4)).test(False).clear_tags().set()
    turns.events += [*turns.events[:1]]

    assert ask("MTE007", turns.read_tags()).verdict == "confirmed"


def test_the_last_event_may_stand_on_a_path_that_goes_on_to_the_exit() -> None:
    whole = path().set().test(None)

    answer = simulate(
        "MTE003", variable("page"), whole.events, whole.events[1],
        modelling=Modelling(end=PathEnd.EXIT), place=place, environments=load_environments(),
        vocabulary=load().vocabulary,
    )  # fmt: skip

    assert answer.verdict == "confirmed"
    assert [step.line for step in answer.steps if step.cpu == 0] == [1, 2, 3]


# --- findings ---------------------------------------------------------------------------------------------------------


def _finding(severity: Severity) -> Finding:
    return Finding(
        "MTE009", "missing-barrier", severity, Confidence.HIGH, "", FILE, "f", 1, 1, 1, 2, "", "", None, Era.C
    )


def test_a_refuted_finding_becomes_a_note_and_a_confirmed_one_stays_as_it_is() -> None:
    refuted, confirmed = ask("MTE002", path().clear_tags().set()), ask("MTE002", path().set().clear_tags())

    assert weighed(_finding(Severity.ERROR), refuted).severity is Severity.NOTE
    assert weighed(_finding(Severity.NOTE), confirmed).severity is Severity.NOTE
    assert weighed(_finding(Severity.WARNING), confirmed).simulation is confirmed


def _defect(flagged: Path) -> Defect:
    """What a check says of a path."""
    *before, last = flagged.events
    trace: Trace | None = None
    for event in before:
        trace = Trace(event, trace)
    return Defect("MTE002", last.site, "", "page", trace, Confidence.HIGH, last, symbols=(variable("page"),))


def test_a_defect_is_asked_about_with_its_trace() -> None:
    defect = _defect(path().set().clear_tags())

    assert confirm_defect(defect, Modelling(), place, load_environments(), load().vocabulary).verdict == "confirmed"


def test_a_second_opinion_that_fails_says_so_and_costs_nothing() -> None:
    def nowhere(site: Site) -> tuple[str, int]:
        raise LookupError("no such unit")

    answer = confirm_defect(
        _defect(path().set().clear_tags()), Modelling(), nowhere, load_environments(), load().vocabulary
    )

    assert answer.verdict == "not modelled"
    assert "LookupError: no such unit" in answer.reason


def test_the_order_of_equal_steps_is_the_same_every_time() -> None:
    flagged = path().claim(None).clear_tags().set()
    first = ask("MTE014", flagged)

    assert all(replace(ask("MTE014", flagged), litmus=None) == replace(first, litmus=None) for _ in range(3))
