"""Unified diffs: segments, hunks, line maps, series, and a patch applied to a tree; the only importer of unidiff."""
