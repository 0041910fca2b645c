"""Boilerplate room: texts in, the probability that each is boilerplate out.

`features.py` turns a text into integer features, `model.py` holds weights and calibration, `score.py` is the
public verb; `train.py` makes the shipped model. Scoring is integer arithmetic throughout and imports no
scikit-learn.
"""
