"""Lowering: from tree-sitter's tree of a function to the small C tree."""
