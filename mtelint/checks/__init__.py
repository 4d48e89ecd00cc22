"""One function per rule that data alone cannot say; no check imports another."""
