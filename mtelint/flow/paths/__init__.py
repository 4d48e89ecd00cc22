"""The path-sensitive solver over one function, and what callers are told of it."""
