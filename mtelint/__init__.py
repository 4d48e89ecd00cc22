"""mtelint reviews Linux arm64 kernel C for misuse of the page flag ``PG_mte_tagged``."""

__version__ = "0.1.0"
