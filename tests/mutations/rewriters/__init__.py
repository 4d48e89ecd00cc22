"""Equivalent rewrites, a family a module; importing them registers them."""

from . import branches, conditions, helpers, loops, names

__all__ = ["branches", "conditions", "helpers", "loops", "names"]
