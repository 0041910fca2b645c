"""Boilerplate room: texts in, the probability that each is boilerplate, its kind and the evidence out.

`model.py` is the model of texts, `trees.py` its trees over integers, `categories.py` the model of kinds, and
`context.py` that of neighbours and recurrence; `arrays.py` stores all of them. `explain.py` shows words, `score.py`
is the public verb. Scoring is integer arithmetic and imports no scikit-learn. Four modules do: `fit.py`,
`classifier.py` (for users). `tools/` trains the shipped models.
"""
