"""What programs read: one line per finding, and JSON that the shipped schema accepts."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator as Validator
from jsonschema import ValidationError
from msgspec.structs import replace

from mtelint.model import Confidence, Era, Finding, MailRef, Origin, Report, Severity, Skipped, Step
from mtelint.report import PLAIN, Style, renderer


@pytest.fixture(scope="session")
def schema() -> Validator:
    loaded = json.loads(files("mtelint.report").joinpath("schema-v1.json").read_text("utf-8"))
    Validator.check_schema(loaded)
    return Validator(loaded)


def test_terse_is_what_checkpatch_readers_know(report: Report) -> None:
    assert renderer("terse")(report, PLAIN) == (
        "mm/pool.c:20: ERROR: MTE008: the tags of `page` are cleared only if its flag is already set\n"
        "mm/pool.c:60: ERROR: MTE002: the flag of `page` is set before its tags are restored\n"
    )


def test_terse_is_silent_without_findings(report: Report) -> None:
    assert renderer("terse")(replace(report, findings=()), PLAIN) == ""


def test_a_finding_stays_on_its_line(finding: Finding) -> None:
    broken = replace(finding, message="one\ntwo\x1b[2J", path="a\nb.c")
    shown = renderer("terse")(Report((broken,)), PLAIN)
    assert shown == "a b.c:20: ERROR: MTE008: one two\\x1b[2J\n"


def test_json_follows_its_schema(report: Report, schema: Validator) -> None:
    for style in (PLAIN, Style(stats=True)):
        schema.validate(json.loads(renderer("json")(report, style)))


def test_json_is_a_document_even_when_nothing_is_found(schema: Validator) -> None:
    document = json.loads(renderer("json")(Report(version="0.1.0"), PLAIN))
    schema.validate(document)
    assert document["findings"] == []


def test_times_appear_only_when_asked_for(report: Report) -> None:
    assert "stats" not in json.loads(renderer("json")(report, PLAIN))
    assert json.loads(renderer("json")(report, Style(stats=True)))["stats"]["seconds"] == 0.25


def test_a_schema_that_takes_anything_would_be_no_test(report: Report, schema: Validator) -> None:
    document = json.loads(renderer("json")(report, PLAIN))
    document["findings"][0]["line"] = 0
    with pytest.raises(ValidationError):
        schema.validate(document)


positions = st.integers(min_value=1, max_value=10**6)
words = st.text(min_size=1, max_size=20)
steps = st.builds(
    Step, path=words, line=positions, column=positions, side=st.sampled_from("+- "), cpu=st.none() | st.integers(0, 3),
    kind=words, body_line=st.none() | positions, message=st.text(max_size=20), page=st.none() | words,
)  # fmt: skip
mails = st.builds(
    MailRef, message_id=st.text(max_size=9), subject=st.text(max_size=9), part=st.integers(0, 3),
    hunk=st.none() | positions, diff_line=st.none() | positions, body_line=st.none() | positions,
)  # fmt: skip
findings = st.builds(
    Finding, rule=st.just("MTE002"), name=st.just("flag-before-tags"), severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence), message=words, path=words, function=st.none() | words, line=positions,
    column=positions, end_line=positions, end_column=positions, snippet=st.text(max_size=30), fingerprint=words,
    page=st.none() | words, era=st.sampled_from(Era), steps=st.lists(steps, max_size=3).map(tuple),
    origin=st.none() | st.sampled_from(Origin), mail=st.none() | mails, cause=st.none() | steps,
    before=st.none() | words,
)  # fmt: skip
skips = st.builds(Skipped, path=words, function=st.none() | words, line=st.none() | positions, reason=words)
reports = st.builds(
    Report, findings=st.lists(findings, max_size=3).map(tuple), skipped=st.lists(skips, max_size=2).map(tuple),
    version=st.just("0.1.0"), command=words,
)  # fmt: skip


@given(made=reports)
def test_any_report_becomes_valid_ascii_json(schema: Validator, made: Report) -> None:
    text = renderer("json")(made, PLAIN)
    assert text.isascii()
    schema.validate(json.loads(text))


@given(reports, st.booleans(), st.integers(40, 100))
def test_any_report_can_be_shown_to_a_person(made: Report, clip: bool, columns: int) -> None:
    text = renderer("text")(made, Style(width=columns, clip=clip))
    assert all(char == "\n" or char.isprintable() for char in text)


@given(reports)
def test_any_report_has_one_terse_line_per_finding(made: Report) -> None:
    assert len(renderer("terse")(made, PLAIN).splitlines()) == len(made.findings)
