"""Names of the people of a mail that is answered."""

from mtelint.mail.compose import Person, people


def test_a_name_that_cannot_be_decoded_stays_as_it_is() -> None:
    assert people(["=?x?B?wO79w?= <i@example.org>"]) == (Person("=?x?B?wO79w?=", "i@example.org"),)


def test_a_decoded_name_may_hold_a_comma() -> None:
    assert people(["=?utf-8?q?Doe=2C_Jo?= <jo@example.org>"]) == (Person("Doe, Jo", "jo@example.org"),)
