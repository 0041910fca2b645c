"""Language room: the language of a text, by the letter n-grams of profiles.

`profiles.py` reads the profiles of this package and of langdetect into integer tables; `scripts.py` has scripts and
cases of letters. A kernel adds up the weights of the n-grams of a text in each language, and `detect.py` turns the
sums into codes and probabilities. `detectors.py` has adapters for other detectors. README.md lists the texts in
which the profiles were counted.
"""
