"""The search for repeated passages, in Python."""
