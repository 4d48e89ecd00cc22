"""Sources and rules in, findings out: prints nothing, reads no argv and no environment."""

from mtelint.engine.options import Input, Options
from mtelint.engine.review import review_changes, review_patch_text, review_patches, review_paths, review_text

__all__ = ["Input", "Options", "review_changes", "review_patch_text", "review_patches", "review_paths", "review_text"]
