"""Litmus tests: the C dialect and the conditions of herd7, read into frozen values."""
