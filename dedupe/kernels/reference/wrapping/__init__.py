"""Lines that only wrap, in Python."""
