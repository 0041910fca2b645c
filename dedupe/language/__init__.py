"""Language room: which language a text is in, by the letter n-grams of langdetect's profiles.

`profiles.py` reads the profiles of the installed package into integer tables, `score.py` is the readable twin of
the native kernel that adds up what the n-grams of a text weigh in each language, `detect.py` turns sums into codes
and probabilities, `detectors.py` has adapters for other detectors.
"""
