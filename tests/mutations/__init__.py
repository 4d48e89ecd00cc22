"""Mutations of correct code, and rewrites that keep it correct: what mtelint must find, and where it must stay silent.

``python -m tests.mutations FILE...`` applies the same operators to any C file.
"""
