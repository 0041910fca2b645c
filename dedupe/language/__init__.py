"""Language room: which language a text is in, by the letter n-grams of profiles.

`profiles.py` reads the profiles of this package and of langdetect into integer tables, `scripts.py` knows scripts
and cases of letters, a kernel adds up what the n-grams of a text weigh in each language, `detect.py` turns these
sums into codes and probabilities, `detectors.py` has adapters for other detectors. README.md lists the texts that
the profiles were counted in.
"""
