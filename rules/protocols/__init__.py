"""Vocabulary files: which function does what to which page."""
