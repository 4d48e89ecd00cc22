"""Transfer functions: what an expression, a call, a condition makes of a path's state."""
