"""Counts of a text for its quality, in Python.

`characters.py`, `words.py`, `entropy.py`, `lines.py`, `repetition.py`, `contacts.py` and `phrases.py` count;
`counts.py` puts what they count into columns. `listed.py` counts the words of lists.
"""
