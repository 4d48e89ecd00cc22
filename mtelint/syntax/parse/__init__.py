"""Parsing: files, outlines and hunks to functions."""
