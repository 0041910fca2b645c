"""Language room: which language a text is in, by the letter n-grams of langdetect's profiles.

`profiles.py` reads the profiles of the installed package into integer tables, a kernel adds up what the
n-grams of a text weigh in each language, `detect.py` turns these sums into codes
and probabilities, `detectors.py` has adapters for other detectors.
"""
