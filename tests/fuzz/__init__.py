"""Fuzz targets: each takes any bytes and raises where a law does not hold; see ``python -m tests.fuzz --help``."""
