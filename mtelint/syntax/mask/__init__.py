"""Masking: kernel macro shapes become text of the same length that tree-sitter-c reads rightly."""
