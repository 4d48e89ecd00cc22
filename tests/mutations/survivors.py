"""Mutants that are not found: known limits, by name, with the reason.  Each is a strict expected failure."""

SURVIVORS: dict[str, str] = {}
