"""Quality room: texts in, signals of their quality, a score with its reasons, and verdicts of rule sets out.

A kernel counts; `signals.py` makes shares of the counts, `rules.py` holds the rules of Gopher,
C4, FineWeb and our own, `score.py` is the public verb.
"""
