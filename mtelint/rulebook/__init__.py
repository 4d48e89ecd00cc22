"""Reads ``rules/``: the rule pages, whose examples are their tests, and the vocabulary of the protocol."""

from mtelint.rulebook.book import Rulebook, load
from mtelint.rulebook.pages import Example, Expectation, Page, parse_page
from mtelint.rulebook.vocabulary import load_vocabulary

__all__ = ["Example", "Expectation", "Page", "Rulebook", "load", "load_vocabulary", "parse_page"]
