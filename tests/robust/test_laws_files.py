"""A file in another form has the same findings, fingerprints included."""

from collections.abc import Iterable
from functools import cache

import pytest
from forms import FORMS, Form, with_carriage_returns
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import era, planted

from mtelint.engine import review_text

SAMPLE = planted()[::17]
BYTES = {**FORMS, "with_carriage_returns": with_carriage_returns}

Said = list[tuple[str, str | None, str, str, str]]


@cache
def said(text: str, like: str) -> Said:
    """Each finding in ``text``, without its place, in the era of ``like``."""
    return sorted(
        (f.rule, f.function, f.severity.value, f.confidence.value, f.fingerprint)
        for f in review_text("arch/arm64/mm/x.c", text, era(like))
    )


def formed(text: str, forms: Iterable[Form]) -> str:
    for form in forms:
        text = form(text)
    return text


@pytest.mark.parametrize("form", BYTES.values(), ids=BYTES)
def test_a_file_in_another_form_has_the_same_findings(form: Form) -> None:
    changed = found = 0
    for each in SAMPLE:
        before = said(each.after, each.after)
        assert said(form(each.after), each.after) == before, each.name
        changed += form(each.after) != each.after
        found += bool(before)
    assert changed > len(SAMPLE) / 2
    assert found > len(SAMPLE) / 2


@settings(max_examples=60, deadline=None)
@given(number=st.integers(0, len(planted()) - 1), names=st.lists(st.sampled_from(sorted(FORMS)), unique=True))
def test_any_forms_one_after_another_leave_the_findings(number: int, names: list[str]) -> None:
    text = planted()[number].after
    assert said(formed(text, (FORMS[name] for name in names)), text) == said(text, text)
