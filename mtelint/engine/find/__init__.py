"""Which files can matter, which era they are of."""
