"""What git knows: trees of commits, the base of a patch, changes as patches, and who wrote a line."""
