"""Counts of a text for its quality, in Python.

`characters.py`, `words.py`, `lines.py` and `repetition.py` count, `counts.py` puts what they count into columns.
"""
