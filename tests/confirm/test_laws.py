"""Laws that hold for any path, whatever its rule."""

from eventpaths import Path, ask, path
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mtelint.confirm import litmus_c
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.model import BarrierKind, EffectKind
from mtelint.rulebook.environments import load_environments

RULES = sorted({question.rule for question in load_environments().questions})
STEPS = (
    lambda p: p.test(True), lambda p: p.test(False), lambda p: p.test(None), lambda p: p.raw_test(True),
    lambda p: p.raw_test(False), lambda p: p.claim(True), lambda p: p.claim(False), lambda p: p.claim(None),
    lambda p: p.test_and_set(True), lambda p: p.test_and_set(False), lambda p: p.set(), lambda p: p.raw_set(),
    lambda p: p.mask_set(), lambda p: p.clear_tags(), lambda p: p.restore_tags(), lambda p: p.user_tags(),
    lambda p: p.copy_tags(), lambda p: p.clear_tags(page="other"), lambda p: p.claim(True, page="other"),
    lambda p: p.set(page="other"), lambda p: p.read_tags(), lambda p: p.wmb(), lambda p: p.rmb(), lambda p: p.lock(),
    lambda p: p.unlock(), lambda p: p.put(), lambda p: p.publish(), lambda p: p.fault(), lambda p: p.wait(None),
    lambda p: p.clear_tags(misused=True), lambda p: p.add(EffectKind.CLEAR, "clear_bit", raw=True),
)  # fmt: skip
paths = st.lists(st.sampled_from(range(len(STEPS))), min_size=1, max_size=7)
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def built(steps: list[int]) -> Path:
    result = path()
    for step in steps:
        STEPS[step](result)
    return result


@given(st.sampled_from(RULES), paths, st.booleans())
@few
def test_any_path_has_an_answer_with_a_reason(rule: str, steps: list[int], other: bool) -> None:
    answer = ask(rule, built(steps), ("other",) if other else ())

    assert answer.verdict in ("confirmed", "refuted", "not modelled")
    assert answer.reason
    assert bool(answer.steps) == (answer.verdict == "confirmed")
    if answer.litmus:
        assert litmus_c(parse_litmus(answer.litmus)) == answer.litmus


@given(st.sampled_from(["MTE002", "MTE003", "MTE007", "MTE009", "MTE010", "MTE011"]), paths, st.data())
@few
def test_one_more_full_barrier_confirms_nothing_new(rule: str, steps: list[int], data: st.DataObject) -> None:
    plain = built(steps)
    at = data.draw(st.integers(0, len(plain.events) - 1))
    more = path().add(EffectKind.BARRIER, barrier=BarrierKind.FULL)
    more.events = [*plain.events[:at], *more.events, *plain.events[at:]]

    if ask(rule, plain).verdict == "refuted":
        assert ask(rule, more).verdict == "refuted"


@given(paths)
@few
def test_what_forbids_is_named_only_where_something_was_concluded(steps: list[int]) -> None:
    answer = ask("MTE009", built(steps))

    assert answer.forbidden_by is None or answer.verdict != "not modelled"
