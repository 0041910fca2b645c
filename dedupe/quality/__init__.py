"""Quality room: texts in, signals of their quality, a score with its reasons, and verdicts of rule sets out.

`characters.py`, `words.py`, `lines.py` and `repetition.py` count, `counts.py` puts what they count into columns
(the readable twin of the native kernel), `signals.py` makes shares of them, `rules.py` holds the rules of Gopher,
C4, FineWeb and our own, `score.py` is the public verb.
"""
