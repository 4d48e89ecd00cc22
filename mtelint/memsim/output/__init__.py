"""Answers as text, JSON and graphs, and what would change them."""
