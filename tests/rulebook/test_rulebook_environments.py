"""The environments as data: read, refused with a reason, and complete."""

import pytest

from mtelint.errors import RulebookError
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.rulebook import load
from mtelint.rulebook.environments import load_environments, parse_environments


def test_every_rule_has_a_question_or_a_reason_why_none_is_asked() -> None:
    environments = load_environments()

    for rule in load().rules:
        questions = environments.of(rule.id)
        assert questions, rule.id
        assert all(each.skip or (each.bad and each.good and each.says) for each in questions)


def test_every_thread_is_used_and_is_a_thread_of_a_litmus_test() -> None:
    environments = load_environments()

    assert {name for each in environments.questions for name in each.threads} == {*environments.threads, "same"}
    for thread in environments.threads.values():
        names = ["flags", "mt", "mt1", "pte", "freed", "ready", "lock"]
        head = ", ".join(f"int *{name}" for name in names)
        program = parse_litmus(f"C t\n{{}}\nP0({head})\n{{{thread.body}}}\nexists (mt=1)\n")
        assert program.unmodelled is None, thread.name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[questions]]\nrule = 'X'", "`bad` and `says`"),
        ("[[questions]]\nrule = 'X'\nskip = 'y'\nthreads = ['nobody']", "no thread `nobody`"),
        ("[[questions]]\nrule = 'X'\nskip = 'y'\nfoo = 1", "`foo` is not known"),
        ("[[questions]]\nrule = 'X'\nskip = 'y'\ngranules = 'two'", "`granules` has a value of the wrong type"),
        ("[[questions]]\nrule = 'X'\nskip = 'y'\nwhen = 'put'", "`when` has a value of the wrong type"),
        ("[[questions]]\nrule = 'X'\nskip = 'y'\ninitial = { flags = 'a' }", "`initial` has a value"),
        ("[threads.a]\ntitle = 'x'", "`title` and `body`"),
        ("[more]\n", "`more` is not known"),
        ("x =", "not valid TOML"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_file_and_name(text: str, words: str) -> None:
    with pytest.raises(RulebookError, match=r"env\.toml") as refused:
        parse_environments(text, "env.toml")
    assert words in str(refused.value)
